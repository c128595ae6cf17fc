// SPDX-License-Identifier: GPL-2.0-only
#include "netlink.h"

#include <linux/ktime.h>
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../include/uapi/teechan.h"
#include "client.h"
#include "compat.h"
#include "limits.h"
#include "policy.h"
#include "region.h"
#include "session.h"
#include "stats.h"
#include "ta.h"
#include "trace.h"

DEFINE_PER_CPU(struct tch_channel_stats, tch_channel_stats);

static struct genl_family tch_family;

/* ---- pieces of messages ---- */

static int tch_put_uuid(struct sk_buff *skb, const u8 *uuid)
{
	return nla_put(skb, TEECHAN_A_TA_UUID, TEECHAN_UUID_LEN, uuid);
}

static int tch_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, TEECHAN_A_PAD);
}

/* Only when it was taken. */
static int tch_put_digest(struct sk_buff *skb, int attr, const u8 *digest)
{
	if (!memchr_inv(digest, 0, TEECHAN_DIGEST_LEN))
		return 0;
	return nla_put(skb, attr, TEECHAN_DIGEST_LEN, digest);
}

static int tch_put_ta(struct sk_buff *skb, const struct tch_ta *ta)
{
	return tch_put_uuid(skb, ta->uuid) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_PID, tch_owner_pid(&ta->owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_UID, tch_owner_uid(&ta->owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_TA_FLAGS, ta->flags) ?:
	       tch_put_digest(skb, TEECHAN_A_TA_DIGEST, ta->digest);
}

static int tch_put_client(struct sk_buff *skb, const struct tch_owner *owner)
{
	return nla_put_u32(skb, TEECHAN_A_CLIENT_PID, tch_owner_pid(owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_CLIENT_UID, tch_owner_uid(owner)) ?:
	       nla_put_u32(skb, TEECHAN_A_CLIENT_GID, tch_owner_gid(owner));
}

static int tch_put_session(struct sk_buff *skb, const struct tch_session *session)
{
	return tch_put_uuid(skb, session->ta->uuid) ?:
	       nla_put_u32(skb, TEECHAN_A_SESSION, session->ta_id) ?:
	       nla_put_u32(skb, TEECHAN_A_LOGIN, session->who.login) ?:
	       tch_put_digest(skb, TEECHAN_A_CLIENT_DIGEST, session->who.digest) ?:
	       tch_put_client(skb, &session->client->owner);
}

/* ---- events ---- */

/* Does anybody listen? A tracepoint counts, for what is told of by both. */
bool tch_events_wanted(void)
{
	return trace_tch_open_enabled() || genl_has_listeners(&tch_family, &init_net, 0);
}

/*
 * An event's header and time, or NULL when nobody listens or there is no
 * memory: an event may be lost, a call may not.
 */
static struct sk_buff *tch_event_begin(u32 event, void **header)
{
	struct sk_buff *skb;

	if (!tch_events_wanted())
		return NULL;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, 0, 0, &tch_family, 0, TEECHAN_CMD_EVENT);
	if (!*header || nla_put_u32(skb, TEECHAN_A_EVENT, event) ||
	    tch_put_u64(skb, TEECHAN_A_TIME, ktime_get_ns())) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static void tch_event_end(struct sk_buff *skb, void *header, int error)
{
	if (error) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	/* Not GFP_KERNEL: then it would yield to a listener that does not keep up. */
	genlmsg_multicast(&tch_family, skb, 0, 0, GFP_NOWAIT | __GFP_NOWARN);
}

void tch_event_ta(u32 event, struct tch_ta *ta)
{
	void *header;
	struct sk_buff *skb = tch_event_begin(event, &header);

	if (event == TEECHAN_EVENT_BIND)
		trace_tch_bind(ta);
	else
		trace_tch_death(ta);
	if (skb)
		tch_event_end(skb, header, tch_put_ta(skb, ta));
}

void tch_event_call(struct tch_session *session, const struct tch_call_event *call)
{
	struct sk_buff *skb;
	void *header;
	int error;

	if (call->kind == TEECHAN_KIND_CLOSE)
		return;
	if (call->kind == TEECHAN_KIND_OPEN)
		trace_tch_open(session, call);
	skb = tch_event_begin(call->kind == TEECHAN_KIND_OPEN ? TEECHAN_EVENT_OPEN :
			      TEECHAN_EVENT_CALL, &header);
	if (!skb)
		return;
	error = tch_put_session(skb, session) ?:
		nla_put_u32(skb, TEECHAN_A_RESULT, call->ret) ?:
		nla_put_u32(skb, TEECHAN_A_ORIGIN, call->origin) ?:
		tch_put_u64(skb, TEECHAN_A_LATENCY, call->latency);
	if (!error && call->kind == TEECHAN_KIND_INVOKE)
		error = nla_put_u32(skb, TEECHAN_A_CMD, call->cmd);
	tch_event_end(skb, header, error);
}

static void tch_event_session(u32 event, struct tch_session *session)
{
	void *header;
	struct sk_buff *skb = tch_event_begin(event, &header);

	if (skb)
		tch_event_end(skb, header, tch_put_session(skb, session));
}

void tch_event_close(struct tch_session *session)
{
	trace_tch_close(session);
	tch_event_session(TEECHAN_EVENT_CLOSE, session);
}

void tch_event_cancel(struct tch_session *session)
{
	trace_tch_cancel(session);
	tch_event_session(TEECHAN_EVENT_CANCEL, session);
}

void tch_event_lend(struct tch_session *session, u64 bytes)
{
	void *header;
	struct sk_buff *skb = tch_event_begin(TEECHAN_EVENT_LEND, &header);

	if (skb)
		tch_event_end(skb, header, tch_put_session(skb, session) ?:
			      tch_put_u64(skb, TEECHAN_A_LENT, bytes));
}

void tch_event_refusal(const struct tch_client *client, const u8 *uuid,
		       u32 error, u32 ret)
{
	void *header;
	struct sk_buff *skb = tch_event_begin(TEECHAN_EVENT_REFUSAL, &header);

	trace_tch_refusal(client, uuid, error, ret);
	if (skb)
		tch_event_end(skb, header, tch_put_uuid(skb, uuid) ?:
			      tch_put_client(skb, &client->owner) ?:
			      nla_put_u32(skb, error ? TEECHAN_A_ERRNO : TEECHAN_A_RESULT,
					  error ?: ret));
}

/* The policy forbids @ta, which is not bound, to become @uuid's. */
void tch_event_bind_refusal(const struct tch_ta *ta, const u8 *uuid,
			    const u8 *digest, u32 error)
{
	void *header;
	struct sk_buff *skb = tch_event_begin(TEECHAN_EVENT_REFUSAL, &header);

	if (skb)
		tch_event_end(skb, header, tch_put_uuid(skb, uuid) ?:
			      nla_put_u32(skb, TEECHAN_A_TA_PID, tch_owner_pid(&ta->owner)) ?:
			      nla_put_u32(skb, TEECHAN_A_TA_UID, tch_owner_uid(&ta->owner)) ?:
			      tch_put_digest(skb, TEECHAN_A_TA_DIGEST, digest) ?:
			      nla_put_u32(skb, TEECHAN_A_ERRNO, error));
}

/* ---- requests ---- */

/*
 * A dump goes through all objects each time, in an order that stays the same,
 * and leaves out those up to the last one that earlier messages of it had: there
 * are few, and no lock may be held in between. So what is there all the time
 * comes exactly once, whatever comes and goes meanwhile.
 */
struct tch_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u64 serial;	/* of the object in hand: its TA's or client's, */
	u32 id;		/* and its own below that */
};

static void *tch_dump_begin(struct tch_dump *dump, u8 cmd)
{
	return genlmsg_put(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			   dump->cb->nlh->nlmsg_seq, &tch_family, NLM_F_MULTI, cmd);
}

/* Return: 0 to go on, -EMSGSIZE when the message is full. */
static int tch_dump_end(struct tch_dump *dump, void *header, int error)
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

static bool tch_dump_skips(struct tch_dump *dump, u64 serial, u32 id)
{
	const u64 last = dump->cb->args[0];

	if (serial < last || (serial == last && id <= dump->cb->args[1]))
		return true;
	dump->serial = serial;
	dump->id = id;
	return false;
}

/* The request's filters: it asked for this TA, or for any; and for this client. */
static bool tch_dump_wants_ta(const struct tch_dump *dump, const struct tch_ta *ta)
{
	const struct nlattr *uuid = genl_dump_attrs(dump->cb)[TEECHAN_A_TA_UUID];

	return !uuid || !memcmp(nla_data(uuid), ta->uuid, TEECHAN_UUID_LEN);
}

static bool tch_dump_wants_client(const struct tch_dump *dump,
				  const struct tch_client *client)
{
	const struct nlattr *pid = genl_dump_attrs(dump->cb)[TEECHAN_A_CLIENT_PID];

	return !pid || nla_get_u32(pid) == tch_owner_pid(&client->owner);
}

static int tch_dump_ta(struct tch_ta *ta, void *data)
{
	u64 histogram[TEECHAN_HIST_LEN], calls, opens;
	u32 queued, held, live;
	struct tch_dump *dump = data;
	void *header;

	if (!tch_dump_wants_ta(dump, ta) || tch_dump_skips(dump, ta->serial, 1))
		return 0;
	header = tch_dump_begin(dump, TEECHAN_CMD_GET_TA);
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
	return tch_dump_end(dump, header,
			    tch_put_ta(dump->skb, ta) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_QUEUED, queued) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_RUNNING, held) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_SESSIONS, live) ?:
			    tch_put_u64(dump->skb, TEECHAN_A_CALLS, calls) ?:
			    tch_put_u64(dump->skb, TEECHAN_A_OPENS, opens) ?:
			    nla_put(dump->skb, TEECHAN_A_HISTOGRAM,
				    sizeof(histogram), histogram));
}

