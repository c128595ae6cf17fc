// SPDX-License-Identifier: BSD-2-Clause
/* A trusted application that does what the test client asks, also what it must not. */
#include "tee_test_ta.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tee_internal_api.h>

#include "include/uapi/teechan.h"

#define OBJECT "object"

/* Variables of all kinds: an instance begins with what is written here. */
static uint32_t counted;
static uint32_t created = 100;

TEE_Result TA_CreateEntryPoint(void)
{
	created++;
	return TEE_SUCCESS;
}

void TA_DestroyEntryPoint(void)
{
}

TEE_Result TA_OpenSessionEntryPoint(uint32_t types, TEE_Param params[TEE_NUM_PARAMS], void **context)
{
	(void)types;
	(void)params;
	*context = NULL;
	return TEE_SUCCESS;
}

void TA_CloseSessionEntryPoint(void *context)
{
	(void)context;
}

static void need(TEE_Result result)
{
	if (result)
		TEE_Panic(result);
}

static TEE_ObjectHandle key_new(uint32_t type, uint32_t bits)
{
	TEE_ObjectHandle object;

	need(TEE_AllocateTransientObject(type, bits, &object));
	need(TEE_GenerateKey(object, bits, NULL, 0));
	return object;
}

static TEE_OperationHandle operation_new(uint32_t algorithm, uint32_t mode, uint32_t bits, TEE_ObjectHandle key)
{
	TEE_OperationHandle op;

	need(TEE_AllocateOperation(&op, algorithm, mode, bits));
	if (key)
		need(TEE_SetOperationKey(op, key));
	return op;
}

static void signatures(void)
{
	TEE_ObjectHandle pair = key_new(TEE_TYPE_ED25519_KEYPAIR, 256);
	TEE_OperationHandle sign = operation_new(TEE_ALG_ED25519, TEE_MODE_SIGN, 256, pair);
	TEE_OperationHandle verify = operation_new(TEE_ALG_ED25519, TEE_MODE_VERIFY, 256, pair);
	uint8_t signature[64];
	size_t size = sizeof(signature);

	need(TEE_AsymmetricSignDigest(sign, NULL, 0, "message", 7, signature, &size));
	need(TEE_AsymmetricVerifyDigest(verify, NULL, 0, "message", 7, signature, size));
	TEE_FreeOperation(sign);
	TEE_FreeOperation(verify);
	TEE_FreeTransientObject(pair);
}

static void derivation(void)
{
	TEE_ObjectHandle pair = key_new(TEE_TYPE_X25519_KEYPAIR, 256);
	TEE_OperationHandle op = operation_new(TEE_ALG_X25519, TEE_MODE_DERIVE, 256, pair);
	TEE_ObjectHandle secret;
	TEE_Attribute peer;
	uint8_t public[32];
	size_t size = sizeof(public);

	need(TEE_GetObjectBufferAttribute(pair, TEE_ATTR_X25519_PUBLIC_VALUE, public, &size));
	TEE_InitRefAttribute(&peer, TEE_ATTR_X25519_PUBLIC_VALUE, public, size);
	need(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &secret));
	TEE_DeriveKey(op, &peer, 1, secret);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(secret);
	TEE_FreeTransientObject(pair);
}

static void symmetric(void)
{
	TEE_ObjectHandle aes = key_new(TEE_TYPE_AES, 256);
	TEE_ObjectHandle hmac = key_new(TEE_TYPE_HMAC_SHA256, 256);
	TEE_OperationHandle gcm = operation_new(TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, 256, aes);
	TEE_OperationHandle mac = operation_new(TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, 256, hmac);
	TEE_OperationHandle sha = operation_new(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
	uint8_t out[64];
	uint8_t tag[16];
	size_t size = sizeof(out);
	size_t tag_size = sizeof(tag);

	need(TEE_AEInit(gcm, "nonce-nonce-", 12, 128, 0, 0));
	need(TEE_AEEncryptFinal(gcm, "message", 7, out, &size, tag, &tag_size));
	size = sizeof(out);
	TEE_MACInit(mac, NULL, 0);
	need(TEE_MACComputeFinal(mac, "message", 7, out, &size));
	size = sizeof(out);
	need(TEE_DigestDoFinal(sha, "message", 7, out, &size));
	TEE_FreeOperation(gcm);
	TEE_FreeOperation(mac);
	TEE_FreeOperation(sha);
	TEE_FreeTransientObject(aes);
	TEE_FreeTransientObject(hmac);
}

/* What OpenSSL makes of big numbers, and what it looks up when it is first asked for. */
static void big_numbers(void)
{
	static const struct {
		uint32_t type, bits, curve, algorithm;
	} rows[] = {
		{ TEE_TYPE_RSA_KEYPAIR, 1024, 0, TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256 },
		{ TEE_TYPE_ECDSA_KEYPAIR, 256, TEE_ECC_CURVE_NIST_P256, TEE_ALG_ECDSA_SHA256 },
		{ TEE_TYPE_ECDSA_KEYPAIR, 512, TEE_ECC_CURVE_BSI_P512r1, TEE_ALG_ECDSA_SHA3_256 },
		{ TEE_TYPE_SM2_DSA_KEYPAIR, 256, 0, TEE_ALG_SM2_DSA_SM3 },
	};
	static const uint8_t digest[32];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEE_OperationHandle sign, verify;
		TEE_ObjectHandle pair;
		TEE_Attribute curve;
		uint8_t signature[128];
		size_t size = sizeof(signature);

		TEE_InitValueAttribute(&curve, TEE_ATTR_ECC_CURVE, rows[i].curve, 0);
		need(TEE_AllocateTransientObject(rows[i].type, rows[i].bits, &pair));
		need(TEE_GenerateKey(pair, rows[i].bits, &curve, rows[i].curve ? 1 : 0));
		sign = operation_new(rows[i].algorithm, TEE_MODE_SIGN, rows[i].bits, pair);
		verify = operation_new(rows[i].algorithm, TEE_MODE_VERIFY, rows[i].bits, pair);
		need(TEE_AsymmetricSignDigest(sign, NULL, 0, digest, sizeof(digest), signature, &size));
		need(TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, sizeof(digest), signature, size));
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
		TEE_FreeTransientObject(pair);
	}
}

