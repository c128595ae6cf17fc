// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct channel {
	int fd;
	struct channel_window window;
};

static CHANNEL_HOT int channel_ioctl(const struct channel *chan, unsigned long command, void *arg)
{
	return ioctl(chan->fd, command, arg) ? -errno : 0;
}

static int node_open(const char *node, struct channel **out)
{
	struct channel *chan = calloc(1, sizeof(*chan));
	int err;

	if (!chan)
		return -ENOMEM;
	chan->fd = open(node, O_RDWR | O_CLOEXEC);
	if (chan->fd < 0) {
		err = -errno;
		free(chan);
		return err;
	}
	*out = chan;
	return 0;
}

static void node_close(struct channel *chan)
{
	close(chan->fd);
	free(chan);
}

static int kernel_client_open(struct channel **chan)
{
	return node_open(TEECHAN_CLIENT_NODE, chan);
}

static int kernel_version(struct channel *chan, struct teechan_version *arg)
{
	return channel_ioctl(chan, TEECHAN_VERSION, arg);
}

static int kernel_open_session(struct channel *chan, struct teechan_open *arg)
{
	return channel_ioctl(chan, TEECHAN_OPEN_SESSION, arg);
}

static CHANNEL_HOT int kernel_invoke(struct channel *chan, struct teechan_invoke *arg)
{
	return channel_ioctl(chan, TEECHAN_INVOKE, arg);
}

static int kernel_cancel(struct channel *chan, struct teechan_cancel *arg)
{
	return channel_ioctl(chan, TEECHAN_CANCEL, arg);
}

static int kernel_close_session(struct channel *chan, struct teechan_close *arg)
{
	return channel_ioctl(chan, TEECHAN_CLOSE_SESSION, arg);
}

static int region_release(struct channel *chan, uint32_t id)
{
	struct teechan_region_free arg = { .id = id };

	return channel_ioctl(chan, TEECHAN_REGION_FREE, &arg);
}

static int kernel_region_alloc(struct channel *chan, struct teechan_region_alloc *arg, void **mem)
{
	int err = channel_ioctl(chan, TEECHAN_REGION_ALLOC, arg);

	if (err)
		return err;
	*mem = mmap(NULL, arg->size, PROT_READ | PROT_WRITE, MAP_SHARED, chan->fd, (off_t)arg->offset);
	if (*mem != MAP_FAILED)
		return 0;
	err = -errno;
	*mem = NULL;
	(void)region_release(chan, arg->id);
	return err;
}

static void kernel_region_free(struct channel *chan, const struct teechan_region_alloc *arg, void *mem)
{
	munmap(mem, arg->size);
	(void)region_release(chan, arg->id);
}

static int window_map(struct channel *chan, const struct teechan_bind *bind)
{
	void *rw = mmap(NULL, bind->window_size, PROT_READ | PROT_WRITE, MAP_SHARED, chan->fd, (off_t)bind->rw_offset);
	void *ro;
	int err;

	if (rw == MAP_FAILED)
		return -errno;
	ro = mmap(NULL, bind->window_size, PROT_READ, MAP_SHARED, chan->fd, (off_t)bind->ro_offset);
	if (ro == MAP_FAILED) {
		err = -errno;
		munmap(rw, bind->window_size);
		return err;
	}
	chan->window = (struct channel_window){ .rw = rw, .ro = ro, .size = bind->window_size };
	return 0;
}

static int kernel_ta_open(struct channel **out, struct teechan_bind *arg, struct channel_window *window)
{
	struct channel *chan = NULL;
	int err = node_open(TEECHAN_TA_NODE, &chan);

	if (err)
		return err;
	err = channel_ioctl(chan, TEECHAN_BIND, arg);
	if (!err)
		err = window_map(chan, arg);
	if (err) {
		node_close(chan);
		return err;
	}
	*window = chan->window;
	*out = chan;
	return 0;
}

static void kernel_ta_close(struct channel *chan)
{
	munmap(chan->window.rw, chan->window.size);
	/* The window is const for everybody but the one who unmaps it. */
	munmap((void *)(uintptr_t)chan->window.ro, chan->window.size);
	node_close(chan);
}

static CHANNEL_HOT int kernel_reply_recv(struct channel *chan, struct teechan_reply_recv *arg)
{
	return channel_ioctl(chan, TEECHAN_REPLY_RECV, arg);
}

static int kernel_cancelled(struct channel *chan, struct teechan_cancelled *arg)
{
	return channel_ioctl(chan, TEECHAN_CANCELLED, arg);
}

const struct channel_ops channel_ops = {
	.client_open = kernel_client_open,
	.client_close = node_close,
	.version = kernel_version,
	.open_session = kernel_open_session,
	.invoke = kernel_invoke,
	.cancel = kernel_cancel,
	.close_session = kernel_close_session,
	.region_alloc = kernel_region_alloc,
	.region_free = kernel_region_free,
	.ta_open = kernel_ta_open,
	.ta_close = kernel_ta_close,
	.reply_recv = kernel_reply_recv,
	.cancelled = kernel_cancelled,
};
