// SPDX-License-Identifier: BSD-2-Clause
/* Generic operation functions: GP Core 1.3 §6.2. */
#include "libtee/internal/operation.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

static TEE_OperationHandle living;

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

static bool takes_key(TEE_OperationHandle operation)
{
	return operation->algorithm->key_types[0];
}

static bool has_key(TEE_OperationHandle operation)
{
	return operation->keys[0].type;
}

static void check_key_there(const char *function, TEE_OperationHandle operation)
{
	if (takes_key(operation) && !has_key(operation))
		tee_panic_misuse(function, "the operation has no key");
}

void tee_operation_check_ready(const char *function, TEE_OperationHandle operation, uint32_t class)
{
	tee_operation_check(function, operation, class);
	check_key_there(function, operation);
}

void tee_operation_check_active(const char *function, TEE_OperationHandle operation, uint32_t class)
{
	tee_operation_check_ready(function, operation, class);
	if (operation->state != TEE_OPERATION_STATE_ACTIVE)
		tee_panic_misuse(function, "the operation is not initialised");
}

uint32_t tee_operation_mode(TEE_OperationHandle operation)
{
	return operation->algorithm->modes[operation->mode].mode;
}

void tee_operation_broken(const char *function)
{
	tee_panic_misuse(function, "OpenSSL failed: out of memory, or the library is broken");
}

static bool digest_new(TEE_OperationHandle operation)
{
	EVP_MD *md = EVP_MD_fetch(NULL, operation->algorithm->name, NULL);
	bool ok;

	operation->md = EVP_MD_CTX_new();
	ok = md && operation->md && EVP_DigestInit_ex2(operation->md, md, NULL) == 1;
	EVP_MD_free(md);
	return ok;
}

static bool mac_new(TEE_OperationHandle operation)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, operation->algorithm->scheme == TEE_SCHEME_HMAC ? "HMAC" : "CMAC", NULL);

	operation->mac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	return operation->mac;
}

static bool context_new(TEE_OperationHandle operation)
{
	switch (operation->algorithm->scheme) {
	case TEE_SCHEME_HASH:
	case TEE_SCHEME_XOF:
		return digest_new(operation);
	case TEE_SCHEME_HMAC:
	case TEE_SCHEME_CMAC:
		return mac_new(operation);
	case TEE_SCHEME_XTS:
	case TEE_SCHEME_CCM:
		operation->second = EVP_CIPHER_CTX_new();
		operation->cipher = EVP_CIPHER_CTX_new();
		return operation->second && operation->cipher;
	default:
		if (!operation->algorithm->block)
			return true;
		operation->cipher = EVP_CIPHER_CTX_new();
		return operation->cipher;
	}
}

static void key_forget(TEE_OperationHandle operation)
{
	int i;

	for (i = 0; i < 2; i++) {
		tee_key_clear(&operation->keys[i]);
		operation->keys[i].type = NULL;
	}
	EVP_PKEY_free(operation->pkey);
	EVP_CIPHER_free(operation->evp);
	operation->pkey = NULL;
	operation->evp = NULL;
}

static void extract_forget(TEE_OperationHandle operation)
{
	OPENSSL_clear_free(operation->extract, operation->extract_size);
	operation->extract = NULL;
	operation->extract_size = 0;
	operation->extract_used = 0;
}

void tee_operation_initial(TEE_OperationHandle operation)
{
	operation->state = TEE_OPERATION_STATE_INITIAL;
	OPENSSL_cleanse(&operation->progress, sizeof(operation->progress));
	extract_forget(operation);
	if (operation->cipher)
		EVP_CIPHER_CTX_reset(operation->cipher);
	if (operation->second)
		EVP_CIPHER_CTX_reset(operation->second);
	if (operation->md && EVP_DigestInit_ex2(operation->md, NULL, NULL) != 1)
		tee_operation_broken(__func__);
}

static void operation_free(TEE_OperationHandle operation)
{
	TEE_OperationHandle *at = &living;

	while (*at != operation)
		at = &(*at)->next;
	*at = operation->next;
	key_forget(operation);
	extract_forget(operation);
	EVP_MD_CTX_free(operation->md);
	EVP_MAC_CTX_free(operation->mac);
	EVP_CIPHER_CTX_free(operation->cipher);
	EVP_CIPHER_CTX_free(operation->second);
	OPENSSL_clear_free(operation, sizeof(*operation));
}

void tee_operation_free_all(void)
{
	while (living)
		operation_free(living);
}