static void ciphers(void)
{
	static const struct {
		uint32_t algorithm, type, bits;
		size_t iv;
	} rows[] = {
		{ TEE_ALG_AES_CTR, TEE_TYPE_AES, 192, 16 },
		{ TEE_ALG_AES_CTS, TEE_TYPE_AES, 256, 16 },
		{ TEE_ALG_DES_CBC_NOPAD, TEE_TYPE_DES, 64, 8 },
		{ TEE_ALG_DES3_ECB_NOPAD, TEE_TYPE_DES3, 128, 0 },
		{ TEE_ALG_SM4_CBC_PKCS5, TEE_TYPE_SM4, 128, 16 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TEE_ObjectHandle key = key_new(rows[i].type, rows[i].bits);
		TEE_OperationHandle op = operation_new(rows[i].algorithm, TEE_MODE_ENCRYPT, rows[i].bits, key);
		uint8_t out[64];
		size_t size = sizeof(out);

		TEE_CipherInit(op, "sixteen-bytes-iv", rows[i].iv);
		need(TEE_CipherDoFinal(op, "thirty-two bytes of a message...", 32, out, &size));
		TEE_FreeOperation(op);
		TEE_FreeTransientObject(key);
	}
}

static TEE_Result algorithms(void)
{
	uint8_t random[64];
	TEE_Time now;
	void *large = TEE_Malloc(4 << 20, TEE_MALLOC_FILL_ZERO);

	TEE_Free(large);
	signatures();
	derivation();
	symmetric();
	big_numbers();
	ciphers();
	TEE_GenerateRandom(random, sizeof(random));
	TEE_GetSystemTime(&now);
	TEE_GetREETime(&now);
	return TEE_Wait(2);
}

static TEE_Result load(TEE_Param *params)
{
	TEE_ObjectHandle object;
	TEE_ObjectInfo info;
	TEE_Result result;
	uint8_t *own;
	size_t count;

	result = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, OBJECT, 6, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (result)
		return result;
	need(TEE_GetObjectInfo1(object, &info));
	if (params[0].memref.size < info.dataSize) {
		params[0].memref.size = info.dataSize;
		TEE_CloseObject(object);
		return TEE_ERROR_SHORT_BUFFER;
	}
	own = TEE_Malloc(info.dataSize, TEE_MALLOC_FILL_ZERO);
	need(TEE_ReadObjectData(object, own, info.dataSize, &count));
	TEE_MemMove(params[0].memref.buffer, own, count);
	params[0].memref.size = count;
	TEE_Free(own);
	TEE_CloseObject(object);
	return TEE_SUCCESS;
}

static TEE_Result who(TEE_Param *params)
{
	need(TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.uid", &params[1].value.a));
	need(TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.pid", &params[1].value.b));
	return TEE_GetPropertyAsString(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", params[0].memref.buffer,
				       &params[0].memref.size);
}

static TEE_Result digests(TEE_Param *params)
{
	need(TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_TA, "org.teepay.ta.digest", params[1].memref.buffer,
					  &params[1].memref.size));
	return TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_CLIENT, "org.teepay.client.digest",
					    params[0].memref.buffer, &params[0].memref.size);
}

static TEE_Result rights(TEE_Param *params)
{
	enum { R = TEE_MEMORY_ACCESS_READ, W = TEE_MEMORY_ACCESS_WRITE, ANY = TEE_MEMORY_ACCESS_ANY_OWNER };
	static const char constant[] = "constant";
	const void *in = params[0].memref.buffer;
	const void *inout = params[1].memref.buffer;
	const struct {
		uint32_t flags;
		const void *buffer;
		size_t size;
		bool yes;
	} rows[] = {
		{ R | ANY, in, params[0].memref.size, true },
		{ W | ANY, in, params[0].memref.size, false },
		{ R, in, params[0].memref.size, false },
		{ R | W | ANY, inout, params[1].memref.size, true },
		{ R | ANY, inout, params[1].memref.size + 1, false },
		{ R | W, rows, 0, true },
		{ R, constant, sizeof(constant), true },
		{ W, constant, sizeof(constant), false },
	};
	uint32_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!TEE_CheckMemoryAccessRights(rows[i].flags, rows[i].buffer, rows[i].size) == rows[i].yes)
			params[2].value.a |= 1u << i;
	return TEE_SUCCESS;
}

