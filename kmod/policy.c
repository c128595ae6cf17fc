// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <linux/capability.h>
#include <linux/overflow.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>

#include "ta.h"

/*
 * Entries are only ever replaced as a whole, by what nobody else has seen yet.
 *
 * The lock protects all three. BIND holds it shared over its check and its entry
 * into the list of TAs, so that whoever is bound when a policy is set, or later,
 * is allowed by it.
 */
static DECLARE_RWSEM(tch_policy_lock);
static struct tch_policy {
	u32 count;
	struct tch_policy_entry entries[];
} *tch_policy;
static bool tch_policy_sealed;
static u32 tch_policy_serial;	/* of the policy that is set */

/* Exact lengths, since a wrong one of NLA_U32 fills the kernel's log. */
static const struct nla_policy tch_policy_entry_attrs[TEECHAN_A_TA_DIGEST + 1] = {
	[TEECHAN_A_TA_UUID] = NLA_POLICY_EXACT_LEN(TEECHAN_UUID_LEN),
	[TEECHAN_A_TA_UID] = NLA_POLICY_EXACT_LEN(sizeof(u32)),
	[TEECHAN_A_TA_DIGEST] = NLA_POLICY_EXACT_LEN(TEECHAN_DIGEST_LEN),
};

/* Each of the three, once, and nothing else. */
#define TCH_POLICY_ENTRY_SIZE	(nla_total_size(TEECHAN_UUID_LEN) + \
				 nla_total_size(sizeof(u32)) + \
				 nla_total_size(TEECHAN_DIGEST_LEN))

const struct nla_policy tch_policy_attrs[TEECHAN_A_MAX + 1] = {
	[TEECHAN_A_POLICY_ENTRY] = NLA_POLICY_NESTED(tch_policy_entry_attrs),
	[TEECHAN_A_POLICY_SEAL] = { .type = NLA_FLAG },
};

void tch_policy_exit(void)
{
	kfree(tch_policy);
}

void tch_policy_hold(void)
{
	down_read(&tch_policy_lock);
}

void tch_policy_release(void)
{
	up_read(&tch_policy_lock);
}

static bool tch_policy_allows(const struct tch_policy *policy,
			      const struct tch_policy_entry *who)
{
	u32 i;

	for (i = 0; i < policy->count; i++)
		if (!memcmp(&policy->entries[i], who, sizeof(*who)))
			return true;
	return false;
}

static struct tch_policy_entry tch_policy_entry_of(const struct tch_ta *ta,
						   const u8 *uuid, const u8 *digest)
{
	struct tch_policy_entry entry = { .uid = tch_owner_uid(&ta->owner) };

	memcpy(entry.uuid, uuid, sizeof(entry.uuid));
	memcpy(entry.digest, digest, sizeof(entry.digest));
	return entry;
}

/**
 * tch_policy_check() - may a TA bind?
 * @ta: not bound yet
 * @uuid: as what
 * @digest: of its executable, zeros if that cannot be vouched for
 *
 * Return: 0, also while no policy is set, or -EACCES.
 */
int tch_policy_check(const struct tch_ta *ta, const u8 *uuid, const u8 *digest)
{
	const struct tch_policy_entry who = tch_policy_entry_of(ta, uuid, digest);

	lockdep_assert_held_read(&tch_policy_lock);
	return !tch_policy || tch_policy_allows(tch_policy, &who) ? 0 : -EACCES;
}

/* ---- asking ---- */

u32 tch_policy_state(void)
{
	u32 state;

	down_read(&tch_policy_lock);
	if (!tch_policy)
		state = TEECHAN_POLICY_NONE;
	else
		state = tch_policy_sealed ? TEECHAN_POLICY_SEALED : TEECHAN_POLICY_OPEN;
	up_read(&tch_policy_lock);
	return state;
}

/**
 * tch_policy_each() - for the monitor: go through the entries that are set
 * @fn: called for each, numbered from 1, until it returns not 0
 * @data: for @fn
 *
 * Return: what @fn returned last, or 0.
 */
int tch_policy_each(int (*fn)(const struct tch_policy_entry *entry, u32 serial,
			      u32 number, void *data), void *data)
{
	int ret = 0;
	u32 i;

	down_read(&tch_policy_lock);
	for (i = 0; tch_policy && !ret && i < tch_policy->count; i++)
		ret = fn(&tch_policy->entries[i], tch_policy_serial, i + 1, data);
	up_read(&tch_policy_lock);
	return ret;
}

/* ---- setting ---- */

/*
 * Not CAP_NET_ADMIN, which is for watching. Who may unload modules could undo
 * a seal anyway, so it is those, in the initial user namespace, and the one who
 * opened the socket as well as the one who sends.
 */
static bool tch_policy_is_allowed(struct sk_buff *skb)
{
	return netlink_capable(skb, CAP_SYS_MODULE);
}

