/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints, for perf, ftrace, bpftrace and `teectl trace`: numbers only, and
 * nothing of a message's contents. A message is known by its TA, its session and
 * its own number; docs/PROTOCOL.channel.md says what each event means.
 *
 * Those of a message run while it belongs to the thread that tells of it, or
 * under ta->lock, so their order is the order in which things happened.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM teechan

#if !defined(TCH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TCH_TRACE_H

#include <linux/tracepoint.h>

#include "../include/uapi/teechan.h"
#include "client.h"
#include "clock.h"
#include "netlink.h"
#include "params.h"
#include "region.h"
#include "session.h"
#include "ta.h"

#define TCH_SHOW_KIND(kind)						\
	__print_symbolic(kind, { TEECHAN_KIND_OPEN, "open" },		\
			 { TEECHAN_KIND_INVOKE, "invoke" },		\
			 { TEECHAN_KIND_CLOSE, "close" })

/* What every event of a session begins with. */
#define TCH_SESSION_ENTRY						\
	__array(__u8, ta, TEECHAN_UUID_LEN)				\
	__field(__u32, ta_pid)						\
	__field(__u32, client_pid)					\
	__field(__u32, session)

#define TCH_SESSION_ASSIGN(it)						\
	memcpy(__entry->ta, (it)->ta->uuid, TEECHAN_UUID_LEN);		\
	__entry->ta_pid = tch_owner_pid(&(it)->ta->owner);		\
	__entry->client_pid = tch_owner_pid(&(it)->client->owner);	\
	__entry->session = (it)->ta_id

#define TCH_SESSION_FMT "ta=%pUb ta_pid=%u client_pid=%u session=%u"
#define TCH_SESSION_ARGS						\
	__entry->ta, __entry->ta_pid, __entry->client_pid, __entry->session

/* A message was queued, or queued again since the TA could not take it. */
TRACE_EVENT(tch_send,
	TP_PROTO(const struct tch_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
		__field(__u32, message)
		__field(__u32, kind)
		__field(__u32, cmd)
		__field(__u64, lent)
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
		__entry->message = session->msg.seq;
		__entry->kind = session->msg.kind;
		__entry->cmd = session->msg.cmd;
		__entry->lent = tch_params_lent(session);
	),
	TP_printk(TCH_SESSION_FMT " message=%u kind=%s cmd=0x%x lent=%llu",
		  TCH_SESSION_ARGS, __entry->message, TCH_SHOW_KIND(__entry->kind),
		  __entry->cmd, __entry->lent)
);

/* A thread of the TA took it. */
TRACE_EVENT(tch_receive,
	TP_PROTO(const struct tch_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
		__field(__u32, message)
		__field(__u64, waited)
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
		__entry->message = session->msg.seq;
		__entry->waited = tch_clock_since(session->msg.queued_at);
	),
	TP_printk(TCH_SESSION_FMT " message=%u waited_ns=%llu",
		  TCH_SESSION_ARGS, __entry->message, __entry->waited)
);

/* It ended: the TA answered, or died, or never had it; late: nobody waits. */
TRACE_EVENT(tch_reply,
	TP_PROTO(const struct tch_session *session, const struct tch_call_event *call),
	TP_ARGS(session, call),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
		__field(__u32, message)
		__field(__u32, kind)
		__field(__u32, result)
		__field(__u32, origin)
		__field(__u32, late)
		__field(__u64, took)
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
		__entry->message = session->msg.seq;
		__entry->kind = call->kind;
		__entry->result = call->ret;
		__entry->origin = call->origin;
		__entry->late = session->msg.abandoned;
		__entry->took = call->latency;
	),
	TP_printk(TCH_SESSION_FMT " message=%u kind=%s result=0x%x origin=%u late=%u took_ns=%llu",
		  TCH_SESSION_ARGS, __entry->message, TCH_SHOW_KIND(__entry->kind),
		  __entry->result, __entry->origin, __entry->late, __entry->took)
);

/* The client's thread has the answer and copies the outputs. */
TRACE_EVENT(tch_done,
	TP_PROTO(const struct tch_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
		__field(__u32, message)
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
		__entry->message = session->msg.seq;
	),
	TP_printk(TCH_SESSION_FMT " message=%u", TCH_SESSION_ARGS, __entry->message)
);

DECLARE_EVENT_CLASS(tch_session,
	TP_PROTO(const struct tch_session *session),
	TP_ARGS(session),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
	),
	TP_printk(TCH_SESSION_FMT, TCH_SESSION_ARGS)
);

DEFINE_EVENT(tch_session, tch_close,
	TP_PROTO(const struct tch_session *session), TP_ARGS(session));
DEFINE_EVENT(tch_session, tch_cancel,
	TP_PROTO(const struct tch_session *session), TP_ARGS(session));

/* The opening of a session ended, well or not. */
TRACE_EVENT(tch_open,
	TP_PROTO(const struct tch_session *session, const struct tch_call_event *call),
	TP_ARGS(session, call),
	TP_STRUCT__entry(
		TCH_SESSION_ENTRY
		__field(__u32, result)
		__field(__u32, origin)
	),
	TP_fast_assign(
		TCH_SESSION_ASSIGN(session);
		__entry->result = call->ret;
		__entry->origin = call->origin;
	),
	TP_printk(TCH_SESSION_FMT " result=0x%x origin=%u",
		  TCH_SESSION_ARGS, __entry->result, __entry->origin)
);

