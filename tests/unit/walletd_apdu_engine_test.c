// SPDX-License-Identifier: BSD-2-Clause
/* The APDU engine over a card that only counts: every state with every command, and everything that is no command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "daemon/walletd/apdu_engine.h"

/* What the card behind the engine says, and how often it was asked. */
struct fake {
	uint16_t offered, cap, get_vcn, pay, recover;
	size_t get_vcn_len;
	unsigned int asked[5];
	unsigned int done;
	uint16_t last_sw;
};

static const uint8_t cap_bytes[] = { 0x01, 0x09, 0x78, 0xAA, 0xBB, 0xCC, 0xDD, 0x01 };

static uint16_t fake_offered(void *ctx)
{
	struct fake *f = ctx;

	f->asked[0]++;
	return f->offered;
}

static uint16_t fake_cap(void *ctx, uint8_t *out, size_t *len)
{
	struct fake *f = ctx;

	f->asked[1]++;
	memcpy(out, cap_bytes, sizeof(cap_bytes));
	*len = sizeof(cap_bytes);
	return f->cap;
}

static uint16_t fill(uint16_t sw, size_t n, uint8_t *out, size_t *len)
{
	memset(out, 0xC3, n < APDU_DATA_MAX ? n : APDU_DATA_MAX);
	*len = n;
	return sw;
}

static uint16_t fake_get_vcn(void *ctx, const struct capdu *c, uint8_t *out, size_t *len)
{
	struct fake *f = ctx;

	(void)c;
	f->asked[2]++;
	return fill(f->get_vcn, f->get_vcn_len, out, len);
}

static uint16_t fake_pay(void *ctx, const struct capdu *c, uint8_t *out, size_t *len)
{
	struct fake *f = ctx;

	(void)c;
	f->asked[3]++;
	return fill(f->pay, f->pay == SW_OK ? 92 : 18, out, len);
}

static uint16_t fake_recover(void *ctx, const struct capdu *c, uint8_t *out, size_t *len)
{
	struct fake *f = ctx;

	(void)c;
	f->asked[4]++;
	return fill(f->recover, 92, out, len);
}

static void fake_done(void *ctx, const char *name, const uint8_t *command, size_t len, uint16_t sw)
{
	struct fake *f = ctx;

	(void)name;
	(void)command;
	(void)len;
	f->done++;
	f->last_sw = sw;
}

static const struct apdu_card fake_card = { fake_offered, fake_cap, fake_get_vcn, fake_pay, fake_recover, fake_done };

static const struct fake good = { SW_OK, SW_OK, SW_OK, SW_OK, SW_OK, 243, { 0 }, 0, 0 };

/* Sends one command; the status word, and the length of the whole response in *@n. */
static uint16_t say(struct apdu_engine *e, const uint8_t *in, size_t len, size_t *n)
{
	uint8_t out[APDU_MAX];
	size_t out_len = 0;

	apdu_engine_run(e, in, len, out, &out_len);
	assert_in_range(out_len, 2, APDU_MAX);
	if (n)
		*n = out_len;
	return (uint16_t)(out[out_len - 2] << 8 | out[out_len - 1]);
}

/* A command with @lc bytes of filling and, unless @le is negative, an Le byte. */
static size_t build(uint8_t *out, uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2, size_t lc, int le)
{
	size_t n = 0;

	out[n++] = cla;
	out[n++] = ins;
	out[n++] = p1;
	out[n++] = p2;
	if (lc > 0) {
		out[n++] = (uint8_t)lc;
		memset(out + n, 0x5A, lc);
		n += lc;
	}
	if (le >= 0)
		out[n++] = (uint8_t)le;
	return n;
}

static size_t build_select(uint8_t *out, uint8_t p1, uint8_t p2, const void *name, size_t len, int le)
{
	size_t n = build(out, 0x00, 0xA4, p1, p2, len, le);

	memcpy(out + 5, name, len);
	return n;
}

enum command { SELECT_PPSE, SELECT_AID, GET_VCN, PAY, RECOVER, COMMANDS };

