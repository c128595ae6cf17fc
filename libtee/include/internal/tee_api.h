/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of the GlobalPlatform TEE Internal Core API 1.3.1: all of them.
 *
 * A handle or a state that the specification forbids panics: the process ends (TEE_Panic). So does a client's memory
 * where the specification says [in] or [out] (§3.4): handles, sizes and counts, object ids, arrays of attributes, and the
 * buffers of TEE_ReadObjectData and TEE_GenerateRandom. Where it says [inbuf] or [outbuf] (the data of cryptography and
 * what is stored), a client's memory may be used directly: its pages are lent, and nobody else sees them meanwhile.
 */
#ifndef TEE_API_H
#define TEE_API_H

#include "tee_api_defines.h"
#include "tee_api_types.h"

/*
 * Properties (§4.4), of a set by name, or where an enumerator stands (then the name may be NULL). @name is NUL-terminated; buffer lengths are bytes in, and bytes written or needed out.
 * TEE_ERROR_ITEM_NOT_FOUND: no such property. TEE_ERROR_BAD_FORMAT: it is not of that type. TEE_ERROR_SHORT_BUFFER.
 */
TEE_CHECKED TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propset, const char *name, char *valueBuffer,
					       size_t *valueBufferLen);
TEE_CHECKED TEE_Result TEE_GetPropertyAsBool(TEE_PropSetHandle propset, const char *name, bool *value);
TEE_CHECKED TEE_Result TEE_GetPropertyAsU32(TEE_PropSetHandle propset, const char *name, uint32_t *value);
TEE_CHECKED TEE_Result TEE_GetPropertyAsU64(TEE_PropSetHandle propset, const char *name, uint64_t *value);
TEE_CHECKED TEE_Result TEE_GetPropertyAsBinaryBlock(TEE_PropSetHandle propset, const char *name, void *valueBuffer,
						    size_t *valueBufferLen);
TEE_CHECKED TEE_Result TEE_GetPropertyAsUUID(TEE_PropSetHandle propset, const char *name, TEE_UUID *value);
TEE_CHECKED TEE_Result TEE_GetPropertyAsIdentity(TEE_PropSetHandle propset, const char *name, TEE_Identity *value);

/*
 * Enumerators stand at the first property once started. TEE_ERROR_ITEM_NOT_FOUND: it was not started, or is behind the last.
 */
TEE_CHECKED TEE_Result TEE_AllocatePropertyEnumerator(TEE_PropSetHandle *enumerator);
void TEE_FreePropertyEnumerator(TEE_PropSetHandle enumerator);
void TEE_StartPropertyEnumerator(TEE_PropSetHandle enumerator, TEE_PropSetHandle propSet);
void TEE_ResetPropertyEnumerator(TEE_PropSetHandle enumerator);
TEE_CHECKED TEE_Result TEE_GetPropertyName(TEE_PropSetHandle enumerator, void *nameBuffer, size_t *nameBufferLen);
TEE_CHECKED TEE_Result TEE_GetNextProperty(TEE_PropSetHandle enumerator);

/* Ends this instance at once; its callers get TEE_ERROR_TARGET_DEAD (§4.8.1). Writes the code to the journal. */
void TEE_Panic(TEE_Result panicCode) __attribute__((noreturn));

/*
 * Sessions to other trusted applications (§4.9). The other one sees TEE_LOGIN_TRUSTED_APP and this one's UUID, for which
 * the kernel vouches. Memory of this application, or of its client as far as the running call refers to it, is copied
 * there and back. Timeouts are milliseconds or TEE_TIMEOUT_INFINITE: when one is over, and when the running operation is
 * cancelled and that is unmasked, the other application is told, and has a second to answer. @returnOrigin may be NULL.
 *
 * TEE_ERROR_ACCESS_DENIED, origin TEE: this application's user may not open the channel as a client (group teeclnt).
 * TEE_ERROR_BUSY: to itself, or no more sessions. TEE_ERROR_ITEM_NOT_FOUND: it does not run. TEE_ERROR_TARGET_DEAD: it
 * ended; close the session. Two applications that call each other in a circle wait until a timeout or the watchdog.
 */
