// SPDX-License-Identifier: BSD-2-Clause
/*
 * walletd's card over the client API: this test is the library under it (TEEC_*) and the trusted application behind that, which can die at any call.
 * Store and purse are the real ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tee_client_api.h>
#include <unistd.h>

#include "common/log.h"
#include "daemon/walletd/card.h"

/* --- the trusted application --- */

static struct {
	bool there;			/* sessions can be opened */
	bool alive;			/* the open session is good */
	struct payta_status status;
	uint8_t variant;		/* in every record: another one is another past */
	uint16_t pay_sw;
	int die_before, die_behind;	/* this command */
	unsigned int sessions, calls[PAYTA_CMD_VERIFY + 1];
	size_t recover_record;		/* size of what RECOVER got */
	unsigned int takes;
	unsigned int busy;		/* so many takings fail for want of memory */
} ta;

static uint8_t region[4096];

static void make_record(uint32_t ctr, uint8_t out[PURSE_RECORD_LEN])
{
	struct purse_record r = { .ctr = ctr, .kind = ctr == 0 ? PURSE_ISSUED : PURSE_PAYMENT, .currency = 0x0978, .amount = ctr == 0 ? 0 : 450,
				  .balance = 100000 - 450ull * ctr, .time = 1700000000 + ctr };

	if (ctr > 0)
		strcpy(r.name, "Canteen");
	assert_int_equal(purse_record_encode(&r, out), 0);
	memset(out + PURSE_SEALED_LEN, ta.variant, PURSE_SEAL_LEN);
}

static TEEC_Result give(TEEC_Operation *op, int i, const void *p, size_t len)
{
	if (op->params[i].tmpref.size < len)
		return TEEC_ERROR_SHORT_BUFFER;
	memcpy(op->params[i].tmpref.buffer, p, len);
	op->params[i].tmpref.size = len;
	return TEEC_SUCCESS;
}

static TEEC_Result do_take(TEEC_Operation *op)
{
	uint8_t number[PAYTA_SEALED_VCN_LEN], record[PURSE_RECORD_LEN];

	assert_int_equal(op->params[0].tmpref.size, ISSUE_LEN);
	if (ta.busy > 0) {
		ta.busy--;
		return TEEC_ERROR_OUT_OF_MEMORY;
	}
	if (ta.status.state != PAYTA_APPLIED && ta.status.state != PAYTA_ACTIVE)
		return TEEC_ERROR_BAD_STATE;
	ta.status.state = PAYTA_ACTIVE;
	memset(number, (int)++ta.takes, sizeof(number));
	make_record(0, record);
	assert_int_equal(give(op, 1, number, sizeof(number)), TEEC_SUCCESS);
	return give(op, 2, record, sizeof(record));
}

static TEEC_Result do_record(TEEC_Operation *op)
{
	uint8_t record[PURSE_RECORD_LEN];
	uint32_t ctr = op->params[0].value.a;

	if (ctr > ta.status.ctr || ta.status.ctr - ctr >= PAYTA_RECORDS)
		return TEEC_ERROR_ITEM_NOT_FOUND;
	make_record(ctr, record);
	return give(op, 1, record, sizeof(record));
}

/* GET VCN, PAY and RECOVER: the answer lies in the lent region. */
static TEEC_Result do_card(uint32_t cmd, TEEC_Operation *op)
{
	uint8_t record[PURSE_RECORD_LEN];
	size_t len = cmd == PAYTA_CMD_GET_VCN ? 243 : 92;

	assert_int_equal(TEEC_PARAM_TYPE_GET(op->paramTypes, 0), TEEC_VALUE_INOUT);
	assert_int_equal(TEEC_PARAM_TYPE_GET(op->paramTypes, 1), TEEC_MEMREF_TEMP_INPUT);
	assert_int_equal(TEEC_PARAM_TYPE_GET(op->paramTypes, 2), TEEC_MEMREF_PARTIAL_OUTPUT);
	assert_ptr_equal(op->params[2].memref.parent->buffer, region);
	assert_int_equal(op->params[0].value.a, 0x0101);
	memset(region, (int)cmd, len);
	op->params[2].memref.size = len;
	op->params[0].value.a = SW_OK;
	if (cmd == PAYTA_CMD_GET_VCN)
		assert_int_equal(op->params[3].tmpref.size, PAYTA_SEALED_VCN_LEN);
	if (cmd == PAYTA_CMD_RECOVER)
		ta.recover_record = op->params[3].tmpref.size;
	if (cmd != PAYTA_CMD_PAY)
		return TEEC_SUCCESS;
	op->params[0].value.a = ta.pay_sw;
	if (ta.pay_sw != SW_OK) {
		op->params[3].tmpref.size = 0;
		return TEEC_SUCCESS;
	}
	make_record(++ta.status.ctr, record);
	return give(op, 3, record, sizeof(record));
}

