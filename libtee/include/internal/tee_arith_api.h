/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Big integers: GlobalPlatform TEE Internal Core API 1.3.1, chapter 8.
 *
 * A number is memory of the application's own: TEE_BigIntSizeInU32(bits) words, initialised once with its length. Two
 * words are the head, the rest is the magnitude; what is in them is nobody else's business. gpd.tee.arith.maxBigIntSize
 * is 8192 bits. A result may be one of the operands.
 *
 * These panic: memory that was not initialised as what it is used for, a result that does not fit into its number (where
 * the function cannot say so), division by zero, a modulus below 2.
 */
#ifndef TEE_ARITH_API_H
#define TEE_ARITH_API_H

#include "tee_api_types.h"

/* §8.5: words that a number, a number in fast form, and a context for a modulus take. Bits are the modulus' or the number's. */
#define TEE_BigIntSizeInU32(n)		((((n) + 31) / 32) + 2)
size_t TEE_BigIntFMMContextSizeInU32(size_t modulusSizeInBits);
size_t TEE_BigIntFMMSizeInU32(size_t modulusSizeInBits);

/*
 * §8.6: to zero; len is words, the whole of the memory. TEE_BigIntInitFMMContext1: len is words too; the context keeps the
 * modulus, which is 2 or more. Any such modulus is supported.
 */
void TEE_BigIntInit(TEE_BigInt *bigInt, size_t len);
TEE_CHECKED TEE_Result TEE_BigIntInitFMMContext1(TEE_BigIntFMMContext *context, size_t len, const TEE_BigInt *modulus);
void TEE_BigIntInitFMM(TEE_BigIntFMM *bigIntFMM, size_t len);
/* Deprecated since 1.2: as TEE_BigIntInitFMMContext1(), but cannot fail. */
void TEE_BigIntInitFMMContext(TEE_BigIntFMMContext *context, size_t len, const TEE_BigInt *modulus);

/*
 * §8.7: octet strings are magnitudes, most significant octet first; zero is the empty one. sign below 0: negative.
 * TEE_ERROR_OVERFLOW: does not fit. TEE_ERROR_SHORT_BUFFER: *bufferLen says what is needed.
 */
TEE_CHECKED TEE_Result TEE_BigIntConvertFromOctetString(TEE_BigInt *dest, const uint8_t *buffer, size_t bufferLen,
							int32_t sign);
TEE_CHECKED TEE_Result TEE_BigIntConvertToOctetString(uint8_t *buffer, size_t *bufferLen, const TEE_BigInt *bigInt);
void TEE_BigIntConvertFromS32(TEE_BigInt *dest, int32_t shortVal);
TEE_CHECKED TEE_Result TEE_BigIntConvertToS32(int32_t *dest, const TEE_BigInt *src);

/*
 * §8.8: <0, 0, >0 for less, equal, more. Bits are the magnitude's, 0 the least significant; there is no limit to those one
 * may ask for. A shift keeps the sign. TEE_ERROR_OVERFLOW: does not fit, and nothing changed.
 */
int32_t TEE_BigIntCmp(const TEE_BigInt *op1, const TEE_BigInt *op2);
int32_t TEE_BigIntCmpS32(const TEE_BigInt *op, int32_t shortVal);
void TEE_BigIntShiftRight(TEE_BigInt *dest, const TEE_BigInt *op, size_t bits);
bool TEE_BigIntGetBit(const TEE_BigInt *src, uint32_t bitIndex);
uint32_t TEE_BigIntGetBitCount(const TEE_BigInt *src);
TEE_CHECKED TEE_Result TEE_BigIntSetBit(TEE_BigInt *op, uint32_t bitIndex, bool value);
TEE_CHECKED TEE_Result TEE_BigIntAssign(TEE_BigInt *dest, const TEE_BigInt *src);
TEE_CHECKED TEE_Result TEE_BigIntAbs(TEE_BigInt *dest, const TEE_BigInt *src);

/* §8.9: division rounds towards zero, and the remainder has the sign of op1; either result may be NULL. */
void TEE_BigIntAdd(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2);
void TEE_BigIntSub(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2);
void TEE_BigIntNeg(TEE_BigInt *dest, const TEE_BigInt *op);
void TEE_BigIntMul(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2);
void TEE_BigIntSquare(TEE_BigInt *dest, const TEE_BigInt *op);
void TEE_BigIntDiv(TEE_BigInt *dest_q, TEE_BigInt *dest_r, const TEE_BigInt *op1, const TEE_BigInt *op2);

/*
 * §8.10: results from 0 to n-1, also of negative numbers. TEE_BigIntInvMod panics if there is no inverse.
 * TEE_BigIntExpMod: op2 is 0 or more; with an odd n its time does not depend on the operands' bits; context may be NULL.
 */
void TEE_BigIntMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n);
void TEE_BigIntAddMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n);
void TEE_BigIntSubMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n);
void TEE_BigIntMulMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n);
void TEE_BigIntSquareMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n);
void TEE_BigIntInvMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n);
TEE_CHECKED TEE_Result TEE_BigIntExpMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
					const TEE_BigInt *n, const TEE_BigIntFMMContext *context);

/*
 * §8.11: gcd = u * op1 + v * op2, with the smallest u and v, which may be NULL; not both operands are 0.
 * TEE_BigIntIsProbablePrime: 0 not prime, 1 prime, -1 prime with an error below 2^-confidenceLevel (80 at least).
 */
bool TEE_BigIntRelativePrime(const TEE_BigInt *op1, const TEE_BigInt *op2);
void TEE_BigIntComputeExtendedGcd(TEE_BigInt *gcd, TEE_BigInt *u, TEE_BigInt *v, const TEE_BigInt *op1,
				  const TEE_BigInt *op2);
int32_t TEE_BigIntIsProbablePrime(const TEE_BigInt *op, uint32_t confidenceLevel);

/* §8.12: to the fast form for the context's modulus, which n must be, back, and the product of two such numbers. */
void TEE_BigIntConvertToFMM(TEE_BigIntFMM *dest, const TEE_BigInt *src, const TEE_BigInt *n,
			    const TEE_BigIntFMMContext *context);
void TEE_BigIntConvertFromFMM(TEE_BigInt *dest, const TEE_BigIntFMM *src, const TEE_BigInt *n,
			      const TEE_BigIntFMMContext *context);
void TEE_BigIntComputeFMM(TEE_BigIntFMM *dest, const TEE_BigIntFMM *op1, const TEE_BigIntFMM *op2, const TEE_BigInt *n,
			  const TEE_BigIntFMMContext *context);

#endif
