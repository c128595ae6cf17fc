/* SPDX-License-Identifier: GPL-2.0-only */
/* What a user may hold at a time. */
#ifndef TC_LIMITS_H
#define TC_LIMITS_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct mm_struct;
struct tc_user;
struct tc_charge;
struct teechan_version;

enum tc_kind {
	TC_KIND_SESSION,
	TC_KIND_REGION,
	TC_KINDS
};

void tc_limits_exit(void);
void tc_limits_show(struct teechan_version *version);

struct tc_user *tc_user_get(kuid_t uid);
void tc_user_put(struct tc_user *user);

struct tc_charge *tc_charge_new(struct tc_user *user, struct mm_struct *mm,
				enum tc_kind kind, size_t bytes);
void tc_charge_free(struct tc_charge *charge);

#endif /* TC_LIMITS_H */
