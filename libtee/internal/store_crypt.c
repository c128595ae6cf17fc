// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_crypt.h"

#include <limits.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

/* The key itself is nowhere but in the two contexts. */
struct tee_store_crypt {
	EVP_CIPHER_CTX *seal;
	EVP_CIPHER_CTX *open;
};

static int derive(const uint8_t *device_key, const uint8_t *salt, const void *label, size_t label_size,
		  uint8_t key[TEE_STORE_KEY_SIZE])
{
	char digest[] = "SHA256";
	/* OSSL_PARAM has no const; the function only reads. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)device_key, TEE_STORE_KEY_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt, TEE_STORE_SALT_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)label, label_size),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	int ok = ctx && EVP_KDF_derive(ctx, key, TEE_STORE_KEY_SIZE, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok ? 0 : -1;
}

struct tee_store_crypt *tee_store_crypt_new(const uint8_t device_key[TEE_STORE_KEY_SIZE],
					    const uint8_t salt[TEE_STORE_SALT_SIZE], const void *label,
					    size_t label_size)
{
	struct tee_store_crypt *crypt = calloc(1, sizeof(*crypt));
	uint8_t key[TEE_STORE_KEY_SIZE];
	int ok;

	if (!crypt)
		return NULL;
	crypt->seal = EVP_CIPHER_CTX_new();
	crypt->open = EVP_CIPHER_CTX_new();
	ok = crypt->seal && crypt->open && !derive(device_key, salt, label, label_size, key) &&
	     EVP_EncryptInit_ex2(crypt->seal, EVP_aes_256_gcm(), key, NULL, NULL) == 1 &&
	     EVP_DecryptInit_ex2(crypt->open, EVP_aes_256_gcm(), key, NULL, NULL) == 1;
	OPENSSL_cleanse(key, sizeof(key));
	if (!ok)
		tee_store_crypt_free(&crypt);
	return crypt;
}

void tee_store_crypt_free(struct tee_store_crypt **crypt)
{
	if (!*crypt)
		return;
	EVP_CIPHER_CTX_free((*crypt)->seal);
	EVP_CIPHER_CTX_free((*crypt)->open);
	free(*crypt);
	*crypt = NULL;
}

int tee_store_crypt_seal(struct tee_store_crypt *crypt, const void *aad, size_t aad_size, uint8_t *data, size_t size,
			 uint8_t nonce[TEE_STORE_NONCE_SIZE], uint8_t tag[TEE_STORE_TAG_SIZE])
{
	int n;

	if (size > INT_MAX || aad_size > INT_MAX || RAND_bytes(nonce, TEE_STORE_NONCE_SIZE) != 1)
		return -1;
	if (EVP_EncryptInit_ex2(crypt->seal, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(crypt->seal, NULL, &n, aad, (int)aad_size) != 1 ||
	    EVP_EncryptUpdate(crypt->seal, data, &n, data, (int)size) != 1 ||
	    EVP_EncryptFinal_ex(crypt->seal, data + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(crypt->seal, EVP_CTRL_AEAD_GET_TAG, TEE_STORE_TAG_SIZE, tag) != 1)
		return -1;
	return 0;
}

enum tee_store_err tee_store_crypt_open(struct tee_store_crypt *crypt, const void *aad, size_t aad_size, uint8_t *data, size_t size,
					const uint8_t nonce[TEE_STORE_NONCE_SIZE], const uint8_t tag[TEE_STORE_TAG_SIZE])
{
	enum tee_store_err err = TEE_STORE_NO_MEMORY;
	int n;

	/* EVP_CIPHER_CTX_ctrl() has no const; setting a tag only reads it. */
	if (size <= INT_MAX && aad_size <= INT_MAX && EVP_DecryptInit_ex2(crypt->open, NULL, NULL, nonce, NULL) == 1 &&
	    EVP_CIPHER_CTX_ctrl(crypt->open, EVP_CTRL_AEAD_SET_TAG, TEE_STORE_TAG_SIZE, (void *)(uintptr_t)tag) == 1 &&
	    EVP_DecryptUpdate(crypt->open, NULL, &n, aad, (int)aad_size) == 1 &&
	    EVP_DecryptUpdate(crypt->open, data, &n, data, (int)size) == 1)
		err = EVP_DecryptFinal_ex(crypt->open, data + n, &n) == 1 ? TEE_STORE_OK : TEE_STORE_CORRUPT;
	if (err)
		OPENSSL_cleanse(data, size);
	return err;
}
