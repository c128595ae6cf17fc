// SPDX-License-Identifier: BSD-2-Clause
/*
 * ioctl() and select() for libusb 0.1, which Debian's libnfc is linked with, in the place of libc's: the dynamic linker finds the program's own first.
 * Three habits of it are put right here, below it, as nothing above can.
 *
 * It throws data away.  libnfc cuts each wait into reads of 200 ms, and libusb 0.1 ends a read by cancelling its URB: what the reader sends at that moment
 * comes with the cancelled URB and is forgotten, and a payment misses an answer.  So a bulk read that was given to the kernel stays there, with a buffer of
 * ours, when libusb cancels it; the next read takes what it brings.  What came before a new command was sent answers an older one, and is dropped then.
 *
 * It waits for ever.  A transfer that ends just as its time does is late to Debian's libusb 0.1: it cancels what the kernel has handed over already, and then
 * waits for that to come back.  Such a URB comes back here at once, and what a read brought goes to the next one.
 *
 * It polls.  libusb 0.1 waits by asking select() for a millisecond at a time.  The kernel says when a transfer is done, since a file of usbfs becomes
 * writable then: so that one call, known by its millisecond, waits for longer.
 *
 * Every other call is as libc's, but for select(), which does not tell what was left of the limit.
 */
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ASKED_US	1000
#define WAIT_US		200000	/* as long as a read of libnfc */
#define READ_MAX	1024	/* no reader's message is longer; a longer read is not kept */

/*
 * The read of the reader that this thread has open.  libusb 0.1 does one transfer at a time in a thread, and nfctarget and pos drive a reader from one.  A
 * thread that ends with a read in the kernel leaves no pointer of use there: usbfs writes to the caller when it is reaped, and only then.
 */
static _Thread_local struct {
	struct usbdevfs_urb urb;	/* what the kernel has, or had */
	enum { NOTHING, IN_KERNEL, HERE } state;
	struct usbdevfs_urb *asked;	/* libusb's own, while it waits */
	struct usbdevfs_urb *finished;	/* the one that it was given back last, until its next */
	struct usbdevfs_urb *cancelled;	/* the one that it reaps next */
	size_t given, taken;		/* of what came, and by the last read */
	unsigned char bytes[READ_MAX];
} kept;

static int libc_ioctl(int fd, unsigned long request, void *arg)
{
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

/* What the kernel is done with: 0 and *done, or -1 and errno; a read of ours is noted. */
static int reap(int fd, struct usbdevfs_urb **done)
{
	if (libc_ioctl(fd, USBDEVFS_REAPURBNDELAY, done) < 0)
		return -1;
	if (*done == &kept.urb)
		kept.state = kept.state == IN_KERNEL ? HERE : NOTHING;
	return 0;
}

static bool is_kept(const struct usbdevfs_urb *u)
{
	return u->type == USBDEVFS_URB_TYPE_BULK && u->endpoint & 0x80 && u->buffer_length <= READ_MAX;
}

static int submit_read(int fd, struct usbdevfs_urb *u)
{
	/* Another endpoint's data, or an error that came while nobody asked, is of no use to this read. */
	if (kept.state == HERE && (kept.urb.endpoint != u->endpoint || kept.urb.status != 0))
		kept.state = NOTHING;
	if (kept.state == NOTHING) {
		kept.urb = *u;
		kept.urb.buffer = kept.bytes;
		if (libc_ioctl(fd, USBDEVFS_SUBMITURB, &kept.urb) < 0)
			return -1;
		kept.state = IN_KERNEL;
		kept.given = 0;
	} else if (kept.urb.endpoint != u->endpoint) {
		errno = EBUSY;
		return -1;
	}
	kept.asked = u;
	return 0;
}

static int submit_write(int fd, struct usbdevfs_urb *u)
{
	struct usbdevfs_urb *done;

	if (kept.state == IN_KERNEL)
		(void)reap(fd, &done);
	if (kept.state == HERE)
		kept.state = NOTHING;
	return libc_ioctl(fd, USBDEVFS_SUBMITURB, u);
}

/* What came goes to libusb's URB, as much of it as fits. */
static void give(void)
{
	size_t left = (size_t)kept.urb.actual_length - kept.given, n = (size_t)kept.asked->buffer_length;

	if (n > left)
		n = left;
	memcpy(kept.asked->buffer, kept.bytes + kept.given, n);
	kept.asked->actual_length = (int)n;
	kept.asked->status = kept.urb.status;
	kept.given += n;
	kept.taken = n;
	if (n == left)
		kept.state = NOTHING;
	kept.asked = NULL;
}

/* USBDEVFS_REAPURBNDELAY. */
static int reap_now(int fd, struct usbdevfs_urb **done)
{
	if (!kept.asked || kept.state != HERE) {
		if (reap(fd, done) < 0)
			return -1;
		if (*done != &kept.urb) {
			kept.finished = *done;
			return 0;
		}
	}
	if (!kept.asked || kept.state != HERE) {
		errno = EAGAIN;
		return -1;
	}
	*done = kept.finished = kept.asked;
	give();
	return 0;
}

/* USBDEVFS_DISCARDURB of what the kernel does not have, or goes on with: false when it is for the kernel. */
static bool cancelled_here(struct usbdevfs_urb *u)
{
	if (!u || (u != kept.asked && u != kept.finished))
		return false;
	if (u == kept.finished && is_kept(u)) {
		kept.given -= kept.taken;
		kept.state = HERE;
	}
	kept.asked = kept.finished = NULL;
	kept.cancelled = u;
	return true;
}

/* USBDEVFS_REAPURB: libusb asks for what it has just cancelled. */
static int reap_cancelled(int fd, struct usbdevfs_urb **done)
{
	int r;

	if (kept.cancelled) {
		*done = kept.cancelled;
		kept.cancelled = NULL;
		return 0;
	}
	do {
		r = libc_ioctl(fd, USBDEVFS_REAPURB, done);
		if (r == 0 && *done == &kept.urb)
			kept.state = HERE;
	} while (r == 0 && *done == &kept.urb);
	return r;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	void *arg;

	va_start(list, request);
	arg = va_arg(list, void *);
	va_end(list);
	switch (request) {
	case USBDEVFS_CLAIMINTERFACE:	/* libusb's first for a reader that was just opened: what was of another one is over */
		kept.state = NOTHING;
		kept.asked = kept.finished = kept.cancelled = NULL;
		break;
	case USBDEVFS_SUBMITURB:
		kept.finished = NULL;
		return is_kept(arg) ? submit_read(fd, arg) : submit_write(fd, arg);
	case USBDEVFS_REAPURBNDELAY:
		return reap_now(fd, arg);
	case USBDEVFS_DISCARDURB:
		if (cancelled_here(arg))
			return 0;
		break;
	case USBDEVFS_REAPURB:
		return reap_cancelled(fd, arg);
	}
	return libc_ioctl(fd, request, arg);
}

int select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except, struct timeval *restrict limit)
{
	struct timespec t = { 0 };

	if (limit)
		t = (struct timespec){ .tv_sec = limit->tv_sec, .tv_nsec = limit->tv_usec * 1000 };
	if (!in && out && !except && limit && limit->tv_sec == 0 && limit->tv_usec == ASKED_US)
		t.tv_nsec = WAIT_US * 1000;
	return pselect(n, in, out, except, limit ? &t : NULL, NULL);
}