static uint16_t command(struct apdu_engine *e, enum command c, size_t *n)
{
	uint8_t in[300];
	size_t len = 0;

	switch (c) {
	case SELECT_PPSE:
		len = build_select(in, 0x04, 0x00, PPSE_NAME, 14, 0);
		assert_int_equal(len, 20);
		break;
	case SELECT_AID:
		len = build_select(in, 0x04, 0x00, payment_aid, AID_LEN, 0);
		assert_int_equal(len, 14);
		break;
	case GET_VCN:
		len = build(in, 0x80, 0x10, 1, 1, 156, 0);
		assert_int_equal(len, 162);
		break;
	case PAY:
		len = build(in, 0x80, 0x12, 1, 1, 46, 0);
		assert_int_equal(len, 52);
		break;
	case RECOVER:
		len = build(in, 0x80, 0x14, 1, 1, 32, 0);
		assert_int_equal(len, 38);
		break;
	case COMMANDS:
		break;
	}
	return say(e, in, len, n);
}

/* Brings a fresh engine into @state by the commands that lead there. */
static void enter(struct apdu_engine *e, struct fake *f, enum apdu_state state)
{
	*f = good;
	apdu_engine_init(e, &fake_card, f);
	if (state >= APDU_PPSE)
		assert_int_equal(command(e, SELECT_PPSE, NULL), SW_OK);
	if (state >= APDU_APPLICATION)
		assert_int_equal(command(e, SELECT_AID, NULL), SW_OK);
	if (state >= APDU_SESSION)
		assert_int_equal(command(e, GET_VCN, NULL), SW_OK);
	assert_int_equal(e->state, state);
	memset(f->asked, 0, sizeof(f->asked));
	f->done = 0;
}

static void every_state_and_command(void **unused)
{
	static const struct {
		const char *name;
		enum apdu_state from;
		enum command say;
		uint16_t sw;
		enum apdu_state to;
	} rows[] = {
		{ "idle, PPSE", APDU_IDLE, SELECT_PPSE, 0x9000, APDU_PPSE },
		{ "idle, AID", APDU_IDLE, SELECT_AID, 0x9000, APDU_APPLICATION },
		{ "idle, GET VCN", APDU_IDLE, GET_VCN, 0x6985, APDU_IDLE },
		{ "idle, PAY", APDU_IDLE, PAY, 0x6985, APDU_IDLE },
		{ "idle, RECOVER", APDU_IDLE, RECOVER, 0x6985, APDU_IDLE },
		{ "PPSE, PPSE", APDU_PPSE, SELECT_PPSE, 0x9000, APDU_PPSE },
		{ "PPSE, AID", APDU_PPSE, SELECT_AID, 0x9000, APDU_APPLICATION },
		{ "PPSE, GET VCN", APDU_PPSE, GET_VCN, 0x6985, APDU_PPSE },
		{ "PPSE, PAY", APDU_PPSE, PAY, 0x6985, APDU_PPSE },
		{ "PPSE, RECOVER", APDU_PPSE, RECOVER, 0x6985, APDU_PPSE },
		{ "application, PPSE", APDU_APPLICATION, SELECT_PPSE, 0x9000, APDU_PPSE },
		{ "application, AID", APDU_APPLICATION, SELECT_AID, 0x9000, APDU_APPLICATION },
		{ "application, GET VCN", APDU_APPLICATION, GET_VCN, 0x9000, APDU_SESSION },
		{ "application, PAY", APDU_APPLICATION, PAY, 0x6985, APDU_APPLICATION },
		{ "application, RECOVER", APDU_APPLICATION, RECOVER, 0x6985, APDU_APPLICATION },
		{ "session, PPSE", APDU_SESSION, SELECT_PPSE, 0x9000, APDU_PPSE },
		{ "session, AID", APDU_SESSION, SELECT_AID, 0x9000, APDU_APPLICATION },
		{ "session, GET VCN", APDU_SESSION, GET_VCN, 0x9000, APDU_SESSION },
		{ "session, PAY", APDU_SESSION, PAY, 0x9000, APDU_SESSION },
		{ "session, RECOVER", APDU_SESSION, RECOVER, 0x9000, APDU_SESSION },
	};

	(void)unused;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), APDU_STATES * COMMANDS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct apdu_engine e;
		struct fake f;
		uint16_t sw;

		enter(&e, &f, rows[i].from);
		sw = command(&e, rows[i].say, NULL);
		if (sw != rows[i].sw || e.state != rows[i].to)
			fail_msg("%s: %04X, state %d", rows[i].name, sw, e.state);
		/* What is refused for its time never reaches the trusted application. */
		if (sw == 0x6985 && f.asked[2] + f.asked[3] + f.asked[4] != 0)
			fail_msg("%s: refused and yet passed on", rows[i].name);
		assert_int_equal(f.done, 1);
		assert_int_equal(f.last_sw, sw);
	}
}