TEE_CHECKED TEE_Result TEE_OpenTASession(const TEE_UUID *destination, uint32_t cancellationRequestTimeout,
					 uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS],
					 TEE_TASessionHandle *session, uint32_t *returnOrigin);
void TEE_CloseTASession(TEE_TASessionHandle session);
TEE_CHECKED TEE_Result TEE_InvokeTACommand(TEE_TASessionHandle session, uint32_t cancellationRequestTimeout,
					   uint32_t commandID, uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS],
					   uint32_t *returnOrigin);

/* Cancellation (§4.10): masked at the start of each entry point. The last two return whether it was masked before. */
bool TEE_GetCancellationFlag(void);
bool TEE_UnmaskCancellation(void);
bool TEE_MaskCancellation(void);

/*
 * Memory (§4.11). Sizes are bytes. What TEE_Malloc and TEE_Realloc return is freed with TEE_Free, and is wiped by it.
 * TEE_MemCompare takes the same time whatever the content is; it returns <0, 0 or >0.
 * TEE_CheckMemoryAccessRights: TEE_ERROR_ACCESS_DENIED if the buffer does not have all of TEE_MEMORY_ACCESS_*; without
 * TEE_MEMORY_ACCESS_ANY_OWNER also if it is a client's.
 */
TEE_CHECKED TEE_Result TEE_CheckMemoryAccessRights(uint32_t accessFlags, const void *buffer, size_t size);
void TEE_SetInstanceData(void *instanceData);
void *TEE_GetInstanceData(void);
TEE_CHECKED void *TEE_Malloc(size_t size, uint32_t hint);
TEE_CHECKED void *TEE_Realloc(void *buffer, size_t newSize);
void TEE_Free(void *buffer);
void TEE_MemMove(void *dest, const void *src, size_t size);
int32_t TEE_MemCompare(const void *buffer1, const void *buffer2, size_t size);
void TEE_MemFill(void *buffer, uint32_t x, size_t size);

/*
 * Objects of both kinds (§5.5). TEE_GetObjectBufferAttribute: a secret part needs TEE_USAGE_EXTRACTABLE;
 * TEE_ERROR_ITEM_NOT_FOUND if the object lacks the attribute; TEE_ERROR_SHORT_BUFFER with the size needed.
 * TEE_GetObjectValueAttribute: either half may be NULL.
 */
TEE_CHECKED TEE_Result TEE_GetObjectInfo1(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo);
TEE_CHECKED TEE_Result TEE_RestrictObjectUsage1(TEE_ObjectHandle object, uint32_t objectUsage);
TEE_CHECKED TEE_Result TEE_GetObjectBufferAttribute(TEE_ObjectHandle object, uint32_t attributeID, void *buffer,
						    size_t *size);
TEE_CHECKED TEE_Result TEE_GetObjectValueAttribute(TEE_ObjectHandle object, uint32_t attributeID, uint32_t *a,
						   uint32_t *b);
void TEE_CloseObject(TEE_ObjectHandle object);

/*
 * Transient objects (§5.6). Sizes of keys are bits. TEE_ERROR_NOT_SUPPORTED: type or size is not there.
 * TEE_PopulateTransientObject and TEE_GenerateKey want an object without a key: reset it first. TEE_ERROR_BAD_PARAMETERS:
 * attributes or parameters do not belong together. Numbers are big-endian; coordinates are read as long as the field.
 */
TEE_CHECKED TEE_Result TEE_AllocateTransientObject(TEE_ObjectType objectType, uint32_t maxObjectSize,
						   TEE_ObjectHandle *object);
void TEE_FreeTransientObject(TEE_ObjectHandle object);
void TEE_ResetTransientObject(TEE_ObjectHandle object);
TEE_CHECKED TEE_Result TEE_PopulateTransientObject(TEE_ObjectHandle object, const TEE_Attribute *attrs,
						   uint32_t attrCount);
void TEE_InitRefAttribute(TEE_Attribute *attr, uint32_t attributeID, const void *buffer, size_t length);
void TEE_InitValueAttribute(TEE_Attribute *attr, uint32_t attributeID, uint32_t a, uint32_t b);
TEE_CHECKED TEE_Result TEE_CopyObjectAttributes1(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject);
TEE_CHECKED TEE_Result TEE_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE_Attribute *params,
				       uint32_t paramCount);

