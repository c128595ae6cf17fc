// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <linux/ktime.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../include/uapi/teechan.h"
#include "client.h"
#include "limits.h"
#include "region.h"
#include "session.h"
#include "stats.h"
#include "ta.h"

DEFINE_PER_CPU(struct tc_channel_stats, tc_channel_stats);

static struct genl_family tc_family;

/* ---- pieces of messages ---- */

static int tc_put_uuid(struct sk_buff *skb, const u8 *uuid)
{
	return nla_put(skb, TEECHAN_A_TA_UUID, TEECHAN_UUID_LEN, uuid);
}

static int tc_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, TEECHAN_A_PAD);
}

static int tc_put_ta(struct sk_buff *skb, const struct tc_ta *ta)
{
	return tc_put_uuid(skb, ta->uuid) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_PID, tc_owner_pid(&ta->owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_UID, tc_owner_uid(&ta->owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_FLAGS, ta->flags);
}

static int tc_put_client(struct sk_buff *skb, const struct tc_owner *owner)
{
	return nla_put_u32(skb, TEECHAN_A_CLIENT_PID, tc_owner_pid(owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_CLIENT_UID, tc_owner_uid(owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_CLIENT_GID, tc_owner_gid(owner));
}

static int tc_put_session(struct sk_buff *skb, const struct tc_session *session)
{
	return tc_put_uuid(skb, session->ta->uuid) ?:
	       nla_put_u32(skb, TEECHAN_A_SESSION, session->ta_id) ?:
	       nla_put_u32(skb, TEECHAN_A_LOGIN, session->who.login) ?:
	       tc_put_client(skb, &session->client->owner);
}

/* ---- events ---- */

/*
 * An event's header and time, or NULL when nobody listens or there is no
 * memory: an event may be lost, a call may not.
 */
static struct sk_buff *tc_event_begin(u32 event, void **header)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&tc_family, &init_net, 0))
		return NULL;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &tc_family, 0, TEECHAN_CMD_EVENT);
	if (!*header || nla_put_u32(skb, TEECHAN_A_EVENT, event) ||
	    tc_put_u64(skb, TEECHAN_A_TIME, ktime_get_ns())) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void tc_event_end(struct sk_buff *skb, void *header, int error)
{
	if (error) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	/* Not GFP_KERNEL: then it would yield to a listener that does not keep up. */
	genlmsg_multicast(&tc_family, skb, 0, 0, GFP_NOWAIT | __GFP_NOWARN);
}

void tc_event_ta(u32 event, struct tc_ta *ta)
{
	void *header;
	struct sk_buff *skb = tc_event_begin(event, &header);

	if (skb)
		tc_event_end(skb, header, tc_put_ta(skb, ta));
}

void tc_event_call(struct tc_session *session, const struct tc_call_event *call)
{
	struct sk_buff *skb;
	void *header;
	int error;

	if (call->kind == TEECHAN_KIND_CLOSE)
		return;
	skb = tc_event_begin(call->kind == TEECHAN_KIND_OPEN ? TEECHAN_EVENT_OPEN :
			     TEECHAN_EVENT_CALL, &header);
	if (!skb)
		return;
	error = tc_put_session(skb, session) ?:
		nla_put_u32(skb, TEECHAN_A_RESULT, call->ret) ?:
		nla_put_u32(skb, TEECHAN_A_ORIGIN, call->origin) ?:
		tc_put_u64(skb, TEECHAN_A_LATENCY, call->latency);
	if (!error && call->kind == TEECHAN_KIND_INVOKE)
		error = nla_put_u32(skb, TEECHAN_A_CMD, call->cmd);
	tc_event_end(skb, header, error);
}

static void tc_event_session(u32 event, struct tc_session *session)
{
	void *header;
	struct sk_buff *skb = tc_event_begin(event, &header);

	if (skb)
		tc_event_end(skb, header, tc_put_session(skb, session));
}

void tc_event_close(struct tc_session *session)
{
	tc_event_session(TEECHAN_EVENT_CLOSE, session);
}

void tc_event_cancel(struct tc_session *session)
{
	tc_event_session(TEECHAN_EVENT_CANCEL, session);
}

void tc_event_lend(struct tc_session *session, u64 bytes)
{
	void *header;
	struct sk_buff *skb = tc_event_begin(TEECHAN_EVENT_LEND, &header);

	if (skb)
		tc_event_end(skb, header, tc_put_session(skb, session) ?:
			     tc_put_u64(skb, TEECHAN_A_LENT, bytes));
}

