/* SPDX-License-Identifier: GPL-2.0-only */
/* The client's side: one open file of /dev/teechan. */
#ifndef TCH_CLIENT_H
#define TCH_CLIENT_H

#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/xarray.h>

#include "identity.h"
#include "space.h"

struct tch_region;
struct tch_session;
struct tch_user;

/**
 * struct tch_client - what one open file has
 * @ref: the file, every session, every region
 * @owner: the process; does not change
 * @user: whose limits count
 * @inode: the file's address space; does not change
 * @space: places of regions in it
 * @sessions: by id, each with a reference, taken and dropped under its lock
 * @next_session: where to look for a free id
 * @recent: the one that was last looked for, while it is in @sessions; its lock
 * @regions: as @sessions
 * @next_region: as @next_session
 * @on_list: all clients, for the monitor; tch_client_list_lock
 * @serial: ascending in that list; does not change
 * @dead: the owner is gone; nothing new is made
 */
struct tch_client {
	struct kref ref;
	struct tch_owner owner;
	struct tch_user *user;
	struct inode *inode;
	struct tch_space space;
	struct xarray sessions;
	u32 next_session;
	struct tch_session *recent;
	struct xarray regions;
	u32 next_region;
	struct list_head on_list;
	u64 serial;
	bool dead;
};

extern const struct file_operations tch_client_fops;

static inline void tch_client_get(struct tch_client *client)
{
	kref_get(&client->ref);
}

void tch_client_put(struct tch_client *client);
struct tch_region *tch_client_region(struct tch_client *client, u32 id);
int tch_client_each_region(int (*fn)(struct tch_region *region, void *data),
			   void *data);

#endif /* TCH_CLIENT_H */
