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
#define LATE_MS		250	/* libnfc cancels each read of a longer wait after 200 ms, and asks anew */
#define PN532_AT	10	/* where the chip's answer begins, behind the header of CCID */

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
	if (m->endpoint == EP_BULK && m->given + n >= m->len)
		u->last_seqnum = u->urbs[urb].seqnum;
	m->given += n;
	if (m->given >= m->len)
		drop_message(u, message);
	drop_urb(u, urb);
}

/* Only what a host waits for longer than the chip itself takes: an answer of the other side. */
static bool is_others_answer(const struct in_message *m)
{
	const uint8_t *a = m->bytes + PN532_AT;

	return m->endpoint == EP_BULK && m->len > PN532_AT + 2 && a[0] == 0xD5 && (a[1] == PN_EXCHANGE + 1 || a[1] == PN_TG_GET_DATA + 1);
}

static bool is_held(struct usbip *u, const struct urb *urb, const struct in_message *m)
{
	uint64_t age = u->clock->now - urb->since;

	if (!u->late || age >= LATE_MS || !is_others_answer(m))
		return false;
	if (!u->held.set)
		timer_set(u->clock, &u->held, LATE_MS - age);
	return true;
}

/* The oldest message for this read; @even_held: it is given up now. */
static bool serve_urb(struct usbip *u, unsigned int urb, bool even_held)
{
	for (unsigned int k = 0; k < u->nqueue; k++) {
		if (u->queue[k].endpoint != u->urbs[urb].endpoint)
			continue;
		if (!even_held && is_held(u, &u->urbs[urb], &u->queue[k]))
			return false;
		give(u, urb, k);
		return true;
	}
	return false;
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
		if (serve_urb(u, i, false))
			return true;
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

static void submit(struct usbip *u)
{
	uint32_t seqnum = get32(u->header + 4), direction = get32(u->header + 12), endpoint = get32(u->header + 16), length = get32(u->header + 24);

	if (endpoint == EP_CONTROL) {
		control_urb(u, seqnum, direction, length);
	} else if (direction == DIR_OUT) {
		answer(u, RET_SUBMIT, seqnum, 0, NULL, length, false);
		ccid_receive(u->reader, u->out, length);
	} else if (u->nurbs == URBS_MAX) {
		answer(u, RET_SUBMIT, seqnum, STALLED, NULL, 0, true);
	} else {
		u->urbs[u->nurbs++] = (struct urb){ .seqnum = seqnum, .length = length, .endpoint = endpoint, .since = u->clock->now };
		serve(u);
	}
}

/* As with any host controller, what the reader sent before it knew is lost: the host has that read cancelled, with data that it may not look at. */
static void unlink_urb(struct usbip *u)
{
	uint32_t seqnum = get32(u->header + 4), victim = get32(u->header + 20);

	for (unsigned int i = 0; i < u->nurbs; i++) {
		if (u->urbs[i].seqnum != victim)
			continue;
		if (u->late && serve_urb(u, i, true))
			break;
		drop_urb(u, i);
		answer(u, RET_UNLINK, seqnum, UNLINKED, NULL, 0, false);
		return;
	}
	answer(u, RET_UNLINK, seqnum, 0, NULL, 0, false);
	if (victim == u->last_seqnum)
		u->losses++;
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
	*u = (struct usbip){ .reader = reader, .clock = clock, .serial = serial, .fd = -1, .held = { .fire = serve, .ctx = u } };
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
