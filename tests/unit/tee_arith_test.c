// SPDX-License-Identifier: BSD-2-Clause
/* Big integers (GP Core 1.3 §8): published values, known answers, and thousands of comparisons with OpenSSL's numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "tests/unit/tee_fixture.h"

#define WORDS TEE_BigIntSizeInU32(4096)

/* RFC 5054 appendix A, 1024-bit group; appendix B, a and A = 2^a. */
#define SRP_N \
	"EEAF0AB9ADB38DD69C33F80AFA8FC5E86072618775FF3C0B9EA2314C9C256576D674DF7496EA81D3383B4813D692C6E0E0D5D8E250B98BE4" \
	"8E495C1D6089DAD15DC7D7B46154D6B6CE8EF4AD69B15D4982559B297BCF1885C529F566660E57EC68EDBC3C05726CC02FD4CBF4976EAA9A" \
	"FD5138FE8376435B9FC61D2FC0EB06E3"
#define SRP_PRIVATE "60975527035CF2AD1989806F0407210BC81EDC04E2762A56AFD529DDDA2D4393"
#define SRP_PUBLIC \
	"61D5E490F6F1B79547B0704C436F523DD0E560F0C64115BB72557EC44352E8903211C04692272D8B2D1A5358A2CF1B6E0BFCF99F921530EC" \
	"8E39356179EAE45E42BA92AEACED825171E1E8B9AF6D9C03E1327F44BE087EF06530E69F66615261EEF54073CA11CF5858F0EDFDFE15EFEA" \
	"B349EF5D76988A3672FAC47B0769447B"
/* 2^255 - 19 and the inverses of 2 and 9. */
#define P25519 "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED"

/* A number of the application's for each hexadecimal text, which may begin with a minus. */
static TEE_BigInt *number(TEE_BigInt memory[WORDS], const char *hex)
{
	BIGNUM *value = NULL;
	uint8_t bytes[1024];

	TEE_BigIntInit(memory, WORDS);
	assert_true(BN_hex2bn(&value, hex) > 0);
	BN_bn2bin(value, bytes);
	assert_int_equal(TEE_BigIntConvertFromOctetString(memory, bytes, (size_t)BN_num_bytes(value), BN_is_negative(value) ? -1 : 1),
			 TEE_SUCCESS);
	BN_free(value);
	return memory;
}

/* The text of a number, without leading zeros; of the caller's until the next call but three. */
static const char *text(const TEE_BigInt *from)
{
	static char texts[4][1100];
	static unsigned int turn;
	uint8_t bytes[520];
	size_t size = sizeof(bytes);
	BIGNUM *value = BN_new();
	char *hex;
	char *to = texts[turn++ % 4];

	assert_int_equal(TEE_BigIntConvertToOctetString(bytes, &size, from), TEE_SUCCESS);
	BN_bin2bn(bytes, (int)size, value);
	BN_set_negative(value, TEE_BigIntCmpS32(from, 0) < 0);
	hex = BN_bn2hex(value);
	strcpy(to, hex);
	OPENSSL_free(hex);
	BN_free(value);
	return to;
}

static void expect(const char *name, const TEE_BigInt *got, const char *want)
{
	TEE_BigInt wanted[WORDS];

	if (TEE_BigIntCmp(got, number(wanted, want)))
		fail_msg("%s: %s, not %s", name, text(got), want);
}

