/* SPDX-License-Identifier: BSD-2-Clause */
/* Data types of the GlobalPlatform TEE Internal Core API 1.3.1. */
#ifndef TEE_API_TYPES_H
#define TEE_API_TYPES_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GP Core 1.3 §3.2: basic types. */
typedef uint32_t TEE_Result;

/* Of functions whose result must be looked at. OP-TEE's headers ask for that nowhere, and what is made for them must build with -Werror too. */
#ifdef TEEPAY_DEVKIT
#define TEE_CHECKED
#else
#define TEE_CHECKED __attribute__((warn_unused_result))
#endif

/* GP Core 1.3 §4.1: identities. */
typedef struct {
	uint32_t timeLow;
	uint16_t timeMid;
	uint16_t timeHiAndVersion;
	uint8_t clockSeqAndNode[8];
} TEE_UUID;

typedef struct {
	uint32_t login;			/* TEE_LOGIN_* */
	TEE_UUID uuid;			/* nil for TEE_LOGIN_PUBLIC */
} TEE_Identity;

/* GP Core 1.3 §4.1.2: one parameter of an entry point; its type is in paramTypes. */
typedef union {
	struct {
		void *buffer;
		size_t size;		/* bytes */
	} memref;
	struct {
		uint32_t a;
		uint32_t b;
	} value;
} TEE_Param;

/* Opaque handles. */
typedef struct __TEE_TASessionHandle *TEE_TASessionHandle;
typedef struct __TEE_PropSetHandle *TEE_PropSetHandle;
typedef struct __TEE_ObjectHandle *TEE_ObjectHandle;
typedef struct __TEE_ObjectEnumHandle *TEE_ObjectEnumHandle;
typedef struct __TEE_OperationHandle *TEE_OperationHandle;

/* GP Core 1.3 §5.3: objects. */
typedef uint32_t TEE_ObjectType;
typedef uint32_t TEE_Whence;

typedef struct {
	uint32_t attributeID;
	union {
		struct {
			void *buffer;
			size_t length;	/* bytes */
		} ref;
		struct {
			uint32_t a;
			uint32_t b;
		} value;
	} content;
} TEE_Attribute;

typedef struct {
	uint32_t objectType;
	uint32_t objectSize;		/* bits */
	uint32_t maxObjectSize;		/* bits */
	uint32_t objectUsage;		/* TEE_USAGE_* */
	size_t dataSize;		/* bytes */
	size_t dataPosition;		/* bytes */
	uint32_t handleFlags;		/* TEE_HANDLE_FLAG_*, TEE_DATA_FLAG_* */
} TEE_ObjectInfo;

/* GP Core 1.3 §6.1: operations. */
typedef uint32_t TEE_OperationMode;

typedef struct {
	uint32_t algorithm;
	uint32_t operationClass;
	uint32_t mode;
	uint32_t digestLength;		/* bytes */
	uint32_t maxKeySize;		/* bits */
	uint32_t keySize;		/* bits */
	uint32_t requiredKeyUsage;
	uint32_t handleState;		/* TEE_HANDLE_FLAG_* */
} TEE_OperationInfo;

typedef struct {
	uint32_t keySize;		/* bits */
	uint32_t requiredKeyUsage;
} TEE_OperationInfoKey;

typedef struct {
	uint32_t algorithm;
	uint32_t operationClass;
	uint32_t mode;
	uint32_t digestLength;		/* bytes */
	uint32_t maxKeySize;		/* bits */
	uint32_t handleState;
	uint32_t operationState;
	uint32_t numberOfKeys;
	TEE_OperationInfoKey keyInformation[];
} TEE_OperationInfoMultiple;

/* GP Core 1.3 §7.1: time. */
typedef struct {
	uint32_t seconds;
	uint32_t millis;
} TEE_Time;

/* GP Core 1.3 §8.3: big integers. */
typedef uint32_t TEE_BigInt;
typedef uint32_t TEE_BigIntFMM;
typedef uint32_t TEE_BigIntFMMContext;

#endif