static u32 tch_session_state(const struct tch_session *session)
{
	lockdep_assert_held(&session->ta->lock);
	switch (session->life) {
	case TCH_OPENING:
		return TEECHAN_STATE_OPENING;
	case TCH_CLOSING:
	case TCH_GONE:
		return TEECHAN_STATE_CLOSING;
	case TCH_OPEN:
		break;
	}
	switch (session->msg.state) {
	case TCH_QUEUED:
		return TEECHAN_STATE_QUEUED;
	case TCH_DELIVERING:
	case TCH_HELD:
		return TEECHAN_STATE_RUNNING;
	default:
		return TEECHAN_STATE_IDLE;
	}
}

static int tch_dump_session(struct tch_dump *dump, struct tch_session *session)
{
	void *header = tch_dump_begin(dump, TEECHAN_CMD_GET_SESSION);
	u32 state, messages;

	if (!header)
		return -EMSGSIZE;
	spin_lock(&session->ta->lock);
	state = tch_session_state(session);
	messages = session->msg.seq;
	spin_unlock(&session->ta->lock);
	return tch_dump_end(dump, header, tch_put_session(dump->skb, session) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_STATE, state) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_MESSAGES, messages));
}

static int tch_dump_sessions_of(struct tch_ta *ta, void *data)
{
	struct tch_dump *dump = data;
	struct tch_session *session;
	unsigned long id = 0;
	int ret = 0;

	if (!tch_dump_wants_ta(dump, ta))
		return 0;
	for (;;) {
		spin_lock(&ta->lock);
		session = xa_find_after(&ta->sessions, &id, U32_MAX, XA_PRESENT);
		if (session)
			kref_get(&session->ref);
		spin_unlock(&ta->lock);
		if (!session)
			return 0;
		if (tch_dump_wants_client(dump, session->client) &&
		    !tch_dump_skips(dump, ta->serial, session->ta_id))
			ret = tch_dump_session(dump, session);
		tch_session_put(session);
		if (ret)
			return ret;
	}
}

