// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/teectl/calls.h"
#include "tools/teectl/traceline.h"

#define UUID "7ee9a100-0c1d-4f0e-9b5a-746565706179"
#define WHO "ta=" UUID " ta_pid=70 client_pid=80 session=3"
#define BEFORE "         walletd-80      [001] ...1.    12.000345: "

static const char *const good[] = {
	BEFORE "tch_send: " WHO " message=9 kind=invoke cmd=0x20 lent=8192",
	BEFORE "tch_receive: " WHO " message=9 waited_ns=1500",
	BEFORE "tch_reply: " WHO " message=9 kind=invoke result=0xffff000d origin=4 late=0 took_ns=90000",
	BEFORE "tch_done: " WHO " message=9",
	BEFORE "tch_open: " WHO " result=0x0 origin=4",
	BEFORE "tch_close: " WHO,
	BEFORE "tch_cancel: " WHO,
	BEFORE "tch_lend: ta=" UUID " ta_pid=70 client_pid=80 region=1 offset=0 bytes=4096 write=1",
	BEFORE "tch_return: ta=" UUID " ta_pid=70 client_pid=80 region=1 offset=0 bytes=4096 write=1",
	BEFORE "tch_fault_wait: client_pid=80 region=1 offset=4096",
	BEFORE "tch_fault_waited: client_pid=80 region=1 offset=4096 waited_ns=77 interrupted=0",
	BEFORE "tch_bind: ta=" UUID " ta_pid=70 ta_uid=990 flags=0x3",
	BEFORE "tch_death: ta=" UUID " ta_pid=70 ta_uid=990 flags=0x3",
	BEFORE "tch_refusal: ta=" UUID " client_pid=80 errno=0 result=0xffff0008",
};

static struct traceline parsed(const char *text)
{
	struct traceline line;

	assert_int_equal(traceline_parse(&line, text), TRACELINE_EVENT);
	return line;
}

static void every_event_is_understood(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct traceline line = parsed(good[i]);

		assert_int_equal(line.time_ns, 12000345000);
		assert_true(line.field[TRACE_CLIENT_PID] == 80 || line.field[TRACE_TA_PID] == 70);
	}
	assert_int_equal(parsed(good[0]).field[TRACE_LENT], 8192);
	assert_int_equal(parsed(good[0]).field[TRACE_CMD], 0x20);
	assert_int_equal(parsed(good[0]).field[TRACE_KIND], TEECHAN_KIND_INVOKE);
	assert_int_equal(parsed(good[0]).ta[15], 0x79);
	assert_int_equal(parsed(good[2]).field[TRACE_RESULT], 0xffff000d);
	assert_int_equal(parsed(good[2]).field[TRACE_TOOK], 90000);
	assert_int_equal(parsed(good[10]).event, TRACE_FAULT_WAITED);
	assert_int_equal(parsed(good[9]).event, TRACE_FAULT_WAIT);
}

static void others_are_passed_over(void **state)
{
	static const char *const rows[] = {
		"",
		"# tracer: nop",
		BEFORE "sched_switch: prev=1",
		BEFORE "tch_unknown: ta=" UUID,
		BEFORE "tch_send: " WHO " message=9 kind=invoke cmd=0x20",
		BEFORE "tch_send: " WHO " message=9 kind=invoke cmd=0x20 lent=8192 more=1",
		BEFORE "tch_send: " WHO " message=9 kind=else cmd=0x20 lent=8192",
		BEFORE "tch_send: " WHO " message=-9 kind=invoke cmd=0x20 lent=8192",
		BEFORE "tch_done: " WHO " message= 9",
		BEFORE "tch_done: " WHO " message=",
		BEFORE "tch_close: ta=7ee9a100 ta_pid=70 client_pid=80 session=3",
		": tch_close: " WHO,
		" 12.0003: tch_close: " WHO,
		" 12: tch_close: " WHO,
		"12.000345: tch_close: " WHO,
		"CPU:1 [LOST 12 EVENTS] ",
		"CPU:1 [LOST  EVENTS]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct traceline line;

		if (traceline_parse(&line, rows[i]) != TRACELINE_OTHER)
			fail_msg("taken: %s", rows[i]);
	}
}

static void lost_events_are_told(void **state)
{
	struct traceline line;

	(void)state;
	assert_int_equal(traceline_parse(&line, "CPU:1 [LOST 12 EVENTS]"), TRACELINE_LOST);
	assert_int_equal(line.cpu_lost, 12);
	assert_int_equal(traceline_parse(&line, "CPU:0 [LOST EVENTS]"), TRACELINE_LOST);
	assert_int_equal(line.cpu_lost, 1);
}

