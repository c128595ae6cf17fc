// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/bigint.h"

#include <string.h>

#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words in memory are octets, least significant first");

/*
 * The head's two words: kind and capacity; sign and use. Capacity and use are words of the magnitude, which follows, least
 * significant first; what is beyond use is not looked at.
 */
#define HEAD 2
#define KIND_SHIFT 16
#define NEGATIVE 0x80000000u
#define WORDS_MAX (BIGINT_BITS_MAX / 32)

_Static_assert(TEE_BigIntSizeInU32(1) == HEAD + 1, "the macro knows the head");

void bigint_begin(struct bigint_scope *scope, const char *function)
{
	scope->function = function;
	scope->ctx = BN_CTX_secure_new();
	if (!scope->ctx)
		bigint_panic(scope, "out of memory");
	BN_CTX_start(scope->ctx);
}

void bigint_end(struct bigint_scope *scope)
{
	BN_CTX_end(scope->ctx);
	BN_CTX_free(scope->ctx);
}

void bigint_panic(struct bigint_scope *scope, const char *why)
{
	tee_panic_misuse(scope->function, why);
}

void bigint_must(struct bigint_scope *scope, int answer)
{
	if (answer != 1)
		bigint_panic(scope, "OpenSSL failed: out of memory, or the library is broken");
}

void bigint_init(const char *function, uint32_t *memory, size_t len, enum bigint_kind kind)
{
	if (len <= HEAD || len - HEAD > WORDS_MAX)
		tee_panic_misuse(function, "no number can have that length");
	tee_memory_own(function, memory, len * sizeof(*memory));
	memset(memory, 0, len * sizeof(*memory));
	memory[0] = (uint32_t)kind << KIND_SHIFT | (uint32_t)(len - HEAD);
}

/* Words of the magnitude that the memory has room for. */
static uint32_t capacity(const char *function, const uint32_t *memory, enum bigint_kind kind)
{
	uint32_t words;

	tee_memory_own(function, memory, HEAD * sizeof(*memory));
	words = memory[0] & ((1u << KIND_SHIFT) - 1);
	if (memory[0] >> KIND_SHIFT != kind || words > WORDS_MAX || (memory[1] & ~NEGATIVE) > words)
		tee_panic_misuse(function, "a number was not initialised as what it is used for");
	tee_memory_own(function, memory, (HEAD + words) * sizeof(*memory));
	return words;
}

BIGNUM *bigint_new(struct bigint_scope *scope)
{
	BIGNUM *number = BN_CTX_get(scope->ctx);

	if (!number)
		bigint_panic(scope, "out of memory");
	return number;
}

BIGNUM *bigint_load(struct bigint_scope *scope, const uint32_t *from, enum bigint_kind kind)
{
	BIGNUM *number = bigint_new(scope);
	uint32_t used;

	(void)capacity(scope->function, from, kind);
	used = from[1] & ~NEGATIVE;
	if (!BN_lebin2bn((const unsigned char *)(from + HEAD), (int)(used * sizeof(*from)), number))
		bigint_panic(scope, "out of memory");
	BN_set_negative(number, from[1] & NEGATIVE ? 1 : 0);
	return number;
}

bool bigint_store_if_fits(struct bigint_scope *scope, uint32_t *to, enum bigint_kind kind, const BIGNUM *value)
{
	uint32_t words = capacity(scope->function, to, kind);
	uint32_t used = ((uint32_t)BN_num_bits(value) + 31) / 32;

	if (used > words)
		return false;
	/* All of the room is written, so that nothing of a longer secret stays behind. */
	if (BN_bn2lebinpad(value, (unsigned char *)(to + HEAD), (int)(words * sizeof(*to))) < 0)
		bigint_panic(scope, "OpenSSL is broken");
	to[1] = used | (BN_is_negative(value) ? NEGATIVE : 0);
	return true;
}

void bigint_store(struct bigint_scope *scope, uint32_t *to, enum bigint_kind kind, const BIGNUM *value)
{
	if (!bigint_store_if_fits(scope, to, kind, value))
		bigint_panic(scope, "the result does not fit");
}
