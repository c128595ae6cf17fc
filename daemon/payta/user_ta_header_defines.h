/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "proto/payta_cmd.h"

/* One instance serves every session and lives on without any: payment session and purse are the card's, not a caller's. */
#define TA_UUID		PAYTA_UUID
#define TA_FLAGS	(TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION | TA_FLAG_INSTANCE_KEEP_ALIVE)
#define TA_STACK_SIZE	(32 * 1024)
#define TA_DATA_SIZE	(64 * 1024)
#define TA_DESCRIPTION	"teepay: the payment card"

#ifdef TEEPAY_VERSION
#define TA_VERSION	TEEPAY_VERSION
#endif

#endif
