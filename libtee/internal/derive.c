// SPDX-License-Identifier: BSD-2-Clause
/* Key derivation: GP Core 1.3 §6.8. X25519 (RFC 7748 §6.1). */
#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/panic.h"

#define X25519_SIZE 32

static const TEE_Attribute *peer_value(const TEE_Attribute *params, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (params[i].attributeID == TEE_ATTR_X25519_PUBLIC_VALUE)
			return &params[i];
	return NULL;
}

/* False: the peer's value has small order, and the secret would be all zeros whatever the private key is. */
static bool x25519(TEE_OperationHandle operation, const TEE_Attribute *peer, uint8_t secret[X25519_SIZE])
{
	size_t size = X25519_SIZE;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer->content.ref.buffer, X25519_SIZE);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(operation->pkey, NULL);
	bool ok;

	if (!pkey || !ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer_ex(ctx, pkey, 0) != 1)
		tee_operation_broken(__func__);
	ok = EVP_PKEY_derive(ctx, secret, &size) == 1 && size == X25519_SIZE;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return ok;
}

/* §6.8.1 */
void TEE_DeriveKey(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
		   TEE_ObjectHandle derivedKey)
{
	uint8_t secret[X25519_SIZE];
	const TEE_Attribute *peer;

	tee_operation_check_ready(__func__, operation, TEE_OPERATION_KEY_DERIVATION);
	tee_object_check(__func__, derivedKey);
	TEE_MISUSE_IF(derivedKey->stored || derivedKey->initialized, "the derived key must be a transient object without a key");
	TEE_MISUSE_IF(derivedKey->key.type->type != TEE_TYPE_GENERIC_SECRET || derivedKey->max_bits < X25519_SIZE * 8,
		      "the derived key must be a generic secret with room for 256 bits");
	TEE_IN(params, paramCount * sizeof(*params));
	peer = peer_value(params, paramCount);
	TEE_MISUSE_IF(!peer || peer->content.ref.length != X25519_SIZE, "the peer's public value is missing or has another size");
	TEE_INBUF(peer->content.ref.buffer, X25519_SIZE);
	if (x25519(operation, peer, secret)) {
		if (!tee_key_set_part(&derivedKey->key, 0, secret, sizeof(secret)))
			tee_operation_broken(__func__);
		derivedKey->initialized = true;
	}
	OPENSSL_cleanse(secret, sizeof(secret));
}
