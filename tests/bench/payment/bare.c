// SPDX-License-Identifier: BSD-2-Clause
#include "bare.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECTORS		3	/* of payta's log that one payment fills */
#define SECTOR		512
#define FILE_SIZE	(1 << 20)

/*
 * GET VCN: the number's seal opened; the certificate's signature; the transcript hash; an X25519 key pair and exchange (HPKE's encapsulation), its key schedule
 * (RFC 9180 §4.1, §5.1: two HMACs to the shared secret, six to keys and exporter), two seals, the certificate's hash; the signature; the second transcript hash
 * and two exports.  PAY: the command's MAC, the balance's, the receipt's signature, the record's seal, the answer's MAC; one encrypted record of the log.
 */
#define HMACS	(2 + 6 + 2 + 4)
#define HASHES	3
#define SEALS	3

static EVP_PKEY *sign_key, *verify_key, *peer;
static EVP_MD *sha256;
static EVP_CIPHER *aes128, *aes256;
static EVP_CIPHER_CTX *cipher;
static uint8_t message[400], sig[64], signed_message[115], key[32];
static int fd;
static off_t end;

static void must(int ok, const char *what)
{
	if (ok == 1)
		return;
	fprintf(stderr, "bench: bare: %s\n", what);
	exit(1);
}

static void sign(EVP_PKEY *with, const uint8_t *p, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = sizeof(sig);

	must(ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, with) == 1 && EVP_DigestSign(ctx, sig, &n, p, len) == 1, "sign");
	EVP_MD_CTX_free(ctx);
}

static void verify(const uint8_t *what)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	must(ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, verify_key) == 1 &&
	     EVP_DigestVerify(ctx, what, 64, signed_message, sizeof(signed_message)) == 1, "verify");
	EVP_MD_CTX_free(ctx);
}

static void exchange(void)
{
	EVP_PKEY *mine = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	EVP_PKEY_CTX *ctx = mine ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
	uint8_t shared[32];
	size_t n = sizeof(shared);

	must(ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 && EVP_PKEY_derive(ctx, shared, &n) == 1, "exchange");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(mine);
}

static void seal(const EVP_CIPHER *with, size_t len)
{
	uint8_t nonce[12] = { 0 }, tag[16];
	static uint8_t out[SECTORS * SECTOR];
	int n;

	must(EVP_EncryptInit_ex2(cipher, with, key, nonce, NULL) == 1 && EVP_EncryptUpdate(cipher, NULL, &n, message, 32) == 1 &&
	     EVP_EncryptUpdate(cipher, out, &n, out, (int)len) == 1 && EVP_EncryptFinal_ex(cipher, out + n, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), tag) == 1, "seal");
}

static void hash(size_t len)
{
	static uint8_t data[SECTOR];
	uint8_t out[32];

	must(EVP_Digest(data, len, out, NULL, sha256, NULL), "hash");
}

static void hmac(void)
{
	uint8_t out[32];
	unsigned int n;

	must(HMAC(sha256, key, sizeof(key), message, 80, out, &n) != NULL, "hmac");
}

static void commit(void)
{
	static const uint8_t sectors[SECTORS * SECTOR] = { 1 };

	if (end + (off_t)sizeof(sectors) > FILE_SIZE)
		end = 0;
	must(pwrite(fd, sectors, sizeof(sectors), end) == (ssize_t)sizeof(sectors) && fdatasync(fd) == 0, "write");
	end += (off_t)sizeof(sectors);
}

void bare_make(const char *dir)
{
	static const uint8_t zeros[FILE_SIZE];
	char path[200];

	sign_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	verify_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	peer = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	aes128 = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
	aes256 = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	cipher = EVP_CIPHER_CTX_new();
	must(sign_key && verify_key && peer && sha256 && aes128 && aes256 && cipher, "OpenSSL");
	snprintf(path, sizeof(path), "%s/bare", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, zeros, sizeof(zeros)) == (ssize_t)sizeof(zeros) && fsync(fd) == 0, path);
}

double bare_run(void)
{
	struct timespec a, b;
	uint8_t certificate_sig[64], random[44];

	sign(verify_key, signed_message, sizeof(signed_message));
	memcpy(certificate_sig, sig, sizeof(sig));
	clock_gettime(CLOCK_MONOTONIC, &a);
	must(RAND_bytes(random, sizeof(random)), "random");
	verify(certificate_sig);
	exchange();
	for (int i = 0; i < HMACS; i++)
		hmac();
	for (int i = 0; i < HASHES; i++)
		hash(250);
	for (int i = 0; i < SEALS; i++)
		seal(aes128, 99);
	sign(sign_key, message, 227);
	sign(sign_key, message, 90);
	seal(aes256, SECTORS * SECTOR - 100);
	for (int i = 0; i < SECTORS; i++)
		hash(500);
	commit();
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
}