static void lengths_on_the_wire(void **unused)
{
	static const size_t want[COMMANDS] = { 48, 37, 245, 94, 94 };
	struct apdu_engine e;
	struct fake f = good;
	size_t n;

	(void)unused;
	apdu_engine_init(&e, &fake_card, &f);
	for (int c = 0; c < COMMANDS; c++) {
		assert_int_equal(command(&e, (enum command)c, &n), SW_OK);
		assert_int_equal(n, want[c]);
	}
}

static void rejected_by_default(void **unused)
{
	static const uint8_t other_aid[] = { 0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10 };
	static const struct {
		const char *name;
		uint8_t cla, ins, p1, p2;
		size_t lc;
		int le;
		uint16_t sw;
	} rows[] = {
		{ "unknown class", 0x90, 0x10, 1, 1, 156, 0, 0x6E00 },
		{ "class of a reader", 0xFF, 0xCA, 0, 0, 0, 0, 0x6E00 },
		{ "another logical channel", 0x01, 0xA4, 4, 0, 8, 0, 0x6E00 },
		{ "secure messaging", 0x0C, 0xA4, 4, 0, 8, 0, 0x6E00 },
		{ "GET DATA", 0x00, 0xCA, 0x00, 0x6E, 0, 0, 0x6D00 },
		{ "GET CHALLENGE", 0x00, 0x84, 0, 0, 0, 8, 0x6D00 },
		{ "READ BINARY", 0x00, 0xB0, 0, 0, 0, 0, 0x6D00 },
		{ "VERIFY", 0x00, 0x20, 0, 0x81, 0, -1, 0x6D00 },
		{ "payment class, unknown instruction", 0x80, 0x16, 1, 1, 32, 0, 0x6D00 },
		{ "SELECT in the payment class", 0x80, 0xA4, 4, 0, 8, 0, 0x6D00 },
		{ "payment instruction in the ISO class", 0x00, 0x10, 1, 1, 156, 0, 0x6D00 },
		{ "SELECT of a file", 0x00, 0xA4, 0x00, 0x0C, 2, -1, 0x6A82 },
		{ "SELECT by path", 0x00, 0xA4, 0x08, 0x00, 4, 0, 0x6A82 },
		{ "SELECT of nothing", 0x00, 0xA4, 0x04, 0x00, 0, 0, 0x6A82 },
		{ "GET VCN, version 2", 0x80, 0x10, 2, 1, 156, 0, 0x6A86 },
		{ "GET VCN, suite 2", 0x80, 0x10, 1, 2, 156, 0, 0x6A86 },
		{ "GET VCN too short", 0x80, 0x10, 1, 1, 134, 0, 0x6700 },
		{ "GET VCN too long", 0x80, 0x10, 1, 1, 157, 0, 0x6700 },
		{ "GET VCN without data", 0x80, 0x10, 1, 1, 0, 0, 0x6700 },
		{ "GET VCN with a small Le", 0x80, 0x10, 1, 1, 156, 242, 0x6700 },
		{ "PAY too short", 0x80, 0x12, 1, 1, 45, 0, 0x6700 },
		{ "PAY too long", 0x80, 0x12, 1, 1, 47, 0, 0x6700 },
		{ "PAY with a small Le", 0x80, 0x12, 1, 1, 46, 91, 0x6700 },
		{ "PAY, suite 0", 0x80, 0x12, 1, 0, 46, 0, 0x6A86 },
		{ "RECOVER too short", 0x80, 0x14, 1, 1, 31, 0, 0x6700 },
		{ "RECOVER too long", 0x80, 0x14, 1, 1, 33, 0, 0x6700 },
	};
	uint8_t in[300];
	struct apdu_engine e;
	struct fake f;
	uint16_t sw;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enter(&e, &f, APDU_SESSION);
		sw = say(&e, in, build(in, rows[i].cla, rows[i].ins, rows[i].p1, rows[i].p2, rows[i].lc, rows[i].le), NULL);
		if (sw != rows[i].sw)
			fail_msg("%s: %04X", rows[i].name, sw);
		if (e.state != APDU_SESSION || f.asked[2] + f.asked[3] + f.asked[4] != 0)
			fail_msg("%s: rejected and yet it did something", rows[i].name);
	}
	enter(&e, &f, APDU_PPSE);
	assert_int_equal(say(&e, in, build_select(in, 4, 0, other_aid, sizeof(other_aid), 0), NULL), 0x6A82);
	assert_int_equal(e.state, APDU_PPSE);
}

