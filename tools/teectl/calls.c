// SPDX-License-Identifier: BSD-2-Clause
#include "calls.h"

#include <string.h>

static struct call *find(struct calls *calls, const struct traceline *line)
{
	/* A session has one message at a time. */
	for (unsigned int i = 0; i < calls->count; i++) {
		struct call *call = &calls->under_way[i];

		if (call->ta_pid == line->field[TRACE_TA_PID] && call->session == line->field[TRACE_SESSION] &&
		    !memcmp(call->ta, line->ta, sizeof(call->ta)))
			return call;
	}
	return NULL;
}

static void drop(struct calls *calls, struct call *call)
{
	const size_t behind = (size_t)(&calls->under_way[calls->count] - call) - 1;

	memmove(call, call + 1, behind * sizeof(*call));
	calls->count--;
}

static struct call *make(struct calls *calls, const struct traceline *line)
{
	struct call *call;

	if (calls->count == CALLS_MAX)
		drop(calls, &calls->under_way[0]);
	call = &calls->under_way[calls->count++];
	*call = (struct call){
		.ta_pid = (uint32_t)line->field[TRACE_TA_PID],
		.client_pid = (uint32_t)line->field[TRACE_CLIENT_PID],
		.session = (uint32_t)line->field[TRACE_SESSION],
		.message = (uint32_t)line->field[TRACE_MESSAGE],
	};
	memcpy(call->ta, line->ta, sizeof(call->ta));
	return call;
}

/* The call that the event belongs to; one whose beginning was not seen is begun here. */
static struct call *of_message(struct calls *calls, const struct traceline *line)
{
	struct call *call = find(calls, line);

	if (call && call->message != line->field[TRACE_MESSAGE]) {
		drop(calls, call);
		call = NULL;
	}
	return call ? call : make(calls, line);
}

static void take_send(struct call *call, const struct traceline *line)
{
	/* Queued again since the TA could not take it: the first time counts. */
	if (call->seen_send)
		return;
	call->seen_send = true;
	call->sent_ns = line->time_ns;
	call->kind = (uint32_t)line->field[TRACE_KIND];
	call->cmd = (uint32_t)line->field[TRACE_CMD];
	call->lent = line->field[TRACE_LENT];
}

static void take_reply(struct call *call, const struct traceline *line)
{
	call->replied = true;
	call->replied_ns = line->time_ns;
	call->kind = (uint32_t)line->field[TRACE_KIND];
	call->result = (uint32_t)line->field[TRACE_RESULT];
	call->origin = (uint32_t)line->field[TRACE_ORIGIN];
	call->took = line->field[TRACE_TOOK];
	call->late = line->field[TRACE_LATE];
}

/* A client's thread met a lent page: it counts for the calls of that client that lent something. */
static void take_fault(struct calls *calls, const struct traceline *line)
{
	for (unsigned int i = 0; i < calls->count; i++)
		if (calls->under_way[i].client_pid == line->field[TRACE_CLIENT_PID] && calls->under_way[i].lent)
			calls->under_way[i].faults++;
}

static void forget_ta(struct calls *calls, const struct traceline *line)
{
	for (unsigned int i = calls->count; i-- > 0;)
		if (calls->under_way[i].ta_pid == line->field[TRACE_TA_PID] &&
		    !memcmp(calls->under_way[i].ta, line->ta, sizeof(line->ta)))
			drop(calls, &calls->under_way[i]);
}

bool calls_take(struct calls *calls, const struct traceline *line, struct call *out)
{
	struct call *call;
	bool over = false;

	switch (line->event) {
	case TRACE_SEND:
		take_send(of_message(calls, line), line);
		return false;
	case TRACE_RECEIVE:
		call = of_message(calls, line);
		call->received = true;
		call->waited = line->field[TRACE_WAITED];
		return false;
	case TRACE_REPLY:
		call = of_message(calls, line);
		take_reply(call, line);
		over = call->late;
		break;
	case TRACE_DONE:
		call = of_message(calls, line);
		call->done_ns = line->time_ns;
		over = true;
		break;
	case TRACE_FAULT_WAIT:
		take_fault(calls, line);
		return false;
	case TRACE_DEATH:
		forget_ta(calls, line);
		return false;
	case TRACE_CLOSE:
		call = find(calls, line);
		if (call)
			drop(calls, call);
		return false;
	default:
		return false;
	}
	if (over) {
		*out = *call;
		drop(calls, call);
	}
	return over;
}

uint64_t calls_ran(const struct call *call)
{
	return call->received && call->replied && call->took > call->waited ? call->took - call->waited : 0;
}

uint64_t calls_collect(const struct call *call)
{
	return call->done_ns && call->replied && call->done_ns > call->replied_ns ? call->done_ns - call->replied_ns : 0;
}