static void octets(void **state)
{
	static const struct {
		const char *name, *hex, *back;
	} rows[] = {
		{ "zero is empty", "", "" },
		{ "zeros in front do not count", "000001", "01" },
		{ "a byte", "ff", "ff" },
		{ "a word and one", "0100000000", "0100000000" },
		{ "many", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20ff", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20ff" },
	};
	TEE_BigInt memory[WORDS];
	TEE_BigInt tiny[TEE_BigIntSizeInU32(33)];
	uint8_t in[1024], want[1024], out[1024];
	size_t i;

	(void)state;
	TEE_BigIntInit(memory, WORDS);
	for (i = 0; i < ROWS(rows); i++) {
		size_t size = fixture_hex(rows[i].hex, in);
		size_t known = fixture_hex(rows[i].back, want);
		size_t room = known;

		if (TEE_BigIntConvertFromOctetString(memory, in, size, 0) ||
		    TEE_BigIntConvertToOctetString(out, &room, memory) || room != known || memcmp(out, want, known))
			fail_msg("%s", rows[i].name);
		if (!known)
			continue;
		room = known - 1;
		assert_int_equal(TEE_BigIntConvertToOctetString(out, &room, memory), TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(room, known);
	}
	TEE_BigIntInit(tiny, ROWS(tiny));
	assert_int_equal(TEE_BigIntConvertFromOctetString(tiny, in, 8, -1), TEE_SUCCESS);
	assert_int_equal(TEE_BigIntConvertFromOctetString(tiny, in, 9, 1), TEE_ERROR_OVERFLOW);
	assert_true(TEE_BigIntCmpS32(tiny, 0) < 0);
	memset(in, 1, sizeof(in));
	assert_int_equal(TEE_BigIntConvertFromOctetString(memory, in, sizeof(in), 1), TEE_ERROR_OVERFLOW);
}

static void s32(void **state)
{
	static const struct {
		const char *hex;
		int32_t value;
		TEE_Result result;
	} rows[] = {
		{ "0", 0, TEE_SUCCESS },
		{ "1", 1, TEE_SUCCESS },
		{ "-1", -1, TEE_SUCCESS },
		{ "7fffffff", INT32_MAX, TEE_SUCCESS },
		{ "-80000000", INT32_MIN, TEE_SUCCESS },
		{ "80000000", 0, TEE_ERROR_OVERFLOW },
		{ "-80000001", 0, TEE_ERROR_OVERFLOW },
		{ "100000000", 0, TEE_ERROR_OVERFLOW },
	};
	TEE_BigInt memory[WORDS];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int32_t value = 0;

		number(memory, rows[i].hex);
		if (TEE_BigIntConvertToS32(&value, memory) != rows[i].result || value != rows[i].value)
			fail_msg("%s: %d", rows[i].hex, value);
		if (rows[i].result)
			continue;
		TEE_BigIntConvertFromS32(memory, rows[i].value);
		expect("from 32 bits", memory, rows[i].hex);
		assert_int_equal(TEE_BigIntCmpS32(memory, rows[i].value), 0);
	}
}

static void comparing(void **state)
{
	static const struct {
		const char *a, *b;
		int sign;
	} rows[] = {
		{ "0", "0", 0 }, { "1", "0", 1 }, { "-1", "0", -1 }, { "-1", "-2", 1 }, { "-5", "4", -1 },
		{ "100000000", "ffffffff", 1 }, { P25519, P25519, 0 }, { SRP_N, P25519, 1 },
	};
	TEE_BigInt a[WORDS], b[WORDS];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		int32_t order = TEE_BigIntCmp(number(a, rows[i].a), number(b, rows[i].b));

		if ((order > 0) - (order < 0) != rows[i].sign)
			fail_msg("%s, %s", rows[i].a, rows[i].b);
	}
	assert_true(TEE_BigIntCmpS32(number(a, "-100000000"), INT32_MIN) < 0);
	assert_true(TEE_BigIntCmpS32(number(a, "80000000"), INT32_MAX) > 0);
}

