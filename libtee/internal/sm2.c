// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/sm2.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <tee_api_defines.h>

#define FIELD 32
#define DIGEST 32
#define POINT (1 + 2 * FIELD)
/* ASN.1 counts in long, EVP in int somewhere below. */
#define TEXT_MAX ((size_t)1 << 30)

/* GM/T 0009 §7.2: SM2Cipher. */
struct sm2_cipher {
	ASN1_INTEGER *x;
	ASN1_INTEGER *y;
	ASN1_OCTET_STRING *digest;
	ASN1_OCTET_STRING *text;
};
typedef struct sm2_cipher SM2_CIPHER;

ASN1_SEQUENCE(SM2_CIPHER) = {
	ASN1_SIMPLE(SM2_CIPHER, x, ASN1_INTEGER),
	ASN1_SIMPLE(SM2_CIPHER, y, ASN1_INTEGER),
	ASN1_SIMPLE(SM2_CIPHER, digest, ASN1_OCTET_STRING),
	ASN1_SIMPLE(SM2_CIPHER, text, ASN1_OCTET_STRING),
} static_ASN1_SEQUENCE_END(SM2_CIPHER)

size_t tee_sm2_cipher_size(size_t size)
{
	return POINT + DIGEST + size;
}

static bool coordinate_out(const ASN1_INTEGER *in, uint8_t out[FIELD])
{
	BIGNUM *number = ASN1_INTEGER_to_BN(in, NULL);
	bool ok = number && BN_bn2binpad(number, out, FIELD) == FIELD;

	BN_free(number);
	return ok;
}

static bool coordinate_in(ASN1_INTEGER *out, const uint8_t in[FIELD])
{
	BIGNUM *number = BN_bin2bn(in, FIELD, NULL);
	bool ok = number && BN_to_ASN1_INTEGER(number, out);

	BN_free(number);
	return ok;
}

/* ASN.1 to C1 ‖ C3 ‖ C2. */
static bool unpack(const uint8_t *der, size_t der_size, uint8_t *out, size_t size)
{
	const unsigned char *at = der;
	SM2_CIPHER *cipher = (SM2_CIPHER *)ASN1_item_d2i(NULL, &at, (long)der_size, ASN1_ITEM_rptr(SM2_CIPHER));
	bool ok = cipher && ASN1_STRING_length(cipher->digest) == DIGEST &&
		  ASN1_STRING_length(cipher->text) == (int)size && coordinate_out(cipher->x, out + 1) &&
		  coordinate_out(cipher->y, out + 1 + FIELD);

	if (ok) {
		out[0] = 4;
		memcpy(out + POINT, ASN1_STRING_get0_data(cipher->digest), DIGEST);
		memcpy(out + POINT + DIGEST, ASN1_STRING_get0_data(cipher->text), size);
	}
	ASN1_item_free((ASN1_VALUE *)cipher, ASN1_ITEM_rptr(SM2_CIPHER));
	return ok;
}

/* And back; freed by the caller. Returns its size; 0: failed. */
static size_t pack(const uint8_t *in, size_t size, uint8_t **der)
{
	SM2_CIPHER *cipher = (SM2_CIPHER *)ASN1_item_new(ASN1_ITEM_rptr(SM2_CIPHER));
	int n = -1;

	*der = NULL;
	if (cipher && coordinate_in(cipher->x, in + 1) && coordinate_in(cipher->y, in + 1 + FIELD) &&
	    ASN1_OCTET_STRING_set(cipher->digest, in + POINT, DIGEST) == 1 &&
	    ASN1_OCTET_STRING_set(cipher->text, in + POINT + DIGEST, (int)(size - POINT - DIGEST)) == 1)
		n = ASN1_item_i2d((ASN1_VALUE *)cipher, der, ASN1_ITEM_rptr(SM2_CIPHER));
	ASN1_item_free((ASN1_VALUE *)cipher, ASN1_ITEM_rptr(SM2_CIPHER));
	return n > 0 ? (size_t)n : 0;
}

TEE_Result tee_sm2_encrypt(EVP_PKEY *pkey, const uint8_t *text, size_t size, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	size_t der_size = 0;
	uint8_t *der = NULL;
	bool ok;

	if (size > TEXT_MAX) {
		EVP_PKEY_CTX_free(ctx);
		return TEE_ERROR_BAD_PARAMETERS;
	}
	ok = ctx && EVP_PKEY_encrypt_init(ctx) == 1 && EVP_PKEY_encrypt(ctx, NULL, &der_size, text, size) == 1;
	if (ok)
		der = OPENSSL_malloc(der_size);
	ok = der && EVP_PKEY_encrypt(ctx, der, &der_size, text, size) == 1 && unpack(der, der_size, out, size);
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(ctx);
	return ok ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

TEE_Result tee_sm2_decrypt(EVP_PKEY *pkey, const uint8_t *cipher, size_t size, uint8_t *out, size_t *out_size)
{
	TEE_Result result = TEE_ERROR_CIPHERTEXT_INVALID;
	size_t room = *out_size;
	EVP_PKEY_CTX *ctx;
	size_t der_size;
	uint8_t *der;

	if (size <= POINT + DIGEST || size - POINT - DIGEST > TEXT_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	if (cipher[0] != 4)
		return TEE_ERROR_CIPHERTEXT_INVALID;
	*out_size = size - POINT - DIGEST;
	if (!out || room < *out_size)
		return TEE_ERROR_SHORT_BUFFER;
	der_size = pack(cipher, size, &der);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (!der_size || !ctx || EVP_PKEY_decrypt_init(ctx) != 1)
		result = TEE_ERROR_OUT_OF_MEMORY;
	else if (EVP_PKEY_decrypt(ctx, out, out_size, der, der_size) == 1)
		result = TEE_SUCCESS;
	EVP_PKEY_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return result;
}