/*
 * Persistent objects (§5.7) of TEE_STORAGE_PRIVATE; the other storages of 1.3 are not there, TEE_ERROR_ITEM_NOT_FOUND. A
 * change is durable when the function returns, and whole or not at all after a power cut. Ids are 0 to
 * TEE_OBJECT_ID_MAX_LEN bytes, data up to 1 MiB an object and 32 MiB together.
 *
 * TEE_ERROR_ACCESS_CONFLICT: not shared with a handle that is open, or the id is taken. TEE_ERROR_STORAGE_NO_SPACE.
 * TEE_ERROR_CORRUPT_OBJECT: what is stored is no object of a type that is there. A device that fails to write ends the
 * process, and an altered storage keeps it from starting.
 *
 * TEE_CreatePersistentObject: @object may be NULL; then @attributes, if it is transient, becomes a handle of the
 * persistent object itself, to be closed with TEE_CloseObject.
 * TEE_CloseAndDeletePersistentObject1 ends the handle whatever it returns; TEE_ERROR_STORAGE_NOT_AVAILABLE: the object
 * is still there.
 */
TEE_CHECKED TEE_Result TEE_OpenPersistentObject(uint32_t storageID, const void *objectID, size_t objectIDLen,
						uint32_t flags, TEE_ObjectHandle *object);
TEE_CHECKED TEE_Result TEE_CreatePersistentObject(uint32_t storageID, const void *objectID, size_t objectIDLen,
						  uint32_t flags, TEE_ObjectHandle attributes, const void *initialData,
						  size_t initialDataLen, TEE_ObjectHandle *object);
TEE_CHECKED TEE_Result TEE_CloseAndDeletePersistentObject1(TEE_ObjectHandle object);
TEE_CHECKED TEE_Result TEE_RenamePersistentObject(TEE_ObjectHandle object, const void *newObjectID,
						  size_t newObjectIDLen);

/*
 * Enumeration (§5.8) of what is stored when it starts: objects that are made later are not part of it, what is deleted
 * meanwhile is left out, what is renamed or replaced comes once. @objectInfo may be NULL; @objectID has room for
 * TEE_OBJECT_ID_MAX_LEN bytes. TEE_ERROR_ITEM_NOT_FOUND: nothing stored, no more, or not started.
 */
TEE_CHECKED TEE_Result TEE_AllocatePersistentObjectEnumerator(TEE_ObjectEnumHandle *objectEnumerator);
void TEE_FreePersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator);
void TEE_ResetPersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator);
TEE_CHECKED TEE_Result TEE_StartPersistentObjectEnumerator(TEE_ObjectEnumHandle objectEnumerator, uint32_t storageID);
TEE_CHECKED TEE_Result TEE_GetNextPersistentObject(TEE_ObjectEnumHandle objectEnumerator, TEE_ObjectInfo *objectInfo,
						   void *objectID, size_t *objectIDLen);

/* Data streams (§5.9). Positions and sizes are bytes; *count is what was read, 0 at the end. */
TEE_CHECKED TEE_Result TEE_ReadObjectData(TEE_ObjectHandle object, void *buffer, size_t size, size_t *count);
TEE_CHECKED TEE_Result TEE_WriteObjectData(TEE_ObjectHandle object, const void *buffer, size_t size);
TEE_CHECKED TEE_Result TEE_TruncateObjectData(TEE_ObjectHandle object, size_t size);
TEE_CHECKED TEE_Result TEE_SeekObjectData(TEE_ObjectHandle object, intmax_t offset, TEE_Whence whence);

/*
 * Operations (§6.2). maxKeySize is bits; of TEE_ALG_AES_XTS, which takes two keys, it is their sum.
 * TEE_ERROR_NOT_SUPPORTED: algorithm, mode or size is not there. TEE_SetOperationKey2: TEE_ERROR_SECURITY if both keys
 * are the same. TEE_GetOperationInfoMultiple: sizes are bytes; TEE_ERROR_SHORT_BUFFER with the size needed.
 */
TEE_CHECKED TEE_Result TEE_AllocateOperation(TEE_OperationHandle *operation, uint32_t algorithm, uint32_t mode,
					     uint32_t maxKeySize);
