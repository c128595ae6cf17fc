// SPDX-License-Identifier: GPL-2.0-only
#include "digest.h"

#include <crypto/sha2.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "compat.h"

#define TCH_DIGEST_PIECE	SZ_16K

static unsigned int max_executable_mib = 64;
module_param(max_executable_mib, uint, 0444);
MODULE_PARM_DESC(max_executable_mib, "MiB that an executable may have to be measured (64)");

void tch_digest_init(struct tch_digest *digest)
{
	spin_lock_init(&digest->lock);
}

/*
 * Does a file system give the bytes that it was given? One that an unprivileged
 * user mounted gives what he likes, and other bytes at each reading.
 */
static bool tch_fs_is_sound(const struct super_block *sb)
{
	return sb->s_user_ns == &init_user_ns && sb->s_magic != FUSE_SUPER_MAGIC &&
	       !(sb->s_iflags & (SB_I_IMA_UNVERIFIABLE_SIGNATURE | SB_I_UNTRUSTED_MOUNTER));
}

static bool tch_file_is_sound(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct inode *real = d_real_inode(file->f_path.dentry);

	/* kernel_read() warns of a file that it cannot read. */
	return S_ISREG(inode->i_mode) && file->f_mode & FMODE_READ &&
	       file->f_mode & FMODE_CAN_READ && file->f_op->read_iter &&
	       tch_fs_is_sound(inode->i_sb) && real && tch_fs_is_sound(real->i_sb);
}

/* Reads to the end of the file, but no further than the limit, however it grows. */
static int tch_file_hash(struct file *file, u8 *sum)
{
	const loff_t max = (loff_t)max_executable_mib << 20;
	struct sha256_state state;
	loff_t pos = 0;
	ssize_t len;
	u8 *piece;

	if (i_size_read(file_inode(file)) > max)
		return -EACCES;
	piece = kmalloc(TCH_DIGEST_PIECE, GFP_KERNEL_ACCOUNT);
	if (!piece)
		return -ENOMEM;
	sha256_init(&state);
	for (;;) {
		if (fatal_signal_pending(current)) {
			len = -ERESTARTSYS;
			break;
		}
		len = kernel_read(file, piece, TCH_DIGEST_PIECE, &pos);
		if (len <= 0)
			break;
		if (pos > max) {
			len = -EACCES;
			break;
		}
		sha256_update(&state, piece, len);
		cond_resched();
	}
	sha256_final(&state, sum);
	kfree(piece);
	return len;
}

/* The executable of the current process, which the kernel keeps from being written. */
static int tch_executable_hash(u8 *sum)
{
	struct file *file = tch_mm_exe_file(current->mm);
	int ret;

	if (!file)
		return -EACCES;
	ret = tch_file_is_sound(file) ? tch_file_hash(file, sum) : -EACCES;
	fput(file);
	return ret;
}

/**
 * tch_digest_take() - the SHA-256 of the current process's executable
 * @digest: of an open file that belongs to this process
 * @sum: TEECHAN_DIGEST_LEN bytes for it
 *
 * Taken once for an open file, whatever executable the process claims to have
 * later. Two threads may hash at the same time; the first one's digest stays.
 *
 * Return: 0; -EACCES when the executable cannot be vouched for: no regular file,
 * of a file system that its user controls, or larger than the limit; -ENOMEM;
 * -ERESTARTSYS when the process is being killed; or an error of reading.
 */
int tch_digest_take(struct tch_digest *digest, u8 *sum)
{
	u8 fresh[TEECHAN_DIGEST_LEN];
	bool taken;
	int ret;

	spin_lock(&digest->lock);
	taken = digest->taken;
	spin_unlock(&digest->lock);
	if (!taken) {
		ret = tch_executable_hash(fresh);
		if (ret)
			return ret;
	}

	spin_lock(&digest->lock);
	if (!digest->taken)
		memcpy(digest->sum, fresh, sizeof(fresh));
	digest->taken = true;
	memcpy(sum, digest->sum, sizeof(digest->sum));
	spin_unlock(&digest->lock);
	return 0;
}
