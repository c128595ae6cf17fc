/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of the kernel's trace_pipe, taken apart. */
#ifndef TEECTL_TRACELINE_H
#define TEECTL_TRACELINE_H

#include <stdint.h>

#include "include/uapi/teechan.h"

enum traceline_event {
	TRACE_SEND,
	TRACE_RECEIVE,
	TRACE_REPLY,
	TRACE_DONE,
	TRACE_OPEN,
	TRACE_CLOSE,
	TRACE_CANCEL,
	TRACE_LEND,
	TRACE_RETURN,
	TRACE_FAULT_WAIT,
	TRACE_FAULT_WAITED,
	TRACE_BIND,
	TRACE_DEATH,
	TRACE_REFUSAL,
	TRACE_EVENTS
};

/* Numbers of an event, by the names that the module's tracepoints give them. */
enum traceline_field {
	TRACE_TA_PID,
	TRACE_CLIENT_PID,
	TRACE_SESSION,
	TRACE_MESSAGE,
	TRACE_KIND,	/* TEECHAN_KIND_* */
	TRACE_CMD,
	TRACE_LENT,
	TRACE_WAITED,
	TRACE_RESULT,
	TRACE_ORIGIN,
	TRACE_LATE,
	TRACE_TOOK,
	TRACE_REGION,
	TRACE_OFFSET,
	TRACE_BYTES,
	TRACE_WRITE,
	TRACE_INTERRUPTED,
	TRACE_ERRNO,
	TRACE_TA_UID,
	TRACE_FLAGS,
	TRACE_FIELDS
};

struct traceline {
	enum traceline_event event;
	uint64_t time_ns;		/* of the trace's clock, to the microsecond */
	uint32_t cpu_lost;		/* of TRACELINE_LOST: so many events */
	uint8_t ta[TEECHAN_UUID_LEN];	/* zero in an event that has none */
	uint64_t field[TRACE_FIELDS];	/* zero likewise */
};

enum traceline_result { TRACELINE_OTHER = -1, TRACELINE_EVENT, TRACELINE_LOST };

/*
 * Nothing of the line is believed before its last ": tch_": the name of a process stands there, and a process names itself as it
 * likes. An event must have all of its fields, in their order, and nothing behind them.
 */
enum traceline_result traceline_parse(struct traceline *out, const char *line);

#endif
