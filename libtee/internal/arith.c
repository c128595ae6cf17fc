// SPDX-License-Identifier: BSD-2-Clause
/* Big integers: initialisation, conversion, logic and basic arithmetic. GP Core 1.3 §8.6 to §8.9. */
#include <tee_internal_api.h>

#include "libtee/internal/bigint.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

/* §8.6.1 */
void TEE_BigIntInit(TEE_BigInt *bigInt, size_t len)
{
	bigint_init(__func__, bigInt, len, BIGINT_NUMBER);
}

static BIGNUM *load(struct bigint_scope *scope, const TEE_BigInt *from)
{
	return bigint_load(scope, from, BIGINT_NUMBER);
}

static void store(struct bigint_scope *scope, TEE_BigInt *to, const BIGNUM *value)
{
	bigint_store(scope, to, BIGINT_NUMBER, value);
}

static TEE_Result store_or_overflow(struct bigint_scope *scope, TEE_BigInt *to, const BIGNUM *value)
{
	return bigint_store_if_fits(scope, to, BIGINT_NUMBER, value) ? TEE_SUCCESS : TEE_ERROR_OVERFLOW;
}

/* §8.7.1 */
TEE_Result TEE_BigIntConvertFromOctetString(TEE_BigInt *dest, const uint8_t *buffer, size_t bufferLen, int32_t sign)
{
	struct bigint_scope scope;
	TEE_Result result;
	BIGNUM *value;

	TEE_INBUF(buffer, bufferLen);
	while (bufferLen && !*buffer) {
		buffer++;
		bufferLen--;
	}
	if (bufferLen > BIGINT_BITS_MAX / 8)
		return TEE_ERROR_OVERFLOW;
	bigint_begin(&scope, __func__);
	value = bigint_new(&scope);
	bigint_must(&scope, !!BN_bin2bn(buffer, (int)bufferLen, value));
	BN_set_negative(value, sign < 0);
	result = store_or_overflow(&scope, dest, value);
	bigint_end(&scope);
	return result;
}

/* §8.7.2 */
TEE_Result TEE_BigIntConvertToOctetString(uint8_t *buffer, size_t *bufferLen, const TEE_BigInt *bigInt)
{
	TEE_Result result = TEE_ERROR_SHORT_BUFFER;
	struct bigint_scope scope;
	BIGNUM *value;
	size_t room;
	size_t need;

	TEE_OUT(bufferLen, sizeof(*bufferLen));
	room = *bufferLen;
	TEE_OUTBUF(buffer, room);
	bigint_begin(&scope, __func__);
	value = load(&scope, bigInt);
	need = (size_t)BN_num_bytes(value);
	*bufferLen = need;
	if (need <= room) {
		BN_bn2bin(value, buffer);
		result = TEE_SUCCESS;
	}
	bigint_end(&scope);
	return result;
}

static BIGNUM *number_s32(struct bigint_scope *scope, int32_t value)
{
	BIGNUM *number = bigint_new(scope);
	uint32_t magnitude = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;

	bigint_must(scope, BN_set_word(number, magnitude));
	BN_set_negative(number, value < 0);
	return number;
}

/* §8.7.3 */
void TEE_BigIntConvertFromS32(TEE_BigInt *dest, int32_t shortVal)
{
	struct bigint_scope scope;

	bigint_begin(&scope, __func__);
	store(&scope, dest, number_s32(&scope, shortVal));
	bigint_end(&scope);
}

/* §8.7.4 */
TEE_Result TEE_BigIntConvertToS32(int32_t *dest, const TEE_BigInt *src)
{
	TEE_Result result = TEE_ERROR_OVERFLOW;
	struct bigint_scope scope;
	BIGNUM *value;
	int64_t wide;

	TEE_OUT(dest, sizeof(*dest));
	bigint_begin(&scope, __func__);
	value = load(&scope, src);
	if (BN_num_bits(value) <= 32) {
		wide = (int64_t)BN_get_word(value);
		wide = BN_is_negative(value) ? -wide : wide;
		if (wide >= INT32_MIN && wide <= INT32_MAX) {
			*dest = (int32_t)wide;
			result = TEE_SUCCESS;
		}
	}
	bigint_end(&scope);
	return result;
}

/* §8.8.1 */
int32_t TEE_BigIntCmp(const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	int32_t order;

	bigint_begin(&scope, __func__);
	order = BN_cmp(load(&scope, op1), load(&scope, op2));
	bigint_end(&scope);
	return order;
}

/* §8.8.2 */
int32_t TEE_BigIntCmpS32(const TEE_BigInt *op, int32_t shortVal)
{
	struct bigint_scope scope;
	int32_t order;

	bigint_begin(&scope, __func__);
	order = BN_cmp(load(&scope, op), number_s32(&scope, shortVal));
	bigint_end(&scope);
	return order;
}

/* §8.8.3 */
void TEE_BigIntShiftRight(TEE_BigInt *dest, const TEE_BigInt *op, size_t bits)
{
	struct bigint_scope scope;
	BIGNUM *value;

	bigint_begin(&scope, __func__);
	value = load(&scope, op);
	/* More than the largest number has is as good as all of it. */
	bigint_must(&scope, BN_rshift(value, value, bits > BIGINT_BITS_MAX ? BIGINT_BITS_MAX : (int)bits));
	store(&scope, dest, value);
	bigint_end(&scope);
}

