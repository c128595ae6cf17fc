/* SPDX-License-Identifier: GPL-2.0-only */
/* What a user may hold at a time. */
#ifndef TCH_LIMITS_H
#define TCH_LIMITS_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct cred;
struct mm_struct;
struct tch_user;
struct teechan_version;

enum tch_kind {
	TCH_KIND_SESSION,
	TCH_KIND_REGION,
	TCH_KINDS
};

/**
 * struct tch_charge - one object that a user holds
 * @user: whose
 * @mm: charged against its RLIMIT_MEMLOCK
 * @kind: what it is
 * @bytes: its memory
 */
struct tch_charge {
	struct tch_user *user;
	struct mm_struct *mm;
	enum tch_kind kind;
	size_t bytes;
};

void tch_limits_exit(void);
void tch_limits_show(struct teechan_version *version);

struct tch_user *tch_user_get(const struct cred *cred);
void tch_user_put(struct tch_user *user);
void *tch_user_take_spare(struct tch_user *user);
bool tch_user_keep_spare(struct tch_user *user, void *inbox);

int tch_charge_take(struct tch_charge *charge, struct tch_user *user,
		    struct mm_struct *mm, enum tch_kind kind, size_t bytes);
void tch_charge_give(struct tch_charge *charge);

#endif /* TCH_LIMITS_H */