static TEEC_Result do_command(uint32_t cmd, TEEC_Operation *op)
{
	static const uint8_t cap[] = { 1, 0x09, 0x78, 1, 2, 3, 4, 1 };
	uint8_t buf[PAYTA_STATUS_LEN > APPLICATION_LEN ? PAYTA_STATUS_LEN : APPLICATION_LEN] = { 0 };

	switch (cmd) {
	case PAYTA_CMD_STATUS:
		assert_int_equal(payta_status_encode(&ta.status, buf), 0);
		return give(op, 0, buf, PAYTA_STATUS_LEN);
	case PAYTA_CMD_CAP:
		return give(op, 0, cap, sizeof(cap));
	case PAYTA_CMD_APPLY:
		ta.status.state = PAYTA_APPLIED;
		return give(op, 1, buf, APPLICATION_LEN);
	case PAYTA_CMD_TAKE_CARD:
		return do_take(op);
	case PAYTA_CMD_RECORD:
		return do_record(op);
	default:
		return do_card(cmd, op);
	}
}

/* --- the client API --- */

TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context)
{
	(void)name;
	(void)context;
	return TEEC_SUCCESS;
}

void TEEC_FinalizeContext(TEEC_Context *context)
{
	(void)context;
}

TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *sharedMem)
{
	(void)context;
	assert_true(sharedMem->size <= sizeof(region));
	sharedMem->buffer = region;
	return TEEC_SUCCESS;
}

void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *sharedMem)
{
	sharedMem->buffer = NULL;
}

TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session, const TEEC_UUID *destination, uint32_t connectionMethod,
			     const void *connectionData, TEEC_Operation *operation, uint32_t *returnOrigin)
{
	static const TEEC_UUID uuid = PAYTA_UUID;

	(void)context;
	(void)session;
	(void)connectionData;
	(void)operation;
	(void)returnOrigin;
	assert_memory_equal(destination, &uuid, sizeof(uuid));
	assert_int_equal(connectionMethod, TEEC_LOGIN_USER_APPLICATION);
	if (!ta.there)
		return TEEC_ERROR_ITEM_NOT_FOUND;
	ta.alive = true;
	ta.sessions++;
	return TEEC_SUCCESS;
}

void TEEC_CloseSession(TEEC_Session *session)
{
	(void)session;
	ta.alive = false;
}

TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t commandID, TEEC_Operation *operation, uint32_t *returnOrigin)
{
	TEEC_Result result;

	(void)session;
	(void)returnOrigin;
	assert_in_range(commandID, PAYTA_CMD_STATUS, PAYTA_CMD_VERIFY);
	ta.calls[commandID]++;
	if (ta.die_before == (int)commandID) {
		ta.die_before = 0;
		ta.alive = false;
	}
	if (!ta.alive)
		return TEEC_ERROR_TARGET_DEAD;
	result = do_command(commandID, operation);
	if (ta.die_behind == (int)commandID) {
		ta.die_behind = 0;
		ta.alive = false;
		return TEEC_ERROR_TARGET_DEAD;
	}
	return result;
}

/* --- walletd --- */

struct walletd {
	struct store *store;
	struct ta *ta;
	struct card *card;
	struct arming arming;
	struct apdu_engine engine;
};

static struct walletd w;
static char folder[64], path[96];

