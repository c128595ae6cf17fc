// SPDX-License-Identifier: BSD-2-Clause
/* Generic operation functions: GP Core 1.3 §6.2. */
#include "libtee/internal/operation.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

static const struct tee_algorithm algorithms[] = {
	{ .id = TEE_ALG_SHA256, .class = TEE_OPERATION_DIGEST, .digest_size = 32,
	  .modes = { { TEE_MODE_DIGEST, 0, false } }, .mode_count = 1 },
	{ .id = TEE_ALG_HMAC_SHA256, .class = TEE_OPERATION_MAC, .digest_size = 32, .key_types = { TEE_TYPE_HMAC_SHA256 },
	  .modes = { { TEE_MODE_MAC, TEE_USAGE_MAC, false } }, .mode_count = 1 },
	{ .id = TEE_ALG_AES_GCM, .class = TEE_OPERATION_AE, .key_types = { TEE_TYPE_AES },
	  .modes = { { TEE_MODE_ENCRYPT, TEE_USAGE_ENCRYPT, false }, { TEE_MODE_DECRYPT, TEE_USAGE_DECRYPT, false } },
	  .mode_count = 2 },
	{ .id = TEE_ALG_ED25519, .class = TEE_OPERATION_ASYMMETRIC_SIGNATURE, .element = TEE_ECC_CURVE_25519,
	  .key_types = { TEE_TYPE_ED25519_KEYPAIR, TEE_TYPE_ED25519_PUBLIC_KEY },
	  .modes = { { TEE_MODE_SIGN, TEE_USAGE_SIGN, true }, { TEE_MODE_VERIFY, TEE_USAGE_VERIFY, false } },
	  .mode_count = 2 },
	{ .id = TEE_ALG_X25519, .class = TEE_OPERATION_KEY_DERIVATION, .element = TEE_ECC_CURVE_25519,
	  .key_types = { TEE_TYPE_X25519_KEYPAIR },
	  .modes = { { TEE_MODE_DERIVE, TEE_USAGE_DERIVE, true } }, .mode_count = 1 },
};

static TEE_OperationHandle living;

static const struct tee_algorithm *algorithm_find(uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (algorithms[i].id == id)
			return &algorithms[i];
	return NULL;
}

static int mode_find(const struct tee_algorithm *algorithm, uint32_t mode)
{
	unsigned int i;

	for (i = 0; i < algorithm->mode_count; i++)
		if (algorithm->modes[i].mode == mode)
			return (int)i;
	return -1;
}

static void check_alive(const char *function, TEE_OperationHandle operation)
{
	TEE_OperationHandle at;

	for (at = living; at; at = at->next)
		if (at == operation)
			return;
	tee_panic_misuse(function, "not an operation handle");
}

void tee_operation_check(const char *function, TEE_OperationHandle operation, uint32_t class)
{
	check_alive(function, operation);
	if (operation->algorithm->class != class)
		tee_panic_misuse(function, "the operation is of another class");
}

void tee_operation_check_ready(const char *function, TEE_OperationHandle operation, uint32_t class)
{
	tee_operation_check(function, operation, class);
	if (operation->algorithm->key_types[0] && !operation->key.type)
		tee_panic_misuse(function, "the operation has no key");
}

uint32_t tee_operation_mode(TEE_OperationHandle operation)
{
	return operation->algorithm->modes[operation->mode].mode;
}

void tee_operation_broken(const char *function)
{
	tee_panic_misuse(function, "OpenSSL failed: out of memory, or the library is broken");
}

static bool context_new(TEE_OperationHandle operation)
{
	EVP_MAC *hmac;

	switch (operation->algorithm->class) {
	case TEE_OPERATION_DIGEST:
		operation->md = EVP_MD_CTX_new();
		return operation->md && EVP_DigestInit_ex2(operation->md, EVP_sha256(), NULL) == 1;
	case TEE_OPERATION_MAC:
		hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		operation->mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
		EVP_MAC_free(hmac);
		return operation->mac;
	case TEE_OPERATION_AE:
		operation->cipher = EVP_CIPHER_CTX_new();
		return operation->cipher;
	default:
		return true;
	}
}

static void key_forget(TEE_OperationHandle operation)
{
	tee_key_clear(&operation->key);
	operation->key.type = NULL;
	EVP_PKEY_free(operation->pkey);
	operation->pkey = NULL;
}

static void operation_free(TEE_OperationHandle operation)
{
	TEE_OperationHandle *at = &living;

	while (*at != operation)
		at = &(*at)->next;
	*at = operation->next;
	key_forget(operation);
	EVP_MD_CTX_free(operation->md);
	EVP_MAC_CTX_free(operation->mac);
	EVP_CIPHER_CTX_free(operation->cipher);
	OPENSSL_clear_free(operation, sizeof(*operation));
}

void tee_operation_free_all(void)
{
	while (living)
		operation_free(living);
}

static bool size_supported(const struct tee_algorithm *algorithm, uint32_t bits)
{
	/* §6.2.1: a digest takes no key, and its size is not looked at. */
	return !algorithm->key_types[0] || tee_key_type_has_bits(tee_key_type(algorithm->key_types[0]), bits);
}

