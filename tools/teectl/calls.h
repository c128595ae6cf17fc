/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts the stages of calls, as they come out of the trace, together again. */
#ifndef TEECTL_CALLS_H
#define TEECTL_CALLS_H

#include <stdbool.h>

#include "traceline.h"

#define CALLS_MAX 1024 /* under way at a time; the oldest is given up for one more */

/* One message from beginning to end. A stage that was not seen has no time: 0. */
struct call {
	uint8_t ta[TEECHAN_UUID_LEN];
	uint32_t ta_pid, client_pid, session, message, kind;
	uint32_t cmd;
	uint64_t lent;
	uint64_t sent_ns, done_ns;	/* of the trace's clock */
	uint64_t replied_ns;
	bool received, replied, late;
	uint64_t waited, took;		/* ns in the queue; from queueing to the answer */
	uint32_t result, origin;
	bool seen_send;
	unsigned int faults;		/* threads of the client that waited for a lent page meanwhile */
};

struct calls {
	struct call under_way[CALLS_MAX];
	unsigned int count;
};

/* Takes an event of a message in. True, with *out filled, when that message is over. */
bool calls_take(struct calls *calls, const struct traceline *line, struct call *out);
/* How long the TA worked, and how long the answer lay until the client's thread ran; 0 when a stage was not seen. */
uint64_t calls_ran(const struct call *call);
uint64_t calls_collect(const struct call *call);

#endif
