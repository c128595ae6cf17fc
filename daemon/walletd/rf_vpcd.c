// SPDX-License-Identifier: BSD-2-Clause
/*
 * The virtual reader of vsmartcard: the card is a TCP client of vpcd, which lives in pcscd.  A frame is a 16-bit big-endian length and that many
 * bytes; one byte alone is a control of the reader, more are a command APDU.
 */
#include "rf_vpcd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rf.h"

#define UID_LEN		4

enum control { CONTROL_OFF = 0, CONTROL_ON = 1, CONTROL_RESET = 2, CONTROL_ATR = 4 };

/* What PC/SC part 3 §3.1.3.2.3 makes of a contactless card without historical bytes. */
static const uint8_t atr[] = { 0x3B, 0x80, 0x80, 0x01, 0x01 };
/* PC/SC part 3 §3.2.2.1.3: the reader itself would answer this one. */
static const uint8_t get_uid[] = { 0xFF, 0xCA, 0x00, 0x00, 0x00 };

struct rf_vpcd {
	int fd;
	bool connecting;
	uint8_t header[2];
	uint8_t frame[RF_FRAME_MAX];
	size_t have;			/* bytes of header and frame read so far */
	uint8_t uid[UID_LEN];
};

/* ISO 14443-3 §6.4.4: a first byte of 08 says that the others are random; they change with each field, so that nobody is followed by them. */
static void new_uid(struct rf_vpcd *v)
{
	v->uid[0] = 0x08;
	if (getrandom(v->uid + 1, UID_LEN - 1, GRND_NONBLOCK) != UID_LEN - 1)
		memset(v->uid + 1, 0, UID_LEN - 1);
}

static int make_address(const struct rf_config *config, struct sockaddr_storage *address, socklen_t *len)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(config->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(config->port) };

	if (inet_pton(AF_INET, config->host, &in.sin_addr) == 1) {
		memcpy(address, &in, sizeof(in));
		*len = sizeof(in);
		return 0;
	}
	if (inet_pton(AF_INET6, config->host, &in6.sin6_addr) == 1) {
		memcpy(address, &in6, sizeof(in6));
		*len = sizeof(in6);
		return 0;
	}
	return -EINVAL;
}

bool rf_vpcd_is_loopback(const char *host)
{
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, host, &in) == 1)
		return ntohl(in.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &in6) == 1 && IN6_IS_ADDR_LOOPBACK(&in6);
}

int rf_vpcd_adopt(void **self, int fd)
{
	struct rf_vpcd *v = calloc(1, sizeof(*v));

	*self = v;
	if (!v)
		return -ENOMEM;
	v->fd = fd;
	new_uid(v);
	return 0;
}

static int vpcd_open(void **self, const struct rf_config *config)
{
	struct sockaddr_storage address;
	socklen_t len;
	int r = make_address(config, &address, &len);
	int fd, one = 1;

	*self = NULL;
	if (r < 0)
		return r;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/*
	 * vpcd keeps room for one connection that it has not accepted yet.  While a dead one is there, the kernel drops our request and repeats it after 1, 2,
	 * 4, 8 ... seconds; so it gives up after one repetition, and we come again.
	 */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &one, sizeof(one));
	r = connect(fd, (struct sockaddr *)&address, len) < 0 ? -errno : 0;
	if (r < 0 && r != -EINPROGRESS) {
		close(fd);
		return r;
	}
	if (rf_vpcd_adopt(self, fd) < 0) {
		close(fd);
		return -ENOMEM;
	}
	((struct rf_vpcd *)*self)->connecting = r == -EINPROGRESS;
	return 0;
}

static int vpcd_fd(const void *self)
{
	return ((const struct rf_vpcd *)self)->fd;
}

static uint32_t vpcd_events(const void *self)
{
	return ((const struct rf_vpcd *)self)->connecting ? EPOLLOUT : EPOLLIN;
}

