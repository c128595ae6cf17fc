/* SPDX-License-Identifier: BSD-2-Clause */
/* The same trusted application again, with an instance for each session. */
#ifndef USER_TA_HEADER_DEFINES_H
#define USER_TA_HEADER_DEFINES_H

#include "tests/vm/tee/ta/tee_test_ta.h"

#define TA_UUID		TEE_TEST_TA3_UUID
#define TA_FLAGS	0
#define TA_STACK_SIZE	16384
#define TA_DATA_SIZE	(8 << 20)
#define TA_VERSION	"1.0"
#define TA_DESCRIPTION	"teepay: tests of libtee, multi-instance"

#endif
