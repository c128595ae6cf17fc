/* SPDX-License-Identifier: BSD-2-Clause */
/* Levels of trace.h, lowest for what matters most. CFG_TEE_TA_LOG_LEVEL of a trusted application is one of them. */
#ifndef TRACE_LEVELS_H
#define TRACE_LEVELS_H

#define TRACE_MIN	0	/* nothing */
#define TRACE_ERROR	1
#define TRACE_INFO	2
#define TRACE_DEBUG	3
#define TRACE_FLOW	4
#define TRACE_MAX	TRACE_FLOW

#define TRACE_PRINTF_LEVEL TRACE_ERROR

#endif
