// SPDX-License-Identifier: BSD-2-Clause
#include "gp_crypto.h"

#include <tee_internal_api.h>

#include "proto/err.h"

#define KEY_25519_BITS	256

static int gp_random(void *out, size_t len)
{
	TEE_GenerateRandom(out, len);
	return 0;
}

static void gp_wipe(void *p, size_t len)
{
	TEE_MemFill(p, 0, len);
}

static int gp_sha256(const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	size_t len = SHA256_LEN;
	TEE_Result res = TEE_AllocateOperation(&op, TEE_ALG_SHA256, TEE_MODE_DIGEST, 0);

	if (res != TEE_SUCCESS)
		return PROTO_ERR_CRYPTO;
	for (size_t i = 0; i < n; i++)
		if (parts[i].len > 0)
			TEE_DigestUpdate(op, parts[i].p, parts[i].len);
	res = TEE_DigestDoFinal(op, NULL, 0, out, &len);
	TEE_FreeOperation(op);
	return res == TEE_SUCCESS && len == SHA256_LEN ? 0 : PROTO_ERR_CRYPTO;
}

/* A transient object of @type that holds the one attribute @id. */
static TEE_Result key_from_bytes(uint32_t type, uint32_t id, struct bytes key, TEE_ObjectHandle *object)
{
	TEE_Attribute attr;
	TEE_Result res = TEE_AllocateTransientObject(type, (uint32_t)(key.len * 8), object);

	if (res != TEE_SUCCESS) {
		*object = TEE_HANDLE_NULL;
		return res;
	}
	TEE_InitRefAttribute(&attr, id, key.p, key.len);
	res = TEE_PopulateTransientObject(*object, &attr, 1);
	if (res != TEE_SUCCESS) {
		TEE_FreeTransientObject(*object);
		*object = TEE_HANDLE_NULL;
	}
	return res;
}

/* An operation that works with @key (an object of @bits). */
static TEE_Result operation_with(TEE_ObjectHandle key, uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_OperationHandle *op)
{
	TEE_Result res = TEE_AllocateOperation(op, algorithm, mode, bits);

	if (res != TEE_SUCCESS) {
		*op = TEE_HANDLE_NULL;
		return res;
	}
	res = TEE_SetOperationKey(*op, key);
	if (res != TEE_SUCCESS) {
		TEE_FreeOperation(*op);
		*op = TEE_HANDLE_NULL;
	}
	return res;
}

static int gp_hmac_sha256(struct bytes key, const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	size_t len = SHA256_LEN;
	TEE_Result res = key_from_bytes(TEE_TYPE_HMAC_SHA256, TEE_ATTR_SECRET_VALUE, key, &object);

	if (res == TEE_SUCCESS)
		res = operation_with(object, TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, (uint32_t)(key.len * 8), &op);
	if (res == TEE_SUCCESS) {
		TEE_MACInit(op, NULL, 0);
		for (size_t i = 0; i < n; i++)
			if (parts[i].len > 0)
				TEE_MACUpdate(op, parts[i].p, parts[i].len);
		res = TEE_MACComputeFinal(op, NULL, 0, out, &len);
	}
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(object);
	return res == TEE_SUCCESS && len == SHA256_LEN ? 0 : PROTO_ERR_CRYPTO;
}

/* GlobalPlatform signs Ed25519 in one piece only (GP Core 1.3 §6.7.2): the parts become one message. */
static int join_parts(const struct bytes *parts, size_t n, uint8_t out[CRYPTO_MESSAGE_MAX], size_t *len)
{
	*len = 0;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > CRYPTO_MESSAGE_MAX - *len)
			return PROTO_ERR_CRYPTO;
		if (parts[i].len > 0)
			TEE_MemMove(out + *len, parts[i].p, parts[i].len);
		*len += parts[i].len;
	}
	return 0;
}

/*
 * The two operations that every payment makes, with the same key each time: the card's signature and the check of what its issuer signed.  They are kept ready,
 * since to set a key costs about as much as to sign.
 */
static struct {
	void *key;			/* of @signer; only compared */
	TEE_OperationHandle signer;
	uint8_t pk[ED25519_PK_LEN];	/* of @verifier */
	TEE_OperationHandle verifier;
} ready;

void gp_crypto_forget(void)
{
	TEE_FreeOperation(ready.signer);
	TEE_FreeOperation(ready.verifier);
	TEE_MemFill(&ready, 0, sizeof(ready));
}

