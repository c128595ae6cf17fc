/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GlobalPlatform TEE Client API Specification 1.0 (GPD_SPE_007), all of it.
 *
 * Link with `pkg-config --cflags --libs teec`. All functions are thread-safe, except that one object must not be
 * finalised, closed or released while another thread still uses it (GP Client 1.0 §2.5, §4.5).
 */
#ifndef TEE_CLIENT_API_H
#define TEE_CLIENT_API_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* GP Client 1.0 §4.4.1: return codes. */
typedef uint32_t TEEC_Result;

#define TEEC_SUCCESS			0x00000000
#define TEEC_ERROR_GENERIC		0xFFFF0000
#define TEEC_ERROR_ACCESS_DENIED	0xFFFF0001
#define TEEC_ERROR_CANCEL		0xFFFF0002
#define TEEC_ERROR_ACCESS_CONFLICT	0xFFFF0003
#define TEEC_ERROR_EXCESS_DATA		0xFFFF0004
#define TEEC_ERROR_BAD_FORMAT		0xFFFF0005
#define TEEC_ERROR_BAD_PARAMETERS	0xFFFF0006
#define TEEC_ERROR_BAD_STATE		0xFFFF0007
#define TEEC_ERROR_ITEM_NOT_FOUND	0xFFFF0008
#define TEEC_ERROR_NOT_IMPLEMENTED	0xFFFF0009
#define TEEC_ERROR_NOT_SUPPORTED	0xFFFF000A
#define TEEC_ERROR_NO_DATA		0xFFFF000B
#define TEEC_ERROR_OUT_OF_MEMORY	0xFFFF000C
#define TEEC_ERROR_BUSY			0xFFFF000D
#define TEEC_ERROR_COMMUNICATION	0xFFFF000E
#define TEEC_ERROR_SECURITY		0xFFFF000F
#define TEEC_ERROR_SHORT_BUFFER		0xFFFF0010
#define TEEC_ERROR_EXTERNAL_CANCEL	0xFFFF0011
#define TEEC_ERROR_TARGET_DEAD		0xFFFF3024
#define TEEC_ERROR_STORAGE_NO_SPACE	0xFFFF3041

/* GP Client 1.0 §4.4.2: where a result comes from. */
#define TEEC_ORIGIN_API			0x00000001
#define TEEC_ORIGIN_COMMS		0x00000002
#define TEEC_ORIGIN_TEE			0x00000003
#define TEEC_ORIGIN_TRUSTED_APP		0x00000004

/* GP Client 1.0 §4.4.3: direction of a shared memory block, seen from the client. */
#define TEEC_MEM_INPUT			0x00000001
#define TEEC_MEM_OUTPUT			0x00000002

/* GP Client 1.0 §4.4.4: parameter types. */
#define TEEC_NONE			0x00000000
#define TEEC_VALUE_INPUT		0x00000001
#define TEEC_VALUE_OUTPUT		0x00000002
#define TEEC_VALUE_INOUT		0x00000003
#define TEEC_MEMREF_TEMP_INPUT		0x00000005
#define TEEC_MEMREF_TEMP_OUTPUT		0x00000006
#define TEEC_MEMREF_TEMP_INOUT		0x00000007
#define TEEC_MEMREF_WHOLE		0x0000000C
#define TEEC_MEMREF_PARTIAL_INPUT	0x0000000D
#define TEEC_MEMREF_PARTIAL_OUTPUT	0x0000000E
#define TEEC_MEMREF_PARTIAL_INOUT	0x0000000F

/* GP Client 1.0 §4.4.5: what the trusted application is told about the client. */
#define TEEC_LOGIN_PUBLIC		0x00000000
#define TEEC_LOGIN_USER			0x00000001
#define TEEC_LOGIN_GROUP		0x00000002
#define TEEC_LOGIN_APPLICATION		0x00000004
#define TEEC_LOGIN_USER_APPLICATION	0x00000005
#define TEEC_LOGIN_GROUP_APPLICATION	0x00000006

/* GP Client 1.0 §4.2: the most that one shared memory block can have (bytes); the kernel's own limits are lower. */
#define TEEC_CONFIG_SHAREDMEM_MAX_SIZE	ULONG_MAX
/* Number of parameters of an operation. */
#define TEEC_CONFIG_PAYLOAD_REF_COUNT	4

/* GP Client 1.0 §4.5.9: builds and takes apart TEEC_Operation.paramTypes. */
#define TEEC_PARAM_TYPES(t0, t1, t2, t3) \
	((uint32_t)(t0) | ((uint32_t)(t1) << 4) | ((uint32_t)(t2) << 8) | ((uint32_t)(t3) << 12))
#define TEEC_PARAM_TYPE_GET(t, i)	(((uint32_t)(t) >> ((i) * 4)) & 0xF)

typedef struct {
	uint32_t timeLow;
	uint16_t timeMid;
	uint16_t timeHiAndVersion;
	uint8_t clockSeqAndNode[8];
} TEEC_UUID;

/* Members named imp are libteec's own: leave them alone. */
typedef struct {
	void *imp;
} TEEC_Context;

typedef struct {
	void *imp;
} TEEC_Session;