static int tch_dump_region(struct tch_region *region, void *data)
{
	struct tch_dump *dump = data;
	void *header;

	if (!tch_dump_wants_client(dump, region->client) ||
	    tch_dump_skips(dump, region->client->serial, region->id))
		return 0;
	header = tch_dump_begin(dump, TEECHAN_CMD_GET_REGION);
	if (!header)
		return -EMSGSIZE;
	return tch_dump_end(dump, header,
			    nla_put_u32(dump->skb, TEECHAN_A_REGION, region->id) ?:
			    tch_put_u64(dump->skb, TEECHAN_A_SIZE,
					(u64)region->pages << PAGE_SHIFT) ?:
			    tch_put_u64(dump->skb, TEECHAN_A_LENT,
					tch_region_lent(region)) ?:
			    nla_put_u32(dump->skb, TEECHAN_A_MAPPINGS,
					atomic_read(&region->mappings)) ?:
			    tch_put_client(dump->skb, &region->client->owner));
}

/* A policy that is replaced meanwhile interrupts the dump: no mixture of two. */
static int tch_dump_policy(const struct tch_policy_entry *entry, u32 serial,
			   u32 number, void *data)
{
	struct tch_dump *dump = data;
	struct nlattr *nest;
	void *header;

	dump->cb->seq = serial;
	if (tch_dump_skips(dump, serial, number))
		return 0;
	header = tch_dump_begin(dump, TEECHAN_CMD_GET_POLICY);
	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(dump->cb, header);
	nest = nla_nest_start(dump->skb, TEECHAN_A_POLICY_ENTRY);
	if (!nest || tch_put_uuid(dump->skb, entry->uuid) ||
	    nla_put_u32(dump->skb, TEECHAN_A_TA_UID, entry->uid) ||
	    tch_put_digest(dump->skb, TEECHAN_A_TA_DIGEST, entry->digest))
		return tch_dump_end(dump, header, -EMSGSIZE);
	nla_nest_end(dump->skb, nest);
	return tch_dump_end(dump, header, 0);
}

