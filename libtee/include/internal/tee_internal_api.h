/* SPDX-License-Identifier: BSD-2-Clause */
/* GlobalPlatform TEE Internal Core API 1.3.1 (GPD_SPE_010): the one header that a trusted application includes. */
#ifndef TEE_INTERNAL_API_H
#define TEE_INTERNAL_API_H

/* With the development kit, as applications made for OP-TEE expect. */
#ifdef TEEPAY_DEVKIT
#include <compiler.h>
#include <trace.h>
#endif

#include "tee_api_defines.h"
#include "tee_api_types.h"
#include "tee_api.h"
#include "tee_ta_api.h"

#endif
