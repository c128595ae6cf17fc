// SPDX-License-Identifier: BSD-2-Clause
/* The front end libnfc, with this program itself in the place of nfctarget: how it plays that is the word that is configured as its reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/walletd/rf.h"
#include "daemon/walletd/rf_libnfc.h"

#define WAIT_MS	20000

/* --- nfctarget's side --- */

static void report(enum nfc_state state, uint32_t activations, uint32_t errors)
{
	const struct nfc_report r = { .packet = NFC_STATE, .state = (uint8_t)state, .counts = { .activations = activations, .errors = errors } };

	(void)!send(STDIN_FILENO, &r, sizeof(r), MSG_NOSIGNAL);
}

static void say(const char *packet, size_t len)
{
	(void)!send(STDIN_FILENO, packet, len, MSG_NOSIGNAL);
}

static int play(const char *part)
{
	char answer[300];

	if (strcmp(part, "payment") == 0) {
		report(NFC_READY, 0, 0);
		report(NFC_READY, 1, 0);
		say("R", 1);
		say("C\x00\xA4\x04\x00", 5);
		if (recv(STDIN_FILENO, answer, sizeof(answer), 0) == 3 && memcmp(answer, "A\x90\x00", 3) == 0)
			report(NFC_NO_READER, 1, 2);
	} else if (strcmp(part, "dies") == 0) {
		report(NFC_READY, 1, 1);
		return 0;
	} else if (strcmp(part, "unknown") == 0) {
		say("Z", 1);
	} else if (strcmp(part, "short") == 0) {
		say("S\x01", 2);
	} else if (strcmp(part, "empty") == 0) {
		say("C", 1);
	} else if (strcmp(part, "state") == 0) {
		report(NFC_STATES, 0, 0);
	} else if (strcmp(part, "stubborn") == 0) {
		signal(SIGTERM, SIG_IGN);
		report(NFC_READY, 0, 0);
	}
	for (;;)
		pause();
}

/* --- walletd's side --- */

static void *open_part(const char *part)
{
	const struct rf_config config = { .readers = part };
	void *self = NULL;

	assert_int_equal(rf_libnfc_ops.open(&self, &config), 0);
	return self;
}

/* What comes next but nothing. */
static int next(void *self, uint8_t *apdu, size_t *len)
{
	struct pollfd p = { .fd = rf_libnfc_ops.fd(self), .events = POLLIN };
	int r;

	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		r = rf_libnfc_ops.receive(self, apdu, RF_FRAME_MAX, len);
	} while (r == RF_NOTHING && strstr(rf_libnfc_ops.state(self), "no reader") == NULL);
	return r;
}

static void a_payment_goes_through(void **state)
{
	uint8_t apdu[RF_FRAME_MAX];
	void *self = open_part("payment");
	struct rf_counts c;
	size_t len;

	(void)state;
	assert_string_equal(rf_libnfc_ops.state(self), "opening the reader");
	assert_int_equal(next(self, apdu, &len), RF_RESET);
	assert_string_equal(rf_libnfc_ops.state(self), "at the reader");
	assert_int_equal(next(self, apdu, &len), RF_COMMAND);
	assert_int_equal(len, 4);
	assert_memory_equal(apdu, "\x00\xA4\x04\x00", 4);
	assert_int_equal(rf_libnfc_ops.send(self, (const uint8_t *)"\x90\x00", 2), 0);
	assert_int_equal(next(self, apdu, &len), RF_NOTHING);
	rf_libnfc_ops.counts(self, &c);
	assert_int_equal(c.activations, 1);
	assert_int_equal(c.errors, 2);
	assert_int_equal(c.restarts, 0);
	rf_libnfc_ops.close(&self);
	assert_null(self);
}

/* It is started again each time, its counts are kept, and the terminal's session is over each time. */
static void one_that_dies_is_started_again(void **state)
{
	uint8_t apdu[RF_FRAME_MAX];
	void *self = open_part("dies");
	struct rf_counts c;
	size_t len;

	(void)state;
	for (unsigned int i = 1; i <= 4; i++) {
		assert_int_equal(next(self, apdu, &len), RF_RESET);
		rf_libnfc_ops.counts(self, &c);
		assert_int_equal(c.restarts, i);
		assert_int_equal(c.activations, i);
		assert_int_equal(c.errors, i);
		/* As if it had never been away: nobody wants a line in the journal for it. */
		assert_string_equal(rf_libnfc_ops.state(self), "at the reader");
	}
	rf_libnfc_ops.close(&self);
}

static void nonsense_ends_who_said_it(void **state)
{
	static const char *const parts[] = { "unknown", "short", "empty", "state" };
	uint8_t apdu[RF_FRAME_MAX];
	struct rf_counts c;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		void *self = open_part(parts[i]);

		assert_int_equal(next(self, apdu, &len), RF_RESET);
		rf_libnfc_ops.counts(self, &c);
		assert_int_equal(c.restarts, 1);
		rf_libnfc_ops.close(&self);
		/* None is left behind. */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
		assert_int_equal(errno, ECHILD);
	}
}

static void one_that_does_not_stop_is_ended(void **state)
{
	uint8_t apdu[RF_FRAME_MAX];
	void *self = open_part("stubborn");
	size_t len;

	(void)state;
	while (strcmp(rf_libnfc_ops.state(self), "at the reader") != 0) {
		struct pollfd p = { .fd = rf_libnfc_ops.fd(self), .events = POLLIN };

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_int_equal(rf_libnfc_ops.receive(self, apdu, sizeof(apdu), &len), RF_NOTHING);
	}
	rf_libnfc_ops.close(&self);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void a_program_that_is_not_there(void **state)
{
	uint8_t apdu[RF_FRAME_MAX];
	void *self = open_part("");
	size_t len;

	(void)state;
	rf_libnfc_program("/nonexistent/nfctarget");
	assert_int_equal(next(self, apdu, &len), RF_RESET);
	assert_non_null(strstr(rf_libnfc_ops.state(self), "does not work"));
	/* A response that nobody waits for is no failure of the front end. */
	assert_int_equal(rf_libnfc_ops.send(self, (const uint8_t *)"\x90\x00", 2), 0);
	rf_libnfc_ops.close(&self);
	rf_libnfc_program("/proc/self/exe");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payment_goes_through), cmocka_unit_test(one_that_dies_is_started_again), cmocka_unit_test(nonsense_ends_who_said_it),
		cmocka_unit_test(one_that_does_not_stop_is_ended), cmocka_unit_test(a_program_that_is_not_there),
	};

	if (argc > 1)
		return play(argv[1]);
	rf_libnfc_program("/proc/self/exe");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