static void selection_by_name(void **unused)
{
	static const struct {
		const char *name;
		const void *df;
		size_t len;
		uint8_t p2;
		int le;
		uint16_t sw;
	} rows[] = {
		{ "no Le", payment_aid, 8, 0x00, -1, 0x9000 },
		{ "part of the AID", payment_aid, 7, 0x00, 0, 0x6A82 },
		{ "longer than the AID", PPSE_NAME "\0", 15, 0x00, 0, 0x6A82 },
		{ "the PSE of contact cards", "1PAY.SYS.DDF01", 14, 0x00, 0, 0x6A82 },
		{ "next occurrence", payment_aid, 8, 0x02, 0, 0x6A82 },
		{ "without FCI", payment_aid, 8, 0x0C, -1, 0x6A86 },
		{ "Le one too small", payment_aid, 8, 0x00, 34, 0x6C23 },
		{ "Le as large as the FCI", payment_aid, 8, 0x00, 35, 0x9000 },
	};
	uint8_t in[64];
	struct apdu_engine e;
	struct fake f;
	uint16_t sw;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enter(&e, &f, APDU_IDLE);
		sw = say(&e, in, build_select(in, 4, rows[i].p2, rows[i].df, rows[i].len, rows[i].le), NULL);
		if (sw != rows[i].sw)
			fail_msg("%s: %04X", rows[i].name, sw);
	}
}