static int tch_dump_run(struct tch_dump *dump, u8 cmd)
{
	switch (cmd) {
	case TEECHAN_CMD_GET_TA:
		return tch_ta_each(tch_dump_ta, dump);
	case TEECHAN_CMD_GET_SESSION:
		return tch_ta_each(tch_dump_sessions_of, dump);
	case TEECHAN_CMD_GET_POLICY:
		return tch_policy_each(tch_dump_policy, dump);
	default:
		return tch_client_each_region(tch_dump_region, dump);
	}
}

static int tch_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct tch_dump dump = { .skb = skb, .cb = cb };
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	int ret;

	ret = tch_dump_run(&dump, request->cmd);
	/* Not even one fits into an empty message. */
	if (ret && !skb->len)
		return ret;
	return skb->len;
}

static const struct {
	u32 attr;
	enum tch_stat stat;
} tch_counters[] = {
	{ TEECHAN_A_OPENS, TCH_STAT_OPENS },
	{ TEECHAN_A_LENDS, TCH_STAT_LENDS },
	{ TEECHAN_A_CANCELS, TCH_STAT_CANCELS },
	{ TEECHAN_A_ABANDONED, TCH_STAT_ABANDONED },
	{ TEECHAN_A_REFUSALS, TCH_STAT_REFUSALS },
	{ TEECHAN_A_DEATHS, TCH_STAT_DEATHS },
};

static int tch_put_counters(struct sk_buff *skb)
{
	int i, ret;

	ret = tch_put_u64(skb, TEECHAN_A_CALLS, tch_ta_calls());
	for (i = 0; !ret && i < ARRAY_SIZE(tch_counters); i++)
		ret = tch_put_u64(skb, tch_counters[i].attr,
				  tch_stat_sum(tch_counters[i].stat));
	return ret;
}

static int tch_watch_again(struct tch_ta *ta, void *data)
{
	spin_lock(&ta->lock);
	ta->watch_looked = 0;
	spin_unlock(&ta->lock);
	return 0;
}