static void bits(void **state)
{
	TEE_BigInt a[WORDS], b[WORDS];
	TEE_BigInt tiny[TEE_BigIntSizeInU32(32)];

	(void)state;
	number(a, "-8000000000000001");
	assert_int_equal(TEE_BigIntGetBitCount(a), 64);
	assert_true(TEE_BigIntGetBit(a, 0) && !TEE_BigIntGetBit(a, 1) && TEE_BigIntGetBit(a, 63));
	assert_false(TEE_BigIntGetBit(a, 64) || TEE_BigIntGetBit(a, UINT32_MAX));
	assert_int_equal(TEE_BigIntGetBitCount(number(b, "0")), 0);
	TEE_BigIntShiftRight(b, a, 60);
	expect("a shift keeps the sign", b, "-8");
	TEE_BigIntShiftRight(a, a, 64);
	expect("all shifted out", a, "0");
	TEE_BigIntShiftRight(a, number(b, SRP_N), 0);
	expect("no shift", a, SRP_N);
	TEE_BigIntShiftRight(a, b, SIZE_MAX);
	expect("a shift without end", a, "0");
	assert_int_equal(TEE_BigIntSetBit(number(a, "-5"), 1, true), TEE_SUCCESS);
	expect("set", a, "-7");
	assert_int_equal(TEE_BigIntSetBit(a, 2, false), TEE_SUCCESS);
	expect("cleared", a, "-3");
	assert_int_equal(TEE_BigIntSetBit(a, 4095, true), TEE_SUCCESS);
	assert_int_equal(TEE_BigIntGetBitCount(a), 4096);
	assert_int_equal(TEE_BigIntSetBit(a, 4096, true), TEE_ERROR_OVERFLOW);
	assert_int_equal(TEE_BigIntSetBit(a, UINT32_MAX, true), TEE_ERROR_OVERFLOW);
	assert_int_equal(TEE_BigIntSetBit(a, UINT32_MAX, false), TEE_SUCCESS);
	assert_int_equal(TEE_BigIntSetBit(number(a, "1"), 77, false), TEE_SUCCESS);
	expect("clear already", a, "1");
	TEE_BigIntInit(tiny, ROWS(tiny));
	assert_int_equal(TEE_BigIntAssign(tiny, number(a, "-ffffffff")), TEE_SUCCESS);
	expect("assigned", tiny, "-ffffffff");
	assert_int_equal(TEE_BigIntAbs(tiny, tiny), TEE_SUCCESS);
	expect("without its sign", tiny, "ffffffff");
	assert_int_equal(TEE_BigIntAssign(tiny, number(a, "100000000")), TEE_ERROR_OVERFLOW);
	assert_int_equal(TEE_BigIntAbs(tiny, a), TEE_ERROR_OVERFLOW);
	expect("as before", tiny, "ffffffff");
}

/* GP Core 1.3 §8.9.6: the quotient is rounded towards zero, the remainder has the dividend's sign. */
static void division(void **state)
{
	static const struct {
		const char *a, *b, *quotient, *remainder;
	} rows[] = {
		{ "7", "2", "3", "1" }, { "-7", "2", "-3", "-1" }, { "7", "-2", "-3", "1" }, { "-7", "-2", "3", "-1" },
		{ "0", "5", "0", "0" }, { "1", SRP_N, "0", "1" },
		{ "10000000000000000", "ffffffff", "100000001", "1" },
	};
	TEE_BigInt a[WORDS], b[WORDS], q[WORDS], r[WORDS];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		number(q, "0");
		number(r, "0");
		TEE_BigIntDiv(q, r, number(a, rows[i].a), number(b, rows[i].b));
		expect(rows[i].a, q, rows[i].quotient);
		expect(rows[i].a, r, rows[i].remainder);
		TEE_BigIntDiv(NULL, a, a, b);
		expect("only the remainder, into the dividend", a, rows[i].remainder);
		TEE_BigIntDiv(b, NULL, number(a, rows[i].a), b);
		expect("only the quotient, into the divisor", b, rows[i].quotient);
	}
}

static void published_exponentiation(void **state)
{
	TEE_BigInt base[WORDS], exponent[WORDS], modulus[WORDS], power[WORDS];
	TEE_BigIntFMMContext context[WORDS];

	(void)state;
	number(power, "0");
	number(base, "2");
	number(exponent, SRP_PRIVATE);
	number(modulus, SRP_N);
	assert_int_equal(TEE_BigIntExpMod(power, base, exponent, modulus, NULL), TEE_SUCCESS);
	expect("RFC 5054 appendix B", power, SRP_PUBLIC);
	assert_int_equal(TEE_BigIntInitFMMContext1(context, TEE_BigIntFMMContextSizeInU32(1024), modulus), TEE_SUCCESS);
	assert_int_equal(TEE_BigIntExpMod(base, base, exponent, modulus, context), TEE_SUCCESS);
	expect("with a context", base, SRP_PUBLIC);
	assert_int_equal(TEE_BigIntExpMod(power, number(base, "-3"), number(exponent, "3"), number(modulus, "10"), NULL), TEE_SUCCESS);
	expect("an even modulus, a negative base", power, "5");
	assert_int_equal(TEE_BigIntExpMod(power, base, number(exponent, "0"), modulus, NULL), TEE_SUCCESS);
	expect("to the power of 0", power, "1");
}

