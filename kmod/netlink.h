/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor: a generic-netlink family with dumps and events. */
#ifndef TCH_NETLINK_H
#define TCH_NETLINK_H

#include <linux/types.h>

struct tch_client;
struct tch_session;
struct tch_ta;

int tch_netlink_init(void);
void tch_netlink_exit(void);

/**
 * struct tch_call_event - a message that ended
 * @kind: TEECHAN_KIND_*
 * @cmd: of an INVOKE
 * @ret: result
 * @origin: of @ret
 * @latency: nanoseconds from queueing to the end
 * @gone: the session went with it
 * @told: somebody listens, or may
 */
struct tch_call_event {
	u32 kind;
	u32 cmd;
	u32 ret;
	u32 origin;
	u64 latency;
	bool gone;
	bool told;
};

/*
 * Events. All may sleep, and cost one look at a list when nobody listens. What
 * is sent never has any of a message's contents.
 */
bool tch_events_wanted(void);
void tch_event_ta(u32 event, struct tch_ta *ta);
void tch_event_call(struct tch_session *session, const struct tch_call_event *call);
void tch_event_close(struct tch_session *session);
void tch_event_lend(struct tch_session *session, u64 bytes);
void tch_event_cancel(struct tch_session *session);
void tch_event_refusal(const struct tch_client *client, const u8 *uuid,
		       u32 error, u32 ret);
void tch_event_bind_refusal(const struct tch_ta *ta, const u8 *uuid,
			    const u8 *digest, u32 error);

#endif /* TCH_NETLINK_H */
