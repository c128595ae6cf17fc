// SPDX-License-Identifier: BSD-2-Clause
/* The virtual ACR122U without USB: two readers face to face, and this test as the host of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/acr122u/descriptors.h"
#include "tests/acr122u/reader.h"

enum { CARD, POS };

/* What a reader said last. */
struct host {
	uint8_t message[CCID_MESSAGE_MAX];
	size_t len;
	unsigned int replies;
	uint8_t slot_bits;
};

static struct clock time_of_test;
static struct field field;
static struct reader readers[FIELD_SIDES];
static struct host hosts[FIELD_SIDES];

static void on_reply(void *ctx, const uint8_t *message, size_t len)
{
	struct host *h = ctx;

	memcpy(h->message, message, len);
	h->len = len;
	h->replies++;
}

static void on_notify(void *ctx, uint8_t slot_bits)
{
	((struct host *)ctx)->slot_bits = slot_bits;
}

static int setup(void **state)
{
	(void)state;
	memset(&time_of_test, 0, sizeof(time_of_test));
	memset(hosts, 0, sizeof(hosts));
	field_init(&field, &time_of_test);
	for (unsigned int i = 0; i < FIELD_SIDES; i++) {
		reader_init(&readers[i], &time_of_test);
		readers[i].reply = on_reply;
		readers[i].notify = on_notify;
		readers[i].ctx = &hosts[i];
		field_join(&field, &readers[i].chip, i);
	}
	for (unsigned int i = 0; i < FIELD_SIDES; i++)
		reader_reset(&readers[i]);
	return 0;
}

static void pass_ms(uint64_t ms)
{
	for (uint64_t i = 0; i < ms; i += 10)
		clock_run(&time_of_test, time_of_test.now + 10);
}

static void ccid(unsigned int side, uint8_t type, const uint8_t *data, size_t len)
{
	static uint8_t seq;
	uint8_t m[CCID_MESSAGE_MAX] = { type, (uint8_t)len, (uint8_t)(len >> 8), 0, 0, 0, seq++ };

	if (len > 0)
		memcpy(m + CCID_HEADER, data, len);
	ccid_receive(&readers[side], m, CCID_HEADER + len);
}

/* FF 00 00 00 Lc D4 ..., as libnfc sends it. */
static void chip(unsigned int side, const uint8_t *command, size_t len)
{
	uint8_t apdu[300] = { 0xFF, 0x00, 0x00, 0x00, (uint8_t)(len + 1), 0xD4 };

	memcpy(apdu + 6, command, len);
	ccid(side, 0x6F, apdu, 6 + len);
}

#define CHIP(side, ...) do { static const uint8_t c_[] = { __VA_ARGS__ }; chip(side, c_, sizeof(c_)); } while (0)

static void expect(unsigned int side, const uint8_t *data, size_t len)
{
	const struct host *h = &hosts[side];

	assert_int_equal(h->len, CCID_HEADER + len);
	assert_int_equal(h->message[1], len);
	assert_memory_equal(h->message + CCID_HEADER, data, len);
}

#define EXPECT(side, ...) do { static const uint8_t e_[] = { __VA_ARGS__ }; expect(side, e_, sizeof(e_)); } while (0)

static void expect_silence(unsigned int side, unsigned int replies_before)
{
	assert_int_equal(hosts[side].replies, replies_before);
}

static void arm(void)
{
	uint8_t c[39] = { 0x8C, 0x05, 0x04, 0x00, 0x11, 0x22, 0x33, 0x20 };

	chip(CARD, c, 38);
}

static void select_as_libnfc(void)
{
	arm();
	CHIP(POS, 0x4A, 0x01, 0x00);
}

static void a_chip_that_libnfc_knows(void **state)
{
	(void)state;
	CHIP(CARD, 0x02);
	EXPECT(CARD, 0xD5, 0x03, 0x32, 0x01, 0x06, 0x07, 0x90, 0x00);
	CHIP(CARD, 0x08, 0x63, 0x05, 0x40, 0x63, 0x02, 0x80);
	EXPECT(CARD, 0xD5, 0x09, 0x90, 0x00);
	CHIP(CARD, 0x06, 0x63, 0x02, 0x63, 0x03, 0x63, 0x05);
	EXPECT(CARD, 0xD5, 0x07, 0x80, 0x00, 0x40, 0x90, 0x00);
	CHIP(CARD, 0x00, 0x00, 'l', 'i', 'b');
	EXPECT(CARD, 0xD5, 0x01, 0x00, 'l', 'i', 'b', 0x90, 0x00);
	CHIP(CARD, 0x77);
	EXPECT(CARD, 0x63, 0x00);
}

