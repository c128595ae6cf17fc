/* SPDX-License-Identifier: GPL-2.0-only */
/* The SHA-256 of the executable that a process runs. */
#ifndef TCH_DIGEST_H
#define TCH_DIGEST_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "../include/uapi/teechan.h"

/**
 * struct tch_digest - the digest of one open file's owner, taken at most once
 * @lock: protects the rest; never held while a file is read
 * @taken: @sum is there
 * @sum: the digest
 */
struct tch_digest {
	spinlock_t lock;
	bool taken;
	u8 sum[TEECHAN_DIGEST_LEN];
};

void tch_digest_init(struct tch_digest *digest);
int tch_digest_take(struct tch_digest *digest, u8 *sum);

#endif /* TCH_DIGEST_H */