static void inverses(void **state)
{
	static const struct {
		const char *a, *n, *inverse;
	} rows[] = {
		{ "2", P25519, "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7" },
		{ "9", P25519, "471C71C71C71C71C71C71C71C71C71C71C71C71C71C71C71C71C71C71C71C712" },
		{ "3", "a", "7" }, { "-3", "a", "3" }, { "d", "a", "7" },
	};
	TEE_BigInt a[WORDS], n[WORDS], inverse[WORDS];
	size_t i;

	(void)state;
	number(inverse, "0");
	for (i = 0; i < ROWS(rows); i++) {
		TEE_BigIntInvMod(inverse, number(a, rows[i].a), number(n, rows[i].n));
		expect(rows[i].a, inverse, rows[i].inverse);
	}
}

static void divisors(void **state)
{
	static const struct {
		const char *a, *b, *gcd, *u, *v;
	} rows[] = {
		{ "f0", "2e", "2", "-9", "2f" },
		{ "-f0", "2e", "2", "9", "2f" },
		{ "f0", "-2e", "2", "-9", "-2f" },
		{ "123456789abcdef0123456789abcdef", "fedcba9876543210", "f", "139ad346ce06791", "-1667cce33499aed8b3f1a580be735" },
		{ "7", "7", "7", "0", "1" },
		{ "7", "-15", "7", "1", "0" },
		{ "15", "7", "7", "0", "1" },
		{ "0", "-5", "5", "0", "-1" },
		{ "5", "0", "5", "1", "0" },
	};
	TEE_BigInt a[WORDS], b[WORDS], gcd[WORDS], u[WORDS], v[WORDS];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		number(gcd, "0");
		number(u, "0");
		number(v, "0");
		TEE_BigIntComputeExtendedGcd(gcd, u, v, number(a, rows[i].a), number(b, rows[i].b));
		expect(rows[i].a, gcd, rows[i].gcd);
		expect(rows[i].a, u, rows[i].u);
		expect(rows[i].a, v, rows[i].v);
		TEE_BigIntComputeExtendedGcd(a, NULL, NULL, a, b);
		expect("the divisor alone", a, rows[i].gcd);
	}
	assert_true(TEE_BigIntRelativePrime(number(a, "e"), number(b, "-f")));
	assert_false(TEE_BigIntRelativePrime(number(a, "e"), number(b, "15")));
	assert_false(TEE_BigIntRelativePrime(number(a, "0"), number(b, "2")));
	assert_true(TEE_BigIntRelativePrime(number(a, "0"), number(b, "1")));
}

static void primes(void **state)
{
	static const struct {
		const char *name, *hex;
		int32_t answer;
	} rows[] = {
		{ "negative", "-7", 0 }, { "zero", "0", 0 }, { "one", "1", 0 }, { "two", "2", 1 }, { "three", "3", 1 },
		{ "four", "4", 0 }, { "Carmichael's smallest", "231", 0 }, { "2^31 - 1", "7fffffff", 1 },
		{ "Fermat's fifth, 641 * 6700417", "100000001", 0 }, { "2^32 - 5", "fffffffb", 1 },
		{ "the square of 65521", "ffe200e1", 0 }, { "2^61 - 1", "1fffffffffffffff", -1 },
		{ "2^67 - 1, Cole's", "7ffffffffffffffff", 0 }, { "2^255 - 19", P25519, -1 }, { "RFC 5054's", SRP_N, -1 },
		{ "a public value there", SRP_PUBLIC, 0 }, { "its negative", "-" P25519, 0 },
	};
	TEE_BigInt a[WORDS];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		if (TEE_BigIntIsProbablePrime(number(a, rows[i].hex), 80) != rows[i].answer)
			fail_msg("%s", rows[i].name);
}

/* --- against OpenSSL --- */

/* A generator of its own, so that a failure can be repeated: xorshift64 (Marsaglia 2003). */
static uint64_t seed = 88172645463325252u;

static uint32_t next(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % below;
}

struct operand {
	TEE_BigInt memory[WORDS];
	BIGNUM *value;
};