/* Who asks may just have begun to listen, and is to miss nothing from here on. */
static int tch_get_info(struct sk_buff *request, struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &tch_family, 0, TEECHAN_CMD_GET_INFO);
	if (!header || nla_put_u32(skb, TEECHAN_A_ABI, TEECHAN_ABI_VERSION) ||
	    nla_put_u32(skb, TEECHAN_A_POLICY, tch_policy_state()) ||
	    tch_put_counters(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	tch_ta_each(tch_watch_again, NULL);
	return genlmsg_reply(skb, info);
}

/*
 * What a request may carry. All is checked strictly: another attribute, one
 * of another size, a header with something in its reserved places and bytes
 * left over are refused, and the answer says why. A command that takes nothing
 * has no policy, which is to the core one that rejects all.
 */
static int tch_check_uuid(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == TEECHAN_UUID_LEN &&
	    memchr_inv(nla_data(attr), 0, TEECHAN_UUID_LEN))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "TA_UUID takes the 16 bytes of a UUID that is not nil");
	return -EINVAL;
}

static int tch_check_pid(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(u32) && nla_get_u32(attr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "CLIENT_PID takes the 4 bytes of a process id that is not 0");
	return -EINVAL;
}

#define TCH_TAKES_UUID \
	[TEECHAN_A_TA_UUID] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, tch_check_uuid)
#define TCH_TAKES_PID \
	[TEECHAN_A_CLIENT_PID] = NLA_POLICY_VALIDATE_FN(NLA_BINARY, tch_check_pid)

/* One length for all, so that either filter can be looked for in any dump. */
#define TCH_FILTER_MAX	TEECHAN_A_CLIENT_PID

static const struct nla_policy tch_ta_policy[TCH_FILTER_MAX + 1] = {
	TCH_TAKES_UUID,
};

static const struct nla_policy tch_session_policy[TCH_FILTER_MAX + 1] = {
	TCH_TAKES_UUID,
	TCH_TAKES_PID,
};

static const struct nla_policy tch_region_policy[TCH_FILTER_MAX + 1] = {
	TCH_TAKES_PID,
};

static const struct genl_ops tch_ops[] = {
	{
		.cmd = TEECHAN_CMD_GET_INFO,
		.flags = GENL_ADMIN_PERM,
		.doit = tch_get_info,
	}, {
		.cmd = TEECHAN_CMD_GET_TA,
		.flags = GENL_ADMIN_PERM,
		.policy = tch_ta_policy,
		.maxattr = TCH_FILTER_MAX,
		.dumpit = tch_dumpit,
	}, {
		.cmd = TEECHAN_CMD_GET_SESSION,
		.flags = GENL_ADMIN_PERM,
		.policy = tch_session_policy,
		.maxattr = TCH_FILTER_MAX,
		.dumpit = tch_dumpit,
	}, {
		.cmd = TEECHAN_CMD_GET_REGION,
		.flags = GENL_ADMIN_PERM,
		.policy = tch_region_policy,
		.maxattr = TCH_FILTER_MAX,
		.dumpit = tch_dumpit,
	}, {
		.cmd = TEECHAN_CMD_GET_POLICY,
		.flags = GENL_ADMIN_PERM,
		.dumpit = tch_dumpit,
	}, {
		.cmd = TEECHAN_CMD_SET_POLICY,
		.policy = tch_policy_attrs,
		.maxattr = TEECHAN_A_MAX,
		.doit = tch_policy_set,
	}, {
		.cmd = TEECHAN_CMD_SEAL_POLICY,
		.doit = tch_policy_seal,
	},
};

static const struct genl_multicast_group tch_groups[] = {
	{ .name = TEECHAN_GENL_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/*
 * A new family: resv_start_op stays 0, so all of every command is validated. One
 * without a policy of its own takes no attribute.
 */
static struct genl_family tch_family __ro_after_init = {
	.name = TEECHAN_GENL_NAME,
	.version = TEECHAN_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.ops = tch_ops,
	.n_ops = ARRAY_SIZE(tch_ops),
	.mcgrps = tch_groups,
	.n_mcgrps = ARRAY_SIZE(tch_groups),
};

int __init tch_netlink_init(void)
{
	return genl_register_family(&tch_family);
}

void tch_netlink_exit(void)
{
	genl_unregister_family(&tch_family);
}