static void start(void)
{
	char error[256];

	assert_int_equal(store_open(&w.store, path, error), 0);
	w.ta = ta_new();
	w.card = card_new(w.ta, w.store, &w.arming);
	assert_non_null(w.card);
	apdu_engine_init(&w.engine, &card_apdu, w.card);
	(void)card_refresh(w.card);
}

/* As SIGKILL would: nothing is settled. */
static void stop(void)
{
	card_free(&w.card);
	ta_free(&w.ta);
	store_free(&w.store);
}

static int setup(void **state)
{
	(void)state;
	memset(&ta, 0, sizeof(ta));
	ta.there = true;
	ta.variant = 1;
	ta.pay_sw = SW_OK;
	memcpy(ta.status.cid, "\x01\x02\x03\x04\x05\x06\x07\x08", CID_LEN);
	ta.status.currency = 0x0978;
	strcpy(folder, "/tmp/walletd-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/wallet.db", folder);
	w = (struct walletd){ .arming = { .mode = ARMING_ALWAYS } };
	start();
	return 0;
}

static int teardown(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[128];

	(void)state;
	stop();
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	rmdir(folder);
	return 0;
}

static struct {
	unsigned int transactions, asked, taps;
	uint64_t amount;
	char merchant[MERCHANT_MAX + 1];
} heard;

static void hear_transaction(void *ctx, const struct purse_record *record)
{
	(void)ctx;
	(void)record;
	heard.transactions++;
}

static void hear_asked(void *ctx, const char *what, uint64_t amount, uint16_t currency)
{
	(void)ctx;
	assert_string_equal(what, "verify");
	assert_int_equal(currency, 0x0978);
	heard.asked++;
	heard.amount = amount;
}

static void hear_tap(void *ctx, const char *merchant)
{
	(void)ctx;
	heard.taps++;
	snprintf(heard.merchant, sizeof(heard.merchant), "%s", merchant);
}

static const struct card_listener listener = { hear_transaction, hear_asked, hear_tap };

static void settle(void)
{
	memset(&heard, 0, sizeof(heard));
	card_settle(w.card, &listener, NULL);
}

static void issue_card(void)
{
	uint8_t challenge[CHALLENGE_LEN] = { 0 }, application[APPLICATION_LEN], issue[ISSUE_LEN] = { 0x15 };

	assert_int_equal(card_apply(w.card, challenge, application), 0);
	assert_int_equal(card_take(w.card, issue), 0);
	settle();
	assert_int_equal(heard.transactions, 1);
	assert_string_equal(card_state_name(w.card), "active");
}

static uint16_t say(const uint8_t *in, size_t len)
{
	uint8_t out[APDU_MAX];
	size_t n;

	apdu_engine_run(&w.engine, in, len, out, &n);
	return (uint16_t)(out[n - 2] << 8 | out[n - 1]);
}

static uint16_t select_aid(void)
{
	uint8_t in[14] = { 0x00, 0xA4, 0x04, 0x00, AID_LEN };

	memcpy(in + 5, payment_aid, AID_LEN);
	return say(in, sizeof(in));
}

/* With a certificate whose merchant can be read; the trusted application of this test does not look at it. */
static uint16_t get_vcn(void)
{
	uint8_t in[162] = { 0x80, 0x10, 1, 1, 156, 0xC1, 0x81, 135, 0x12, 0x01 };

	in[8 + 50] = MERCHANT_MAX;
	memcpy(in + 8 + 51, "Campus Canteen No. 1", MERCHANT_MAX);
	in[8 + 135] = 0xC2;
	in[8 + 136] = NONCE_LEN;
	return say(in, sizeof(in));
}

/* PAY of 4.50 EUR, as far as walletd reads it. */
static uint16_t pay(void)
{
	uint8_t in[52] = { 0x80, 0x12, 1, 1, 46, 0xC4, P_LEN, 0, 0, 0, 0, 0, 0, 0x01, 0xC2, 0x09, 0x78 };

	return say(in, sizeof(in));
}

static uint16_t recover(uint32_t ctr)
{
	uint8_t in[38] = { 0x80, 0x14, 1, 1, 32, 0xC8, Q_LEN };

	in[17] = (uint8_t)(ctr >> 8);
	in[18] = (uint8_t)ctr;
	return say(in, sizeof(in));
}