/* §6.2.1 */
TEE_Result TEE_AllocateOperation(TEE_OperationHandle *operation, uint32_t algorithm, uint32_t mode, uint32_t maxKeySize)
{
	const struct tee_algorithm *found = tee_algorithm(algorithm);
	TEE_OperationHandle fresh;

	TEE_OUT(operation, sizeof(TEE_OperationHandle));
	*operation = TEE_HANDLE_NULL;
	if (!found || tee_algorithm_mode(found, mode) < 0 || !tee_algorithm_has_bits(found, maxKeySize))
		return TEE_ERROR_NOT_SUPPORTED;
	fresh = OPENSSL_zalloc(sizeof(*fresh));
	if (!fresh)
		return TEE_ERROR_OUT_OF_MEMORY;
	fresh->algorithm = found;
	fresh->mode = (unsigned int)tee_algorithm_mode(found, mode);
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

	if (has_key(operation) || !takes_key(operation))
		state |= TEE_HANDLE_FLAG_KEY_SET;
	if (operation->algorithm->two_keys)
		state |= TEE_HANDLE_FLAG_EXPECT_TWO_KEYS;
	if (operation->state == TEE_OPERATION_STATE_EXTRACTING)
		state |= TEE_HANDLE_FLAG_EXTRACTING;
	/* §6.2.3: the classes without an Init function are always initialised. */
	if (operation->state != TEE_OPERATION_STATE_INITIAL || class == TEE_OPERATION_DIGEST ||
	    class == TEE_OPERATION_ASYMMETRIC_CIPHER || class == TEE_OPERATION_ASYMMETRIC_SIGNATURE ||
	    class == TEE_OPERATION_KEY_DERIVATION)
		state |= TEE_HANDLE_FLAG_INITIALIZED;
	return state;
}

static uint32_t digest_length(TEE_OperationHandle operation)
{
	size_t tag = operation->progress.tag_size;

	return tag ? (uint32_t)tag : operation->algorithm->digest_size;
}

/* §6.2.3: where there are two keys, only TEE_GetOperationInfoMultiple tells of them. */
void TEE_GetOperationInfo(TEE_OperationHandle operation, TEE_OperationInfo *operationInfo)
{
	const struct tee_algorithm *algorithm;
	bool one_key;

	check_alive(__func__, operation);
	TEE_OUT(operationInfo, sizeof(*operationInfo));
	algorithm = operation->algorithm;
	one_key = has_key(operation) && !algorithm->two_keys;
	*operationInfo = (TEE_OperationInfo){
		.algorithm = algorithm->id,
		.operationClass = algorithm->class,
		.mode = tee_operation_mode(operation),
		.digestLength = digest_length(operation),
		.maxKeySize = operation->max_bits,
		.keySize = one_key ? tee_key_bits(&operation->keys[0]) : 0,
		.requiredKeyUsage = one_key ? algorithm->modes[operation->mode].usage : 0,
		.handleState = handle_state(operation),
	};
}

/* §6.2.4 */
TEE_Result TEE_GetOperationInfoMultiple(TEE_OperationHandle operation, TEE_OperationInfoMultiple *operationInfoMultiple,
					size_t *operationSize)
{
	const struct tee_algorithm *algorithm;
	uint32_t keys;
	uint32_t i;
	size_t need;
	size_t room;

	check_alive(__func__, operation);
	TEE_OUT(operationSize, sizeof(*operationSize));
	algorithm = operation->algorithm;
	keys = !takes_key(operation) ? 0 : algorithm->two_keys ? 2 : 1;
	need = sizeof(*operationInfoMultiple) + keys * sizeof(operationInfoMultiple->keyInformation[0]);
	room = *operationSize;
	*operationSize = need;
	if (room < need)
		return TEE_ERROR_SHORT_BUFFER;
	TEE_OUT(operationInfoMultiple, need);
	*operationInfoMultiple = (TEE_OperationInfoMultiple){
		.algorithm = algorithm->id,
		.operationClass = algorithm->class,
		.mode = tee_operation_mode(operation),
		.digestLength = digest_length(operation),
		.maxKeySize = operation->max_bits,
		.handleState = handle_state(operation),
		.operationState = operation->state,
		.numberOfKeys = keys,
	};
	for (i = 0; i < keys; i++)
		operationInfoMultiple->keyInformation[i] = (TEE_OperationInfoKey){
			.keySize = has_key(operation) ? tee_key_bits(&operation->keys[i]) : 0,
			.requiredKeyUsage = has_key(operation) ? algorithm->modes[operation->mode].usage : 0,
		};
	return TEE_SUCCESS;
}

/* §6.2.5 */
void TEE_ResetOperation(TEE_OperationHandle operation)
{
	check_alive(__func__, operation);
	check_key_there(__func__, operation);
	tee_operation_initial(operation);
}

/* FIPS 46-3: with its three keys equal DES-EDE3 is DES; two keys are K1, K2, K1. */
static void des_key(const struct tee_key_part *secret, uint8_t key[TEE_CIPHER_KEY_MAX])
{
	int i;

	for (i = 0; i < 3; i++)
		memcpy(key + 8 * i, secret->bytes + 8 * (size_t)i % secret->size, 8);
}