/* §6.2.1 */
TEE_Result TEE_AllocateOperation(TEE_OperationHandle *operation, uint32_t algorithm, uint32_t mode, uint32_t maxKeySize)
{
	const struct tee_algorithm *found = algorithm_find(algorithm);
	TEE_OperationHandle fresh;

	TEE_OUT(operation, sizeof(TEE_OperationHandle));
	*operation = TEE_HANDLE_NULL;
	if (!found || mode_find(found, mode) < 0 || !size_supported(found, maxKeySize))
		return TEE_ERROR_NOT_SUPPORTED;
	fresh = OPENSSL_zalloc(sizeof(*fresh));
	if (!fresh)
		return TEE_ERROR_OUT_OF_MEMORY;
	fresh->algorithm = found;
	fresh->mode = (unsigned int)mode_find(found, mode);
	fresh->max_bits = found->key_types[0] ? maxKeySize : 0;
	fresh->next = living;
	living = fresh;
	if (!context_new(fresh)) {
		operation_free(fresh);
		return TEE_ERROR_OUT_OF_MEMORY;
	}
	*operation = fresh;
	return TEE_SUCCESS;
}

/* §6.2.2 */
void TEE_FreeOperation(TEE_OperationHandle operation)
{
	if (operation == TEE_HANDLE_NULL)
		return;
	check_alive(__func__, operation);
	operation_free(operation);
}

static uint32_t handle_state(TEE_OperationHandle operation)
{
	uint32_t class = operation->algorithm->class;
	uint32_t state = 0;

	if (operation->key.type || !operation->algorithm->key_types[0])
		state |= TEE_HANDLE_FLAG_KEY_SET;
	/* §6.2.3: the classes without an Init function are always initialised. */
	if (operation->active || class == TEE_OPERATION_DIGEST || class == TEE_OPERATION_ASYMMETRIC_SIGNATURE ||
	    class == TEE_OPERATION_KEY_DERIVATION)
		state |= TEE_HANDLE_FLAG_INITIALIZED;
	return state;
}

/* §6.2.3 */
void TEE_GetOperationInfo(TEE_OperationHandle operation, TEE_OperationInfo *operationInfo)
{
	const struct tee_algorithm *algorithm;

	check_alive(__func__, operation);
	TEE_OUT(operationInfo, sizeof(*operationInfo));
	algorithm = operation->algorithm;
	*operationInfo = (TEE_OperationInfo){
		.algorithm = algorithm->id,
		.operationClass = algorithm->class,
		.mode = tee_operation_mode(operation),
		.digestLength = operation->tag_size ? (uint32_t)operation->tag_size : algorithm->digest_size,
		.maxKeySize = operation->max_bits,
		.keySize = operation->key.type ? tee_key_bits(&operation->key) : 0,
		.requiredKeyUsage = operation->key.type ? algorithm->modes[operation->mode].usage : 0,
		.handleState = handle_state(operation),
	};
}

/* §6.2.5 */
void TEE_ResetOperation(TEE_OperationHandle operation)
{
	check_alive(__func__, operation);
	TEE_MISUSE_IF(operation->algorithm->key_types[0] && !operation->key.type, "the operation has no key");
	operation->active = false;
	operation->tag_size = 0;
	if (operation->md && EVP_DigestInit_ex2(operation->md, NULL, NULL) != 1)
		tee_operation_broken(__func__);
}

/* What OpenSSL keeps of the key, so that the calls that follow need not build it again. */
static bool key_prepare(TEE_OperationHandle operation, bool private)
{
	const struct tee_key_part *secret = &operation->key.parts[0];
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	switch (operation->algorithm->class) {
	case TEE_OPERATION_MAC:
		return EVP_MAC_init(operation->mac, secret->bytes, secret->size, params) == 1;
	case TEE_OPERATION_ASYMMETRIC_SIGNATURE:
	case TEE_OPERATION_KEY_DERIVATION:
		operation->pkey = tee_key_pkey(&operation->key, private);
		return operation->pkey;
	default:
		return true;
	}
}

static void check_key(TEE_OperationHandle operation, TEE_ObjectHandle key)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	uint32_t usage = algorithm->modes[operation->mode].usage;
	uint32_t type = key->key.type->type;

	TEE_MISUSE_IF(!key->initialized, "the object has no key");
	TEE_MISUSE_IF(type != algorithm->key_types[0] && type != algorithm->key_types[1], "the key is of another type");
	TEE_MISUSE_IF(algorithm->modes[operation->mode].private && !key->key.type->parts[1] && key->key.type->pkey,
		      "the operation needs a private key");
	TEE_MISUSE_IF((tee_object_usage(key) & usage) != usage, "the key may not be used for this");
	TEE_MISUSE_IF(tee_key_bits(&key->key) > operation->max_bits, "the key is larger than the operation's");
}

/* §6.2.6 */
TEE_Result TEE_SetOperationKey(TEE_OperationHandle operation, TEE_ObjectHandle key)
{
	check_alive(__func__, operation);
	TEE_MISUSE_IF(!operation->algorithm->key_types[0], "a digest takes no key");
	TEE_MISUSE_IF(operation->active, "the operation is active: reset it first");
	if (key != TEE_HANDLE_NULL) {
		tee_object_check(__func__, key);
		check_key(operation, key);
	}
	key_forget(operation);
	if (key == TEE_HANDLE_NULL)
		return TEE_SUCCESS;
	operation->key.type = key->key.type;
	if (tee_key_copy(&operation->key, &key->key) &&
	    key_prepare(operation, operation->algorithm->modes[operation->mode].private))
		return TEE_SUCCESS;
	key_forget(operation);
	return TEE_ERROR_OUT_OF_MEMORY;
}

/* §6.2.9 */
TEE_Result TEE_IsAlgorithmSupported(uint32_t algId, uint32_t element)
{
	const struct tee_algorithm *algorithm = algorithm_find(algId);

	return algorithm && algorithm->element == element ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED;
}