/* Byte for byte, and none may run past its end: every truncation of every command of the pseudo-APDU. */
static void torn_messages_are_ignored(void **state)
{
	uint8_t m[CCID_HEADER + 8] = { 0x6F, 8, 0, 0, 0, 0, 9, 0, 0, 0, 0xFF, 0x00, 0x00, 0x00, 0x03, 0xD4, 0x4A, 0x01 };

	(void)state;
	for (size_t n = 0; n < sizeof(m); n++)
		ccid_receive(&readers[POS], m, n);
	expect_silence(POS, 0);
	ccid_receive(&readers[POS], m, sizeof(m));
	assert_int_equal(hosts[POS].replies, 1);
	assert_int_equal(hosts[POS].message[6], 9);
}

static void the_target_is_found(void **state)
{
	(void)state;
	arm();
	expect_silence(CARD, 0);
	CHIP(POS, 0x4A, 0x01, 0x00);
	EXPECT(POS, 0xD5, 0x4B, 0x01, 0x01, 0x00, 0x04, 0x20, 0x04, 0x08, 0x11, 0x22, 0x33, 0x05, 0x75, 0x33, 0x92, 0x03, 0x90, 0x00);
	EXPECT(CARD, 0xD5, 0x8D, 0x08, 0xE0, 0x50, 0x90, 0x00);
	assert_int_equal(field.air.activations, 1);
}

static void without_a_target_there_is_none(void **state)
{
	(void)state;
	CHIP(POS, 0x32, 0x05, 0x00, 0x01, 0x02);
	CHIP(POS, 0x4A, 0x01, 0x00);
	EXPECT(POS, 0xD5, 0x4B, 0x00, 0x90, 0x00);
	/* Told to try for ever, it waits. */
	CHIP(POS, 0x32, 0x05, 0xFF, 0xFF, 0xFF);
	CHIP(POS, 0x4A, 0x01, 0x00);
	expect_silence(POS, 3);
	arm();
	assert_int_equal(hosts[POS].message[CCID_HEADER + 2], 1);
}

static void an_exchange(void **state)
{
	(void)state;
	select_as_libnfc();
	CHIP(CARD, 0x86);
	CHIP(POS, 0x40, 0x01, 0x00, 0xA4, 0x04, 0x00);
	EXPECT(CARD, 0xD5, 0x87, 0x00, 0x00, 0xA4, 0x04, 0x00, 0x90, 0x00);
	CHIP(CARD, 0x8E, 0x6A, 0x82);
	EXPECT(CARD, 0xD5, 0x8F, 0x00, 0x90, 0x00);
	EXPECT(POS, 0xD5, 0x41, 0x00, 0x6A, 0x82, 0x90, 0x00);
	assert_int_equal(field.air.apdus, 1);
	assert_int_equal(field.air.apdu_bytes, 6);
	assert_int_equal(field.air.block_bytes, 12);
}

/* A command that came before the host asked for it is kept; one that it did not answer is not given twice. */
static void one_command_one_answer(void **state)
{
	(void)state;
	select_as_libnfc();
	CHIP(POS, 0x40, 0x01, 0x00, 0xA4);
	CHIP(CARD, 0x86);
	EXPECT(CARD, 0xD5, 0x87, 0x00, 0x00, 0xA4, 0x90, 0x00);
	CHIP(CARD, 0x86);
	EXPECT(CARD, 0xD5, 0x87, 0x27, 0x90, 0x00);
	CHIP(CARD, 0x8E, 0x90, 0x00);
	CHIP(CARD, 0x8E, 0x90, 0x00);
	EXPECT(CARD, 0xD5, 0x8F, 0x27, 0x90, 0x00);
}