static void tap_and_pay(void)
{
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_OK);
	assert_int_equal(pay(), SW_OK);
}

static bool written(uint32_t ctr)
{
	uint8_t record[PURSE_RECORD_LEN];

	return store_get_record(w.store, ta.status.cid, ctr, record) == 1;
}

static void pays_and_writes_behind(void **unused)
{
	(void)unused;
	assert_int_equal(select_aid(), SW_NOT_FOUND);
	issue_card();
	tap_and_pay();
	/* The terminal has its answer; the disk comes after it (rule 4). */
	assert_int_equal(purse_newest(card_purse(w.card))->ctr, 1);
	assert_false(written(1));
	settle();
	assert_true(written(1));
	assert_int_equal(heard.transactions, 1);
	assert_int_equal(heard.taps, 1);
	assert_string_equal(heard.merchant, "Campus Canteen No. 1");
	settle();
	assert_int_equal(heard.taps, 0);
}

static void walletd_killed_before_it_wrote(void **unused)
{
	(void)unused;
	issue_card();
	tap_and_pay();
	stop();
	start();
	assert_int_equal(purse_newest(card_purse(w.card))->ctr, 1);
	settle();
	assert_true(written(1));
	assert_int_equal(heard.transactions, 1);
	tap_and_pay();
	assert_int_equal(ta.status.ctr, 2);
}

static void application_killed_at(void **unused)
{
	static const struct {
		const char *name;
		int before, behind;
		uint16_t select, vcn, pay;
		uint32_t ctr;
	} rows[] = {
		{ "before CAP", PAYTA_CMD_CAP, 0, SW_OK, SW_OK, SW_OK, 1 },
		{ "behind CAP", 0, PAYTA_CMD_CAP, SW_OK, SW_OK, SW_OK, 1 },
		{ "before GET VCN", PAYTA_CMD_GET_VCN, 0, SW_OK, SW_OK, SW_OK, 1 },
		{ "behind GET VCN", 0, PAYTA_CMD_GET_VCN, SW_OK, SW_OK, SW_OK, 1 },
		{ "before PAY", PAYTA_CMD_PAY, 0, SW_OK, SW_OK, SW_UNKNOWN, 0 },
		{ "behind PAY's commit", 0, PAYTA_CMD_PAY, SW_OK, SW_OK, SW_UNKNOWN, 1 },
	};
	void *state = NULL;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		teardown(&state);
		setup(&state);
		issue_card();
		ta.die_before = rows[i].before;
		ta.die_behind = rows[i].behind;
		if (select_aid() != rows[i].select || get_vcn() != rows[i].vcn || pay() != rows[i].pay || ta.status.ctr != rows[i].ctr)
			fail_msg("%s: counter %u", rows[i].name, ta.status.ctr);
		/* PAY is never said twice by walletd itself. */
		assert_int_equal(ta.calls[PAYTA_CMD_PAY], 1);
		settle();
		if (purse_newest(card_purse(w.card))->ctr != rows[i].ctr || !written(rows[i].ctr))
			fail_msg("%s: the purse did not catch up", rows[i].name);
	}
}

static void application_away(void **unused)
{
	(void)unused;
	issue_card();
	ta.there = ta.alive = false;
	assert_int_equal(select_aid(), SW_UNKNOWN);
	settle();
	assert_string_equal(card_state_name(w.card), "unavailable");
	assert_int_equal(select_aid(), SW_UNKNOWN);
	/* It is back; what it did meanwhile comes into the purse. */
	ta.there = true;
	ta.status.ctr = 5;
	while (card_refresh(w.card) == TA_ERR_UNAVAILABLE)
		;	/* the back-off, at most 1 s */
	assert_string_equal(card_state_name(w.card), "active");
	settle();
	assert_int_equal(heard.transactions, 5);
	assert_int_equal(select_aid(), SW_OK);
}