/* vpcd sends length and data apart, and the kernel would hold the acknowledgement of the first back for 40 ms. */
static void quick_ack(int fd)
{
	int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

/* Up to @want bytes more; 0 when there are none now. */
static ssize_t read_some(int fd, uint8_t *to, size_t want)
{
	ssize_t n;

	quick_ack(fd);
	n = recv(fd, to, want, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	quick_ack(fd);
	return n;
}

static size_t frame_length(const struct rf_vpcd *v)
{
	return (size_t)v->header[0] << 8 | v->header[1];
}

/*
 * Reads at most one frame; 1 when it is whole.  Of a frame longer than RF_FRAME_MAX the rest is read over what came before: it stays a frame that is
 * too long, and the connection stays in step.
 */
static int read_frame(struct rf_vpcd *v)
{
	while (v->have < 2 || v->have < 2 + frame_length(v)) {
		size_t at = v->have < 2 ? 0 : (v->have - 2) % RF_FRAME_MAX;
		size_t left = v->have < 2 ? 2 - v->have : 2 + frame_length(v) - v->have;
		ssize_t n;

		if (v->have >= 2 && left > RF_FRAME_MAX - at)
			left = RF_FRAME_MAX - at;
		n = v->have < 2 ? read_some(v->fd, v->header + v->have, left) : read_some(v->fd, v->frame + at, left);
		if (n <= 0)
			return (int)n;
		v->have += (size_t)n;
	}
	return 1;
}

static int vpcd_send(void *self, const uint8_t *apdu, size_t len)
{
	const struct rf_vpcd *v = self;
	uint8_t out[2 + RF_FRAME_MAX];
	ssize_t n;

	if (len > RF_FRAME_MAX)
		return -EMSGSIZE;
	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	memcpy(out + 2, apdu, len);
	/* One response is on its way at most, so that it fits: a reader that does not take it is gone. */
	n = send(v->fd, out, len + 2, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == len + 2 ? 0 : -EPIPE;
}

static int control(struct rf_vpcd *v, uint8_t what)
{
	int r;

	switch (what) {
	case CONTROL_ATR:
		r = vpcd_send(v, atr, sizeof(atr));
		return r < 0 ? r : RF_NOTHING;
	case CONTROL_ON:
	case CONTROL_RESET:
		new_uid(v);
		return RF_RESET;
	case CONTROL_OFF:
		return RF_RESET;
	default:
		return RF_NOTHING;
	}
}

static int answer_uid(struct rf_vpcd *v)
{
	uint8_t answer[UID_LEN + 2];
	int r;

	memcpy(answer, v->uid, UID_LEN);
	answer[UID_LEN] = 0x90;
	answer[UID_LEN + 1] = 0x00;
	r = vpcd_send(v, answer, sizeof(answer));
	return r < 0 ? r : RF_NOTHING;
}

static int finish_connect(struct rf_vpcd *v)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return -errno;
	if (err)
		return -err;
	v->connecting = false;
	return RF_NOTHING;
}

static int vpcd_receive(void *self, uint8_t *apdu, size_t room, size_t *len)
{
	struct rf_vpcd *v = self;
	size_t size;
	int r;

	*len = 0;
	if (v->connecting)
		return finish_connect(v);
	r = read_frame(v);
	if (r <= 0)
		return r < 0 ? r : RF_NOTHING;
	size = frame_length(v);
	v->have = 0;
	if (size == 0)
		return RF_NOTHING;
	if (size == 1)
		return control(v, v->frame[0]);
	if (size == sizeof(get_uid) && memcmp(v->frame, get_uid, size) == 0)
		return answer_uid(v);
	*len = size > RF_FRAME_MAX ? RF_FRAME_MAX : size;
	if (*len > room)
		*len = room;
	memcpy(apdu, v->frame, *len);
	return RF_COMMAND;
}

static const char *vpcd_state(const void *self)
{
	const struct rf_vpcd *v = self;

	if (!v || v->connecting)
		return "waiting for the virtual reader; is pcscd running, with vsmartcard-vpcd?";
	return "in the virtual reader";
}

static void vpcd_close(void **self)
{
	struct rf_vpcd *v = *self;

	if (!v)
		return;
	close(v->fd);
	free(v);
	*self = NULL;
}

const struct rf_ops rf_vpcd_ops = {
	.name = "vpcd", .open = vpcd_open, .fd = vpcd_fd, .events = vpcd_events, .receive = vpcd_receive, .send = vpcd_send, .state = vpcd_state,
	.close = vpcd_close,
};