/* §8.8.4 */
bool TEE_BigIntGetBit(const TEE_BigInt *src, uint32_t bitIndex)
{
	struct bigint_scope scope;
	bool set;

	bigint_begin(&scope, __func__);
	set = BN_is_bit_set(load(&scope, src), bitIndex > BIGINT_BITS_MAX ? BIGINT_BITS_MAX : (int)bitIndex);
	bigint_end(&scope);
	return set;
}

/* §8.8.5 */
uint32_t TEE_BigIntGetBitCount(const TEE_BigInt *src)
{
	struct bigint_scope scope;
	uint32_t bits;

	bigint_begin(&scope, __func__);
	bits = (uint32_t)BN_num_bits(load(&scope, src));
	bigint_end(&scope);
	return bits;
}

/* §8.8.6 */
TEE_Result TEE_BigIntSetBit(TEE_BigInt *op, uint32_t bitIndex, bool value)
{
	struct bigint_scope scope;
	TEE_Result result;
	BIGNUM *number;

	if (bitIndex >= BIGINT_BITS_MAX)
		return value ? TEE_ERROR_OVERFLOW : TEE_SUCCESS;
	bigint_begin(&scope, __func__);
	number = load(&scope, op);
	/* OpenSSL refuses to clear what is beyond the number: that is clear already. */
	if (value)
		bigint_must(&scope, BN_set_bit(number, (int)bitIndex));
	else if (BN_is_bit_set(number, (int)bitIndex))
		bigint_must(&scope, BN_clear_bit(number, (int)bitIndex));
	result = store_or_overflow(&scope, op, number);
	bigint_end(&scope);
	return result;
}

/* §8.8.7 */
TEE_Result TEE_BigIntAssign(TEE_BigInt *dest, const TEE_BigInt *src)
{
	struct bigint_scope scope;
	TEE_Result result;

	bigint_begin(&scope, __func__);
	result = store_or_overflow(&scope, dest, load(&scope, src));
	bigint_end(&scope);
	return result;
}

/* §8.8.8 */
TEE_Result TEE_BigIntAbs(TEE_BigInt *dest, const TEE_BigInt *src)
{
	struct bigint_scope scope;
	TEE_Result result;
	BIGNUM *value;

	bigint_begin(&scope, __func__);
	value = load(&scope, src);
	BN_set_negative(value, 0);
	result = store_or_overflow(&scope, dest, value);
	bigint_end(&scope);
	return result;
}

/* §8.9.1 */
void TEE_BigIntAdd(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	BIGNUM *sum;

	bigint_begin(&scope, __func__);
	sum = bigint_new(&scope);
	bigint_must(&scope, BN_add(sum, load(&scope, op1), load(&scope, op2)));
	store(&scope, dest, sum);
	bigint_end(&scope);
}

/* §8.9.2 */
void TEE_BigIntSub(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	BIGNUM *difference;

	bigint_begin(&scope, __func__);
	difference = bigint_new(&scope);
	bigint_must(&scope, BN_sub(difference, load(&scope, op1), load(&scope, op2)));
	store(&scope, dest, difference);
	bigint_end(&scope);
}

/* §8.9.3 */
void TEE_BigIntNeg(TEE_BigInt *dest, const TEE_BigInt *op)
{
	struct bigint_scope scope;
	BIGNUM *value;

	bigint_begin(&scope, __func__);
	value = load(&scope, op);
	BN_set_negative(value, !BN_is_negative(value));
	store(&scope, dest, value);
	bigint_end(&scope);
}

/* §8.9.4 */
void TEE_BigIntMul(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	BIGNUM *product;

	bigint_begin(&scope, __func__);
	product = bigint_new(&scope);
	bigint_must(&scope, BN_mul(product, load(&scope, op1), load(&scope, op2), scope.ctx));
	store(&scope, dest, product);
	bigint_end(&scope);
}

/* §8.9.5 */
void TEE_BigIntSquare(TEE_BigInt *dest, const TEE_BigInt *op)
{
	struct bigint_scope scope;
	BIGNUM *square;

	bigint_begin(&scope, __func__);
	square = bigint_new(&scope);
	bigint_must(&scope, BN_sqr(square, load(&scope, op), scope.ctx));
	store(&scope, dest, square);
	bigint_end(&scope);
}

/* §8.9.6 */
void TEE_BigIntDiv(TEE_BigInt *dest_q, TEE_BigInt *dest_r, const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	BIGNUM *quotient;
	BIGNUM *remainder;
	BIGNUM *divisor;

	TEE_MISUSE_IF(dest_q && dest_q == dest_r, "quotient and remainder are one number");
	bigint_begin(&scope, __func__);
	quotient = bigint_new(&scope);
	remainder = bigint_new(&scope);
	divisor = load(&scope, op2);
	if (BN_is_zero(divisor))
		bigint_panic(&scope, "division by zero");
	bigint_must(&scope, BN_div(quotient, remainder, load(&scope, op1), divisor, scope.ctx));
	if (dest_q)
		store(&scope, dest_q, quotient);
	if (dest_r)
		store(&scope, dest_r, remainder);
	bigint_end(&scope);
}