static void number_lost_between_two_commits(void **unused)
{
	uint8_t challenge[CHALLENGE_LEN] = { 0 }, application[APPLICATION_LEN], issue[ISSUE_LEN] = { 0x15 }, number[PAYTA_SEALED_VCN_LEN];

	(void)unused;
	assert_int_equal(card_apply(w.card, challenge, application), 0);
	/* The application takes the card and dies; walletd is killed before it can ask again. */
	ta.there = false;
	ta.die_behind = PAYTA_CMD_TAKE_CARD;
	assert_int_not_equal(card_take(w.card, issue), 0);
	assert_int_equal(store_get_number(w.store, ta.status.cid, number), 0);
	stop();
	ta.there = true;
	start();
	assert_string_equal(card_state_name(w.card), "active");
	assert_null(card_trouble(w.card));
	assert_int_equal(store_get_number(w.store, ta.status.cid, number), 1);
	assert_int_equal(store_get_issue(w.store, issue), 0);
	tap_and_pay();
}

/* The application cannot answer at the moment: the issued card that is kept for this is not lost. */
static void number_asked_for_until_it_comes(void **unused)
{
	uint8_t challenge[CHALLENGE_LEN] = { 0 }, application[APPLICATION_LEN], issue[ISSUE_LEN] = { 0x15 };

	(void)unused;
	assert_int_equal(card_apply(w.card, challenge, application), 0);
	ta.there = false;
	ta.die_behind = PAYTA_CMD_TAKE_CARD;
	assert_int_not_equal(card_take(w.card, issue), 0);
	stop();
	ta.there = true;
	ta.busy = 1;
	start();
	assert_string_equal(card_state_name(w.card), "unavailable");
	assert_false(card_settled(w.card));
	assert_int_equal(card_refresh(w.card), 0);
	assert_string_equal(card_state_name(w.card), "active");
}

static void number_lost_for_good(void **unused)
{
	(void)unused;
	issue_card();
	stop();
	unlink(path);
	start();
	assert_string_equal(card_state_name(w.card), "blocked");
	assert_non_null(card_trouble(w.card));
	assert_int_equal(select_aid(), SW_NOT_FOUND);
}

static void frozen_purse_is_not_offered(void **unused)
{
	(void)unused;
	issue_card();
	tap_and_pay();
	settle();
	/* The application's storage is rolled back by one payment. */
	ta.status.ctr = 0;
	ta.alive = false;
	assert_int_equal(select_aid(), SW_OK);	/* found out behind this answer ... */
	settle();
	assert_string_equal(card_state_name(w.card), "blocked");
	assert_non_null(card_trouble(w.card));
	assert_int_equal(select_aid(), SW_NOT_FOUND);	/* ... and from the next tap on */
	stop();
	start();
	assert_string_equal(card_state_name(w.card), "blocked");
}

/* What was selected before it was found out pays no more, and no issuer message moves money (rule 11). */
static void frozen_purse_moves_nothing(void **unused)
{
	uint8_t reply[CARD_REPLY_LEN];

	(void)unused;
	issue_card();
	tap_and_pay();
	settle();
	assert_int_equal(get_vcn(), SW_OK);
	/* The application comes back from an older copy, between GET VCN and PAY. */
	ta.status.ctr = 0;
	assert_int_equal(card_refresh(w.card), 0);
	assert_non_null(card_trouble(w.card));
	assert_int_equal(pay(), SW_CONDITIONS);
	assert_int_equal(get_vcn(), SW_CONDITIONS);
	assert_int_equal(ta.calls[PAYTA_CMD_PAY], 1);
	assert_int_equal(ta.calls[PAYTA_CMD_GET_VCN], 2);
	assert_int_equal(card_message(w.card, (struct bytes){ reply, 1 }, reply), CARD_ERR_FROZEN);
	assert_int_equal(ta.calls[PAYTA_CMD_MESSAGE], 0);
}

