// SPDX-License-Identifier: BSD-2-Clause
/*
 * What libtee adds to OpenSSL: the speed of an operation through the Internal Core API, relative to the same calls of
 * OpenSSL (1: none lost). No channel is involved, so this runs on the host, in one process. Both sides take turns, a sample
 * of each a round, so what else the machine does falls on both; a figure is the ratio of the medians. What is measured is
 * this thread's time on the processor, which others cannot take away.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "tests/bench/stats.h"

#define ROUNDS_MAX 10000
#define SAMPLE_NS 500000	/* a sample takes about so long: short, so that few are disturbed */
#define MIB ((size_t)1 << 20)
#define NONCE "nonce-nonce-"

/* The library asks for it; nothing here does. */
const struct ta_head ta_head = { .flags = TA_FLAG_SINGLE_INSTANCE, .version = "1", .description = "benchmark" };

static struct state {
	uint8_t *in, *out;
	uint8_t key[32];
	EVP_CIPHER *gcm;
	EVP_CIPHER_CTX *cipher;
	EVP_MD *sha256;
	EVP_MD_CTX *md;
	EVP_PKEY *pkey;
	TEE_OperationHandle encrypt, digest, sign;
} state;

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "crypto: line %d: %s does not hold\n", __LINE__, #condition); \
			exit(1); \
		} \
	} while (0)

/* --- one turn of each kind --- */

static void gcm_tee(void)
{
	uint8_t tag[16];
	size_t size = MIB;
	size_t tag_size = sizeof(tag);

	CHECK(!TEE_AEInit(state.encrypt, NONCE, 12, 128, 0, 0));
	CHECK(!TEE_AEEncryptFinal(state.encrypt, state.in, MIB, state.out, &size, tag, &tag_size));
}

static void gcm_openssl(void)
{
	uint8_t tag[16];
	int n;

	CHECK(EVP_EncryptInit_ex2(state.cipher, state.gcm, state.key, (const uint8_t *)NONCE, NULL) == 1);
	CHECK(EVP_EncryptUpdate(state.cipher, state.out, &n, state.in, (int)MIB) == 1);
	CHECK(EVP_EncryptFinal_ex(state.cipher, state.out + n, &n) == 1);
	CHECK(EVP_CIPHER_CTX_ctrl(state.cipher, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) == 1);
}

static void sha256_tee(void)
{
	size_t size = 32;

	CHECK(!TEE_DigestDoFinal(state.digest, state.in, MIB, state.out, &size));
}

static void sha256_openssl(void)
{
	CHECK(EVP_DigestInit_ex2(state.md, state.sha256, NULL) == 1);
	CHECK(EVP_DigestUpdate(state.md, state.in, MIB) == 1);
	CHECK(EVP_DigestFinal_ex(state.md, state.out, NULL) == 1);
}

static void ed25519_tee(void)
{
	size_t size = 64;

	CHECK(!TEE_AsymmetricSignDigest(state.sign, NULL, 0, state.in, 64, state.out, &size));
}

static void ed25519_openssl(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = 64;

	CHECK(EVP_DigestSignInit(ctx, NULL, NULL, NULL, state.pkey) == 1);
	CHECK(EVP_DigestSign(ctx, state.out, &size, state.in, 64) == 1);
	EVP_MD_CTX_free(ctx);
}

static const struct load {
	const char *key, *what;
	void (*tee)(void);
	void (*openssl)(void);
} loads[] = {
	{ "aes_gcm_1m_per_openssl", "AES-256-GCM, 1 MiB", gcm_tee, gcm_openssl },
	{ "sha256_1m_per_openssl", "SHA-256, 1 MiB", sha256_tee, sha256_openssl },
	{ "ed25519_sign_per_openssl", "Ed25519, signing 64 bytes", ed25519_tee, ed25519_openssl },
};

#define LOADS (sizeof(loads) / sizeof(loads[0]))

/* --- what they need --- */

static TEE_ObjectHandle secret_key(void)
{
	TEE_ObjectHandle key;
	TEE_Attribute attr;

	CHECK(!TEE_AllocateTransientObject(TEE_TYPE_AES, 256, &key));
	TEE_InitRefAttribute(&attr, TEE_ATTR_SECRET_VALUE, state.key, sizeof(state.key));
	CHECK(!TEE_PopulateTransientObject(key, &attr, 1));
	return key;
}