static void operand_any(struct operand *operand, uint32_t bytes_max)
{
	uint8_t bytes[256];
	uint32_t size = next(bytes_max + 1);
	uint32_t i;
	bool negative = next(2);

	/* Runs of equal bits find more than random ones. */
	for (i = 0; i < size; i++)
		bytes[i] = (uint8_t)(next(4) ? next(256) : next(2) * 255);
	if (!operand->value)
		operand->value = BN_new();
	BN_bin2bn(bytes, (int)size, operand->value);
	BN_set_negative(operand->value, negative);
	TEE_BigIntInit(operand->memory, WORDS);
	assert_int_equal(TEE_BigIntConvertFromOctetString(operand->memory, bytes, size, negative ? -1 : 1), TEE_SUCCESS);
}

/* 3 or more. */
static void operand_modulus(struct operand *operand)
{
	do
		operand_any(operand, 64);
	while (BN_num_bits(operand->value) < 2);
	BN_set_negative(operand->value, 0);
	assert_int_equal(TEE_BigIntAbs(operand->memory, operand->memory), TEE_SUCCESS);
}

static void same(const char *name, unsigned int round, const TEE_BigInt *got, const BIGNUM *want)
{
	char *hex = BN_bn2hex(want);
	TEE_BigInt wanted[WORDS];

	if (TEE_BigIntCmp(got, number(wanted, hex)))
		fail_msg("round %u, %s: %s, not %s", round, name, text(got), hex);
	OPENSSL_free(hex);
}

static void basic_round(unsigned int round, struct operand *a, struct operand *b, BIGNUM *want, BIGNUM *rest, BN_CTX *ctx)
{
	TEE_BigInt got[WORDS], other[WORDS];
	uint32_t shift = next(300);

	number(got, "0");
	number(other, "0");
	assert_int_equal((TEE_BigIntCmp(a->memory, b->memory) > 0) - (TEE_BigIntCmp(a->memory, b->memory) < 0), BN_cmp(a->value, b->value));
	BN_add(want, a->value, b->value);
	TEE_BigIntAdd(got, a->memory, b->memory);
	same("sum", round, got, want);
	BN_sub(want, a->value, b->value);
	TEE_BigIntSub(got, a->memory, b->memory);
	same("difference", round, got, want);
	BN_mul(want, a->value, b->value, ctx);
	TEE_BigIntMul(got, a->memory, b->memory);
	same("product", round, got, want);
	BN_sqr(want, a->value, ctx);
	TEE_BigIntSquare(got, a->memory);
	same("square", round, got, want);
	BN_copy(want, a->value);
	BN_set_negative(want, !BN_is_negative(want));
	TEE_BigIntNeg(got, a->memory);
	same("negative", round, got, want);
	BN_rshift(want, a->value, (int)shift);
	TEE_BigIntShiftRight(got, a->memory, shift);
	same("shift", round, got, want);
	if (!BN_is_zero(b->value)) {
		BN_div(want, rest, a->value, b->value, ctx);
		TEE_BigIntDiv(got, other, a->memory, b->memory);
		same("quotient", round, got, want);
		same("remainder", round, other, rest);
	}
}