/* A process that calls itself like a line of the trace: what stands before the event is not believed. */
static void names_cannot_lie(void **state)
{
	static const char *const names[] = { "  1.0: tch_done: ", ": tch_", " 12.000345: tch_", "CPU:1 [LOST 5 EV", "ta=1 session=7" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char text[400];
		struct traceline line;

		snprintf(text, sizeof(text), "%16s-80 [001] ...1.    12.000345: tch_done: " WHO " message=9", names[i]);
		line = parsed(text);
		assert_int_equal(line.event, TRACE_DONE);
		assert_int_equal(line.time_ns, 12000345000);
		assert_int_equal(line.field[TRACE_SESSION], 3);
	}
}

/* Every byte changed in several ways, every shorter line: no byte is read too far, and nothing that is taken is not all there. */
static void mutated_lines(void **state)
{
	static const char change[] = { '\0', ' ', '0', '9', ':', '=', '-', 'x', (char)0xff };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const size_t len = strlen(good[i]);

		for (size_t at = 0; at < len; at++) {
			for (size_t k = 0; k < sizeof(change); k++) {
				char *alone = strdup(good[i]);
				struct traceline line;

				assert_non_null(alone);
				alone[at] = change[k];
				/* In memory of its own size, for AddressSanitizer. */
				if (traceline_parse(&line, alone) == TRACELINE_EVENT)
					assert_true(line.event < TRACE_EVENTS && line.field[TRACE_KIND] <= TEECHAN_KIND_CLOSE);
				free(alone);
			}
		}
	}
}

/* ---- calls ---- */

static struct calls calls;

static bool take(const char *text, struct call *call)
{
	struct traceline line = parsed(text);

	return calls_take(&calls, &line, call);
}

static void a_call_is_put_together(void **state)
{
	struct call call;

	(void)state;
	memset(&calls, 0, sizeof(calls));
	assert_false(take(good[0], &call));
	assert_false(take(good[9], &call));
	assert_false(take(good[1], &call));
	assert_false(take(good[2], &call));
	assert_true(take(" 12.000445: tch_done: " WHO " message=9", &call));
	assert_int_equal(call.cmd, 0x20);
	assert_int_equal(call.lent, 8192);
	assert_int_equal(call.waited, 1500);
	assert_int_equal(calls_ran(&call), 88500);
	assert_int_equal(calls_collect(&call), 100000);
	assert_int_equal(call.faults, 1);
	assert_int_equal(calls.count, 0);
}

static void a_late_answer_ends_a_call(void **state)
{
	struct call call;

	(void)state;
	memset(&calls, 0, sizeof(calls));
	assert_false(take(good[0], &call));
	assert_true(take(" 12.100000: tch_reply: " WHO " message=9 kind=invoke result=0x0 origin=4 late=1 took_ns=5", &call));
	assert_true(call.late && !call.done_ns && !call.received);
	assert_int_equal(calls_ran(&call), 0);
	assert_int_equal(calls.count, 0);
}

/* The trace begins in the middle of a call; the next message of a session replaces one whose end was lost. */
static void halves(void **state)
{
	struct call call;

	(void)state;
	memset(&calls, 0, sizeof(calls));
	assert_true(take(" 1.000000: tch_done: " WHO " message=9", &call));
	assert_false(call.seen_send || call.replied || call.received);
	assert_int_equal(calls_collect(&call), 0);
	assert_false(take(good[0], &call));
	assert_false(take(" 12.000500: tch_send: " WHO " message=10 kind=invoke cmd=0x21 lent=0", &call));
	assert_int_equal(calls.count, 1);
	assert_true(take(" 12.000600: tch_done: " WHO " message=10", &call));
	assert_int_equal(call.cmd, 0x21);
	/* Sent again, since the TA could not take it: the first time counts. */
	assert_false(take(good[0], &call));
	assert_false(take(" 99.000000: tch_send: " WHO " message=9 kind=invoke cmd=0x20 lent=8192", &call));
	assert_int_equal(calls.under_way[0].sent_ns, 12000345000);
	assert_false(take(good[12], &call));
	assert_int_equal(calls.count, 0);
}

static void calls_are_bounded(void **state)
{
	struct call call;

	(void)state;
	memset(&calls, 0, sizeof(calls));
	for (int i = 1; i <= CALLS_MAX + 5; i++) {
		char text[256];

		snprintf(text, sizeof(text), " 1.000000: tch_send: ta=" UUID " ta_pid=70 client_pid=80 session=%d message=1 kind=open cmd=0x0 lent=0", i);
		assert_false(take(text, &call));
	}
	assert_int_equal(calls.count, CALLS_MAX);
	assert_int_equal(calls.under_way[0].session, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_understood), cmocka_unit_test(others_are_passed_over),
		cmocka_unit_test(lost_events_are_told),	     cmocka_unit_test(names_cannot_lie),
		cmocka_unit_test(mutated_lines),	     cmocka_unit_test(a_call_is_put_together),
		cmocka_unit_test(a_late_answer_ends_a_call), cmocka_unit_test(halves),
		cmocka_unit_test(calls_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
