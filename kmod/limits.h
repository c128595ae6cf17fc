/* SPDX-License-Identifier: GPL-2.0-only */
/* What a user may hold at a time. */
#ifndef TCH_LIMITS_H
#define TCH_LIMITS_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct mm_struct;
struct tch_user;
struct tch_charge;
struct teechan_version;

enum tch_kind {
	TCH_KIND_SESSION,
	TCH_KIND_REGION,
	TCH_KINDS
};

void tch_limits_exit(void);
void tch_limits_show(struct teechan_version *version);

struct tch_user *tch_user_get(kuid_t uid);
void tch_user_put(struct tch_user *user);

struct tch_charge *tch_charge_new(struct tch_user *user, struct mm_struct *mm,
				  enum tch_kind kind, size_t bytes);
void tch_charge_free(struct tch_charge *charge);

#endif /* TCH_LIMITS_H */