/* Somebody with another record 1: the log says so once, not with every command. */
static void frozen_purse_is_told_once(void **unused)
{
	uint8_t other[1][PURSE_RECORD_LEN];
	char text[4096] = "";
	int saved = dup(STDERR_FILENO), lines = 0;
	FILE *log = tmpfile();

	(void)unused;
	assert_non_null(log);
	issue_card();
	ta.variant = 2;
	make_record(1, other[0]);
	ta.variant = 1;
	assert_int_equal(store_put_records(w.store, ta.status.cid, (const uint8_t (*)[PURSE_RECORD_LEN])other, 1), 0);
	tap_and_pay();
	assert_true(dup2(fileno(log), STDERR_FILENO) >= 0);
	log_init("walletd", LOG_ERR);
	for (int i = 0; i < 5; i++)
		settle();
	log_init("walletd", LOG_EMERG);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(log);
	while (fgets(text, sizeof(text), log))
		lines += strstr(text, "frozen") != NULL;
	fclose(log);
	assert_int_equal(lines, 1);
	assert_non_null(card_trouble(w.card));
}

static sqlite3 *other_program(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

/* Somebody holds the database: terminals are answered all the same, and what waits is written and told later. */
static void locked_store_holds_no_terminal_up(void **unused)
{
	uint64_t before;
	sqlite3 *db;

	(void)unused;
	issue_card();
	assert_true(card_settled(w.card));
	db = other_program("BEGIN IMMEDIATE");
	before = arming_clock();
	tap_and_pay();
	settle();
	assert_in_range(arming_clock() - before, 0, 4000000);	/* SQLite would wait 5 s */
	assert_int_equal(heard.transactions, 0);
	assert_false(card_settled(w.card));
	sqlite3_close(db);
	settle();
	assert_int_equal(heard.transactions, 1);
	assert_true(card_settled(w.card));
	assert_true(written(1));
}

/* A database that cannot be read now is no card that has lost its number: the terminal hears "try again". */
static void unreadable_store_is_trouble_that_passes(void **unused)
{
	(void)unused;
	issue_card();
	sqlite3_close(other_program("ALTER TABLE card RENAME TO away"));
	card_free(&w.card);
	w.card = card_new(w.ta, w.store, &w.arming);
	apdu_engine_init(&w.engine, &card_apdu, w.card);
	assert_int_equal(card_refresh(w.card), CARD_ERR_STORE);
	assert_string_equal(card_state_name(w.card), "unavailable");
	assert_int_equal(select_aid(), SW_UNKNOWN);
	sqlite3_close(other_program("ALTER TABLE away RENAME TO card"));
	assert_int_equal(select_aid(), SW_OK);
	assert_string_equal(card_state_name(w.card), "active");
}

static int count_record(void *ctx, const uint8_t record[PURSE_RECORD_LEN])
{
	(void)record;
	++*(int *)ctx;
	return 0;
}

/* Who looks at the history takes no signal away from the others. */
static void history_leaves_the_signal(void **unused)
{
	int n = 0;

	(void)unused;
	issue_card();
	tap_and_pay();
	assert_in_range(card_history(w.card, 0, 10, count_record, &n), 1, 2);
	settle();
	assert_int_equal(heard.transactions, 1);
	n = 0;
	assert_int_equal(card_history(w.card, 0, 10, count_record, &n), 2);
	assert_int_equal(n, 2);
}

static void verification_asked_for(void **unused)
{
	(void)unused;
	issue_card();
	ta.pay_sw = SW_WARN_VERIFY;
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_OK);
	assert_int_equal(pay(), SW_WARN_VERIFY);
	settle();
	assert_int_equal(heard.asked, 1);
	assert_int_equal(heard.amount, 450);
	assert_int_equal(heard.transactions, 0);
	settle();
	assert_int_equal(heard.asked, 0);
}

static void recover_hands_the_record_over(void **unused)
{
	(void)unused;
	issue_card();
	for (int i = 0; i < 40; i++) {
		tap_and_pay();
		settle();
	}
	assert_int_equal(get_vcn(), SW_OK);
	assert_int_equal(recover(38), SW_OK);
	assert_int_equal(ta.recover_record, PURSE_RECORD_LEN);
	assert_int_equal(recover(2), SW_OK);		/* older than the application keeps: from the disk */
	assert_int_equal(ta.recover_record, PURSE_RECORD_LEN);
	assert_int_equal(recover(40), SW_OK);		/* never made */
	assert_int_equal(ta.recover_record, 0);
}

