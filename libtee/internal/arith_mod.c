// SPDX-License-Identifier: BSD-2-Clause
/* Big integers: modular arithmetic, greatest common divisors, primes, fast form. GP Core 1.3 §8.5, §8.10 to §8.12. */
#include <tee_internal_api.h>

#include "libtee/internal/bigint.h"

/* Below this, dividing by all smaller numbers up to its root tells for sure what is prime. */
#define CERTAIN_BITS 32

static BIGNUM *load(struct bigint_scope *scope, const TEE_BigInt *from)
{
	return bigint_load(scope, from, BIGINT_NUMBER);
}

static void store_end(struct bigint_scope *scope, TEE_BigInt *to, const BIGNUM *value)
{
	bigint_store(scope, to, BIGINT_NUMBER, value);
	bigint_end(scope);
}

static BIGNUM *load_modulus(struct bigint_scope *scope, const TEE_BigInt *n)
{
	BIGNUM *modulus = load(scope, n);

	if (BN_is_negative(modulus) || BN_num_bits(modulus) < 2)
		bigint_panic(scope, "the modulus is below 2");
	return modulus;
}

/* §8.10.1 */
void TEE_BigIntMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	struct bigint_scope scope;
	BIGNUM *rest;

	bigint_begin(&scope, __func__);
	rest = bigint_new(&scope);
	bigint_must(&scope, BN_nnmod(rest, load(&scope, op), load_modulus(&scope, n), scope.ctx));
	store_end(&scope, dest, rest);
}

typedef int (*modular)(BIGNUM *result, const BIGNUM *a, const BIGNUM *b, const BIGNUM *m, BN_CTX *ctx);

static void modular_do(const char *function, modular what, TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2,
		       const TEE_BigInt *n)
{
	struct bigint_scope scope;
	BIGNUM *result;

	bigint_begin(&scope, function);
	result = bigint_new(&scope);
	bigint_must(&scope, what(result, load(&scope, op1), load(&scope, op2), load_modulus(&scope, n), scope.ctx));
	store_end(&scope, dest, result);
}

/* §8.10.2 */
void TEE_BigIntAddMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n)
{
	modular_do(__func__, BN_mod_add, dest, op1, op2, n);
}

/* §8.10.3 */
void TEE_BigIntSubMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n)
{
	modular_do(__func__, BN_mod_sub, dest, op1, op2, n);
}

/* §8.10.4 */
void TEE_BigIntMulMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n)
{
	modular_do(__func__, BN_mod_mul, dest, op1, op2, n);
}

/* §8.10.5 */
void TEE_BigIntSquareMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	modular_do(__func__, BN_mod_mul, dest, op, op, n);
}

/* §8.10.6 */
void TEE_BigIntInvMod(TEE_BigInt *dest, const TEE_BigInt *op, const TEE_BigInt *n)
{
	struct bigint_scope scope;
	BIGNUM *inverse;
	BIGNUM *value;
	BIGNUM *modulus;

	bigint_begin(&scope, __func__);
	inverse = bigint_new(&scope);
	value = load(&scope, op);
	modulus = load_modulus(&scope, n);
	BN_set_flags(value, BN_FLG_CONSTTIME);
	if (!BN_mod_inverse(inverse, value, modulus, scope.ctx))
		bigint_panic(&scope, "there is no inverse");
	store_end(&scope, dest, inverse);
}

/* The context's modulus, which must be n. */
static BIGNUM *load_context(struct bigint_scope *scope, const TEE_BigInt *n, const TEE_BigIntFMMContext *context)
{
	BIGNUM *modulus = load_modulus(scope, n);

	if (BN_cmp(modulus, bigint_load(scope, context, BIGINT_CONTEXT)))
		bigint_panic(scope, "the context is for another modulus");
	return modulus;
}

