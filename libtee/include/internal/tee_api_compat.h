/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The API as it was in version 1.1, for applications that ask for it: __OPTEE_CORE_API_COMPAT_1_1=1, which
 * CFG_TA_OPTEE_CORE_API_COMPAT_1_1=y in a Makefile sets.
 *
 * Sizes in memory were uint32_t then, which is another width here: so what has a size behind a pointer or in a structure
 * is another function under the old name. What takes a size by value, or never had one, is the same function.
 * Semantics are those of 1.3.1; deprecated functions are in tee_api.h for both.
 */
#ifndef TEE_API_COMPAT_H
#define TEE_API_COMPAT_H

#include "tee_api.h"
#include "tee_api_types.h"
#include "tee_ta_api.h"

typedef union {
	struct {
		void *buffer;
		uint32_t size;		/* bytes */
	} memref;
	struct {
		uint32_t a;
		uint32_t b;
	} value;
} TEE11_Param;

typedef struct {
	uint32_t attributeID;
	union {
		struct {
			void *buffer;
			uint32_t length; /* bytes */
		} ref;
		struct {
			uint32_t a;
			uint32_t b;
		} value;
	} content;
} TEE11_Attribute;

typedef struct {
	uint32_t objectType;
	__extension__ union {
		uint32_t keySize;	/* bits */
		uint32_t objectSize;
	};
	__extension__ union {
		uint32_t maxKeySize;	/* bits */
		uint32_t maxObjectSize;
	};
	uint32_t objectUsage;		/* TEE_USAGE_* */
	uint32_t dataSize;		/* bytes */
	uint32_t dataPosition;		/* bytes */
	uint32_t handleFlags;		/* TEE_HANDLE_FLAG_*, TEE_DATA_FLAG_* */
} TEE11_ObjectInfo;

/* The application's entry points; user_ta_header.c has those of version 1.3 in front of them. */
TEE_Result TA_EXPORT TEE11_TA_OpenSessionEntryPoint(uint32_t paramTypes, TEE11_Param params[TEE_NUM_PARAMS],
						    void **sessionContext);
TEE_Result TA_EXPORT TEE11_TA_InvokeCommandEntryPoint(void *sessionContext, uint32_t commandID, uint32_t paramTypes,
						      TEE11_Param params[TEE_NUM_PARAMS]);

/* Parameters to version 1.1, and what an entry point may change of them back. A size of 4 GiB or more does not fit. */
TEE_CHECKED TEE_Result TEE11_ParamsTo(uint32_t paramTypes, const TEE_Param from[TEE_NUM_PARAMS],
				      TEE11_Param to[TEE_NUM_PARAMS]);
void TEE11_ParamsFrom(uint32_t paramTypes, const TEE11_Param from[TEE_NUM_PARAMS], TEE_Param to[TEE_NUM_PARAMS]);

TEE_CHECKED TEE_Result TEE11_GetPropertyAsString(TEE_PropSetHandle propset, const char *name, char *valueBuffer,
						 uint32_t *valueBufferLen);
TEE_CHECKED TEE_Result TEE11_GetPropertyAsBinaryBlock(TEE_PropSetHandle propset, const char *name, void *valueBuffer,
						      uint32_t *valueBufferLen);
TEE_CHECKED TEE_Result TEE11_GetPropertyName(TEE_PropSetHandle enumerator, void *nameBuffer, uint32_t *nameBufferLen);

TEE_CHECKED TEE_Result TEE11_GetObjectInfo1(TEE_ObjectHandle object, TEE11_ObjectInfo *objectInfo);
void TEE11_GetObjectInfo(TEE_ObjectHandle object, TEE11_ObjectInfo *objectInfo);
TEE_CHECKED TEE_Result TEE11_GetObjectBufferAttribute(TEE_ObjectHandle object, uint32_t attributeID, void *buffer,
						      uint32_t *size);
TEE_CHECKED TEE_Result TEE11_PopulateTransientObject(TEE_ObjectHandle object, const TEE11_Attribute *attrs,
						     uint32_t attrCount);
void TEE11_InitRefAttribute(TEE11_Attribute *attr, uint32_t attributeID, const void *buffer, uint32_t length);
void TEE11_InitValueAttribute(TEE11_Attribute *attr, uint32_t attributeID, uint32_t a, uint32_t b);
TEE_CHECKED TEE_Result TEE11_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE11_Attribute *params,
					 uint32_t paramCount);
TEE_CHECKED TEE_Result TEE11_ReadObjectData(TEE_ObjectHandle object, void *buffer, uint32_t size, uint32_t *count);

TEE_CHECKED TEE_Result TEE11_GetOperationInfoMultiple(TEE_OperationHandle operation,
						      TEE_OperationInfoMultiple *operationInfoMultiple,
						      uint32_t *operationSize);