void tc_event_refusal(const struct tc_client *client, const u8 *uuid,
		      u32 error, u32 ret)
{
	void *header;
	struct sk_buff *skb = tc_event_begin(TEECHAN_EVENT_REFUSAL, &header);

	if (skb)
		tc_event_end(skb, header, tc_put_uuid(skb, uuid) ?:
			     tc_put_client(skb, &client->owner) ?:
			     nla_put_u32(skb, error ? TEECHAN_A_ERRNO : TEECHAN_A_RESULT,
					 error ?: ret));
}

/* ---- requests ---- */

/*
 * A dump goes through all objects each time, in an order that stays the same,
 * and leaves out those up to the last one that earlier messages of it had: there
 * are few, and no lock may be held in between. So what is there all the time
 * comes exactly once, whatever comes and goes meanwhile.
 */
struct tc_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u64 serial;	/* of the object in hand: its TA's or client's, */
	u32 id;		/* and its own below that */
};

static void *tc_dump_begin(struct tc_dump *dump, u8 cmd)
{
	return genlmsg_put(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			   dump->cb->nlh->nlmsg_seq, &tc_family, NLM_F_MULTI, cmd);
}

/* Return: 0 to go on, -EMSGSIZE when the message is full. */
static int tc_dump_end(struct tc_dump *dump, void *header, int error)
{
	if (error) {
		genlmsg_cancel(dump->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, header);
	dump->cb->args[0] = dump->serial;
	dump->cb->args[1] = dump->id;
	return 0;
}

static bool tc_dump_skips(struct tc_dump *dump, u64 serial, u32 id)
{
	const u64 last = dump->cb->args[0];

	if (serial < last || (serial == last && id <= dump->cb->args[1]))
		return true;
	dump->serial = serial;
	dump->id = id;
	return false;
}

static int tc_dump_ta(struct tc_ta *ta, void *data)
{
	u64 histogram[TEECHAN_HIST_LEN], calls, opens;
	u32 queued, held, live;
	struct tc_dump *dump = data;
	void *header;

	if (tc_dump_skips(dump, ta->serial, 1))
		return 0;
	header = tc_dump_begin(dump, TEECHAN_CMD_GET_TA);
	if (!header)
		return -EMSGSIZE;
	spin_lock(&ta->lock);
	queued = ta->queued;
	held = ta->held;
	live = ta->live;
	calls = ta->calls;
	opens = ta->opens;
	memcpy(histogram, ta->histogram, sizeof(histogram));
	spin_unlock(&ta->lock);
	return tc_dump_end(dump, header,
			   tc_put_ta(dump->skb, ta) ?:
			   nla_put_u32(dump->skb, TEECHAN_A_QUEUED, queued) ?:
			   nla_put_u32(dump->skb, TEECHAN_A_RUNNING, held) ?:
			   nla_put_u32(dump->skb, TEECHAN_A_SESSIONS, live) ?:
			   tc_put_u64(dump->skb, TEECHAN_A_CALLS, calls) ?:
			   tc_put_u64(dump->skb, TEECHAN_A_OPENS, opens) ?:
			   nla_put(dump->skb, TEECHAN_A_HISTOGRAM,
				   sizeof(histogram), histogram));
}

static u32 tc_session_state(const struct tc_session *session)
{
	lockdep_assert_held(&session->ta->lock);
	switch (session->life) {
	case TC_OPENING:
		return TEECHAN_STATE_OPENING;
	case TC_CLOSING:
	case TC_GONE:
		return TEECHAN_STATE_CLOSING;
	case TC_OPEN:
		break;
	}
	switch (session->msg.state) {
	case TC_QUEUED:
		return TEECHAN_STATE_QUEUED;
	case TC_DELIVERING:
	case TC_HELD:
		return TEECHAN_STATE_RUNNING;
	default:
		return TEECHAN_STATE_IDLE;
	}
}

static int tc_dump_session(struct tc_dump *dump, struct tc_session *session)
{
	void *header = tc_dump_begin(dump, TEECHAN_CMD_GET_SESSION);
	u32 state;

	if (!header)
		return -EMSGSIZE;
	spin_lock(&session->ta->lock);
	state = tc_session_state(session);
	spin_unlock(&session->ta->lock);
	return tc_dump_end(dump, header, tc_put_session(dump->skb, session) ?:
			   nla_put_u32(dump->skb, TEECHAN_A_STATE, state));
}

static int tc_dump_sessions_of(struct tc_ta *ta, void *data)
{
	struct tc_dump *dump = data;
	struct tc_session *session;
	unsigned long id = 0;
	int ret = 0;

	for (;;) {
		spin_lock(&ta->lock);
		session = xa_find_after(&ta->sessions, &id, U32_MAX, XA_PRESENT);
		if (session)
			kref_get(&session->ref);
		spin_unlock(&ta->lock);
		if (!session)
			return 0;
		if (!tc_dump_skips(dump, ta->serial, session->ta_id))
			ret = tc_dump_session(dump, session);
		tc_session_put(session);
		if (ret)
			return ret;
	}
}

static int tc_dump_region(struct tc_region *region, void *data)
{
	struct tc_dump *dump = data;
	void *header;

	if (tc_dump_skips(dump, region->client->serial, region->id))
		return 0;
	header = tc_dump_begin(dump, TEECHAN_CMD_GET_REGION);
	if (!header)
		return -EMSGSIZE;
	return tc_dump_end(dump, header,
			   nla_put_u32(dump->skb, TEECHAN_A_REGION, region->id) ?:
			   tc_put_u64(dump->skb, TEECHAN_A_SIZE,
				      (u64)region->pages << PAGE_SHIFT) ?:
			   tc_put_u64(dump->skb, TEECHAN_A_LENT,
				      tc_region_lent(region)) ?:
			   nla_put_u32(dump->skb, TEECHAN_A_MAPPINGS,
				       atomic_read(&region->mappings)) ?:
			   tc_put_client(dump->skb, &region->client->owner));
}

static int tc_dump_run(struct tc_dump *dump, u8 cmd)
{
	switch (cmd) {
	case TEECHAN_CMD_GET_TA:
		return tc_ta_each(tc_dump_ta, dump);
	case TEECHAN_CMD_GET_SESSION:
		return tc_ta_each(tc_dump_sessions_of, dump);
	default:
		return tc_client_each_region(tc_dump_region, dump);
	}
}

static int tc_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tc_dump dump = { .skb = skb, .cb = cb };
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	int ret;

	ret = tc_dump_run(&dump, request->cmd);
	/* Not even one fits into an empty message. */
	if (ret && !skb->len)
		return ret;
	return skb->len;
}

