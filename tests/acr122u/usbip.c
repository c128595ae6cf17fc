// SPDX-License-Identifier: BSD-2-Clause
#include "usbip.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"

enum { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
enum { DIR_OUT = 0, DIR_IN = 1 };
enum { EP_CONTROL = 0, EP_INTERRUPT = 1, EP_BULK = 2 };
enum {
	GET_STATUS = 0, CLEAR_FEATURE = 1, SET_FEATURE = 3, GET_DESCRIPTOR = 6, GET_CONFIGURATION = 8, SET_CONFIGURATION = 9, GET_INTERFACE = 10,
	SET_INTERFACE = 11,
};

#define HEADER		48
#define STALLED		(-EPIPE)
#define UNLINKED	(-ECONNRESET)
/*
 * libnfc cancels each read after 200 ms, or later on a busy machine; what arrives about then is lost, as libusb 0.1 throws away what came with a cancelled
 * read.  With a real host controller that is a matter of microseconds; here the cancellation comes by way of this process.  A gentle reader therefore holds
 * back what would meet it, and gives once more what met it all the same.  How early it must begin is an observation: on a busy machine three of two hundred
 * payments failed with 140 ms, and one with 80 ms.
 */
#define HOLD_FROM_MS	80
#define HOLD_TO_MS	250
#define HOLD_LONG_MS	1500	/* for a host that is known to cancel */
#define SHORT_READ_MS	1000	/* a read cancelled later ended for want of an answer */

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* The kernel reads always: what does not go through ends the plug, at the next receive. */
static void put(struct usbip *u, const uint8_t *bytes, size_t len)
{
	while (len > 0 && u->fd >= 0) {
		ssize_t n = send(u->fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void answer(struct usbip *u, uint32_t command, uint32_t seqnum, int status, const uint8_t *data, size_t actual, bool in)
{
	uint8_t m[HEADER + CCID_MESSAGE_MAX] = { 0 };
	size_t n = HEADER;

	put32(m, command);
	put32(m + 4, seqnum);
	put32(m + 20, (uint32_t)status);
	if (command == RET_SUBMIT)
		put32(m + 24, (uint32_t)actual);
	if (in && actual > 0) {
		memcpy(m + n, data, actual);
		n += actual;
	}
	put(u, m, n);
}

static void drop_urb(struct usbip *u, unsigned int i)
{
	u->nurbs--;
	memmove(u->urbs + i, u->urbs + i + 1, (u->nurbs - i) * sizeof(u->urbs[0]));
}

static void drop_message(struct usbip *u, unsigned int i)
{
	u->nqueue--;
	memmove(u->queue + i, u->queue + i + 1, (u->nqueue - i) * sizeof(u->queue[0]));
}

/* --- data to the host --- */

/* As much of the message as the read asks for: never more. */
static void give(struct usbip *u, unsigned int urb, unsigned int message)
{
	struct in_message *m = &u->queue[message];
	size_t n = m->len - m->given;

	if (n > u->urbs[urb].length)
		n = u->urbs[urb].length;
	answer(u, RET_SUBMIT, u->urbs[urb].seqnum, 0, m->bytes + m->given, n, true);
	if (m->endpoint == EP_BULK && m->given + n >= m->len) {
		u->last = *m;
		u->last_seqnum = u->urbs[urb].seqnum;
	}
	m->given += n;
	if (m->given >= m->len)
		drop_message(u, message);
	drop_urb(u, urb);
}

static bool is_held(struct usbip *u, const struct urb *urb)
{
	uint64_t age = u->clock->now - urb->since, until = u->cancels ? HOLD_LONG_MS : HOLD_TO_MS;

	if (!u->gentle || urb->endpoint != EP_BULK || age < HOLD_FROM_MS || age >= until)
		return false;
	if (!u->held.set)
		timer_set(u->clock, &u->held, until - age);
	return true;
}

static bool serve_one(struct usbip *u)
{
	for (unsigned int i = 0; i < u->nurbs; i++) {
		const struct urb *urb = &u->urbs[i];

		if (urb->endpoint == EP_BULK && u->reader->fault.stalled) {
			answer(u, RET_SUBMIT, urb->seqnum, STALLED, NULL, 0, true);
			drop_urb(u, i);
			return true;
		}
		if (is_held(u, urb))
			continue;
		for (unsigned int k = 0; k < u->nqueue; k++) {
			if (u->queue[k].endpoint != urb->endpoint)
				continue;
			give(u, i, k);
			return true;
		}
	}
	return false;
}

static void serve(void *ctx)
{
	struct usbip *u = ctx;

	while (u->fd >= 0 && serve_one(u))
		;
}

static void queue(struct usbip *u, unsigned int endpoint, const uint8_t *bytes, size_t len)
{
	struct in_message *m;

	/* A host that asks and never reads loses the oldest. */
	if (u->nqueue == MESSAGES_MAX)
		drop_message(u, 0);
	m = &u->queue[u->nqueue++];
	*m = (struct in_message){ .endpoint = endpoint, .len = len };
	memcpy(m->bytes, bytes, len);
	serve(u);
}

static void on_reply(void *ctx, const uint8_t *message, size_t len)
{
	queue(ctx, EP_BULK, message, len);
}

static void on_notify(void *ctx, uint8_t slot_bits)
{
	const uint8_t m[] = { 0x50, slot_bits };

	queue(ctx, EP_INTERRUPT, m, sizeof(m));
}

/* --- requests of the host --- */

static void reset(struct usbip *u)
{
	u->nqueue = 0;
	u->last_seqnum = 0;
	u->cancels = false;
	timer_stop(u->clock, &u->held);
	reader_reset(u->reader);
}

/* The length of the answer, or a negative errno. */
static int control(struct usbip *u, const uint8_t setup[8], uint8_t out[DESCRIPTOR_MAX])
{
	uint16_t value = (uint16_t)(setup[2] | setup[3] << 8);

	memset(out, 0, 2);
	if (setup[0] & 0x60) {
		/* CCID's own: ABORT (§5.3.1) is taken and does nothing, as nothing is under way that a new command would not end. */
		return setup[1] == 0x01 ? 0 : STALLED;
	}
	switch (setup[1]) {
	case GET_DESCRIPTOR: {
		size_t n = descriptor_get(value, u->serial, out);

		return n > 0 ? (int)n : STALLED;
	}
	case SET_CONFIGURATION:
		reset(u);
		return 0;
	case CLEAR_FEATURE:
		u->reader->fault.stalled = false;
		return 0;
	case SET_INTERFACE:
	case SET_FEATURE:
		return 0;
	case GET_STATUS:
		return 2;
	case GET_CONFIGURATION:
		out[0] = 1;
		return 1;
	case GET_INTERFACE:
		return 1;
	default:
		return STALLED;
	}
}

static void control_urb(struct usbip *u, uint32_t seqnum, uint32_t direction, uint32_t length)
{
	uint8_t out[DESCRIPTOR_MAX];
	int n = control(u, u->header + 40, out);

	if (n < 0)
		answer(u, RET_SUBMIT, seqnum, n, NULL, 0, false);
	else if (direction == DIR_IN)
		answer(u, RET_SUBMIT, seqnum, 0, out, (uint32_t)n > length ? length : (uint32_t)n, true);
	else
		answer(u, RET_SUBMIT, seqnum, 0, NULL, length, false);
}

/* The host let go of the read that has the last answer. */
static void take_back(struct usbip *u)
{
	u->last_seqnum = 0;
	if (!u->gentle || u->nqueue == MESSAGES_MAX) {
		u->losses++;
		return;
	}
	memmove(u->queue + 1, u->queue, u->nqueue * sizeof(u->queue[0]));
	u->queue[0] = u->last;
	u->queue[0].again = true;
	u->nqueue++;
}

/* A host that asks something new does not wait for that any more. */
static void forget_taken_back(struct usbip *u)
{
	if (u->nqueue > 0 && u->queue[0].again)
		drop_message(u, 0);
}

static void submit(struct usbip *u)
{
	uint32_t seqnum = get32(u->header + 4), direction = get32(u->header + 12), endpoint = get32(u->header + 16), length = get32(u->header + 24);

	if (endpoint == EP_CONTROL) {
		control_urb(u, seqnum, direction, length);
	} else if (direction == DIR_OUT) {
		answer(u, RET_SUBMIT, seqnum, 0, NULL, length, false);
		forget_taken_back(u);
		ccid_receive(u->reader, u->out, length);
	} else if (u->nurbs == URBS_MAX) {
		answer(u, RET_SUBMIT, seqnum, STALLED, NULL, 0, true);
	} else {
		u->urbs[u->nurbs++] = (struct urb){ .seqnum = seqnum, .length = length, .endpoint = endpoint, .since = u->clock->now };
		serve(u);
	}
}

static void unlink_urb(struct usbip *u)
{
	uint32_t seqnum = get32(u->header + 4), victim = get32(u->header + 20);

	for (unsigned int i = 0; i < u->nurbs; i++) {
		if (u->urbs[i].seqnum != victim)
			continue;
		u->cancels |= u->urbs[i].endpoint == EP_BULK && u->clock->now - u->urbs[i].since < SHORT_READ_MS;
		drop_urb(u, i);
		answer(u, RET_UNLINK, seqnum, UNLINKED, NULL, 0, false);
		return;
	}
	answer(u, RET_UNLINK, seqnum, 0, NULL, 0, false);
	if (victim == u->last_seqnum)
		take_back(u);
}

/* How many bytes follow the header. */
static size_t body(const struct usbip *u)
{
	if (get32(u->header) != CMD_SUBMIT || get32(u->header + 12) != DIR_OUT)
		return 0;
	return get32(u->header + 24);
}

int usbip_receive(struct usbip *u)
{
	for (;;) {
		size_t want = u->have < HEADER ? HEADER : HEADER + body(u);
		ssize_t n;

		if (u->have >= HEADER && want - HEADER > OUT_MAX)
			return -1;
		if (u->have == want && u->have >= HEADER) {
			u->have = 0;
			if (get32(u->header) == CMD_SUBMIT)
				submit(u);
			else if (get32(u->header) == CMD_UNLINK)
				unlink_urb(u);
			else
				return -1;
			continue;
		}
		n = recv(u->fd, u->have < HEADER ? u->header + u->have : u->out + (u->have - HEADER), want - u->have, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -1;
		u->have += (size_t)n;
	}
}

void usbip_init(struct usbip *u, struct reader *reader, struct clock *clock, const char *serial)
{
	memset(u, 0, sizeof(*u));
	*u = (struct usbip){ .reader = reader, .clock = clock, .serial = serial, .fd = -1, .gentle = true, .held = { .fire = serve, .ctx = u } };
	reader->reply = on_reply;
	reader->notify = on_notify;
	reader->ctx = u;
}

void usbip_plug(struct usbip *u, int fd)
{
	u->fd = fd;
	u->have = 0;
	u->nurbs = 0;
	reset(u);
}

void usbip_unplug(struct usbip *u)
{
	if (u->fd < 0)
		return;
	shutdown(u->fd, SHUT_RDWR);
	close(u->fd);
	u->fd = -1;
	u->nurbs = 0;
	reset(u);
	/* Without power it looks for no card. */
	slot_polls(u->reader, false, 0);
	u->nqueue = 0;
}