static TEE_OperationHandle operation(uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_ObjectHandle key)
{
	TEE_OperationHandle op;

	CHECK(!TEE_AllocateOperation(&op, algorithm, mode, bits));
	CHECK(!key || !TEE_SetOperationKey(op, key));
	TEE_FreeTransientObject(key);
	return op;
}

static void start(void)
{
	TEE_ObjectHandle pair;

	/* As an application has it: keys are in a heap of their own. */
	CHECK(CRYPTO_secure_malloc_init(65536, 32));
	state.in = calloc(1, MIB);
	state.out = calloc(1, MIB + 16);
	CHECK(state.in && state.out);
	memset(state.key, 0x5a, sizeof(state.key));
	state.gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	state.cipher = EVP_CIPHER_CTX_new();
	state.sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	state.md = EVP_MD_CTX_new();
	state.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	CHECK(state.gcm && state.cipher && state.sha256 && state.md && state.pkey);
	state.encrypt = operation(TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 256, secret_key());
	state.digest = operation(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
	CHECK(!TEE_AllocateTransientObject(TEE_TYPE_ED25519_KEYPAIR, 256, &pair));
	CHECK(!TEE_GenerateKey(pair, 256, NULL, 0));
	state.sign = operation(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, pair);
}

static void stop(void)
{
	TEE_FreeOperation(state.sign);
	TEE_FreeOperation(state.digest);
	TEE_FreeOperation(state.encrypt);
	EVP_PKEY_free(state.pkey);
	EVP_MD_CTX_free(state.md);
	EVP_MD_free(state.sha256);
	EVP_CIPHER_CTX_free(state.cipher);
	EVP_CIPHER_free(state.gcm);
	free(state.out);
	free(state.in);
}

/* --- measuring --- */

static double sample(void (*turn)(void), unsigned int loops)
{
	struct timespec from, to;
	unsigned int i;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (i = 0; i < loops; i++)
		turn();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / loops;
}

/* How many turns fill a sample; what comes first warms up. */
static unsigned int loops_of(const struct load *load)
{
	double turn;

	(void)sample(load->tee, 2);
	(void)sample(load->openssl, 2);
	turn = sample(load->openssl, 4);
	return turn < SAMPLE_NS / 2.0 ? (unsigned int)(SAMPLE_NS / turn) : 1;
}

/* Who is first changes from round to round. */
static void measure(const struct load *load, unsigned int rounds, struct stats *tee, struct stats *openssl)
{
	static double samples[2][ROUNDS_MAX];
	unsigned int loops = loops_of(load);
	unsigned int round;
	unsigned int i;

	for (round = 0; round < rounds; round++)
		for (i = 0; i < 2; i++) {
			unsigned int which = (i + round) % 2;

			samples[which][round] = sample(which ? load->openssl : load->tee, loops);
		}
	*tee = stats_of(samples[0], rounds);
	*openssl = stats_of(samples[1], rounds);
}

static int usage(FILE *f, int status)
{
	fputs("usage: crypto [--rounds N] [--json FILE]\n"
	      "Measures the speed of operations of libtee, relative to OpenSSL alone.\n", f);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	unsigned int rounds = 1001;
	const char *path = NULL;
	FILE *json = NULL;
	size_t i;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			rounds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'j':
			path = optarg;
			break;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (!rounds || rounds > ROUNDS_MAX || (path && !(json = fopen(path, "w"))))
		return usage(stderr, 2);
	start();
	if (json)
		fputs("{\n", json);
	printf("\nSpeed through libtee / OpenSSL alone; ratios of the medians of %u rounds\n", rounds);
	for (i = 0; i < LOADS; i++) {
		struct stats tee, openssl;
		double ratio;

		measure(&loads[i], rounds, &tee, &openssl);
		ratio = openssl.median / tee.median;
		printf("  %-64s %6.3f\n", loads[i].what, ratio);
		if (json)
			fprintf(json, "  \"%s\": %.4g%s\n", loads[i].key, ratio, i + 1 < LOADS ? "," : "\n}");
	}
	stop();
	return json && fclose(json) ? 1 : 0;
}
