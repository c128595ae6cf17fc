// SPDX-License-Identifier: BSD-2-Clause
/* The virtual reader's front end, with this test as vpcd at the other end of a socket pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/walletd/rf.h"
#include "daemon/walletd/rf_vpcd.h"

struct pair {
	void *rf;
	int reader;
};

static int setup(void **state)
{
	static struct pair p;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(rf_vpcd_adopt(&p.rf, fds[0]), 0);
	p.reader = fds[1];
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	rf_vpcd_ops.close(&p->rf);
	assert_null(p->rf);
	if (p->reader >= 0)
		close(p->reader);
	return 0;
}

static void put(const struct pair *p, const void *bytes, size_t len)
{
	assert_int_equal(write(p->reader, bytes, len), (ssize_t)len);
}

static void put_frame(const struct pair *p, const void *bytes, size_t len)
{
	uint8_t header[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	put(p, header, 2);
	put(p, bytes, len);
}

static int receive(const struct pair *p, uint8_t *apdu, size_t *len)
{
	return rf_vpcd_ops.receive(p->rf, apdu, RF_FRAME_MAX, len);
}

/* What the card sent: one frame, which must be all there is. */
static size_t get_frame(const struct pair *p, uint8_t out[600])
{
	uint8_t buf[600];
	ssize_t n = recv(p->reader, buf, sizeof(buf), MSG_DONTWAIT);

	assert_true(n >= 2);
	assert_int_equal((buf[0] << 8 | buf[1]) + 2, n);
	memcpy(out, buf + 2, (size_t)n - 2);
	return (size_t)n - 2;
}

static void torn_at_each_byte(void **state)
{
	static const uint8_t whole[] = { 0x00, 0x07, 0x00, 0xA4, 0x04, 0x00, 0x02, 0xF0, 0x00 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len;

	for (size_t cut = 0; cut <= sizeof(whole); cut++) {
		put(p, whole, cut);
		if (cut < sizeof(whole)) {
			assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
			put(p, whole + cut, sizeof(whole) - cut);
		}
		assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
		assert_int_equal(len, 7);
		assert_memory_equal(apdu, whole + 2, 7);
		assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
	}
}

static void one_byte_at_a_time(void **state)
{
	static const uint8_t whole[] = { 0x00, 0x05, 0x80, 0x10, 0x01, 0x01, 0x00 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(whole); i++) {
		assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
		put(p, whole + i, 1);
	}
	assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
	assert_int_equal(len, 5);
}

static void frames_come_one_by_one(void **state)
{
	static const uint8_t two[] = { 0x00, 0x04, 1, 2, 3, 4, 0x00, 0x01, 0x00, 0x00, 0x04, 5, 6, 7, 8 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len;

	put(p, two, sizeof(two));
	assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
	assert_int_equal(apdu[0], 1);
	assert_int_equal(receive(p, apdu, &len), RF_RESET);
	assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
	assert_int_equal(apdu[0], 5);
	assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
}

static void controls(void **state)
{
	static const struct {
		const char *name;
		uint8_t byte;
		int event;
	} rows[] = {
		{ "off", 0, RF_RESET }, { "on", 1, RF_RESET }, { "reset", 2, RF_RESET }, { "3 means nothing", 3, RF_NOTHING },
		{ "5 means nothing", 5, RF_NOTHING }, { "255 means nothing", 255, RF_NOTHING },
	};
	static const uint8_t atr[] = { 0x3B, 0x80, 0x80, 0x01, 0x01 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX], out[600], what = 4;
	size_t len;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_frame(p, &rows[i].byte, 1);
		if (receive(p, apdu, &len) != rows[i].event)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(recv(p->reader, out, sizeof(out), MSG_DONTWAIT), -1);
	put_frame(p, &what, 1);
	assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
	assert_int_equal(get_frame(p, out), sizeof(atr));
	assert_memory_equal(out, atr, sizeof(atr));
}

static void empty_frame_is_nothing(void **state)
{
	static const uint8_t nothing[] = { 0, 0 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len;

	for (int i = 0; i < 3; i++) {
		put(p, nothing, sizeof(nothing));
		assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
	}
	put_frame(p, "\x00\xA4\x04\x00", 4);
	assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
	assert_int_equal(len, 4);
}

/* Too long for any card: passed on cut (the engine answers 6700), and the stream stays in step. */
static void oversized_frame(void **state)
{
	static const size_t sizes[] = { RF_FRAME_MAX, RF_FRAME_MAX + 1, 2 * RF_FRAME_MAX, 2 * RF_FRAME_MAX + 1, 5000, 65535 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX], chunk[1000];
	size_t len;

	memset(chunk, 0xEE, sizeof(chunk));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t header[2] = { (uint8_t)(sizes[i] >> 8), (uint8_t)sizes[i] };
		int event = RF_NOTHING;

		put(p, header, 2);
		for (size_t sent = 0; sent < sizes[i];) {
			size_t n = sizes[i] - sent < sizeof(chunk) ? sizes[i] - sent : sizeof(chunk);

			assert_int_equal(event, RF_NOTHING);
			put(p, chunk, n);
			sent += n;
			event = receive(p, apdu, &len);
		}
		assert_int_equal(event, RF_COMMAND);
		assert_int_equal(len, RF_FRAME_MAX);
		put_frame(p, "\x00\xA4\x04\x00", 4);
		assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
		assert_int_equal(len, 4);
		assert_memory_equal(apdu, "\x00\xA4\x04\x00", 4);
	}
}

static void uid_is_random_for_each_field(void **state)
{
	static const uint8_t get_uid[] = { 0xFF, 0xCA, 0x00, 0x00, 0x00 }, get_ats[] = { 0xFF, 0xCA, 0x01, 0x00, 0x00 };
	const struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX], first[600], again[600], other[600], on = 1;
	size_t len;

	put_frame(p, get_uid, sizeof(get_uid));
	assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
	assert_int_equal(get_frame(p, first), 6);
	assert_int_equal(first[0], 0x08);
	assert_memory_equal(first + 4, "\x90\x00", 2);
	put_frame(p, get_uid, sizeof(get_uid));
	assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
	assert_int_equal(get_frame(p, again), 6);
	assert_memory_equal(first, again, 6);
	/* Two of 2^24 are equal once in a while, three hardly ever. */
	for (int i = 0; i < 2; i++) {
		put_frame(p, &on, 1);
		assert_int_equal(receive(p, apdu, &len), RF_RESET);
		put_frame(p, get_uid, sizeof(get_uid));
		assert_int_equal(receive(p, apdu, &len), RF_NOTHING);
		assert_int_equal(get_frame(p, other), 6);
		if (memcmp(first, other, 6) != 0)
			break;
		assert_int_equal(i, 0);
	}
	/* Any other is the engine's. */
	put_frame(p, get_ats, sizeof(get_ats));
	assert_int_equal(receive(p, apdu, &len), RF_COMMAND);
}

static void response_is_one_frame(void **state)
{
	const struct pair *p = *state;
	uint8_t response[RF_FRAME_MAX + 1], out[600];

	memset(response, 0x77, sizeof(response));
	assert_int_equal(rf_vpcd_ops.send(p->rf, response, 250), 0);
	assert_int_equal(get_frame(p, out), 250);
	assert_memory_equal(out, response, 250);
	assert_int_equal(rf_vpcd_ops.send(p->rf, response, sizeof(response)), -EMSGSIZE);
	assert_int_equal(recv(p->reader, out, sizeof(out), MSG_DONTWAIT), -1);
}

static void reader_that_goes(void **state)
{
	struct pair *p = *state;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len;

	put(p, "\x00", 1);
	close(p->reader);
	p->reader = -1;
	assert_int_equal(receive(p, apdu, &len), -ECONNRESET);
	assert_true(rf_vpcd_ops.send(p->rf, apdu, 2) < 0);
}

/* A reader that takes nothing: sending gives up and never waits. */
static void reader_that_stalls(void **state)
{
	const struct pair *p = *state;
	uint8_t response[250] = { 0 };
	int r = 0;

	for (int i = 0; i < 100000 && r == 0; i++)
		r = rf_vpcd_ops.send(p->rf, response, sizeof(response));
	assert_true(r < 0);
}

static int listen_on_loopback(struct rf_config *config)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*config = (struct rf_config){ .host = "127.0.0.1", .port = ntohs(a.sin_port) };
	return fd;
}