/* §8.10.7 */
TEE_Result TEE_BigIntExpMod(TEE_BigInt *dest, const TEE_BigInt *op1, const TEE_BigInt *op2, const TEE_BigInt *n,
			    const TEE_BigIntFMMContext *context)
{
	struct bigint_scope scope;
	BIGNUM *power;
	BIGNUM *base;
	BIGNUM *exponent;
	BIGNUM *modulus;

	bigint_begin(&scope, __func__);
	power = bigint_new(&scope);
	base = bigint_new(&scope);
	exponent = load(&scope, op2);
	modulus = context ? load_context(&scope, n, context) : load_modulus(&scope, n);
	if (BN_is_negative(exponent))
		bigint_panic(&scope, "the exponent is negative");
	bigint_must(&scope, BN_nnmod(base, load(&scope, op1), modulus, scope.ctx));
	/* The Montgomery form, which takes the same time whatever the bits are, exists for an odd modulus only. */
	if (BN_is_odd(modulus))
		BN_set_flags(exponent, BN_FLG_CONSTTIME);
	bigint_must(&scope, BN_mod_exp(power, base, exponent, modulus, scope.ctx));
	store_end(&scope, dest, power);
	return TEE_SUCCESS;
}

/* §8.11.1 */
bool TEE_BigIntRelativePrime(const TEE_BigInt *op1, const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	BIGNUM *gcd;
	bool prime;

	bigint_begin(&scope, __func__);
	gcd = bigint_new(&scope);
	bigint_must(&scope, BN_gcd(gcd, load(&scope, op1), load(&scope, op2), scope.ctx));
	prime = BN_is_one(gcd);
	bigint_end(&scope);
	return prime;
}

/* A row of Euclid's algorithm: r = s * |op1| + t * |op2|. */
struct euclid {
	BIGNUM *r, *s, *t;
};

static struct euclid row_new(struct bigint_scope *scope, BIGNUM *r, BN_ULONG s, BN_ULONG t)
{
	struct euclid row = { r, bigint_new(scope), bigint_new(scope) };

	bigint_must(scope, BN_set_word(row.s, s));
	bigint_must(scope, BN_set_word(row.t, t));
	return row;
}

/* older -= quotient * newer */
static void row_reduce(struct bigint_scope *scope, BIGNUM *older, const BIGNUM *newer, const BIGNUM *quotient,
		       BIGNUM *scratch)
{
	bigint_must(scope, BN_mul(scratch, newer, quotient, scope->ctx));
	bigint_must(scope, BN_sub(older, older, scratch));
}

/*
 * Euclid's algorithm, which ends after at most 1.44 steps a bit; its coefficients are the smallest ones (Knuth, The Art of
 * Computer Programming, 4.5.2, algorithm X). OpenSSL has the divisor alone.
 */
static struct euclid euclid_do(struct bigint_scope *scope, BIGNUM *a, BIGNUM *b)
{
	struct euclid older = row_new(scope, a, 1, 0);
	struct euclid newer = row_new(scope, b, 0, 1);
	BIGNUM *quotient = bigint_new(scope);
	BIGNUM *scratch = bigint_new(scope);

	while (!BN_is_zero(newer.r)) {
		struct euclid next = older;

		bigint_must(scope, BN_div(quotient, scratch, older.r, newer.r, scope->ctx));
		row_reduce(scope, next.r, newer.r, quotient, scratch);
		row_reduce(scope, next.s, newer.s, quotient, scratch);
		row_reduce(scope, next.t, newer.t, quotient, scratch);
		older = newer;
		newer = next;
	}
	return older;
}

/* §8.11.2 */
void TEE_BigIntComputeExtendedGcd(TEE_BigInt *gcd, TEE_BigInt *u, TEE_BigInt *v, const TEE_BigInt *op1,
				  const TEE_BigInt *op2)
{
	struct bigint_scope scope;
	struct euclid last;
	BIGNUM *a;
	BIGNUM *b;
	bool negative_a;
	bool negative_b;

	bigint_begin(&scope, __func__);
	a = load(&scope, op1);
	b = load(&scope, op2);
	if (BN_is_zero(a) && BN_is_zero(b))
		bigint_panic(&scope, "zero and zero have no greatest common divisor");
	negative_a = BN_is_negative(a);
	negative_b = BN_is_negative(b);
	BN_set_negative(a, 0);
	BN_set_negative(b, 0);
	last = euclid_do(&scope, a, b);
	BN_set_negative(last.s, BN_is_negative(last.s) != negative_a);
	BN_set_negative(last.t, BN_is_negative(last.t) != negative_b);
	bigint_store(&scope, gcd, BIGINT_NUMBER, last.r);
	if (u)
		bigint_store(&scope, u, BIGINT_NUMBER, last.s);
	if (v)
		bigint_store(&scope, v, BIGINT_NUMBER, last.t);
	bigint_end(&scope);
}