void TEE_FreeOperation(TEE_OperationHandle operation);
void TEE_GetOperationInfo(TEE_OperationHandle operation, TEE_OperationInfo *operationInfo);
TEE_CHECKED TEE_Result TEE_GetOperationInfoMultiple(TEE_OperationHandle operation,
						    TEE_OperationInfoMultiple *operationInfoMultiple,
						    size_t *operationSize);
void TEE_ResetOperation(TEE_OperationHandle operation);
TEE_CHECKED TEE_Result TEE_SetOperationKey(TEE_OperationHandle operation, TEE_ObjectHandle key);
TEE_CHECKED TEE_Result TEE_SetOperationKey2(TEE_OperationHandle operation, TEE_ObjectHandle key1, TEE_ObjectHandle key2);
void TEE_CopyOperation(TEE_OperationHandle dstOperation, TEE_OperationHandle srcOperation);
TEE_CHECKED TEE_Result TEE_IsAlgorithmSupported(uint32_t algId, uint32_t element);

/*
 * Digests (§6.3). Sizes are bytes. Of TEE_ALG_SHAKE128 and TEE_ALG_SHAKE256 *hashLen says how much is wanted; of the
 * others TEE_ERROR_SHORT_BUFFER. TEE_DigestExtract gives the output in pieces; *hashLen is what was given, 0 at the end.
 */
void TEE_DigestUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize);
TEE_CHECKED TEE_Result TEE_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, size_t chunkLen, void *hash,
					 size_t *hashLen);
TEE_CHECKED TEE_Result TEE_DigestExtract(TEE_OperationHandle operation, void *hash, size_t *hashLen);

/*
 * Ciphers (§6.4). The initial value (CBC, CTS), counter (CTR) or tweak (XTS) is one block; ECB has none. Source and
 * destination are the same or do not overlap. TEE_ERROR_SHORT_BUFFER with the size needed, and nothing is done.
 * TEE_CipherDoFinal: TEE_ERROR_CIPHERTEXT_INVALID if the padding of a _PKCS5 algorithm is wrong.
 */
void TEE_CipherInit(TEE_OperationHandle operation, const void *IV, size_t IVLen);
TEE_CHECKED TEE_Result TEE_CipherUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
					void *destData, size_t *destLen);
TEE_CHECKED TEE_Result TEE_CipherDoFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
					 void *destData, size_t *destLen);

/*
 * Message authentication codes (§6.5). None has an initial value: IV is not looked at. Comparison takes the same time
 * whatever the bytes are.
 */
void TEE_MACInit(TEE_OperationHandle operation, const void *IV, size_t IVLen);
void TEE_MACUpdate(TEE_OperationHandle operation, const void *chunk, size_t chunkSize);
TEE_CHECKED TEE_Result TEE_MACComputeFinal(TEE_OperationHandle operation, const void *message, size_t messageLen,
					   void *mac, size_t *macLen);
TEE_CHECKED TEE_Result TEE_MACCompareFinal(TEE_OperationHandle operation, const void *message, size_t messageLen,
					   const void *mac, size_t macLen);

/*
 * Authenticated encryption (§6.6). tagLen of TEE_AEInit is bits, of the Final functions bytes. AADLen and payloadLen are
 * for TEE_ALG_AES_CCM, and binding there.
 * TEE_AEDecryptFinal: TEE_ERROR_MAC_INVALID, and nothing of this call's plain text is left in destData.
 */
TEE_CHECKED TEE_Result TEE_AEInit(TEE_OperationHandle operation, const void *nonce, size_t nonceLen, uint32_t tagLen,
				  size_t AADLen, size_t payloadLen);
void TEE_AEUpdateAAD(TEE_OperationHandle operation, const void *AADdata, size_t AADdataLen);
TEE_CHECKED TEE_Result TEE_AEUpdate(TEE_OperationHandle operation, const void *srcData, size_t srcLen, void *destData,
				    size_t *destLen);
TEE_CHECKED TEE_Result TEE_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
					  void *destData, size_t *destLen, void *tag, size_t *tagLen);
TEE_CHECKED TEE_Result TEE_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, size_t srcLen,
					  void *destData, size_t *destLen, const void *tag, size_t tagLen);