static const struct {
	u32 attr;
	enum tc_stat stat;
} tc_counters[] = {
	{ TEECHAN_A_CALLS, TC_STAT_CALLS },
	{ TEECHAN_A_OPENS, TC_STAT_OPENS },
	{ TEECHAN_A_LENDS, TC_STAT_LENDS },
	{ TEECHAN_A_CANCELS, TC_STAT_CANCELS },
	{ TEECHAN_A_ABANDONED, TC_STAT_ABANDONED },
	{ TEECHAN_A_REFUSALS, TC_STAT_REFUSALS },
	{ TEECHAN_A_DEATHS, TC_STAT_DEATHS },
};

static int tc_put_counters(struct sk_buff *skb)
{
	int i, cpu, ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(tc_counters); i++) {
		u64 sum = 0;

		for_each_possible_cpu(cpu)
			sum += per_cpu(tc_channel_stats, cpu).count[tc_counters[i].stat];
		ret = tc_put_u64(skb, tc_counters[i].attr, sum);
	}
	return ret;
}

static int tc_get_info(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &tc_family, 0, TEECHAN_CMD_GET_INFO);
	if (!header || nla_put_u32(skb, TEECHAN_A_ABI, TEECHAN_ABI_VERSION) ||
	    tc_put_counters(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return genlmsg_reply(skb, info);
}

static const struct genl_ops tc_ops[] = {
	{
		.cmd = TEECHAN_CMD_GET_INFO,
		.flags = GENL_ADMIN_PERM,
		.doit = tc_get_info,
	}, {
		.cmd = TEECHAN_CMD_GET_TA,
		.flags = GENL_ADMIN_PERM,
		.dumpit = tc_dumpit,
	}, {
		.cmd = TEECHAN_CMD_GET_SESSION,
		.flags = GENL_ADMIN_PERM,
		.dumpit = tc_dumpit,
	}, {
		.cmd = TEECHAN_CMD_GET_REGION,
		.flags = GENL_ADMIN_PERM,
		.dumpit = tc_dumpit,
	},
};

static const struct genl_multicast_group tc_groups[] = {
	{ .name = TEECHAN_GENL_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* No request takes an attribute, and none has a policy: all are rejected. */
static struct genl_family tc_family __ro_after_init = {
	.name = TEECHAN_GENL_NAME,
	.version = TEECHAN_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.ops = tc_ops,
	.n_ops = ARRAY_SIZE(tc_ops),
	.mcgrps = tc_groups,
	.n_mcgrps = ARRAY_SIZE(tc_groups),
};

int __init tc_netlink_init(void)
{
	return genl_register_family(&tc_family);
}

void tc_netlink_exit(void)
{
	genl_unregister_family(&tc_family);
}