static bool small_prime(uint64_t number)
{
	uint64_t divisor;

	if (number < 4)
		return number > 1;
	for (divisor = 2; divisor * divisor <= number; divisor++)
		if (number % divisor == 0)
			return false;
	return true;
}

/* §8.11.3 */
int32_t TEE_BigIntIsProbablePrime(const TEE_BigInt *op, uint32_t confidenceLevel)
{
	struct bigint_scope scope;
	int32_t answer = 0;
	BIGNUM *value;
	int prime;

	/* OpenSSL makes 64 rounds and more, of which each leaves at most a quarter: 2^-128, more than anybody asks for. */
	(void)confidenceLevel;
	bigint_begin(&scope, __func__);
	value = load(&scope, op);
	if (BN_num_bits(value) <= CERTAIN_BITS) {
		answer = !BN_is_negative(value) && small_prime(BN_get_word(value));
	} else if (!BN_is_negative(value)) {
		prime = BN_check_prime(value, scope.ctx, NULL);
		if (prime < 0)
			bigint_panic(&scope, "OpenSSL failed: out of memory, or no random numbers");
		answer = prime ? -1 : 0;
	}
	bigint_end(&scope);
	return answer;
}

/* §8.5.2 */
size_t TEE_BigIntFMMContextSizeInU32(size_t modulusSizeInBits)
{
	return TEE_BigIntSizeInU32(modulusSizeInBits);
}

/* §8.5.3 */
size_t TEE_BigIntFMMSizeInU32(size_t modulusSizeInBits)
{
	return TEE_BigIntSizeInU32(modulusSizeInBits);
}

/* §8.6.2 */
TEE_Result TEE_BigIntInitFMMContext1(TEE_BigIntFMMContext *context, size_t len, const TEE_BigInt *modulus)
{
	struct bigint_scope scope;

	bigint_init(__func__, context, len, BIGINT_CONTEXT);
	bigint_begin(&scope, __func__);
	bigint_store(&scope, context, BIGINT_CONTEXT, load_modulus(&scope, modulus));
	bigint_end(&scope);
	return TEE_SUCCESS;
}

void TEE_BigIntInitFMMContext(TEE_BigIntFMMContext *context, size_t len, const TEE_BigInt *modulus)
{
	(void)!TEE_BigIntInitFMMContext1(context, len, modulus);
}

/* §8.6.3 */
void TEE_BigIntInitFMM(TEE_BigIntFMM *bigIntFMM, size_t len)
{
	bigint_init(__func__, bigIntFMM, len, BIGINT_FMM);
}

/*
 * §8.12: the fast form is the rest itself. To set Montgomery's up for a number costs OpenSSL more than a division does, and
 * an application's memory cannot hold what it sets up.
 */
void TEE_BigIntConvertToFMM(TEE_BigIntFMM *dest, const TEE_BigInt *src, const TEE_BigInt *n,
			    const TEE_BigIntFMMContext *context)
{
	struct bigint_scope scope;
	BIGNUM *rest;

	bigint_begin(&scope, __func__);
	rest = bigint_new(&scope);
	bigint_must(&scope, BN_nnmod(rest, load(&scope, src), load_context(&scope, n, context), scope.ctx));
	bigint_store(&scope, dest, BIGINT_FMM, rest);
	bigint_end(&scope);
}

/* §8.12.2 */
void TEE_BigIntConvertFromFMM(TEE_BigInt *dest, const TEE_BigIntFMM *src, const TEE_BigInt *n,
			      const TEE_BigIntFMMContext *context)
{
	struct bigint_scope scope;

	bigint_begin(&scope, __func__);
	(void)load_context(&scope, n, context);
	store_end(&scope, dest, bigint_load(&scope, src, BIGINT_FMM));
}

/* §8.12.3 */
void TEE_BigIntComputeFMM(TEE_BigIntFMM *dest, const TEE_BigIntFMM *op1, const TEE_BigIntFMM *op2, const TEE_BigInt *n,
			  const TEE_BigIntFMMContext *context)
{
	struct bigint_scope scope;
	BIGNUM *product;

	bigint_begin(&scope, __func__);
	product = bigint_new(&scope);
	bigint_must(&scope, BN_mod_mul(product, bigint_load(&scope, op1, BIGINT_FMM), bigint_load(&scope, op2, BIGINT_FMM),
				       load_context(&scope, n, context), scope.ctx));
	bigint_store(&scope, dest, BIGINT_FMM, product);
	bigint_end(&scope);
}