/*
 * Asymmetric operations (§6.7). Of TEE_ALG_ED25519 and TEE_ALG_ED448 "digest" is the whole message (§6.7.2). Signatures
 * of DSA, ECDSA and SM2 are r ‖ s, each as long as the order of the group; SM2's cipher text is C1 ‖ C3 ‖ C2.
 * TEE_ERROR_SHORT_BUFFER with the size needed. TEE_ERROR_BAD_PARAMETERS: an input that does not fit the key, or an
 * unknown parameter. TEE_ERROR_CIPHERTEXT_INVALID: the padding is wrong. TEE_ERROR_SIGNATURE_INVALID.
 * TEE_ERROR_NOT_SUPPORTED: prehash and context of EdDSA.
 */
TEE_CHECKED TEE_Result TEE_AsymmetricEncrypt(TEE_OperationHandle operation, const TEE_Attribute *params,
					     uint32_t paramCount, const void *srcData, size_t srcLen,
					     void *destData, size_t *destLen);
TEE_CHECKED TEE_Result TEE_AsymmetricDecrypt(TEE_OperationHandle operation, const TEE_Attribute *params,
					     uint32_t paramCount, const void *srcData, size_t srcLen,
					     void *destData, size_t *destLen);
TEE_CHECKED TEE_Result TEE_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE_Attribute *params,
						uint32_t paramCount, const void *digest, size_t digestLen,
						void *signature, size_t *signatureLen);
TEE_CHECKED TEE_Result TEE_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE_Attribute *params,
						  uint32_t paramCount, const void *digest, size_t digestLen,
						  const void *signature, size_t signatureLen);

/*
 * Key derivation (§6.8), into an empty TEE_TYPE_GENERIC_SECRET or TEE_TYPE_HKDF with room for the secret: of key
 * agreement the size of prime, field or RFC 7748's value, of TEE_ALG_HKDF what TEE_ATTR_KDF_KEY_SIZE says (bytes). A
 * public value that is not of the group, or of small order (the secret would not depend on the private key), gives no
 * key: the object stays empty, and TEE_GetObjectInfo1() says so (no TEE_HANDLE_FLAG_INITIALIZED).
 */
void TEE_DeriveKey(TEE_OperationHandle operation, const TEE_Attribute *params, uint32_t paramCount,
		   TEE_ObjectHandle derivedKey);

/* Random bytes (§6.9). */
void TEE_GenerateRandom(void *randomBuffer, size_t randomBufferLen);

/*
 * Time (§7). System time starts anywhere and also runs while the machine sleeps; REE time is the wall clock and can be
 * set by root. TEE_Wait: milliseconds; TEE_ERROR_CANCEL if cancellation is unmasked and asked for.
 */
void TEE_GetSystemTime(TEE_Time *time);
TEE_CHECKED TEE_Result TEE_Wait(uint32_t timeout);
void TEE_GetREETime(TEE_Time *time);

/*
 * The application's own time (§7.2.3, §7.2.4), which it sets and which survives restarts; the machine's clock carries it.
 * TEE_ERROR_TIME_NOT_SET; TEE_ERROR_TIME_NEEDS_RESET from when that clock went back until it is set anew; both give zeros.
 * TEE_ERROR_OVERFLOW: the seconds modulo 2^32. Setting: TEE_ERROR_OUT_OF_MEMORY, TEE_ERROR_STORAGE_NO_SPACE.
 */
TEE_CHECKED TEE_Result TEE_GetTAPersistentTime(TEE_Time *time);
TEE_CHECKED TEE_Result TEE_SetTAPersistentTime(const TEE_Time *time);

/*
 * Deprecated since 1.1: as the functions with a 1, but they cannot say what went wrong. TEE_GetObjectInfo answers
 * TEE_TYPE_CORRUPTED_OBJECT for what cannot be read.
 */
void TEE_GetObjectInfo(TEE_ObjectHandle object, TEE_ObjectInfo *objectInfo);
void TEE_RestrictObjectUsage(TEE_ObjectHandle object, uint32_t objectUsage);
void TEE_CopyObjectAttributes(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject);
void TEE_CloseAndDeletePersistentObject(TEE_ObjectHandle object);

#include "tee_arith_api.h"

/* Last, since it gives some of the names above another meaning. */
#include "tee_api_compat.h"

#endif
