/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor: a generic-netlink family with dumps and events. */
#ifndef TC_NETLINK_H
#define TC_NETLINK_H

#include <linux/types.h>

struct tc_client;
struct tc_session;
struct tc_ta;

int tc_netlink_init(void);
void tc_netlink_exit(void);

/**
 * struct tc_call_event - a message that ended
 * @kind: TEECHAN_KIND_*
 * @cmd: of an INVOKE
 * @ret: result
 * @origin: of @ret
 * @latency: nanoseconds from queueing to the end
 */
struct tc_call_event {
	u32 kind;
	u32 cmd;
	u32 ret;
	u32 origin;
	u64 latency;
};

/*
 * Events. All may sleep, and cost one look at a list when nobody listens. What
 * is sent never has any of a message's contents.
 */
void tc_event_ta(u32 event, struct tc_ta *ta);
void tc_event_call(struct tc_session *session, const struct tc_call_event *call);
void tc_event_close(struct tc_session *session);
void tc_event_lend(struct tc_session *session, u64 bytes);
void tc_event_cancel(struct tc_session *session);
void tc_event_refusal(const struct tc_client *client, const u8 *uuid,
		      u32 error, u32 ret);

#endif /* TC_NETLINK_H */