DECLARE_EVENT_CLASS(tch_loan,
	TP_PROTO(const struct tch_loan *loan),
	TP_ARGS(loan),
	TP_STRUCT__entry(
		__array(__u8, ta, TEECHAN_UUID_LEN)
		__field(__u32, ta_pid)
		__field(__u32, client_pid)
		__field(__u32, region)
		__field(__u32, write)
		__field(__u64, offset)
		__field(__u64, bytes)
	),
	TP_fast_assign(
		memcpy(__entry->ta, loan->grant->ta->uuid, TEECHAN_UUID_LEN);
		__entry->ta_pid = tch_owner_pid(&loan->grant->ta->owner);
		__entry->client_pid = tch_owner_pid(&loan->region->client->owner);
		__entry->region = loan->region->id;
		__entry->write = loan->write;
		__entry->offset = (u64)loan->first << PAGE_SHIFT;
		__entry->bytes = (u64)loan->count << PAGE_SHIFT;
	),
	TP_printk("ta=%pUb ta_pid=%u client_pid=%u region=%u offset=%llu bytes=%llu write=%u",
		  __entry->ta, __entry->ta_pid, __entry->client_pid, __entry->region,
		  __entry->offset, __entry->bytes, __entry->write)
);

DEFINE_EVENT(tch_loan, tch_lend,
	TP_PROTO(const struct tch_loan *loan), TP_ARGS(loan));
DEFINE_EVENT(tch_loan, tch_return,
	TP_PROTO(const struct tch_loan *loan), TP_ARGS(loan));

/* A client's thread touched a lent page and waits for it. */
TRACE_EVENT(tch_fault_wait,
	TP_PROTO(const struct tch_region *region, unsigned long page),
	TP_ARGS(region, page),
	TP_STRUCT__entry(
		__field(__u32, client_pid)
		__field(__u32, region)
		__field(__u64, offset)
	),
	TP_fast_assign(
		__entry->client_pid = tch_owner_pid(&region->client->owner);
		__entry->region = region->id;
		__entry->offset = (u64)page << PAGE_SHIFT;
	),
	TP_printk("client_pid=%u region=%u offset=%llu",
		  __entry->client_pid, __entry->region, __entry->offset)
);

/* The wait is over: the page is back, or a signal came. */
TRACE_EVENT(tch_fault_waited,
	TP_PROTO(const struct tch_region *region, unsigned long page, int error, u64 since),
	TP_ARGS(region, page, error, since),
	TP_STRUCT__entry(
		__field(__u32, client_pid)
		__field(__u32, region)
		__field(__u64, offset)
		__field(__u64, waited)
		__field(__u32, interrupted)
	),
	TP_fast_assign(
		__entry->client_pid = tch_owner_pid(&region->client->owner);
		__entry->region = region->id;
		__entry->offset = (u64)page << PAGE_SHIFT;
		__entry->waited = tch_clock_since(since);
		__entry->interrupted = !!error;
	),
	TP_printk("client_pid=%u region=%u offset=%llu waited_ns=%llu interrupted=%u",
		  __entry->client_pid, __entry->region, __entry->offset,
		  __entry->waited, __entry->interrupted)
);

DECLARE_EVENT_CLASS(tch_ta,
	TP_PROTO(const struct tch_ta *it),
	TP_ARGS(it),
	TP_STRUCT__entry(
		__array(__u8, ta, TEECHAN_UUID_LEN)
		__field(__u32, ta_pid)
		__field(__u32, ta_uid)
		__field(__u32, flags)
	),
	TP_fast_assign(
		memcpy(__entry->ta, it->uuid, TEECHAN_UUID_LEN);
		__entry->ta_pid = tch_owner_pid(&it->owner);
		__entry->ta_uid = tch_owner_uid(&it->owner);
		__entry->flags = it->flags;
	),
	TP_printk("ta=%pUb ta_pid=%u ta_uid=%u flags=0x%x", __entry->ta,
		  __entry->ta_pid, __entry->ta_uid, __entry->flags)
);

DEFINE_EVENT(tch_ta, tch_bind,
	TP_PROTO(const struct tch_ta *it), TP_ARGS(it));
DEFINE_EVENT(tch_ta, tch_death,
	TP_PROTO(const struct tch_ta *it), TP_ARGS(it));

/* The kernel refused a session: with an errno, or with a result. */
TRACE_EVENT(tch_refusal,
	TP_PROTO(const struct tch_client *client, const u8 *uuid, u32 error, u32 ret),
	TP_ARGS(client, uuid, error, ret),
	TP_STRUCT__entry(
		__array(__u8, ta, TEECHAN_UUID_LEN)
		__field(__u32, client_pid)
		__field(__u32, error)
		__field(__u32, result)
	),
	TP_fast_assign(
		memcpy(__entry->ta, uuid, TEECHAN_UUID_LEN);
		__entry->client_pid = tch_owner_pid(&client->owner);
		__entry->error = error;
		__entry->result = ret;
	),
	TP_printk("ta=%pUb client_pid=%u errno=%u result=0x%x", __entry->ta,
		  __entry->client_pid, __entry->error, __entry->result)
);

#endif /* TCH_TRACE_H */

/* Kbuild adds this folder to where trace.c looks for it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