static void card_that_is_not_there(void **unused)
{
	static const struct {
		const char *name;
		uint16_t offered, cap;
		uint16_t ppse, aid;
	} rows[] = {
		{ "no card", 0x6A82, 0x9000, 0x6A82, 0x6A82 },
		{ "trusted application away", 0x6F00, 0x9000, 0x6F00, 0x6F00 },
		{ "trusted application dies in between", 0x9000, 0x6F00, 0x9000, 0x6F00 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct apdu_engine e;
		struct fake f;
		size_t n;

		enter(&e, &f, APDU_IDLE);
		f.offered = rows[i].offered;
		f.cap = rows[i].cap;
		if (command(&e, SELECT_PPSE, &n) != rows[i].ppse || command(&e, SELECT_AID, &n) != rows[i].aid)
			fail_msg("%s", rows[i].name);
		assert_int_equal(n, 2);
		assert_int_not_equal(e.state, APDU_APPLICATION);
	}
}

static void answers_of_the_trusted_application(void **unused)
{
	static const struct {
		const char *name;
		enum command say;
		uint16_t sw;
		size_t n;
		enum apdu_state to;
	} rows[] = {
		{ "GET VCN refused", GET_VCN, 0x6982, 2, APDU_APPLICATION },
		{ "GET VCN, holder not ready", GET_VCN, 0x6985, 2, APDU_APPLICATION },
		{ "GET VCN in trouble", GET_VCN, 0x6F00, 2, APDU_APPLICATION },
		{ "PAY refused with data", PAY, 0x62F1, 20, APDU_SESSION },
		{ "PAY, wrong MAC", PAY, 0x6982, 2, APDU_SESSION },
		{ "PAY in trouble", PAY, 0x6F00, 2, APDU_SESSION },
		{ "RECOVER never", RECOVER, 0x62F6, 94, APDU_SESSION },
		{ "RECOVER unknown", RECOVER, 0x62F7, 94, APDU_SESSION },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct apdu_engine e;
		struct fake f;
		uint16_t sw;
		size_t n;

		enter(&e, &f, APDU_SESSION);
		f.get_vcn = f.pay = f.recover = rows[i].sw;
		sw = command(&e, rows[i].say, &n);
		if (sw != rows[i].sw || n != rows[i].n || e.state != rows[i].to)
			fail_msg("%s: %04X, %zu bytes, state %d", rows[i].name, sw, n, e.state);
	}
}

static void answer_too_long_is_trouble(void **unused)
{
	struct apdu_engine e;
	struct fake f;
	size_t n;

	(void)unused;
	enter(&e, &f, APDU_APPLICATION);
	f.get_vcn_len = APDU_DATA_MAX;
	assert_int_equal(command(&e, GET_VCN, &n), SW_OK);
	assert_int_equal(n, APDU_MAX);
	f.get_vcn_len = APDU_DATA_MAX + 1;
	assert_int_equal(command(&e, GET_VCN, &n), SW_UNKNOWN);
	assert_int_equal(n, 2);
	assert_int_equal(e.state, APDU_APPLICATION);
}

static void reset_forgets(void **unused)
{
	struct apdu_engine e;
	struct fake f;

	(void)unused;
	enter(&e, &f, APDU_SESSION);
	apdu_engine_reset(&e);
	assert_int_equal(command(&e, PAY, NULL), SW_CONDITIONS);
	assert_int_equal(f.asked[3], 0);
}

static void truncated_and_oversized(void **unused)
{
	uint8_t in[600];
	struct apdu_engine e;
	struct fake f;
	size_t len = build(in, 0x80, 0x12, 1, 1, 46, 0);

	(void)unused;
	/* All that is left of a PAY when it is cut; 51 bytes are the whole command without its Le. */
	for (size_t cut = 0; cut < len - 1; cut++) {
		enter(&e, &f, APDU_SESSION);
		assert_int_equal(say(&e, in, cut, NULL), SW_WRONG_LENGTH);
		assert_int_equal(f.asked[3], 0);
	}
	enter(&e, &f, APDU_SESSION);
	assert_int_equal(say(&e, in, len - 1, NULL), SW_OK);
	in[len] = 0;
	assert_int_equal(say(&e, in, len + 1, NULL), SW_WRONG_LENGTH);
	/* Well-formed and still too long. */
	len = build(in, 0x00, 0xA4, 4, 0, 245, 0);
	assert_int_equal(len, APDU_MAX + 1);
	assert_int_equal(say(&e, in, len, NULL), SW_WRONG_LENGTH);
	assert_int_equal(say(&e, in, len - 1, NULL), SW_NOT_FOUND);
	memset(in, 0, sizeof(in));
	for (len = APDU_MAX + 1; len <= sizeof(in); len++)
		assert_int_equal(say(&e, in, len, NULL), SW_WRONG_LENGTH);
}

/* A generator of its own (xorshift), so that a seed means the same everywhere. */
static uint32_t next(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

static void garbage(void **unused)
{
	uint32_t seed = 0x7EE9A1;
	struct apdu_engine e;
	struct fake f = good;

	(void)unused;
	print_message("# seed %u\n", seed);
	apdu_engine_init(&e, &fake_card, &f);
	for (int i = 0; i < 100000; i++) {
		uint8_t in[300];
		size_t len = next(&seed) % sizeof(in);

		for (size_t k = 0; k < len; k++)
			in[k] = (uint8_t)next(&seed);
		if (next(&seed) % 2 && len > 4) {
			in[0] = next(&seed) % 2 ? 0x80 : 0x00;
			in[1] = (uint8_t)(0x10 + next(&seed) % 6);
			in[2] = in[3] = 1;
		}
		(void)say(&e, in, len, NULL);
		assert_in_range(e.state, APDU_IDLE, APDU_SESSION);
	}
	/* Random bytes cannot select, so nothing ever reached the trusted application. */
	assert_int_equal(f.asked[2] + f.asked[3] + f.asked[4], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_and_command),
		cmocka_unit_test(lengths_on_the_wire),
		cmocka_unit_test(rejected_by_default),
		cmocka_unit_test(selection_by_name),
		cmocka_unit_test(card_that_is_not_there),
		cmocka_unit_test(answers_of_the_trusted_application),
		cmocka_unit_test(answer_too_long_is_trouble),
		cmocka_unit_test(reset_forgets),
		cmocka_unit_test(truncated_and_oversized),
		cmocka_unit_test(garbage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("walletd apdu_engine", tests, NULL, NULL);
}
