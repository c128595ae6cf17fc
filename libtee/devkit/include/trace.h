/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of a trusted application's log, with OP-TEE's names. They go to standard error, which is the journal's under
 * systemd, with its priority: EMSG err, IMSG info, DMSG and FMSG debug. A line is cut off at 480 bytes.
 *
 * Of a level above TRACE_LEVEL (set by CFG_TEE_TA_LOG_LEVEL, 2 if the application says nothing) no code is made.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <compiler.h>
#include <trace_levels.h>

#ifndef TRACE_LEVEL
#define TRACE_LEVEL TRACE_MAX
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One line. function may be NULL: then only the text; level_ok false: of no level, and always written. */
void trace_printf(const char *function, int line, int level, bool level_ok, const char *format, ...) __printf(5, 6);
void trace_vprintf(const char *function, int line, int level, bool level_ok, const char *format, va_list args)
	__printf(5, 0);

/* Sixteen bytes a line, in hexadecimal. Never for secrets: the log is read by others. */
void dhex_dump(const char *function, int line, int level, const void *buffer, int size);

/* At run time: lines above the level are not written. TRACE_MAX at the start. */
void trace_set_level(int level);
int trace_get_level(void);

#ifdef __cplusplus
}
#endif

#define TRACE_LINE(level, level_ok, ...) \
	do { \
		if ((level) <= TRACE_LEVEL) \
			trace_printf(__func__, __LINE__, (level), (level_ok), __VA_ARGS__); \
	} while (0)
#define TRACE_LINE_RAW(level, level_ok, ...) \
	do { \
		if ((level) <= TRACE_LEVEL) \
			trace_printf(NULL, 0, (level), (level_ok), __VA_ARGS__); \
	} while (0)

/* For any level but none at all. */
#define MSG(...)	TRACE_LINE(TRACE_ERROR, false, __VA_ARGS__)
#define EMSG(...)	TRACE_LINE(TRACE_ERROR, true, __VA_ARGS__)
#define IMSG(...)	TRACE_LINE(TRACE_INFO, true, __VA_ARGS__)
#define DMSG(...)	TRACE_LINE(TRACE_DEBUG, true, __VA_ARGS__)
#define FMSG(...)	TRACE_LINE(TRACE_FLOW, true, __VA_ARGS__)
#define SMSG(...)	EMSG(__VA_ARGS__)

#define MSG_RAW(...)	TRACE_LINE_RAW(TRACE_ERROR, false, __VA_ARGS__)
#define EMSG_RAW(...)	TRACE_LINE_RAW(TRACE_ERROR, true, __VA_ARGS__)
#define IMSG_RAW(...)	TRACE_LINE_RAW(TRACE_INFO, true, __VA_ARGS__)
#define DMSG_RAW(...)	TRACE_LINE_RAW(TRACE_DEBUG, true, __VA_ARGS__)
#define FMSG_RAW(...)	TRACE_LINE_RAW(TRACE_FLOW, true, __VA_ARGS__)

/* Entering and leaving a function; the last one leaves it. */
#define INMSG(...)	FMSG("> " __VA_ARGS__)
#define OUTMSG(...)	FMSG("< " __VA_ARGS__)
#define OUTRMSG(r) \
	do { \
		OUTMSG("r=[%x]", r); \
		return r; \
	} while (0)

#define DHEXDUMP(buffer, size) \
	do { \
		if (TRACE_DEBUG <= TRACE_LEVEL) \
			dhex_dump(__func__, __LINE__, TRACE_DEBUG, (buffer), (size)); \
	} while (0)

#endif