static TEE_Result signer_with(void *key)
{
	if (ready.signer != TEE_HANDLE_NULL && ready.key == key)
		return TEE_SUCCESS;
	TEE_FreeOperation(ready.signer);
	ready.key = key;
	return operation_with(key, TEE_ALG_ED25519, TEE_MODE_SIGN, KEY_25519_BITS, &ready.signer);
}

static TEE_Result verifier_with(const uint8_t pk[ED25519_PK_LEN])
{
	TEE_ObjectHandle key = TEE_HANDLE_NULL;
	TEE_Result res;

	if (ready.verifier != TEE_HANDLE_NULL && TEE_MemCompare(ready.pk, pk, ED25519_PK_LEN) == 0)
		return TEE_SUCCESS;
	TEE_FreeOperation(ready.verifier);
	ready.verifier = TEE_HANDLE_NULL;
	res = key_from_bytes(TEE_TYPE_ED25519_PUBLIC_KEY, TEE_ATTR_ED25519_PUBLIC_VALUE, (struct bytes){ pk, ED25519_PK_LEN }, &key);
	if (res == TEE_SUCCESS)
		res = operation_with(key, TEE_ALG_ED25519, TEE_MODE_VERIFY, KEY_25519_BITS, &ready.verifier);
	TEE_MemMove(ready.pk, pk, ED25519_PK_LEN);
	TEE_FreeTransientObject(key);
	return res;
}

static int gp_ed25519_sign(void *key, const struct bytes *parts, size_t n, uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t message[CRYPTO_MESSAGE_MAX];
	size_t len, sig_len = ED25519_SIG_LEN;
	TEE_Result res;

	if (join_parts(parts, n, message, &len))
		return PROTO_ERR_CRYPTO;
	res = signer_with(key);
	if (res == TEE_SUCCESS)
		res = TEE_AsymmetricSignDigest(ready.signer, NULL, 0, message, len, sig, &sig_len);
	TEE_MemFill(message, 0, sizeof(message));
	return res == TEE_SUCCESS && sig_len == ED25519_SIG_LEN ? 0 : PROTO_ERR_CRYPTO;
}

static int gp_ed25519_verify(const uint8_t pk[ED25519_PK_LEN], const struct bytes *parts, size_t n, const uint8_t sig[ED25519_SIG_LEN])
{
	uint8_t message[CRYPTO_MESSAGE_MAX];
	TEE_Result res;
	size_t len;

	if (join_parts(parts, n, message, &len))
		return PROTO_ERR_CRYPTO;
	res = verifier_with(pk);
	if (res == TEE_SUCCESS)
		res = TEE_AsymmetricVerifyDigest(ready.verifier, NULL, 0, message, len, sig, ED25519_SIG_LEN);
	return res == TEE_SUCCESS ? 0 : PROTO_ERR_SIGNATURE;
}

static void gp_x25519_free(void **key)
{
	TEE_FreeTransientObject(*key);
	*key = TEE_HANDLE_NULL;
}

static int gp_x25519_generate(void **key, uint8_t pk[X25519_LEN])
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	size_t len = X25519_LEN;
	TEE_Result res = TEE_AllocateTransientObject(TEE_TYPE_X25519_KEYPAIR, KEY_25519_BITS, &object);

	*key = TEE_HANDLE_NULL;
	if (res != TEE_SUCCESS)
		return PROTO_ERR_CRYPTO;
	res = TEE_GenerateKey(object, KEY_25519_BITS, NULL, 0);
	if (res == TEE_SUCCESS)
		res = TEE_GetObjectBufferAttribute(object, TEE_ATTR_X25519_PUBLIC_VALUE, pk, &len);
	if (res != TEE_SUCCESS || len != X25519_LEN) {
		TEE_FreeTransientObject(object);
		return PROTO_ERR_CRYPTO;
	}
	*key = object;
	return 0;
}

/* GP Core 1.3 §6.8.1 says nothing of a secret that is all zeros: libtee leaves the object empty, others may not, so both are looked for. */
static int secret_take(TEE_ObjectHandle secret, uint8_t shared[X25519_LEN])
{
	static const uint8_t zeros[X25519_LEN];
	size_t len = X25519_LEN;
	TEE_ObjectInfo info;

	if (TEE_GetObjectInfo1(secret, &info) != TEE_SUCCESS || !(info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED))
		return PROTO_ERR_CRYPTO;
	if (TEE_GetObjectBufferAttribute(secret, TEE_ATTR_SECRET_VALUE, shared, &len) != TEE_SUCCESS || len != X25519_LEN)
		return PROTO_ERR_CRYPTO;
	return TEE_MemCompare(shared, zeros, X25519_LEN) == 0 ? PROTO_ERR_CRYPTO : 0;
}

