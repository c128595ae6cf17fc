/* SPDX-License-Identifier: BSD-2-Clause */
/* The same trusted application again under another UUID, for sessions between the two. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "tests/vm/tee/ta/tee_test_ta.h"

#define TA_UUID		TEE_TEST_TA2_UUID
#define TA_FLAGS	(TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION)
#define TA_STACK_SIZE	16384
#define TA_DATA_SIZE	(8 << 20)
#define TA_VERSION	"1.0"
#define TA_DESCRIPTION	"teepay: tests of libtee, the other one"

#endif