/* While the holder is at the trusted screen nothing is asked of the application, and everybody gets an answer at once. */
static void busy_is_not_now(void **unused)
{
	unsigned int calls = 0;
	uint8_t reply[CARD_REPLY_LEN];

	(void)unused;
	issue_card();
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_OK);
	for (size_t i = 0; i < sizeof(ta.calls) / sizeof(ta.calls[0]); i++)
		calls += ta.calls[i];
	card_set_busy(w.card, true);
	assert_int_equal(pay(), SW_CONDITIONS);
	assert_int_equal(recover(1), SW_CONDITIONS);
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_CONDITIONS);
	assert_int_equal(card_refresh(w.card), CARD_ERR_BUSY);
	assert_int_equal(card_message(w.card, (struct bytes){ reply, sizeof(reply) }, reply), CARD_ERR_BUSY);
	settle();
	assert_int_equal(card_state(w.card), CARD_ACTIVE);
	for (size_t i = 0; i < sizeof(ta.calls) / sizeof(ta.calls[0]); i++)
		calls -= ta.calls[i];
	assert_int_equal(calls, 0);
	card_set_busy(w.card, false);
	assert_int_equal(get_vcn(), SW_OK);
}

static void arming_decides(void **unused)
{
	(void)unused;
	issue_card();
	w.arming.mode = ARMING_ON_REQUEST;
	/* Nobody finds out that there is a card. */
	assert_int_equal(select_aid(), SW_NOT_FOUND);
	assert_int_equal(ta.calls[PAYTA_CMD_CAP], 0);
	assert_true(arming_set(&w.arming, arming_clock(), 60));
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_OK);
	/* The time may pass between the two. */
	assert_true(arming_set(&w.arming, arming_clock(), 0));
	assert_int_equal(get_vcn(), SW_CONDITIONS);
	/* What a terminal holds back is not paid when the holder has said that it is over. */
	assert_true(arming_set(&w.arming, arming_clock(), 60));
	assert_int_equal(select_aid(), SW_OK);
	assert_int_equal(get_vcn(), SW_OK);
	assert_true(arming_set(&w.arming, arming_clock(), 0));
	assert_int_equal(pay(), SW_CONDITIONS);
	assert_int_equal(ta.calls[PAYTA_CMD_PAY], 0);
	assert_true(arming_set(&w.arming, arming_clock(), 60));
	tap_and_pay();
	assert_false(arming_set(&w.arming, arming_clock(), ARMING_MAX_SECONDS + 1));
	assert_true(arming_set(&w.arming, 1000000, 60));
	assert_true(arming_ready(&w.arming, 60999999));
	assert_false(arming_ready(&w.arming, 61000000));
	assert_true(arming_pays(&w.arming, 61000000 + ARMING_GRACE_US - 1));
	assert_false(arming_pays(&w.arming, 61000000 + ARMING_GRACE_US));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pays_and_writes_behind, setup, teardown),
		cmocka_unit_test_setup_teardown(walletd_killed_before_it_wrote, setup, teardown),
		cmocka_unit_test_setup_teardown(application_killed_at, setup, teardown),
		cmocka_unit_test_setup_teardown(application_away, setup, teardown),
		cmocka_unit_test_setup_teardown(number_lost_between_two_commits, setup, teardown),
		cmocka_unit_test_setup_teardown(number_asked_for_until_it_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(number_lost_for_good, setup, teardown),
		cmocka_unit_test_setup_teardown(frozen_purse_is_not_offered, setup, teardown),
		cmocka_unit_test_setup_teardown(frozen_purse_moves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(frozen_purse_is_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(locked_store_holds_no_terminal_up, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_store_is_trouble_that_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(history_leaves_the_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(verification_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(recover_hands_the_record_over, setup, teardown),
		cmocka_unit_test_setup_teardown(busy_is_not_now, setup, teardown),
		cmocka_unit_test_setup_teardown(arming_decides, setup, teardown),
	};

	log_init("walletd", LOG_EMERG);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("walletd card", tests, NULL, NULL);
}
