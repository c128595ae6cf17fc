/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may bind as what: set by root, and then sealed. */
#ifndef TCH_POLICY_H
#define TCH_POLICY_H

#include <linux/types.h>
#include <net/netlink.h>

#include "../include/uapi/teechan.h"

struct genl_info;
struct sk_buff;
struct tch_ta;

/**
 * struct tch_policy_entry - one way to bind that is allowed
 * @uuid: as what
 * @digest: by which executable
 * @uid: under which user id, initial user namespace
 */
struct tch_policy_entry {
	u8 uuid[TEECHAN_UUID_LEN];
	u8 digest[TEECHAN_DIGEST_LEN];
	u32 uid;
};

extern const struct nla_policy tch_policy_attrs[TEECHAN_A_MAX + 1];

/* BIND holds it from tch_policy_check() until the TA is in the list. */
void tch_policy_hold(void);
void tch_policy_release(void);
int tch_policy_check(const struct tch_ta *ta, const u8 *uuid, const u8 *digest);

u32 tch_policy_state(void);
int tch_policy_each(int (*fn)(const struct tch_policy_entry *entry, u32 serial,
			      u32 number, void *data), void *data);
int tch_policy_set(struct sk_buff *skb, struct genl_info *info);
int tch_policy_seal(struct sk_buff *skb, struct genl_info *info);
void tch_policy_exit(void);

#endif /* TCH_POLICY_H */
