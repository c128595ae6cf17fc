/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way from libtee to the other side, with the structures of the kernel's ABI.
 *
 * channel_kernel.c implements it on the devices of teechan.ko, for everything that is installed. channel_inproc.c
 * implements it with threads of one process, for unit tests, sanitizers and fuzzers, and nothing else. A program gets
 * the one that it is linked with: what is installed cannot be talked into the other.
 *
 * All functions return 0 or a negative errno value, as the ioctl of that name does (docs/PROTOCOL.channel.md).
 */
#ifndef LIBTEE_CHANNEL_H
#define LIBTEE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "include/uapi/teechan.h"

/*
 * What every call runs through stands together in memory: the two sides of a call take turns, so each of them meets cold
 * caches of addresses.
 */
#define CHANNEL_HOT __attribute__((hot))

/* One open file of a device, of either side. */
struct channel;

/* Where a trusted application sees its clients' memory. */
struct channel_window {
	void *rw;		/* outputs, and inputs that are outputs too */
	const void *ro;		/* inputs */
	size_t size;		/* bytes of each */
};

/* The client's side. -ENOENT: no such device. */
int channel_client_open(struct channel **chan);
void channel_client_close(struct channel *chan);
int channel_version(struct channel *chan, struct teechan_version *arg);
/* -EINTR: call again with the same structure; it says itself whether the message is already on its way. */
int channel_open_session(struct channel *chan, struct teechan_open *arg);
int channel_invoke(struct channel *chan, struct teechan_invoke *arg);
int channel_cancel(struct channel *chan, struct teechan_cancel *arg);
int channel_close_session(struct channel *chan, struct teechan_close *arg);
/* Allocates a region and maps it at *mem, arg->size bytes. */
int channel_region_alloc(struct channel *chan, struct teechan_region_alloc *arg, void **mem);
void channel_region_free(struct channel *chan, const struct teechan_region_alloc *arg, void *mem);

/* The trusted application's side. */
int channel_ta_open(struct channel **chan, struct teechan_bind *arg, struct channel_window *window);
void channel_ta_close(struct channel *chan);
int channel_reply_recv(struct channel *chan, struct teechan_reply_recv *arg);
int channel_cancelled(struct channel *chan, struct teechan_cancelled *arg);

#endif