void tee_operation_cipher_key(TEE_OperationHandle operation, uint8_t key[TEE_CIPHER_KEY_MAX])
{
	size_t at = 0;
	int i;

	if (operation->algorithm->block == 8) {
		des_key(&operation->keys[0].parts[0], key);
		return;
	}
	/* Of two keys, OpenSSL wants the tweak's behind the other (XTS). */
	for (i = 0; i < 2 && operation->keys[i].type; i++) {
		memcpy(key + at, operation->keys[i].parts[0].bytes, operation->keys[i].parts[0].size);
		at += operation->keys[i].parts[0].size;
	}
}

/* A name as a parameter; OpenSSL only reads it. */
static OSSL_PARAM name_param(const char *param, const char *name)
{
	return OSSL_PARAM_construct_utf8_string(param, (char *)(uintptr_t)name, 0);
}

static bool mac_prepare(TEE_OperationHandle operation)
{
	const struct tee_key_part *secret = &operation->keys[0].parts[0];
	OSSL_PARAM params[] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };
	uint8_t key[TEE_CIPHER_KEY_MAX];
	bool ok;

	if (operation->algorithm->scheme == TEE_SCHEME_HMAC) {
		params[0] = name_param(OSSL_MAC_PARAM_DIGEST, operation->algorithm->name);
		return EVP_MAC_init(operation->mac, secret->bytes, secret->size, params) == 1;
	}
	params[0] = name_param(OSSL_MAC_PARAM_CIPHER, EVP_CIPHER_get0_name(operation->evp));
	tee_operation_cipher_key(operation, key);
	ok = EVP_MAC_init(operation->mac, key, (size_t)EVP_CIPHER_get_key_length(operation->evp), params) == 1;
	OPENSSL_cleanse(key, sizeof(key));
	return ok;
}

/* What OpenSSL keeps of the key, so that the calls that follow need not build it again. */
static bool key_prepare(TEE_OperationHandle operation)
{
	const struct tee_algorithm *algorithm = operation->algorithm;

	if (algorithm->block && algorithm->scheme != TEE_SCHEME_HMAC) {
		operation->evp = tee_algorithm_cipher(algorithm, tee_key_bits(&operation->keys[0]));
		if (!operation->evp)
			return false;
	}
	if (operation->mac)
		return mac_prepare(operation);
	if (operation->keys[0].type->family == TEE_KEY_SECRET)
		return true;
	operation->pkey = tee_key_pkey(&operation->keys[0], algorithm->modes[operation->mode].private);
	return operation->pkey;
}

static void check_key(const char *function, TEE_OperationHandle operation, TEE_ObjectHandle key)
{
	const struct tee_algorithm *algorithm = operation->algorithm;
	const struct tee_algorithm_mode *mode = &algorithm->modes[operation->mode];
	const struct tee_key_type *type;

	tee_object_check(function, key);
	type = key->key.type;
	if (!key->initialized)
		tee_panic_misuse(function, "the object has no key");
	if (type->type != algorithm->key_types[0] && type->type != algorithm->key_types[1])
		tee_panic_misuse(function, "the key is of another type");
	if (mode->private && type->family != TEE_KEY_SECRET && !tee_key_type_is_pair(type))
		tee_panic_misuse(function, "the operation needs a private key");
	if ((tee_object_usage(key) & mode->usage) != mode->usage)
		tee_panic_misuse(function, "the key may not be used for this");
	if (tee_key_bits(&key->key) > operation->max_bits / (algorithm->two_keys ? 2 : 1))
		tee_panic_misuse(function, "the key is larger than the operation's");
}

/* Replaces the keys; second is NULL where there is but one, and both are to forget them. */
static TEE_Result keys_set(TEE_OperationHandle operation, TEE_ObjectHandle first, TEE_ObjectHandle second)
{
	TEE_ObjectHandle given[2] = { first, second };
	bool ok = true;
	int i;

	key_forget(operation);
	if (!first)
		return TEE_SUCCESS;
	for (i = 0; ok && i < 2 && given[i]; i++) {
		operation->keys[i].type = given[i]->key.type;
		ok = tee_key_copy(&operation->keys[i], &given[i]->key);
	}
	if (ok && key_prepare(operation))
		return TEE_SUCCESS;
	key_forget(operation);
	return TEE_ERROR_OUT_OF_MEMORY;
}

static void check_initial(const char *function, TEE_OperationHandle operation)
{
	check_alive(function, operation);
	if (!takes_key(operation))
		tee_panic_misuse(function, "a digest takes no key");
	if (operation->state != TEE_OPERATION_STATE_INITIAL)
		tee_panic_misuse(function, "the operation is active: reset it first");
}