static void modular_round(unsigned int round, struct operand *a, struct operand *b, struct operand *n, BIGNUM *want, BN_CTX *ctx)
{
	TEE_BigIntFMMContext context[WORDS];
	TEE_BigIntFMM fast_a[WORDS], fast_b[WORDS];
	TEE_BigInt got[WORDS], u[WORDS], v[WORDS];

	number(got, "0");
	BN_nnmod(want, a->value, n->value, ctx);
	TEE_BigIntMod(got, a->memory, n->memory);
	same("rest", round, got, want);
	BN_mod_add(want, a->value, b->value, n->value, ctx);
	TEE_BigIntAddMod(got, a->memory, b->memory, n->memory);
	same("modular sum", round, got, want);
	BN_mod_sub(want, a->value, b->value, n->value, ctx);
	TEE_BigIntSubMod(got, a->memory, b->memory, n->memory);
	same("modular difference", round, got, want);
	BN_mod_sqr(want, a->value, n->value, ctx);
	TEE_BigIntSquareMod(got, a->memory, n->memory);
	same("modular square", round, got, want);
	BN_mod_mul(want, a->value, b->value, n->value, ctx);
	TEE_BigIntMulMod(got, a->memory, b->memory, n->memory);
	same("modular product", round, got, want);
	TEE_BigIntInitFMMContext(context, WORDS, n->memory);
	TEE_BigIntInitFMM(fast_a, TEE_BigIntFMMSizeInU32((size_t)BN_num_bits(n->value)));
	TEE_BigIntInitFMM(fast_b, WORDS);
	TEE_BigIntConvertToFMM(fast_a, a->memory, n->memory, context);
	TEE_BigIntConvertToFMM(fast_b, b->memory, n->memory, context);
	TEE_BigIntComputeFMM(fast_a, fast_a, fast_b, n->memory, context);
	TEE_BigIntConvertFromFMM(got, fast_a, n->memory, context);
	same("fast product", round, got, want);
	/* The coefficients are checked by what they are for, the divisor by OpenSSL. */
	if (BN_is_zero(a->value) && BN_is_zero(b->value))
		return;
	number(u, "0");
	number(v, "0");
	TEE_BigIntComputeExtendedGcd(got, u, v, a->memory, b->memory);
	BN_gcd(want, a->value, b->value, ctx);
	same("greatest common divisor", round, got, want);
	assert_int_equal(TEE_BigIntRelativePrime(a->memory, b->memory), BN_is_one(want));
	TEE_BigIntMul(u, u, a->memory);
	TEE_BigIntMul(v, v, b->memory);
	TEE_BigIntAdd(u, u, v);
	same("u and v", round, u, want);
}

static void exponent_round(unsigned int round, struct operand *a, struct operand *b, struct operand *n, BIGNUM *want, BN_CTX *ctx)
{
	TEE_BigInt got[WORDS];
	BIGNUM *base = BN_new();

	number(got, "0");
	BN_set_negative(b->value, 0);
	assert_int_equal(TEE_BigIntAbs(b->memory, b->memory), TEE_SUCCESS);
	BN_nnmod(base, a->value, n->value, ctx);
	BN_mod_exp(want, base, b->value, n->value, ctx);
	assert_int_equal(TEE_BigIntExpMod(got, a->memory, b->memory, n->memory, NULL), TEE_SUCCESS);
	same("power", round, got, want);
	if (BN_mod_inverse(want, a->value, n->value, ctx)) {
		TEE_BigIntInvMod(got, a->memory, n->memory);
		same("inverse", round, got, want);
	}
	BN_free(base);
}

static void against_openssl(void **state)
{
	struct operand a = { .value = NULL }, b = { .value = NULL }, n = { .value = NULL };
	BIGNUM *want = BN_new();
	BIGNUM *rest = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	unsigned int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		uint32_t most = round % 2 ? 12 : 200;

		operand_any(&a, most);
		operand_any(&b, most);
		basic_round(round, &a, &b, want, rest, ctx);
		operand_modulus(&n);
		modular_round(round, &a, &b, &n, want, ctx);
		if (round % 4 == 0)
			exponent_round(round, &a, &b, &n, want, ctx);
	}
	BN_CTX_free(ctx);
	BN_free(rest);
	BN_free(want);
	BN_free(a.value);
	BN_free(b.value);
	BN_free(n.value);
}

/* --- panics --- */

static TEE_BigInt one[WORDS], zero[WORDS], four[WORDS], full[TEE_BigIntSizeInU32(32)], fresh[WORDS];
static TEE_BigIntFMMContext four_context[WORDS];