static void each_way_of_being_released(void **state)
{
	static const struct {
		const char *name;
		uint8_t command[4];
		size_t len;
	} rows[] = {
		{ "deselected", { 0x44, 0x00 }, 2 },
		{ "released", { 0x52, 0x00 }, 2 },
		{ "field off", { 0x32, 0x01, 0x00 }, 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(state);
		select_as_libnfc();
		CHIP(CARD, 0x86);
		chip(POS, rows[i].command, rows[i].len);
		if (hosts[CARD].message[CCID_HEADER + 2] != 0x29)
			fail_msg("%s: the card does not hear of it", rows[i].name);
		CHIP(CARD, 0x86);
		EXPECT(CARD, 0xD5, 0x87, 0x29, 0x90, 0x00);
		select_as_libnfc();
		EXPECT(CARD, 0xD5, 0x8D, 0x08, 0xE0, 0x50, 0x90, 0x00);
	}
}

/* libnfc's way to end a wait is any other command: the first is never answered. */
static void a_new_command_cancels(void **state)
{
	(void)state;
	arm();
	CHIP(CARD, 0x02);
	assert_int_equal(hosts[CARD].replies, 1);
	CHIP(POS, 0x32, 0x05, 0x00, 0x01, 0x02);
	CHIP(POS, 0x4A, 0x01, 0x00);
	EXPECT(POS, 0xD5, 0x4B, 0x00, 0x90, 0x00);
}

/* The payment of docs/PROTOCOL.apdu.md: its blocks are the protocol's 672 bytes and 66 of framing. */
static void a_payment_in_blocks_and_time(void **state)
{
	static const size_t sizes[] = { 20, 48, 14, 37, 162, 245, 52, 94 };
	uint8_t command[260] = { 0x40, 0x01 }, response[260] = { 0x8E };

	(void)state;
	select_as_libnfc();
	for (size_t i = 0; i < 8; i += 2) {
		CHIP(CARD, 0x86);
		chip(POS, command, 2 + sizes[i]);
		chip(CARD, response, 1 + sizes[i + 1]);
	}
	assert_int_equal(field.air.apdus, 4);
	assert_int_equal(field.air.apdu_bytes, 672);
	assert_int_equal(field.air.blocks, 22);
	assert_int_equal(field.air.block_bytes, 738);
	/* 738 bytes and the activation's, 9 elementary times each, and 30 frames with their delays. */
	assert_in_range(field.air.ns, 65000000, 70000000);
}

/* After each byte of the blocks of one exchange: either both have the whole of it, or the terminal has no answer. */
static void taken_away_at_each_byte(void **state)
{
	const size_t total = 5 + 3 + 3 + 64 + 3 + 42;	/* I(2); 100 bytes: I(61) R(ACK) I(39) */

	for (size_t cut = 1; cut <= total; cut++) {
		uint8_t response[101] = { 0x8E };
		bool whole;

		setup(state);
		select_as_libnfc();
		CHIP(CARD, 0x86);
		field.cut_after = cut;
		CHIP(POS, 0x40, 0x01, 0x00, 0xA4);
		if (hosts[CARD].message[CCID_HEADER + 2] == 0)
			chip(CARD, response, sizeof(response));
		pass_ms(500);
		whole = cut > 5 + 64 + 3 + 42;
		assert_int_equal(hosts[POS].message[CCID_HEADER + 1], 0x41);
		assert_int_equal(hosts[POS].message[CCID_HEADER + 2], whole ? 0x00 : 0x01);
		assert_int_equal(field.near, whole);
		assert_int_equal(readers[CARD].chip.tg, whole ? TG_ACTIVE : TG_GONE);
	}
}

/* Each block of an exchange with a chained command (61 and 39 bytes) and a chained response (61 and 41): the blocks as they go without damage first. */
static void a_damaged_block_is_sent_again(void **state)
{
	static const struct {
		const char *name;
		size_t bytes;
		size_t again;
	} rows[] = {
		{ "command, first part", 64, 3 + 3 + 64 },	{ "R(ACK) of the target", 3, 3 + 3 },
		{ "command, last part", 42, 3 + 3 + 42 },	{ "response, first part", 64, 3 + 64 },
		{ "R(ACK) of the initiator", 3, 3 },		{ "response, last part", 44, 3 + 44 },
	};
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	size_t whole = 0;

	for (size_t i = 0; i < n; i++)
		whole += rows[i].bytes;
	for (size_t i = 0; i < n; i++) {
		uint8_t command[102] = { 0x40, 0x01 }, response[103] = { 0x8E };
		uint8_t arrived[2 + 1 + 100 + 2] = { 0xD5, 0x87, 0x00 }, answered[2 + 1 + 102 + 2] = { 0xD5, 0x41, 0x00 };

		setup(state);
		memset(command + 2, 0x11, 100);
		memset(arrived + 3, 0x11, 100);
		memset(response + 1, 0x22, 102);
		memset(answered + 3, 0x22, 102);
		arrived[sizeof(arrived) - 2] = answered[sizeof(answered) - 2] = 0x90;
		select_as_libnfc();
		CHIP(CARD, 0x86);
		field.corrupt_block = i + 1;
		chip(POS, command, sizeof(command));
		expect(CARD, arrived, sizeof(arrived));
		chip(CARD, response, sizeof(response));
		expect(POS, answered, sizeof(answered));
		if (field.air.repeats != 1 || field.air.block_bytes != whole + rows[i].again)
			fail_msg("%s: %zu bytes went", rows[i].name, (size_t)field.air.block_bytes);
	}
}

static void a_late_block_arrives_late(void **state)
{
	unsigned int before;

	(void)state;
	select_as_libnfc();
	CHIP(CARD, 0x86);
	before = hosts[CARD].replies;
	field.delay_block = 1;
	field.delay_ms = 300;
	CHIP(POS, 0x40, 0x01, 0x00, 0xA4);
	pass_ms(290);
	expect_silence(CARD, before);
	pass_ms(20);
	expect_silence(CARD, before + 1);
}

/* --- as pcscd sees it --- */

static void a_slot_with_a_card(void **state)
{
	(void)state;
	arm();
	assert_int_equal(hosts[POS].slot_bits, 0);
	pass_ms(1100);
	assert_int_equal(hosts[POS].slot_bits, 0x03);
	ccid(POS, 0x65, NULL, 0);
	assert_int_equal(hosts[POS].message[7], 1);
	ccid(POS, 0x62, NULL, 0);
	EXPECT(POS, 0x3B, 0x80, 0x80, 0x01, 0x01);
	assert_int_equal(hosts[POS].message[7], 0);
	CHIP(CARD, 0x86);
	ccid(POS, 0x6F, (const uint8_t *)"\x00\xA4\x04\x00", 4);
	EXPECT(CARD, 0xD5, 0x87, 0x00, 0x00, 0xA4, 0x04, 0x00, 0x90, 0x00);
	CHIP(CARD, 0x8E, 0x90, 0x00);
	EXPECT(POS, 0x90, 0x00);
	ccid(POS, 0x6F, (const uint8_t *)"\xFF\xCA\x00\x00\x00", 5);
	EXPECT(POS, 0x08, 0x11, 0x22, 0x33, 0x90, 0x00);
	CHIP(CARD, 0x86);
	ccid(POS, 0x63, NULL, 0);
	EXPECT(CARD, 0xD5, 0x87, 0x29, 0x90, 0x00);
	assert_int_equal(hosts[POS].message[7], 1);
}

static void power_again_is_a_reset(void **state)
{
	(void)state;
	arm();
	pass_ms(1100);
	ccid(POS, 0x62, NULL, 0);
	CHIP(CARD, 0x86);
	ccid(POS, 0x62, NULL, 0);
	EXPECT(CARD, 0xD5, 0x87, 0x29, 0x90, 0x00);
	pass_ms(50);
	arm();
	EXPECT(POS, 0x3B, 0x80, 0x80, 0x01, 0x01);
	assert_int_equal(field.air.activations, 2);
	/* One that never comes is mute, and said to be so in time. */
	ccid(POS, 0x62, NULL, 0);
	pass_ms(2100);
	assert_int_equal(hosts[POS].len, CCID_HEADER);
	assert_int_equal(hosts[POS].message[7] & 0xC0, 0x40);
	assert_int_equal(hosts[POS].slot_bits, 0x02);
	arm();
	pass_ms(300);
	assert_int_equal(hosts[POS].slot_bits, 0x03);
}

static void a_card_that_goes_is_told(void **state)
{
	(void)state;
	arm();
	pass_ms(1100);
	ccid(POS, 0x62, NULL, 0);
	field_move(&field, false);
	pass_ms(1000);
	assert_int_equal(hosts[POS].slot_bits, 0x02);
	ccid(POS, 0x6F, (const uint8_t *)"\x00\xA4\x04\x00", 4);
	assert_int_equal(hosts[POS].message[7] & 0xC0, 0x40);
}

static void libnfc_ends_the_polling(void **state)
{
	(void)state;
	ccid(POS, 0x6F, (const uint8_t *)"\xFF\x00\x51\x00\x00", 5);
	EXPECT(POS, 0x90, 0x00);
	arm();
	pass_ms(3000);
	assert_int_equal(hosts[POS].slot_bits, 0);
	assert_int_equal(field.air.activations, 0);
}

/* --- faults --- */

static void each_fault_at_its_command(void **state)
{
	static const uint8_t version[] = { 0x02 }, status[] = { 0x04 };

	for (int kind = FAULT_MUTE; fault_names[kind]; kind++) {
		unsigned int before;

		setup(state);
		fault_ask(&readers[CARD].fault, (enum fault_kind)kind, 2);
		chip(CARD, version, sizeof(version));
		assert_int_equal(hosts[CARD].replies, 1);
		before = hosts[CARD].replies;
		chip(CARD, status, sizeof(status));
		switch (kind) {
		case FAULT_MUTE:
			expect_silence(CARD, before);
			chip(CARD, version, sizeof(version));
			expect_silence(CARD, before + 1);
			break;
		case FAULT_DESYNC:
			EXPECT(CARD, 0xD5, 0x03, 0x32, 0x01, 0x06, 0x07, 0x90, 0x00);
			break;
		case FAULT_DEAD:
			chip(CARD, version, sizeof(version));
			expect_silence(CARD, before);
			break;
		case FAULT_STALL:
			assert_true(readers[CARD].fault.stalled);
			break;
		default:
			break;
		}
		reader_reset(&readers[CARD]);
		chip(CARD, version, sizeof(version));
		EXPECT(CARD, 0xD5, 0x03, 0x32, 0x01, 0x06, 0x07, 0x90, 0x00);
	}
}

static void released_for_a_moment(void **state)
{
	(void)state;
	select_as_libnfc();
	CHIP(CARD, 0x86);
	CHIP(POS, 0x40, 0x01, 0x00, 0xA4);
	fault_ask(&readers[CARD].fault, FAULT_RELEASED, 1);
	CHIP(CARD, 0x8E, 0x90, 0x00);
	EXPECT(CARD, 0xD5, 0x8F, 0x29, 0x90, 0x00);
	pass_ms(200);
	EXPECT(POS, 0xD5, 0x41, 0x01, 0x90, 0x00);
	select_as_libnfc();
	EXPECT(CARD, 0xD5, 0x8D, 0x08, 0xE0, 0x50, 0x90, 0x00);
}

static void descriptors(void **state)
{
	uint8_t d[DESCRIPTOR_MAX];

	(void)state;
	assert_int_equal(descriptor_get(0x0100, NULL, d), 18);
	assert_int_equal(d[16], 0);
	assert_int_equal(descriptor_get(0x0100, "X", d), 18);
	assert_int_equal(d[16], 3);
	assert_int_equal(descriptor_get(0x0200, NULL, d), 0x5D);
	assert_int_equal(d[2], 0x5D);
	assert_int_equal(descriptor_get(0x0302, NULL, d), 2 + 2 * 22);
	assert_int_equal(descriptor_get(0x0303, NULL, d), 0);
	assert_int_equal(descriptor_get(0x0F00, NULL, d), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(a_chip_that_libnfc_knows), T(torn_messages_are_ignored), T(the_target_is_found), T(without_a_target_there_is_none), T(an_exchange),
		T(one_command_one_answer), T(each_way_of_being_released), T(a_new_command_cancels), T(a_payment_in_blocks_and_time),
		T(taken_away_at_each_byte), T(a_damaged_block_is_sent_again), T(a_late_block_arrives_late), T(a_slot_with_a_card),
		T(power_again_is_a_reset), T(a_card_that_goes_is_told), T(libnfc_ends_the_polling), T(each_fault_at_its_command),
		T(released_for_a_moment), T(descriptors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