/* Over TCP, as it is used; and a port where nobody is. */
static void connects(void **unused)
{
	struct rf_config config;
	int listener = listen_on_loopback(&config), reader, r;
	uint8_t apdu[RF_FRAME_MAX];
	struct pollfd p;
	size_t len;
	void *rf;

	(void)unused;
	assert_int_equal(rf_vpcd_ops.open(&rf, &config), 0);
	reader = accept(listener, NULL, NULL);
	assert_true(reader >= 0);
	p = (struct pollfd){ .fd = rf_vpcd_ops.fd(rf), .events = POLLOUT };
	if (rf_vpcd_ops.events(rf) == EPOLLOUT) {
		assert_int_equal(poll(&p, 1, 5000), 1);
		assert_int_equal(rf_vpcd_ops.receive(rf, apdu, sizeof(apdu), &len), RF_NOTHING);
	}
	assert_int_equal(rf_vpcd_ops.events(rf), EPOLLIN);
	assert_int_equal(write(reader, "\x00\x04\x00\xA4\x04\x00", 6), 6);
	p.events = POLLIN;
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_int_equal(rf_vpcd_ops.receive(rf, apdu, sizeof(apdu), &len), RF_COMMAND);
	close(reader);
	rf_vpcd_ops.close(&rf);
	close(listener);

	r = rf_vpcd_ops.open(&rf, &config);
	if (r == 0) {
		p = (struct pollfd){ .fd = rf_vpcd_ops.fd(rf), .events = POLLOUT };
		assert_int_equal(poll(&p, 1, 5000), 1);
		r = rf_vpcd_ops.receive(rf, apdu, sizeof(apdu), &len);
		rf_vpcd_ops.close(&rf);
	}
	assert_int_equal(r, -ECONNREFUSED);
	config.host = "no.address";
	assert_int_equal(rf_vpcd_ops.open(&rf, &config), -EINVAL);
}

/* Only addresses, and only this machine's: no name is ever looked up. */
static void loopback_only(void **unused)
{
	static const struct {
		const char *host;
		bool good;
	} rows[] = {
		{ "127.0.0.1", true }, { "127.255.0.9", true }, { "::1", true }, { "", false }, { "localhost", false }, { "127.", false },
		{ "127.0.0.1.example.org", false }, { "127.0.0.1x", false }, { "126.255.255.255", false }, { "128.0.0.1", false }, { "0.0.0.0", false },
		{ "::", false }, { "::2", false }, { "::ffff:127.0.0.1", false },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rf_vpcd_is_loopback(rows[i].host) != rows[i].good)
			fail_msg("%s", rows[i].host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(torn_at_each_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(one_byte_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(frames_come_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(controls, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_frame_is_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(oversized_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(uid_is_random_for_each_field, setup, teardown),
		cmocka_unit_test_setup_teardown(response_is_one_frame, setup, teardown),
		cmocka_unit_test_setup_teardown(reader_that_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(reader_that_stalls, setup, teardown),
		cmocka_unit_test(connects),
		cmocka_unit_test(loopback_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("walletd rf_vpcd", tests, NULL, NULL);
}