static void never_initialised(void *arg) { (void)arg; TEE_BigIntAdd(fresh, one, one); }
static void operand_never_initialised(void *arg) { (void)arg; TEE_BigIntAdd(zero, one, fresh); }
static void no_length(void *arg) { (void)arg; TEE_BigIntInit(fresh, 2); }
static void too_long(void *arg) { (void)arg; TEE_BigIntInit(fresh, TEE_BigIntSizeInU32(8193)); }
static void sum_too_large(void *arg) { (void)arg; TEE_BigIntAdd(full, full, one); }
static void divide_by_zero(void *arg) { (void)arg; TEE_BigIntDiv(fresh, NULL, one, zero); }
static void one_for_both(void *arg) { (void)arg; TEE_BigIntDiv(four, four, four, one); }
static void modulus_one(void *arg) { (void)arg; TEE_BigIntMod(four, four, one); }
static void modulus_negative(void *arg) { (void)arg; TEE_BigIntNeg(four, four); TEE_BigIntMulMod(four, one, one, four); }
static void no_inverse(void *arg) { (void)arg; TEE_BigIntConvertFromS32(one, 2); TEE_BigIntInvMod(one, one, four); }
static void inverse_of_zero(void *arg) { (void)arg; TEE_BigIntInvMod(one, zero, four); }
static void exponent_negative(void *arg)
{
	(void)arg;
	TEE_BigIntNeg(one, one);
	(void)!TEE_BigIntExpMod(one, one, one, four, NULL);
}
static void divisor_of_zeros(void *arg) { (void)arg; TEE_BigIntComputeExtendedGcd(four, NULL, NULL, zero, zero); }
static void other_context(void *arg)
{
	(void)arg;
	TEE_BigIntConvertFromS32(one, 5);
	(void)!TEE_BigIntExpMod(one, one, one, one, four_context);
}
static void context_as_number(void *arg) { (void)arg; TEE_BigIntAdd(one, one, four_context); }
static void number_as_fast(void *arg) { (void)arg; TEE_BigIntConvertToFMM(one, one, four, four_context); }
static void null_operand(void *arg) { (void)arg; (void)!TEE_BigIntGetBit(NULL, 0); }

static void misuse(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} rows[] = {
		{ "a result that was never initialised", never_initialised },
		{ "an operand that was never initialised", operand_never_initialised },
		{ "a length without room for any digit", no_length },
		{ "a length above the largest", too_long },
		{ "a sum that does not fit", sum_too_large },
		{ "division by zero", divide_by_zero },
		{ "one number for quotient and remainder", one_for_both },
		{ "modulus 1", modulus_one },
		{ "a negative modulus", modulus_negative },
		{ "no inverse", no_inverse },
		{ "the inverse of zero", inverse_of_zero },
		{ "a negative exponent", exponent_negative },
		{ "the divisor of two zeros", divisor_of_zeros },
		{ "a context for another modulus", other_context },
		{ "a context as a number", context_as_number },
		{ "a number in place of a fast one", number_as_fast },
		{ "no number", null_operand },
	};
	size_t i;

	(void)state;
	memset(fresh, 0xa5, sizeof(fresh));
	number(one, "1");
	number(zero, "0");
	number(four, "4");
	TEE_BigIntInit(full, ROWS(full));
	assert_int_equal(TEE_BigIntConvertFromOctetString(full, (const uint8_t *)"\xff\xff\xff\xff", 4, 1), TEE_SUCCESS);
	TEE_BigIntInitFMMContext(four_context, WORDS, four);
	for (i = 0; i < ROWS(rows); i++)
		fixture_panics(rows[i].name, rows[i].body, NULL);
}

/* A longer number that was there before leaves nothing behind. */
static void no_remains(void **state)
{
	TEE_BigInt a[WORDS];
	size_t i;

	(void)state;
	number(a, SRP_N);
	TEE_BigIntConvertFromS32(a, 1);
	for (i = 3; i < WORDS; i++)
		assert_int_equal(a[i], 0);
}

static void largest_size(void **state)
{
	uint32_t value = 0;

	(void)state;
	assert_int_equal(TEE_GetPropertyAsU32(TEE_PROPSET_TEE_IMPLEMENTATION, "gpd.tee.arith.maxBigIntSize", &value), TEE_SUCCESS);
	assert_int_equal(value, 8192);
	assert_int_equal(TEE_BigIntSizeInU32(1), 3);
	assert_int_equal(TEE_BigIntSizeInU32(32), 3);
	assert_int_equal(TEE_BigIntSizeInU32(33), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets),
		cmocka_unit_test(s32),
		cmocka_unit_test(comparing),
		cmocka_unit_test(bits),
		cmocka_unit_test(division),
		cmocka_unit_test(published_exponentiation),
		cmocka_unit_test(inverses),
		cmocka_unit_test(divisors),
		cmocka_unit_test(primes),
		cmocka_unit_test(against_openssl),
		cmocka_unit_test(misuse),
		cmocka_unit_test(no_remains),
		cmocka_unit_test(largest_size),
	};
	char *dir = fixture_dir();
	int failed;

	fixture_host(dir);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	tee_host_stop();
	fixture_dir_remove(&dir);
	return failed;
}