static TEE_Result read_into_client(TEE_Param *params)
{
	TEE_ObjectHandle object;
	size_t count;

	need(TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, "x", 1, TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_OVERWRITE,
					TEE_HANDLE_NULL, "secret", 6, &object));
	return TEE_ReadObjectData(object, params[0].memref.buffer, params[0].memref.size, &count);
}

static uint32_t __attribute__((noinline)) stack_use(uint32_t bytes)
{
	volatile uint8_t some[1024];

	some[0] = (uint8_t)bytes;
	return bytes > sizeof(some) ? stack_use(bytes - (uint32_t)sizeof(some)) + some[0] : some[0];
}

/* Asks the other application the same, in a session of its own. */
static TEE_Result relay(TEE_Param *params)
{
	static const TEE_UUID other = TEE_TEST_TA2_UUID;
	const uint32_t types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_INOUT, TEE_PARAM_TYPE_VALUE_OUTPUT, 0, 0);
	TEE_Param there[TEE_NUM_PARAMS] = { params[1] };
	TEE_TASessionHandle session;
	TEE_Result result;
	uint32_t origin;

	TEE_UnmaskCancellation();
	result = TEE_OpenTASession(&other, TEE_TIMEOUT_INFINITE, 0, NULL, &session, &origin);
	if (!result)
		result = TEE_InvokeTACommand(session, params[0].value.b, params[0].value.a, types, there, &origin);
	TEE_CloseTASession(session);
	params[1].memref.size = there[0].memref.size;
	params[2] = there[1];
	params[3].value.a = result;
	params[3].value.b = origin;
	return TEE_SUCCESS;
}

/* No application does this; an attacker who got into one would. */
static long forbidden(uint32_t which)
{
	void *page;

	switch (which) {
	case FORBID_OPEN:
		return syscall(SYS_openat, -100, "/etc/passwd", 0);
	case FORBID_SOCKET:
		return syscall(SYS_socket, 1, 1, 0);
	case FORBID_EXEC:
		return syscall(SYS_execve, "/bin/sh", NULL, NULL);
	case FORBID_FORK:
		return syscall(SYS_clone, 17, 0, 0, 0, 0);
	case FORBID_CODE:
		page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return page == MAP_FAILED ? -1 : 0;
	case FORBID_IOCTL:
		return ioctl(2, TIOCGPGRP, &page);
	case FORBID_BIND:
		return ioctl(3, TEECHAN_BIND, NULL);
	case FORBID_PTRACE:
		return syscall(SYS_ptrace, 0, 0, 0, 0);
	case FORBID_WRITE:
		return write(5, "", 0);
	default:
		return 0;
	}
}

TEE_Result TA_InvokeCommandEntryPoint(void *context, uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS])
{
	uint8_t *bytes = params[0].memref.buffer;
	size_t i;

	(void)context;
	(void)types;
	switch (command) {
	case CMD_COUNT:
		params[0].value.a = ++counted;
		params[0].value.b = created - 100;
		return TEE_SUCCESS;
	case CMD_UPPER:
		for (i = 0; i < params[0].memref.size; i++)
			bytes[i] = (uint8_t)(bytes[i] & ~0x20);
		params[1].value.a = (uint32_t)params[0].memref.size;
		return TEE_SUCCESS;
	case CMD_ALGORITHMS:
		return algorithms();
	case CMD_STORE:
		return TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, OBJECT, 6, TEE_DATA_FLAG_OVERWRITE, TEE_HANDLE_NULL,
						  params[0].memref.buffer, params[0].memref.size, NULL);
	case CMD_LOAD:
		return load(params);
	case CMD_WHO:
		return who(params);
	case CMD_DIGESTS:
		return digests(params);
	case CMD_WAIT:
		TEE_UnmaskCancellation();
		return TEE_Wait(TEE_TIMEOUT_INFINITE);
	case CMD_PANIC:
		TEE_Panic(0xdead);
	case CMD_RIGHTS:
		return rights(params);
	case CMD_READ_INTO_CLIENT:
		return read_into_client(params);
	case CMD_STACK:
		params[0].value.b = stack_use(params[0].value.a);
		return TEE_SUCCESS;
	case CMD_RELAY:
		return relay(params);
	case CMD_FORBIDDEN:
		errno = 0;
		params[0].value.b = (uint32_t)forbidden(params[0].value.a);
		params[0].value.a = (uint32_t)errno;
		return TEE_SUCCESS;
	default:
		return TEE_ERROR_NOT_SUPPORTED;
	}
}
