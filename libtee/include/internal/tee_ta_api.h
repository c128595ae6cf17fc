/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trusted application must define (GP Core 1.3 §4.3).
 *
 * One entry point runs at a time in an instance. Parameters of type memref point into memory that the client lent or
 * that the kernel copied for this call: it is valid until the entry point returns, and only there.
 */
#ifndef TEE_TA_API_H
#define TEE_TA_API_H

#include "tee_api_types.h"
#include "tee_api_defines.h"

#define TA_EXPORT

/*
 * §4.3.1: called once, before the first session. An error ends the instance: whoever opens the session gets it, or, with
 * TA_FLAG_INSTANCE_KEEP_ALIVE, the process does not start to serve.
 */
TEE_Result TA_EXPORT TA_CreateEntryPoint(void);

/*
 * §4.3.2: called once, after the last session; with TA_FLAG_INSTANCE_KEEP_ALIVE, when the process ends. What the instance
 * did not free is freed then.
 */
void TA_EXPORT TA_DestroyEntryPoint(void);

/*
 * §4.3.3: a client opens a session.
 * @paramTypes:		types of the parameters, see TEE_PARAM_TYPES
 * @params:		parameters
 * @sessionContext:	set here, given to the two functions below
 */
TEE_Result TA_EXPORT TA_OpenSessionEntryPoint(uint32_t paramTypes, TEE_Param params[TEE_NUM_PARAMS],
					      void **sessionContext);

/* §4.3.4: the client closed the session, or died. */
void TA_EXPORT TA_CloseSessionEntryPoint(void *sessionContext);

/* §4.3.5: the client invokes a command. */
TEE_Result TA_EXPORT TA_InvokeCommandEntryPoint(void *sessionContext, uint32_t commandID, uint32_t paramTypes,
						TEE_Param params[TEE_NUM_PARAMS]);

/* Last, since it gives some of the names above another meaning. */
#include "tee_api_compat.h"

#endif