/* §6.2.6 */
TEE_Result TEE_SetOperationKey(TEE_OperationHandle operation, TEE_ObjectHandle key)
{
	check_initial(__func__, operation);
	TEE_MISUSE_IF(operation->algorithm->two_keys, "the operation takes two keys");
	if (key != TEE_HANDLE_NULL)
		check_key(__func__, operation, key);
	return keys_set(operation, key, TEE_HANDLE_NULL);
}

/* §6.2.7: two equal keys would undo the security of XTS (IEEE 1619-2018 annex D). */
TEE_Result TEE_SetOperationKey2(TEE_OperationHandle operation, TEE_ObjectHandle key1, TEE_ObjectHandle key2)
{
	const struct tee_key_part *first;
	const struct tee_key_part *second;

	check_initial(__func__, operation);
	TEE_MISUSE_IF(!operation->algorithm->two_keys, "the operation takes one key");
	TEE_MISUSE_IF((key1 == TEE_HANDLE_NULL) != (key2 == TEE_HANDLE_NULL), "only one key is there");
	if (key1 == TEE_HANDLE_NULL)
		return keys_set(operation, TEE_HANDLE_NULL, TEE_HANDLE_NULL);
	check_key(__func__, operation, key1);
	check_key(__func__, operation, key2);
	first = &key1->key.parts[0];
	second = &key2->key.parts[0];
	TEE_MISUSE_IF(first->size != second->size, "the keys have different sizes");
	if (!CRYPTO_memcmp(first->bytes, second->bytes, first->size))
		return TEE_ERROR_SECURITY;
	return keys_set(operation, key1, key2);
}

/* A context that is not in use has no cipher, and cannot be copied. */
static bool cipher_copy(EVP_CIPHER_CTX *dst, const EVP_CIPHER_CTX *src)
{
	if (!src || !EVP_CIPHER_CTX_get0_cipher(src))
		return true;
	return EVP_CIPHER_CTX_copy(dst, src) == 1;
}

/* What of the state OpenSSL or the heap has. */
static bool contexts_copy(TEE_OperationHandle dst, TEE_OperationHandle src)
{
	if (src->md && EVP_MD_CTX_copy_ex(dst->md, src->md) != 1)
		return false;
	if (src->mac) {
		EVP_MAC_CTX_free(dst->mac);
		dst->mac = EVP_MAC_CTX_dup(src->mac);
		if (!dst->mac)
			return false;
	}
	if (src->extract) {
		dst->extract = OPENSSL_memdup(src->extract, src->extract_size);
		if (!dst->extract)
			return false;
		dst->extract_size = src->extract_size;
		dst->extract_used = src->extract_used;
	}
	return cipher_copy(dst->cipher, src->cipher) && cipher_copy(dst->second, src->second);
}

static bool keys_copy(TEE_OperationHandle dst, TEE_OperationHandle src)
{
	int i;

	key_forget(dst);
	for (i = 0; i < 2 && src->keys[i].type; i++) {
		dst->keys[i].type = src->keys[i].type;
		if (!tee_key_copy(&dst->keys[i], &src->keys[i]))
			return false;
	}
	if (src->evp && EVP_CIPHER_up_ref(src->evp) == 1)
		dst->evp = src->evp;
	if (src->pkey && EVP_PKEY_up_ref(src->pkey) == 1)
		dst->pkey = src->pkey;
	return true;
}

/* §6.2.8 */
void TEE_CopyOperation(TEE_OperationHandle dstOperation, TEE_OperationHandle srcOperation)
{
	check_alive(__func__, dstOperation);
	check_alive(__func__, srcOperation);
	TEE_MISUSE_IF(dstOperation->algorithm != srcOperation->algorithm, "the operations have different algorithms");
	TEE_MISUSE_IF(dstOperation->mode != srcOperation->mode, "the operations have different modes");
	TEE_MISUSE_IF(has_key(srcOperation) && tee_key_bits(&srcOperation->keys[0]) >
			      dstOperation->max_bits / (dstOperation->algorithm->two_keys ? 2 : 1),
		      "the key is larger than the operation's");
	if (dstOperation == srcOperation)
		return;
	tee_operation_initial(dstOperation);
	if (!keys_copy(dstOperation, srcOperation) || !contexts_copy(dstOperation, srcOperation))
		tee_operation_broken(__func__);
	dstOperation->state = srcOperation->state;
	dstOperation->progress = srcOperation->progress;
}

/* §6.2.9 */
TEE_Result TEE_IsAlgorithmSupported(uint32_t algId, uint32_t element)
{
	const struct tee_algorithm *algorithm = tee_algorithm(algId);

	return algorithm && tee_algorithm_has_element(algorithm, element) ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED;
}