static int tch_policy_entry_parse(struct tch_policy_entry *entry,
				  const struct nlattr *attr, struct genl_info *info)
{
	struct nlattr *tb[TEECHAN_A_TA_DIGEST + 1];
	int ret;

	if (nla_len(attr) != TCH_POLICY_ENTRY_SIZE)
		return -EINVAL;
	ret = nla_parse_nested(tb, TEECHAN_A_TA_DIGEST, attr, tch_policy_entry_attrs,
			       info->extack);
	if (ret)
		return ret;
	if (!tb[TEECHAN_A_TA_UUID] || !tb[TEECHAN_A_TA_UID] || !tb[TEECHAN_A_TA_DIGEST])
		return -EINVAL;
	memcpy(entry->uuid, nla_data(tb[TEECHAN_A_TA_UUID]), sizeof(entry->uuid));
	memcpy(entry->digest, nla_data(tb[TEECHAN_A_TA_DIGEST]), sizeof(entry->digest));
	entry->uid = nla_get_u32(tb[TEECHAN_A_TA_UID]);
	/* Zeros are no digest, but the lack of one. */
	if (!memchr_inv(entry->uuid, 0, sizeof(entry->uuid)) ||
	    !memchr_inv(entry->digest, 0, sizeof(entry->digest)) ||
	    !uid_valid(make_kuid(&init_user_ns, entry->uid)))
		return -EINVAL;
	return 0;
}

/* All entries of a request, or ERR_PTR(). */
static struct tch_policy *tch_policy_parse(struct genl_info *info)
{
	struct tch_policy *policy;
	const struct nlattr *attr;
	u32 count = 0;
	int rem, ret;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		count += nla_type(attr) == TEECHAN_A_POLICY_ENTRY;
	if (!count)
		return ERR_PTR(-EINVAL);
	if (count > TEECHAN_POLICY_MAX)
		return ERR_PTR(-E2BIG);
	policy = kzalloc(struct_size(policy, entries, count), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return ERR_PTR(-ENOMEM);

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		struct tch_policy_entry *entry = &policy->entries[policy->count];

		if (nla_type(attr) != TEECHAN_A_POLICY_ENTRY)
			continue;
		ret = tch_policy_entry_parse(entry, attr, info);
		if (!ret && tch_policy_allows(policy, entry))
			ret = -EEXIST;
		if (ret) {
			NL_SET_BAD_ATTR(info->extack, attr);
			kfree(policy);
			return ERR_PTR(ret);
		}
		policy->count++;
	}
	return policy;
}

static int tch_policy_allows_bound(struct tch_ta *ta, void *data)
{
	const struct tch_policy_entry who =
		tch_policy_entry_of(ta, ta->uuid, ta->digest);

	return tch_policy_allows(data, &who) ? 0 : -EBUSY;
}

/**
 * tch_policy_set() - TEECHAN_CMD_SET_POLICY
 * @skb: the request
 * @info: the same, parsed
 *
 * All or nothing: the new policy is in force when this returns 0, and nothing
 * has changed when it does not.
 *
 * Return: 0; -EPERM; -EINVAL, -E2BIG or -EEXIST (twice the same) for the
 * entries; -EBUSY when a TA is bound that would not be allowed; -EALREADY when
 * there is a sealed one; -ENOMEM.
 */
int tch_policy_set(struct sk_buff *skb, struct genl_info *info)
{
	struct tch_policy *policy;
	int ret;

	if (!tch_policy_is_allowed(skb))
		return -EPERM;
	policy = tch_policy_parse(info);
	if (IS_ERR(policy))
		return PTR_ERR(policy);

	down_write(&tch_policy_lock);
	if (tch_policy_sealed)
		ret = -EALREADY;
	else
		ret = tch_ta_each(tch_policy_allows_bound, policy);
	if (!ret) {
		swap(tch_policy, policy);
		tch_policy_serial++;
		tch_policy_sealed = nla_get_flag(info->attrs[TEECHAN_A_POLICY_SEAL]);
	}
	up_write(&tch_policy_lock);
	kfree(policy);
	return ret;
}

/**
 * tch_policy_seal() - TEECHAN_CMD_SEAL_POLICY
 * @skb: the request
 * @info: the same, parsed
 *
 * Return: 0; -EPERM; -ENOENT when no policy is set; -EALREADY.
 */
int tch_policy_seal(struct sk_buff *skb, struct genl_info *info)
{
	int ret = 0;

	if (!tch_policy_is_allowed(skb))
		return -EPERM;
	down_write(&tch_policy_lock);
	if (!tch_policy)
		ret = -ENOENT;
	else if (tch_policy_sealed)
		ret = -EALREADY;
	else
		tch_policy_sealed = true;
	up_write(&tch_policy_lock);
	return ret;
}
