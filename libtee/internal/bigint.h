/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Big integers between the application's memory and OpenSSL's numbers.
 *
 * One operation is a scope: begin it, load the operands, compute into numbers of the scope, store the results, end it.
 * Numbers of a scope are in the secure heap, as operands may be secrets, and are wiped at its end. Whatever fails panics in
 * the name of the function that began it.
 */
#ifndef LIBTEE_INTERNAL_BIGINT_H
#define LIBTEE_INTERNAL_BIGINT_H

#include <stdbool.h>

#include <openssl/bn.h>
#include <tee_internal_api.h>

/* The largest number, in bits: gpd.tee.arith.maxBigIntSize. */
#define BIGINT_BITS_MAX 8192

/* What memory was initialised as. */
enum bigint_kind {
	BIGINT_NUMBER = 0xb160,
	BIGINT_FMM = 0xb1f0,
	BIGINT_CONTEXT = 0xb1c0,
};

struct bigint_scope {
	const char *function;
	BN_CTX *ctx;
};

void bigint_begin(struct bigint_scope *scope, const char *function);
void bigint_end(struct bigint_scope *scope);

/* Memory of the application's becomes a zero of a kind; len is words. */
void bigint_init(const char *function, uint32_t *memory, size_t len, enum bigint_kind kind);

/* A number of the scope: zero, or the value of the application's. Both live until its end. */
BIGNUM *bigint_new(struct bigint_scope *scope);
BIGNUM *bigint_load(struct bigint_scope *scope, const uint32_t *from, enum bigint_kind kind);

/* Into the application's memory; false and nothing changed if it does not fit. */
bool bigint_store_if_fits(struct bigint_scope *scope, uint32_t *to, enum bigint_kind kind, const BIGNUM *value);

/* The same, but panics. */
void bigint_store(struct bigint_scope *scope, uint32_t *to, enum bigint_kind kind, const BIGNUM *value);

/* What OpenSSL answers: anything but 1 is out of memory, or a broken library. */
void bigint_must(struct bigint_scope *scope, int answer);

void bigint_panic(struct bigint_scope *scope, const char *why) __attribute__((noreturn));

#endif