TEE_CHECKED TEE_Result TEE11_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, uint32_t chunkLen,
					   void *hash, uint32_t *hashLen);
TEE_CHECKED TEE_Result TEE11_CipherUpdate(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen,
					  void *destData, uint32_t *destLen);
TEE_CHECKED TEE_Result TEE11_CipherDoFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen,
					   void *destData, uint32_t *destLen);
TEE_CHECKED TEE_Result TEE11_MACComputeFinal(TEE_OperationHandle operation, const void *message, uint32_t messageLen,
					     void *mac, uint32_t *macLen);
TEE_CHECKED TEE_Result TEE11_AEUpdate(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen,
				      void *destData, uint32_t *destLen);
TEE_CHECKED TEE_Result TEE11_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen,
					    void *destData, uint32_t *destLen, void *tag, uint32_t *tagLen);
TEE_CHECKED TEE_Result TEE11_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen,
					    void *destData, uint32_t *destLen, void *tag, uint32_t tagLen);
TEE_CHECKED TEE_Result TEE11_AsymmetricEncrypt(TEE_OperationHandle operation, const TEE11_Attribute *params,
					       uint32_t paramCount, const void *srcData, uint32_t srcLen,
					       void *destData, uint32_t *destLen);
TEE_CHECKED TEE_Result TEE11_AsymmetricDecrypt(TEE_OperationHandle operation, const TEE11_Attribute *params,
					       uint32_t paramCount, const void *srcData, uint32_t srcLen,
					       void *destData, uint32_t *destLen);
TEE_CHECKED TEE_Result TEE11_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE11_Attribute *params,
						  uint32_t paramCount, const void *digest, uint32_t digestLen,
						  void *signature, uint32_t *signatureLen);
TEE_CHECKED TEE_Result TEE11_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE11_Attribute *params,
						    uint32_t paramCount, const void *digest, uint32_t digestLen,
						    const void *signature, uint32_t signatureLen);
void TEE11_DeriveKey(TEE_OperationHandle operation, const TEE11_Attribute *params, uint32_t paramCount,
		     TEE_ObjectHandle derivedKey);

TEE_CHECKED TEE_Result TEE11_BigIntConvertToOctetString(uint8_t *buffer, uint32_t *bufferLen, const TEE_BigInt *bigInt);

#if defined(__OPTEE_CORE_API_COMPAT_1_1) && __OPTEE_CORE_API_COMPAT_1_1
#define TEE_Param			TEE11_Param
#define TEE_Attribute			TEE11_Attribute
#define TEE_ObjectInfo			TEE11_ObjectInfo
#define TA_OpenSessionEntryPoint	TEE11_TA_OpenSessionEntryPoint
#define TA_InvokeCommandEntryPoint	TEE11_TA_InvokeCommandEntryPoint
#define TEE_GetPropertyAsString		TEE11_GetPropertyAsString
#define TEE_GetPropertyAsBinaryBlock	TEE11_GetPropertyAsBinaryBlock
#define TEE_GetPropertyName		TEE11_GetPropertyName
#define TEE_GetObjectInfo		TEE11_GetObjectInfo
#define TEE_GetObjectInfo1		TEE11_GetObjectInfo1
#define TEE_GetObjectBufferAttribute	TEE11_GetObjectBufferAttribute
#define TEE_PopulateTransientObject	TEE11_PopulateTransientObject
#define TEE_InitRefAttribute		TEE11_InitRefAttribute
#define TEE_InitValueAttribute		TEE11_InitValueAttribute
#define TEE_GenerateKey			TEE11_GenerateKey
#define TEE_ReadObjectData		TEE11_ReadObjectData
#define TEE_GetOperationInfoMultiple	TEE11_GetOperationInfoMultiple
#define TEE_DigestDoFinal		TEE11_DigestDoFinal
#define TEE_CipherUpdate		TEE11_CipherUpdate
#define TEE_CipherDoFinal		TEE11_CipherDoFinal
#define TEE_MACComputeFinal		TEE11_MACComputeFinal
#define TEE_AEUpdate			TEE11_AEUpdate
#define TEE_AEEncryptFinal		TEE11_AEEncryptFinal
#define TEE_AEDecryptFinal		TEE11_AEDecryptFinal
#define TEE_AsymmetricEncrypt		TEE11_AsymmetricEncrypt
#define TEE_AsymmetricDecrypt		TEE11_AsymmetricDecrypt
#define TEE_AsymmetricSignDigest	TEE11_AsymmetricSignDigest
#define TEE_AsymmetricVerifyDigest	TEE11_AsymmetricVerifyDigest
#define TEE_DeriveKey			TEE11_DeriveKey
#define TEE_BigIntConvertToOctetString	TEE11_BigIntConvertToOctetString
#endif

#endif