typedef struct {
	void *buffer;		/* start; set by the caller for TEEC_RegisterSharedMemory, by libteec otherwise */
	size_t size;		/* bytes, set by the caller */
	uint32_t flags;		/* TEEC_MEM_INPUT, TEEC_MEM_OUTPUT or both, set by the caller */
	void *imp;
} TEEC_SharedMemory;

typedef struct {
	void *buffer;
	size_t size;		/* in: bytes offered; out: bytes written, or needed with TEEC_ERROR_SHORT_BUFFER */
} TEEC_TempMemoryReference;

typedef struct {
	TEEC_SharedMemory *parent;
	size_t size;		/* TEEC_MEMREF_WHOLE ignores it on input, and sets it on output */
	size_t offset;		/* bytes from the start of the parent; TEEC_MEMREF_WHOLE ignores it */
} TEEC_RegisteredMemoryReference;

typedef struct {
	uint32_t a;
	uint32_t b;
} TEEC_Value;

typedef union {
	TEEC_TempMemoryReference tmpref;
	TEEC_RegisteredMemoryReference memref;
	TEEC_Value value;
} TEEC_Parameter;

typedef struct {
	uint32_t started;	/* 0 before the call, if another thread may cancel it (§4.3.8) */
	uint32_t paramTypes;
	TEEC_Parameter params[TEEC_CONFIG_PAYLOAD_REF_COUNT];
	void *imp;
} TEEC_Operation;

/*
 * TEEC_InitializeContext() - connect to the TEE (GP Client 1.0 §4.5.2).
 * @name:	NULL or "teepay" for the only TEE there is
 * @context:	filled in; finalise it with TEEC_FinalizeContext()
 *
 * TEEC_ERROR_ITEM_NOT_FOUND: no TEE of that name, or its module is not loaded. TEEC_ERROR_ACCESS_DENIED: the caller is
 * not in the group that may open the device.
 */
TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context);

/* TEEC_FinalizeContext() - end a connection whose sessions and memory are gone (§4.5.3). NULL is ignored. */
void TEEC_FinalizeContext(TEEC_Context *context);

/*
 * TEEC_RegisterSharedMemory() - use memory of the caller's own as shared memory (§4.5.4).
 * @context:	connection
 * @sharedMem:	buffer, size (bytes, may be 0) and flags set by the caller; the buffer stays the caller's
 *
 * Calls copy such a block (only the kernel's pages can be lent): allocate it with TEEC_AllocateSharedMemory() where
 * that matters.
 */
TEEC_Result TEEC_RegisterSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem);

/*
 * TEEC_AllocateSharedMemory() - get kernel pages, zeroed, that are lent to the trusted side during a call (§4.5.5).
 * @context:	connection
 * @sharedMem:	size (bytes, may be 0) and flags set by the caller; buffer is set
 *
 * While a call that refers to the pages runs, a thread that touches them waits until it ends.
 * TEEC_ERROR_OUT_OF_MEMORY: no memory, or the user's limit is reached.
 */
TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem);

/* TEEC_ReleaseSharedMemory() - undo either of the two above (§4.5.6). NULL is ignored. */
void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *sharedMem);

/*
 * TEEC_OpenSession() - open a session with a trusted application (§4.5.7).
 * @context:		connection
 * @session:		filled in; close it with TEEC_CloseSession()
 * @destination:	which trusted application
 * @connectionMethod:	TEEC_LOGIN_*: what the kernel tells it about the caller
 * @connectionData:	pointer to a uint32_t group id for the two group logins, otherwise NULL
 * @operation:		parameters, or NULL for none
 * @returnOrigin:	TEEC_ORIGIN_* of the result; may be NULL
 *
 * TEEC_ERROR_ITEM_NOT_FOUND: no such trusted application runs. TEEC_ERROR_ACCESS_DENIED: not a member of the group.
 */
TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session, const TEEC_UUID *destination,
			     uint32_t connectionMethod, const void *connectionData, TEEC_Operation *operation,
			     uint32_t *returnOrigin);

/* TEEC_CloseSession() - close a session in which no call runs (§4.5.8). NULL is ignored. */
void TEEC_CloseSession(TEEC_Session *session);

/*
 * TEEC_InvokeCommand() - run a command in a session and wait for its end (§4.5.9).
 * @session:		open session
 * @commandID:		number that the trusted application knows
 * @operation:		parameters, or NULL for none
 * @returnOrigin:	TEEC_ORIGIN_* of the result; may be NULL
 *
 * TEEC_ERROR_TARGET_DEAD: the trusted application ended. TEEC_ERROR_SHORT_BUFFER: an output did not fit, its size
 * field says what is needed.
 */
TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t commandID, TEEC_Operation *operation,
			       uint32_t *returnOrigin);

/*
 * TEEC_RequestCancellation() - ask that a running OpenSession or InvokeCommand of another thread end (§4.5.10).
 * @operation:	the structure passed to that call, with started set to 0 before it
 *
 * Advisory: the call may still end as if nothing had happened. What the trusted application has not begun ends at once;
 * what it has, when it answers, or after a second: then with TEEC_ERROR_CANCEL and TEEC_ORIGIN_COMMS, while the session
 * stays busy and shared memory of the call stays lent until the trusted application does answer, or ends.
 */
void TEEC_RequestCancellation(TEEC_Operation *operation);

#ifdef __cplusplus
}
#endif

#endif
