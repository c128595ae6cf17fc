// SPDX-License-Identifier: GPL-2.0-only
#include "identity.h"

#include <crypto/hash.h>
#include <crypto/sha1.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uuid.h>

#include "../include/uapi/teechan.h"
#include "ta.h"

/* The name space of client UUIDs that Linux's TEE drivers use. */
static const u8 tch_name_space[TEECHAN_UUID_LEN] = {
	0x58, 0xac, 0x9c, 0xa0, 0x20, 0x86, 0x46, 0x83,
	0xa1, 0xb8, 0xec, 0x4b, 0xc0, 0x8e, 0x01, 0xb6,
};

/**
 * tch_owner_init() - take down who opens a file
 * @owner: filled
 * @file: being opened by the current task
 *
 * Return: 0, or -EINVAL for a task without an address space.
 */
int tch_owner_init(struct tch_owner *owner, const struct file *file)
{
	if (!current->mm)
		return -EINVAL;
	owner->mm = current->mm;
	mmgrab(owner->mm);
	owner->tgid = get_pid(task_tgid(current));
	owner->cred = get_cred(file->f_cred);
	tch_digest_init(&owner->digest);
	return 0;
}

void tch_owner_fini(struct tch_owner *owner)
{
	put_cred(owner->cred);
	put_pid(owner->tgid);
	mmdrop(owner->mm);
}

/**
 * tch_owner_leaves() - does the owner go for good? For flush()
 * @owner: of the file
 *
 * release() is too late: it comes when the last holder closes, and a forked
 * child may hold the file for ever. flush() comes for every holder, so it must
 * be the owner's own, with its last thread (a thread with a descriptor table of
 * its own may end before) or after an exec.
 *
 * Return: true when the owner cannot use the file any more.
 */
bool tch_owner_leaves(const struct tch_owner *owner)
{
	if (task_tgid(current) != owner->tgid)
		return false;
	if (current->flags & PF_EXITING)
		return !atomic_read(&current->signal->live);
	return current->mm != owner->mm;
}

u32 tch_owner_pid(const struct tch_owner *owner)
{
	return pid_nr(owner->tgid);
}

u32 tch_owner_uid(const struct tch_owner *owner)
{
	return from_kuid_munged(&init_user_ns, owner->cred->euid);
}

u32 tch_owner_gid(const struct tch_owner *owner)
{
	return from_kgid_munged(&init_user_ns, owner->cred->egid);
}

static bool tch_owner_in_group(const struct tch_owner *owner, kgid_t gid)
{
	const struct group_info *groups = owner->cred->group_info;
	int i;

	if (gid_eq(owner->cred->egid, gid))
		return true;
	for (i = 0; i < groups->ngroups; i++)
		if (gid_eq(groups->gid[i], gid))
			return true;
	return false;
}

/* RFC 4122 §4.3, version 5. */
static int tch_uuid_v5(u8 *uuid, const char *name)
{
	u8 digest[SHA1_DIGEST_SIZE];
	struct crypto_shash *sha1;
	int ret;

	sha1 = crypto_alloc_shash("sha1", 0, 0);
	if (IS_ERR(sha1))
		return PTR_ERR(sha1);
	{
		SHASH_DESC_ON_STACK(desc, sha1);

		desc->tfm = sha1;
		ret = crypto_shash_init(desc) ?:
		      crypto_shash_update(desc, tch_name_space, sizeof(tch_name_space)) ?:
		      crypto_shash_finup(desc, name, strlen(name), digest);
		shash_desc_zero(desc);
	}
	crypto_free_shash(sha1);
	if (ret)
		return ret;

	memcpy(uuid, digest, TEECHAN_UUID_LEN);
	uuid[6] = (uuid[6] & 0x0f) | 0x50;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return 0;
}

/* "uid=%x", "gid=%x", "app=%x", or two of them with a colon between. */
static int tch_identity_uuid(struct teechan_identity *who, kgid_t gid)
{
	const bool ids = who->login & (TEECHAN_LOGIN_USER | TEECHAN_LOGIN_GROUP);
	char name[sizeof("uid=ffffffff:app=") + 2 * TEECHAN_DIGEST_LEN];
	int len = 0;

	if (who->login & TEECHAN_LOGIN_USER)
		len = scnprintf(name, sizeof(name), "uid=%x", who->uid);
	if (who->login & TEECHAN_LOGIN_GROUP)
		len = scnprintf(name, sizeof(name), "gid=%x",
				from_kgid(&init_user_ns, gid));
	if (who->login & TEECHAN_LOGIN_APPLICATION)
		scnprintf(name + len, sizeof(name) - len, "%sapp=%*phN",
			  ids ? ":" : "", TEECHAN_DIGEST_LEN, who->digest);
	return tch_uuid_v5(who->uuid, name);
}

/**
 * tch_identity_make() - what a TA is told about a client
 * @who: filled whole
 * @owner: who opened the device; the current process
 * @login: TEECHAN_LOGIN_*, GP Client 1.0 §4.4.3: USER or GROUP, APPLICATION, or
 *	one of those with APPLICATION, which are bits; or TRUSTED_APP
 * @gid: of a GROUP login, in the owner's user name space
 *
 * Return: 0; -EINVAL for an unknown login or a gid that does not belong there;
 * -EACCES for a group that the owner was not in, an executable that cannot be
 * vouched for, or an owner that is no TA; or an error of the hash.
 */
int tch_identity_make(struct teechan_identity *who, struct tch_owner *owner,
		      u32 login, u32 gid)
{
	kgid_t kgid = INVALID_GID;
	int ret;

	memset(who, 0, sizeof(*who));
	who->uid = tch_owner_uid(owner);
	who->gid = tch_owner_gid(owner);
	who->pid = tch_owner_pid(owner);
	who->login = login;
	if (login == TEECHAN_LOGIN_TRUSTED_APP)
		return gid ? -EINVAL : tch_ta_uuid_of(owner, who->uuid);
	if (login > TEECHAN_LOGIN_GROUP_APPLICATION ||
	    login == (TEECHAN_LOGIN_USER | TEECHAN_LOGIN_GROUP))
		return -EINVAL;
	if (gid && !(login & TEECHAN_LOGIN_GROUP))
		return -EINVAL;
	if (login == TEECHAN_LOGIN_PUBLIC)
		return 0;

	if (login & TEECHAN_LOGIN_GROUP) {
		kgid = make_kgid(owner->cred->user_ns, gid);
		if (!gid_valid(kgid) || !tch_owner_in_group(owner, kgid))
			return -EACCES;
	}
	if (login & TEECHAN_LOGIN_APPLICATION) {
		ret = tch_digest_take(&owner->digest, who->digest);
		if (ret)
			return ret;
	}
	return tch_identity_uuid(who, kgid);
}
