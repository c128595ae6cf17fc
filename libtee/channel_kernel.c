// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct channel {
	int fd;
	struct channel_window window;
};

/*
 * ioctl(), without the C library's way to errno: its code and its thread's data are two more pages that each side of a
 * call would meet cold.
 */
static CHANNEL_HOT int channel_ioctl(const struct channel *chan, unsigned long command, void *arg)
{
#ifdef __x86_64__
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(SYS_ioctl), "D"(chan->fd), "S"(command), "d"(arg)
			 : "rcx", "r11", "memory");
	return (int)ret;
#else
	return ioctl(chan->fd, command, arg) ? -errno : 0;
#endif
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

void channel_client_close(struct channel *chan)
{
	close(chan->fd);
	free(chan);
}

int channel_client_open(struct channel **chan)
{
	return node_open(TEECHAN_CLIENT_NODE, chan);
}

int channel_version(struct channel *chan, struct teechan_version *arg)
{
	return channel_ioctl(chan, TEECHAN_VERSION, arg);
}

int channel_open_session(struct channel *chan, struct teechan_open *arg)
{
	return channel_ioctl(chan, TEECHAN_OPEN_SESSION, arg);
}

CHANNEL_HOT int channel_invoke(struct channel *chan, struct teechan_invoke *arg)
{
	return channel_ioctl(chan, TEECHAN_INVOKE, arg);
}

int channel_cancel(struct channel *chan, struct teechan_cancel *arg)
{
	return channel_ioctl(chan, TEECHAN_CANCEL, arg);
}

int channel_close_session(struct channel *chan, struct teechan_close *arg)
{
	return channel_ioctl(chan, TEECHAN_CLOSE_SESSION, arg);
}

static int region_release(struct channel *chan, uint32_t id)
{
	struct teechan_region_free arg = { .id = id };

	return channel_ioctl(chan, TEECHAN_REGION_FREE, &arg);
}

int channel_region_alloc(struct channel *chan, struct teechan_region_alloc *arg, void **mem)
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

void channel_region_free(struct channel *chan, const struct teechan_region_alloc *arg, void *mem)
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

int channel_ta_open(struct channel **out, struct teechan_bind *arg, struct channel_window *window)
{
	struct channel *chan = NULL;
	int err = node_open(TEECHAN_TA_NODE, &chan);

	if (err)
		return err;
	err = channel_ioctl(chan, TEECHAN_BIND, arg);
	if (!err)
		err = window_map(chan, arg);
	if (err) {
		channel_client_close(chan);
		return err;
	}
	*window = chan->window;
	*out = chan;
	return 0;
}

void channel_ta_close(struct channel *chan)
{
	munmap(chan->window.rw, chan->window.size);
	/* The window is const for everybody but the one who unmaps it. */
	munmap((void *)(uintptr_t)chan->window.ro, chan->window.size);
	channel_client_close(chan);
}

CHANNEL_HOT int channel_reply_recv(struct channel *chan, struct teechan_reply_recv *arg)
{
	return channel_ioctl(chan, TEECHAN_REPLY_RECV, arg);
}

int channel_cancelled(struct channel *chan, struct teechan_cancelled *arg)
{
	return channel_ioctl(chan, TEECHAN_CANCELLED, arg);
}