static int gp_x25519(void *key, const uint8_t peer[X25519_LEN], uint8_t shared[X25519_LEN])
{
	uint8_t pk[X25519_LEN];
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	TEE_Attribute attr;
	int err = PROTO_ERR_CRYPTO;

	TEE_MemMove(pk, peer, X25519_LEN);
	if (TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, KEY_25519_BITS, &secret) != TEE_SUCCESS)
		return err;
	if (operation_with(key, TEE_ALG_X25519, TEE_MODE_DERIVE, KEY_25519_BITS, &op) == TEE_SUCCESS) {
		TEE_InitRefAttribute(&attr, TEE_ATTR_X25519_PUBLIC_VALUE, pk, sizeof(pk));
		TEE_DeriveKey(op, &attr, 1, secret);
		err = secret_take(secret, shared);
	}
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(secret);
	return err;
}

/* What sealing and opening share: a started GCM operation that has seen the associated data. */
static TEE_Result gcm_start(const uint8_t *key, const uint8_t *nonce, const struct bytes *aad, size_t naad, uint32_t mode, size_t payload,
			    TEE_ObjectHandle *object, TEE_OperationHandle *op)
{
	size_t aad_len = 0;
	TEE_Result res = key_from_bytes(TEE_TYPE_AES, TEE_ATTR_SECRET_VALUE, (struct bytes){ key, AES128_KEY_LEN }, object);

	if (res == TEE_SUCCESS)
		res = operation_with(*object, TEE_ALG_AES_GCM, mode, AES128_KEY_LEN * 8, op);
	for (size_t i = 0; i < naad; i++)
		aad_len += aad[i].len;
	if (res == TEE_SUCCESS)
		res = TEE_AEInit(*op, nonce, GCM_NONCE_LEN, GCM_TAG_LEN * 8, aad_len, payload);
	for (size_t i = 0; res == TEE_SUCCESS && i < naad; i++)
		if (aad[i].len > 0)
			TEE_AEUpdateAAD(*op, aad[i].p, aad[i].len);
	return res;
}

static int gp_gcm_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad, struct bytes in,
		       uint8_t *out)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	size_t len = in.len, tag_len = GCM_TAG_LEN;
	TEE_Result res = gcm_start(key, nonce, aad, naad, TEE_MODE_ENCRYPT, in.len, &object, &op);

	if (res == TEE_SUCCESS)
		res = TEE_AEEncryptFinal(op, in.p, in.len, out, &len, out + in.len, &tag_len);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(object);
	return res == TEE_SUCCESS && len == in.len && tag_len == GCM_TAG_LEN ? 0 : PROTO_ERR_CRYPTO;
}

static int gp_gcm_open(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad, struct bytes in,
		       uint8_t *out)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	size_t len;
	TEE_Result res;

	if (in.len < GCM_TAG_LEN)
		return PROTO_ERR_SIGNATURE;
	len = in.len - GCM_TAG_LEN;
	res = gcm_start(key, nonce, aad, naad, TEE_MODE_DECRYPT, len, &object, &op);
	if (res == TEE_SUCCESS)
		res = TEE_AEDecryptFinal(op, in.p, in.len - GCM_TAG_LEN, out, &len, in.p + in.len - GCM_TAG_LEN, GCM_TAG_LEN);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(object);
	if (res == TEE_ERROR_MAC_INVALID)
		return PROTO_ERR_SIGNATURE;
	return res == TEE_SUCCESS ? 0 : PROTO_ERR_CRYPTO;
}

const struct crypto_ops gp_crypto = {
	.random = gp_random,
	.sha256 = gp_sha256,
	.hmac_sha256 = gp_hmac_sha256,
	.ed25519_sign = gp_ed25519_sign,
	.ed25519_verify = gp_ed25519_verify,
	.x25519_generate = gp_x25519_generate,
	.x25519_free = gp_x25519_free,
	.x25519 = gp_x25519,
	.gcm_seal = gp_gcm_seal,
	.gcm_open = gp_gcm_open,
	.wipe = gp_wipe,
};
