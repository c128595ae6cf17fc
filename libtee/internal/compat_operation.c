// SPDX-License-Identifier: BSD-2-Clause
/* Cryptographic operations with the signatures of version 1.1 of the TEE Internal Core API. */
#include <tee_internal_api.h>

#include "libtee/internal/compat.h"

TEE_Result TEE11_GetOperationInfoMultiple(TEE_OperationHandle operation,
					  TEE_OperationInfoMultiple *operationInfoMultiple, uint32_t *operationSize)
{
	size_t size = compat_size(__func__, operationSize);
	TEE_Result result = TEE_GetOperationInfoMultiple(operation, operationInfoMultiple, &size);

	compat_size_back(operationSize, size);
	return result;
}

TEE_Result TEE11_DigestDoFinal(TEE_OperationHandle operation, const void *chunk, uint32_t chunkLen, void *hash,
			       uint32_t *hashLen)
{
	size_t size = compat_size(__func__, hashLen);
	TEE_Result result = TEE_DigestDoFinal(operation, chunk, chunkLen, hash, &size);

	compat_size_back(hashLen, size);
	return result;
}

TEE_Result TEE11_CipherUpdate(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen, void *destData,
			      uint32_t *destLen)
{
	size_t size = compat_size(__func__, destLen);
	TEE_Result result = TEE_CipherUpdate(operation, srcData, srcLen, destData, &size);

	compat_size_back(destLen, size);
	return result;
}

/* §6.4.3: whoever expects no output has no size either. */
TEE_Result TEE11_CipherDoFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen, void *destData,
			       uint32_t *destLen)
{
	size_t size = destLen ? compat_size(__func__, destLen) : 0;
	TEE_Result result = TEE_CipherDoFinal(operation, srcData, srcLen, destData, destLen ? &size : NULL);

	if (destLen)
		compat_size_back(destLen, size);
	return result;
}

TEE_Result TEE11_MACComputeFinal(TEE_OperationHandle operation, const void *message, uint32_t messageLen, void *mac,
				 uint32_t *macLen)
{
	size_t size = compat_size(__func__, macLen);
	TEE_Result result = TEE_MACComputeFinal(operation, message, messageLen, mac, &size);

	compat_size_back(macLen, size);
	return result;
}

TEE_Result TEE11_AEUpdate(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen, void *destData,
			  uint32_t *destLen)
{
	size_t size = compat_size(__func__, destLen);
	TEE_Result result = TEE_AEUpdate(operation, srcData, srcLen, destData, &size);

	compat_size_back(destLen, size);
	return result;
}

TEE_Result TEE11_AEEncryptFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen, void *destData,
				uint32_t *destLen, void *tag, uint32_t *tagLen)
{
	size_t size = compat_size(__func__, destLen);
	size_t tag_size = compat_size(__func__, tagLen);
	TEE_Result result = TEE_AEEncryptFinal(operation, srcData, srcLen, destData, &size, tag, &tag_size);

	compat_size_back(destLen, size);
	compat_size_back(tagLen, tag_size);
	return result;
}

TEE_Result TEE11_AEDecryptFinal(TEE_OperationHandle operation, const void *srcData, uint32_t srcLen, void *destData,
				uint32_t *destLen, void *tag, uint32_t tagLen)
{
	size_t size = compat_size(__func__, destLen);
	TEE_Result result = TEE_AEDecryptFinal(operation, srcData, srcLen, destData, &size, tag, tagLen);

	compat_size_back(destLen, size);
	return result;
}

TEE_Result TEE11_AsymmetricEncrypt(TEE_OperationHandle operation, const TEE11_Attribute *params, uint32_t paramCount,
				   const void *srcData, uint32_t srcLen, void *destData, uint32_t *destLen)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];
	size_t size = compat_size(__func__, destLen);
	TEE_Result result;

	compat_attributes(__func__, params, paramCount, now);
	result = TEE_AsymmetricEncrypt(operation, now, paramCount, srcData, srcLen, destData, &size);
	compat_size_back(destLen, size);
	return result;
}

TEE_Result TEE11_AsymmetricDecrypt(TEE_OperationHandle operation, const TEE11_Attribute *params, uint32_t paramCount,
				   const void *srcData, uint32_t srcLen, void *destData, uint32_t *destLen)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];
	size_t size = compat_size(__func__, destLen);
	TEE_Result result;

	compat_attributes(__func__, params, paramCount, now);
	result = TEE_AsymmetricDecrypt(operation, now, paramCount, srcData, srcLen, destData, &size);
	compat_size_back(destLen, size);
	return result;
}

TEE_Result TEE11_AsymmetricSignDigest(TEE_OperationHandle operation, const TEE11_Attribute *params, uint32_t paramCount,
				      const void *digest, uint32_t digestLen, void *signature, uint32_t *signatureLen)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];
	size_t size = compat_size(__func__, signatureLen);
	TEE_Result result;

	compat_attributes(__func__, params, paramCount, now);
	result = TEE_AsymmetricSignDigest(operation, now, paramCount, digest, digestLen, signature, &size);
	compat_size_back(signatureLen, size);
	return result;
}

TEE_Result TEE11_AsymmetricVerifyDigest(TEE_OperationHandle operation, const TEE11_Attribute *params,
					uint32_t paramCount, const void *digest, uint32_t digestLen,
					const void *signature, uint32_t signatureLen)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];

	compat_attributes(__func__, params, paramCount, now);
	return TEE_AsymmetricVerifyDigest(operation, now, paramCount, digest, digestLen, signature, signatureLen);
}

void TEE11_DeriveKey(TEE_OperationHandle operation, const TEE11_Attribute *params, uint32_t paramCount,
		     TEE_ObjectHandle derivedKey)
{
	TEE_Attribute now[COMPAT_ATTRIBUTES_MAX];

	compat_attributes(__func__, params, paramCount, now);
	TEE_DeriveKey(operation, now, paramCount, derivedKey);
}
