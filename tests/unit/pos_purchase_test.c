// SPDX-License-Identifier: BSD-2-Clause
#include <openssl/evp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "field_card.h"
#include "proto/vcn.h"
#include "temp_dir.h"
#include "tools/pos/purchase.h"

#define TODAY		20000
#define NOW		((uint64_t)TODAY * 86400 + 3600)
#define EUR		0x0978
#define START		10000	/* on the card: 100.00 */
#define PRICE		450
#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))

/* A number in our issuer's range, and two that are not fine. */
#define GOOD_BODY	977700123456789ULL
#define FOREIGN_BODY	411111111111111ULL

/* Counts what is opened: the certificate is the first, the number the second. */
static unsigned int opened;
static struct crypto_ops ops;

static int counting_open(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad,
			 struct bytes in, uint8_t *out)
{
	opened++;
	return openssl_crypto.gcm_open(key, nonce, aad, naad, in, out);
}

static struct world {
	EVP_PKEY *root, *foreign;
	uint8_t root_pk[ED25519_PK_LEN];
	struct terminal terminal;
	struct field_card *card;	/* in memory that a killed child shares */
	struct journal *journal;
	struct deny_list deny;
	struct purchase p;
	struct purchase_result res;
} w;

static uint64_t test_now(void)
{
	return NOW;
}

static void sign_ccert(EVP_PKEY *by, const uint8_t kid[KID_LEN], uint16_t end)
{
	struct ccert c = { .end = end };

	memcpy(c.pk, w.card->card.pk, sizeof(c.pk));
	assert_int_equal(ccert_sign(&c, &openssl_crypto, by, kid, w.card->card.issued.ccert), 0);
}

static void make_terminal(void)
{
	struct terminal *t = &w.terminal;

	memset(t, 0, sizeof(*t));
	t->key = openssl_x25519_generate();
	memcpy(t->issuer_pk, w.root_pk, sizeof(t->issuer_pk));
	assert_int_equal(cert_kid(&openssl_crypto, w.root_pk, t->kid), 0);
	t->currency = EUR;
	strcpy(t->vcn_prefix, "977700");
	memcpy(t->cert.kid, t->kid, KID_LEN);
	memset(t->cert.tid, 0x71, TID_LEN);
	t->cert.start = TODAY - 1;
	t->cert.end = TODAY + 5;
	strcpy(t->cert.merchant, "Campus Canteen No. 1");
	assert_int_equal(openssl_key_public(t->key, t->cert.pk), 0);
	assert_int_equal(tcert_sign(&t->cert, &openssl_crypto, w.root, t->tcert, &t->tcert_len), 0);
}

static int open_journal(void)
{
	char error[JOURNAL_ERROR_LEN];

	w.journal = journal_open(temp_dir_path("journal.db"), true, error);
	w.p.journal = w.journal;
	return w.journal ? 0 : -1;
}

static int set_up(void **state)
{
	struct paper_card card;

	(void)state;
	memset(&w, 0, sizeof(w));
	if (temp_dir_make() < 0)
		return -1;
	ops = openssl_crypto;
	ops.gcm_open = counting_open;
	w.root = openssl_ed25519_generate();
	w.foreign = openssl_ed25519_generate();
	assert_int_equal(openssl_key_public(w.root, w.root_pk), 0);
	make_terminal();
	w.card = mmap(NULL, sizeof(*w.card), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	paper_card_make(&card);
	card.balance = START;
	card.ctr = 3;
	card.issued.vcn = vcn_with_check_digit(GOOD_BODY);
	field_card_init(w.card, &card, w.root_pk, w.terminal.kid, EUR, TODAY);
	sign_ccert(w.root, w.terminal.kid, TODAY + 100);
	w.p = (struct purchase){ .terminal = &w.terminal, .reader = &w.card->reader, .deny = &w.deny, .ops = &ops, .now = test_now,
				 .card_ms = 100, .apdu_ms = 100, .amount = PRICE, .ref = "" };
	return open_journal();
}

static int tear_down(void **state)
{
	(void)state;
	journal_close(&w.journal);
	deny_free(&w.deny);
	EVP_PKEY_free(w.root);
	EVP_PKEY_free(w.foreign);
	EVP_PKEY_free(w.terminal.key);
	paper_card_free(&w.card->card);
	munmap(w.card, sizeof(*w.card));
	return temp_dir_remove();
}

/* A tap with a fault; what it says is told. */
static enum purchase_outcome tap(const struct field_fault *fault)
{
	field_card_tap(w.card, fault);
	opened = 0;
	purchase_run(&w.p, &w.res);
	assert_int_equal(purchase_reported(&w.p, &w.res), 0);
	return w.res.outcome;
}

static unsigned int intents(void)
{
	struct intent in;
	int64_t after = 0;
	unsigned int n = 0;

	while (journal_next(w.journal, JOURNAL_ALL, after, NULL, NULL, &in) == 1) {
		after = in.id;
		n++;
	}
	return n;
}

static struct intent newest(void)
{
	struct intent in = { 0 };
	int64_t after = 0;

	while (journal_next(w.journal, JOURNAL_ALL, after, NULL, NULL, &in) == 1)
		after = in.id;
	return in;
}

static void expect(const char *name, enum purchase_outcome want)
{
	if (w.res.outcome != want)
		fail_msg("%s: outcome %d, not %d: %s", name, w.res.outcome, want, w.res.reason);
}

static void a_tap_pays(void **state)
{
	struct intent in;

	(void)state;
	tap(NULL);
	expect("a tap", PURCHASE_PAID);
	assert_false(w.res.earlier);
	assert_int_equal(w.res.apdus, 4);
	/* protocol.md: PPSE 20 + 48, AID 14 + 37, GET VCN 162 + 245, PAY 52 + 94. */
	assert_int_equal(w.res.bytes, 672);
	assert_int_equal(opened, 2);
	assert_int_equal(w.card->card.balance, START - PRICE);
	in = newest();
	assert_int_equal(in.state, INTENT_PAID);
	assert_true(in.reported);
	assert_int_equal(in.ctr, 3);
	assert_int_equal(in.amount, PRICE);
	assert_memory_equal(in.cid, w.card->card.cid, CID_LEN);
	assert_string_equal(in.masked, "977700******7899");
	/* The next one is another purchase, with the next number of the same epoch. */
	tap(NULL);
	expect("the next", PURCHASE_PAID);
	assert_int_equal(w.card->card.balance, START - 2 * PRICE);
	assert_memory_equal(newest().ttn, in.ttn, 4);
	assert_int_equal(newest().ttn[7], in.ttn[7] + 1);
}

/* Every bit of protection in front of the number: one changed byte anywhere in the answer, and it stays closed. */
static void a_changed_answer_opens_no_number(void **state)
{
	(void)state;
	for (size_t at = 0; at < 245; at++) {
		const struct field_fault fault = { .ins = PAYMENT_INS_GET_VCN, .count = 1, .kind = FAULT_FLIP, .at = at };

		tap(&fault);
		if (w.res.outcome != PURCHASE_FAILED || opened > 1 || w.res.apdus != 3)
			fail_msg("byte %zu changed: outcome %d, %u opened", at, w.res.outcome, opened);
	}
	assert_int_equal(intents(), 0);
	assert_int_equal(w.card->debits, 0);
}

static void a_changed_select_fails_the_signature(void **state)
{
	static const struct {
		const char *name;
		uint8_t ins;
		size_t at;
	} rows[] = {
		{ "a tag of the PPSE", APDU_INS_SELECT, 0 }, { "the AID in the PPSE", APDU_INS_SELECT, 31 }, { "the AID's FCI", FIELD_INS_AID, 0 },
		{ "CAP's version", FIELD_INS_AID, 27 }, { "CAP's currency", FIELD_INS_AID, 29 }, { "CAP's issuer", FIELD_INS_AID, 30 },
		{ "CAP's suite", FIELD_INS_AID, 34 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct field_fault fault = { .ins = rows[i].ins, .count = 1, .kind = FAULT_FLIP, .at = rows[i].at };

		tap(&fault);
		expect(rows[i].name, PURCHASE_FAILED);
		assert_int_equal(opened, 0);
	}
}

/* Somebody between card and terminal who takes a suite out of what SELECT says (rule 6). */
static const struct pos_reader_ops *honest;

static int downgrading_transmit(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms)
{
	int err = honest->transmit(r, in, len, out, room, got, ms);
	uint8_t fci[APDU_MAX], cap_bytes[CAP_MAX];
	struct bytes data, bytes;
	struct cap cap;
	uint16_t sw;
	size_t n;

	if (err == 0 && w.card->frames == 2) {
		assert_int_equal(rapdu_decode(out, *got, &data, &sw), 0);
		assert_int_equal(fci_adf_cap(data, &bytes), 0);
		assert_int_equal(cap_decode(bytes, &cap), 0);
		assert_int_equal(cap.nsuites, 2);
		cap.nsuites = 1;
		assert_int_equal(cap_encode(&cap, cap_bytes, sizeof(cap_bytes), &n), 0);
		assert_int_equal(fci_adf_encode((struct bytes){ cap_bytes, n }, fci, sizeof(fci), &n), 0);
		assert_int_equal(rapdu_encode((struct bytes){ fci, n }, SW_OK, out, room, got), 0);
	}
	return err;
}

static void a_downgrade_is_seen(void **state)
{
	struct pos_reader_ops between = *w.card->reader.ops;

	(void)state;
	w.card->more_suites = true;
	tap(NULL);
	expect("two suites, untouched", PURCHASE_PAID);
	honest = w.card->reader.ops;
	between.transmit = downgrading_transmit;
	w.card->reader.ops = &between;
	tap(NULL);
	w.card->reader.ops = honest;
	expect("one taken out", PURCHASE_FAILED);
	assert_int_equal(opened, 1);
	assert_int_equal(w.res.apdus, 3);
}

static void only_our_issuers_cards(void **state)
{
	uint8_t foreign_kid[KID_LEN] = { 1, 2, 3, 4 };
	static const struct {
		const char *name;
		enum { C_FOREIGN, C_KID, C_EXPIRED, C_LAST_DAY, C_KEY, C_LUHN, C_RANGE, C_SHORT, C_FLAGS, C_DENIED } what;
		enum purchase_outcome want;
		unsigned int opened;
	} rows[] = {
		{ "certificate of another issuer", C_FOREIGN, PURCHASE_FAILED, 1 }, { "certificate for another kid", C_KID, PURCHASE_FAILED, 1 },
		{ "expired yesterday", C_EXPIRED, PURCHASE_FAILED, 1 }, { "expires today", C_LAST_DAY, PURCHASE_PAID, 2 },
		{ "certificate of another key", C_KEY, PURCHASE_FAILED, 1 }, { "check digit wrong", C_LUHN, PURCHASE_FAILED, 2 },
		{ "number of another range", C_RANGE, PURCHASE_FAILED, 2 }, { "number too short", C_SHORT, PURCHASE_FAILED, 2 },
		{ "flags, which a terminal ignores", C_FLAGS, PURCHASE_PAID, 2 }, { "on the deny list", C_DENIED, PURCHASE_FAILED, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct issued_card *c = &w.card->card.issued;

		sign_ccert(rows[i].what == C_FOREIGN ? w.foreign : w.root, rows[i].what == C_KID ? foreign_kid : w.terminal.kid,
			   rows[i].what == C_EXPIRED ? TODAY - 1 : rows[i].what == C_LAST_DAY ? TODAY : TODAY + 1);
		if (rows[i].what == C_KEY) {
			struct ccert other = { .end = TODAY + 1 };

			memcpy(other.pk, w.root_pk, sizeof(other.pk));
			assert_int_equal(ccert_sign(&other, &openssl_crypto, w.root, w.terminal.kid, c->ccert), 0);
		}
		c->vcn = rows[i].what == C_RANGE ? vcn_with_check_digit(FOREIGN_BODY) : vcn_with_check_digit(GOOD_BODY);
		if (rows[i].what == C_LUHN)
			c->vcn ^= 1;
		if (rows[i].what == C_SHORT)
			c->vcn = 9777001234566ULL;
		w.card->flags = rows[i].what == C_FLAGS;
		w.deny = (struct deny_list){ rows[i].what == C_DENIED ? &w.card->card.cid : NULL, rows[i].what == C_DENIED };
		tap(NULL);
		w.deny = (struct deny_list){ 0 };
		expect(rows[i].name, rows[i].want);
		if (opened != rows[i].opened)
			fail_msg("%s: %u opened", rows[i].name, opened);
	}
	assert_int_equal(w.card->debits, 2);
}

static void foreign_cards_are_told_apart_at_select(void **state)
{
	static const struct {
		const char *name;
		uint16_t currency;
		uint8_t kid0;
	} rows[] = { { "another currency", 0x0840, 0 }, { "another issuer", EUR, 0xFF } };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		w.card->currency = rows[i].currency;
		memcpy(w.card->kid, w.terminal.kid, KID_LEN);
		w.card->kid[0] ^= rows[i].kid0;
		tap(NULL);
		expect(rows[i].name, PURCHASE_FAILED);
		assert_int_equal(w.res.apdus, 2);
	}
}

/* What a card may say instead of a number: none of it is a payment, and none is in doubt. */
static void no_number_no_payment(void **state)
{
	static const struct {
		uint8_t ins;
		uint16_t sw;
	} rows[] = {
		{ APDU_INS_SELECT, SW_NOT_FOUND }, { APDU_INS_SELECT, SW_OK }, { FIELD_INS_AID, SW_NOT_FOUND }, { FIELD_INS_AID, SW_OK },
		{ PAYMENT_INS_GET_VCN, SW_CONDITIONS }, { PAYMENT_INS_GET_VCN, SW_SECURITY_STATUS }, { PAYMENT_INS_GET_VCN, SW_UNKNOWN },
		{ PAYMENT_INS_GET_VCN, SW_OK }, { PAYMENT_INS_GET_VCN, SW_WARN_NO_MONEY },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct field_fault fault = { .ins = rows[i].ins, .count = 1, .kind = FAULT_ANSWER, .sw = rows[i].sw };

		tap(&fault);
		if (w.res.outcome != PURCHASE_FAILED)
			fail_msg("%02X answered %04X: outcome %d", rows[i].ins, rows[i].sw, w.res.outcome);
	}
	assert_int_equal(intents(), 0);
}

static void macd_refusals_end_it(void **state)
{
	static const uint16_t sws[] = { SW_WARN_NO_MONEY, SW_WARN_VERIFY, SW_WARN_LIMIT, SW_WARN_BLOCKED };

	(void)state;
	for (size_t i = 0; i < ROWS(sws); i++) {
		w.card->refuse = sws[i];
		tap(NULL);
		expect("refusal", PURCHASE_REFUSED);
		assert_int_equal(newest().state, INTENT_REFUSED);
		assert_int_equal(newest().sw, sws[i]);
		assert_true(strlen(w.res.reason) > 0);
	}
	w.card->refuse = 0;
	w.p.amount = START + 1;
	tap(NULL);
	expect("too little money", PURCHASE_REFUSED);
	assert_int_equal(w.card->debits, 0);
	/* A refused one is over: the next tap asks nothing of it. */
	w.p.amount = PRICE;
	tap(NULL);
	expect("after it", PURCHASE_PAID);
	assert_int_equal(w.res.apdus, 4);
}

/* Rule 1: whatever else comes back leaves it in doubt, and one undisturbed tap ends it with one debit. */
static void any_other_answer_is_in_doubt(void **state)
{
	static const struct {
		const char *name;
		struct field_fault fault;
	} rows[] = {
		{ "a bare 62F1", { .kind = FAULT_ANSWER, .sw = SW_WARN_NO_MONEY } }, { "a bare 62F6", { .kind = FAULT_ANSWER, .sw = SW_WARN_NEVER } },
		{ "a bare 9000", { .kind = FAULT_ANSWER, .sw = SW_OK } }, { "6982", { .kind = FAULT_ANSWER, .sw = SW_SECURITY_STATUS } },
		{ "6985", { .kind = FAULT_ANSWER, .sw = SW_CONDITIONS } }, { "6F00", { .kind = FAULT_ANSWER, .sw = SW_UNKNOWN } },
		{ "a byte missing", { .kind = FAULT_SHORT } }, { "a byte more", { .kind = FAULT_LONG } }, { "nothing", { .kind = FAULT_NONE } },
		{ "torn before", { .kind = FAULT_TEAR, .frame = FRAME_COMMAND } }, { "torn behind", { .kind = FAULT_TEAR, .frame = FRAME_ANSWER } },
		{ "hangs before", { .kind = FAULT_HANG, .frame = FRAME_COMMAND } }, { "hangs behind", { .kind = FAULT_HANG, .frame = FRAME_ANSWER } },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct field_fault fault = rows[i].fault;
		unsigned int debits = w.card->debits;

		fault.ins = PAYMENT_INS_PAY;
		fault.count = 1;
		tap(&fault);
		expect(rows[i].name, PURCHASE_DOUBT);
		assert_int_equal(newest().state, INTENT_OPEN);
		tap(NULL);
		expect(rows[i].name, PURCHASE_PAID);
		if (w.card->debits != debits + 1)
			fail_msg("%s: %u debits", rows[i].name, w.card->debits - debits);
		assert_int_equal(newest().state, INTENT_PAID);
	}
	assert_int_equal(w.card->card.balance, START - (uint64_t)ROWS(rows) * PRICE);
}

/* Each byte of PAY's answer: a changed one is never believed, the true one is fetched by the next tap. */
static void a_changed_receipt_is_in_doubt(void **state)
{
	(void)state;
	w.card->card.balance = 100000;
	for (size_t at = 0; at < 94; at += 7) {
		const struct field_fault fault = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_FLIP, .at = at };

		tap(&fault);
		expect("changed", PURCHASE_DOUBT);
		w.p.amount = 0;
		tap(&(struct field_fault){ .ins = PAYMENT_INS_RECOVER, .count = 1, .kind = FAULT_FLIP, .at = at });
		expect("changed again", PURCHASE_DOUBT);
		tap(NULL);
		expect("recovered", PURCHASE_SETTLED);
		assert_int_equal(w.res.n_recovered, 1);
		assert_int_equal(w.res.recovered[0].state, INTENT_PAID);
		w.p.amount = PRICE;
	}
	assert_int_equal(w.card->debits, 14);
}

/* A tear at each of the eight frames, then one undisturbed tap: one debit. */
static void torn_at_every_frame(void **state)
{
	static const uint8_t ins[] = { APDU_INS_SELECT, FIELD_INS_AID, PAYMENT_INS_GET_VCN, PAYMENT_INS_PAY };

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		const struct field_fault fault = { .ins = ins[i / 2], .count = 1, .kind = FAULT_TEAR, .frame = i % 2 ? FRAME_ANSWER : FRAME_COMMAND };
		unsigned int debits = w.card->debits;

		tap(&fault);
		expect("torn", i < 6 ? PURCHASE_FAILED : PURCHASE_DOUBT);
		tap(NULL);
		expect("tapped again", PURCHASE_PAID);
		/* Found: nothing new was debited, and the till is told so. */
		assert_int_equal(w.res.earlier, i == 7);
		assert_int_equal(w.card->debits, debits + 1);
	}
}

/* RECOVER itself is torn, again and again; money moves once. */
static void torn_while_recovering(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_ANSWER };

	(void)state;
	tap(&pay);
	for (int i = 0; i < 4; i++) {
		const struct field_fault fault = { .ins = PAYMENT_INS_RECOVER, .count = 1, .kind = FAULT_TEAR, .frame = i % 2 ? FRAME_ANSWER : FRAME_COMMAND };

		tap(&fault);
		expect("torn", PURCHASE_DOUBT);
		assert_false(w.res.has_intent);
	}
	tap(NULL);
	expect("at last", PURCHASE_PAID);
	assert_true(w.res.earlier);
	assert_int_equal(w.card->debits, 1);
	assert_int_equal(intents(), 1);
}

static void recover_never_pays_now(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_COMMAND };

	(void)state;
	tap(&pay);
	tap(NULL);
	expect("never, then paid", PURCHASE_PAID);
	assert_false(w.res.earlier);
	assert_int_equal(w.res.n_recovered, 1);
	assert_int_equal(w.res.recovered[0].state, INTENT_NEVER);
	assert_int_equal(w.card->debits, 1);
	assert_int_equal(intents(), 2);
	/* 5 pairs: the four and RECOVER, 38 + 91 for a "never" (C9 2 + 68, C7 2 + 16, status 2). */
	assert_int_equal(w.res.bytes, 672 + 38 + 90);
}

static void recover_unknown_asks_the_issuer(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_ANSWER };

	(void)state;
	tap(&pay);
	w.card->records[4].lost = true;
	tap(NULL);
	expect("lost", PURCHASE_UNKNOWN);
	assert_int_equal(newest().state, INTENT_UNKNOWN);
	assert_int_equal(w.card->debits, 1);
	/* Told once: what comes next is a purchase of its own. */
	tap(NULL);
	expect("the next", PURCHASE_PAID);
	assert_int_equal(w.card->debits, 2);
}

/* With a reference nobody pays it again: the first card may have. */
static void unknown_stays_unknown(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_ANSWER };

	(void)state;
	w.p.ref = "A-1";
	tap(&pay);
	w.card->records[4].lost = true;
	tap(NULL);
	expect("lost", PURCHASE_UNKNOWN);
	for (int i = 0; i < 2; i++) {
		tap(NULL);
		expect("again", PURCHASE_UNKNOWN);
		assert_int_equal(w.res.apdus, 0);
	}
	assert_int_equal(w.card->debits, 1);
	assert_int_equal(intents(), 1);
	w.p.ref = "A-2";
	tap(NULL);
	expect("another reference", PURCHASE_PAID);
}

static void a_rolled_back_cards_never_means_nothing(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_COMMAND };

	(void)state;
	tap(&pay);
	w.card->rolled_back = true;
	tap(NULL);
	expect("a counter behind", PURCHASE_DOUBT);
	assert_int_equal(newest().state, INTENT_OPEN);
}

/* The MAC is the session's; only the signature is the card's word (rule 1). */
static void a_mac_alone_is_no_receipt(void **state)
{
	const struct field_fault torn = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_COMMAND };

	(void)state;
	w.card->lies = true;
	tap(NULL);
	expect("a receipt that is not signed", PURCHASE_DOUBT);
	tap(NULL);
	expect("nor is the recovered one", PURCHASE_DOUBT);
	w.card->lies = false;
	tap(NULL);
	expect("the true one", PURCHASE_PAID);
	assert_int_equal(w.card->debits, 1);
	tap(&torn);
	w.card->lies = true;
	tap(NULL);
	expect("a \"never\" that is not signed", PURCHASE_DOUBT);
	assert_int_equal(newest().state, INTENT_OPEN);
}

/* The counter moved on without us (another terminal paid): the card says never. */
static void another_payment_in_between(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_COMMAND };
	struct pay_fields other = { .amount = 100, .currency = EUR, .time = NOW, .ttn = { 9 } };
	uint8_t p[P_LEN];

	(void)state;
	tap(&pay);
	assert_int_equal(pay_fields_encode(&other, p), 0);
	paper_card_pay(&w.card->card, w.terminal.kid, (const uint8_t *)"otherpos", p, &w.card->records[4].receipt);
	memset(w.card->records[4].tid, 'o', TID_LEN);
	tap(NULL);
	expect("never, then paid", PURCHASE_PAID);
	assert_int_equal(w.card->card.balance, START - PRICE - 100);
	assert_false(w.res.earlier);
}

/* Which earlier payment is this purchase?  Same card, same amount, same reference if one is given, and nobody was told. */
static void what_counts_as_this_purchase(void **state)
{
	static const struct {
		const char *name, *ref_then, *ref_now;
		uint64_t now;
		bool told, earlier;
	} rows[] = {
		{ "untold, same amount", "", "", PRICE, false, true }, { "told", "", "", PRICE, true, false },
		{ "another amount", "", "", PRICE + 1, false, false }, { "same reference", "A-1", "A-1", PRICE, false, true },
		{ "another reference", "A-5", "A-6", PRICE, false, false }, { "reference only then", "A-7", "", PRICE, false, true },
		{ "reference only now", "", "A-2", PRICE, false, false }, { "same reference, told", "A-3", "A-3", PRICE, true, true },
		{ "same reference, another amount", "A-4", "A-4", PRICE + 2, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		unsigned int debits = w.card->debits;

		w.p.amount = PRICE;
		w.p.ref = rows[i].ref_then;
		field_card_tap(w.card, NULL);
		purchase_run(&w.p, &w.res);
		expect(rows[i].name, PURCHASE_PAID);
		if (rows[i].told)
			assert_int_equal(purchase_reported(&w.p, &w.res), 0);
		w.p.amount = rows[i].now;
		w.p.ref = rows[i].ref_now;
		tap(NULL);
		expect(rows[i].name, PURCHASE_PAID);
		if (w.res.earlier != rows[i].earlier || w.card->debits != debits + 1 + !rows[i].earlier)
			fail_msg("%s: earlier %d, %u debits", rows[i].name, w.res.earlier, w.card->debits - debits);
		/* Whatever is left untold is told by "recover". */
		w.p.amount = 0;
		tap(NULL);
		expect("recover", PURCHASE_SETTLED);
	}
}

/* A reference that is in doubt with one card is not paid by another; and a paid one needs no card at all. */
static void a_reference_is_one_purchase(void **state)
{
	const struct field_fault torn = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_ANSWER };
	struct paper_card first = w.card->card, second;

	(void)state;
	w.p.ref = "A-1";
	tap(&torn);
	expect("torn", PURCHASE_DOUBT);
	paper_card_make(&second);
	second.balance = START;
	second.issued = first.issued;
	w.card->card = second;
	sign_ccert(w.root, w.terminal.kid, TODAY + 100);
	tap(NULL);
	expect("another card", PURCHASE_DOUBT);
	assert_int_equal(intents(), 1);
	w.p.ref = "A-2";
	tap(NULL);
	expect("another purchase", PURCHASE_PAID);
	first.ctr++;
	paper_card_free(&w.card->card);
	w.card->card = first;
	w.p.ref = "A-1";
	tap(NULL);
	expect("the card of the first", PURCHASE_PAID);
	assert_true(w.res.earlier);
	w.card->wait_error = READER_ERR_NO_CARD;
	tap(NULL);
	expect("without a card", PURCHASE_PAID);
	assert_true(w.res.earlier && w.res.apdus == 0);
	assert_int_equal(w.card->debits, 2);
}

/* Two payments in doubt, one for each amount: one tap settles both, and takes the right one for this purchase. */
static void one_tap_settles_all(void **state)
{
	const struct field_fault pay = { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_ANSWER };
	const struct field_fault recover = { .ins = PAYMENT_INS_RECOVER, .count = 1, .kind = FAULT_TEAR, .frame = FRAME_COMMAND };

	(void)state;
	tap(&pay);
	w.p.amount = 700;
	tap(&recover);
	expect("not before the first is settled", PURCHASE_DOUBT);
	assert_int_equal(intents(), 1);
	tap(NULL);
	expect("the second", PURCHASE_PAID);
	assert_false(w.res.earlier);
	assert_int_equal(w.res.n_recovered, 1);
	assert_int_equal(w.res.recovered[0].amount, PRICE);
	assert_int_equal(w.card->card.balance, START - PRICE - 700);
}

/* SIGKILL at each side of each frame, and between the receipt on the disk and the word to the till. */
static void killed_anywhere(void **state)
{
	static const uint8_t ins[] = { APDU_INS_SELECT, FIELD_INS_AID, PAYMENT_INS_GET_VCN, PAYMENT_INS_PAY };

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		const struct field_fault fault = { .ins = ins[i / 2 % 4], .count = i < 8, .kind = FAULT_KILL, .frame = i % 2 ? FRAME_ANSWER : FRAME_COMMAND };
		unsigned int debits = w.card->debits;
		int status;
		pid_t child;

		field_card_tap(w.card, &fault);
		journal_close(&w.journal);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			if (open_journal() == 0)
				purchase_run(&w.p, &w.res);
			/* Not told: as good as killed here. */
			_exit(w.res.outcome == PURCHASE_PAID ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(i < 8 ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(open_journal(), 0);
		tap(NULL);
		expect("after the kill", PURCHASE_PAID);
		if (w.card->debits != debits + 1)
			fail_msg("killed at %u: %u debits", i, w.card->debits - debits);
		assert_int_equal(w.res.earlier, i >= 7);
		/* And the next purchase is a new one. */
		tap(NULL);
		expect("the next", PURCHASE_PAID);
		assert_int_equal(w.card->debits, debits + 2);
	}
}

/* The disk is full from a given frame on, until somebody makes room. */
static void a_full_disk(void **state)
{
	static const struct {
		const char *name;
		uint8_t ins;
		enum purchase_outcome want;
		unsigned int debits;
		bool earlier;
	} rows[] = {
		{ "before the intent", PAYMENT_INS_GET_VCN, PURCHASE_FAILED, 0, false },
		{ "before the receipt", PAYMENT_INS_PAY, PURCHASE_DOUBT, 1, true },
	};
	struct rlimit room;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &room), 0);
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct field_fault fault = { .ins = rows[i].ins, .count = 1, .kind = FAULT_FULL, .frame = FRAME_ANSWER };
		unsigned int debits = w.card->debits;

		field_card_tap(w.card, &fault);
		purchase_run(&w.p, &w.res);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
		expect(rows[i].name, rows[i].want);
		assert_int_equal(w.card->debits, debits + rows[i].debits);
		tap(NULL);
		expect(rows[i].name, PURCHASE_PAID);
		assert_int_equal(w.card->debits, debits + 1);
		assert_int_equal(w.res.earlier, rows[i].earlier);
	}
}

static void no_reader_no_payment(void **state)
{
	static const struct {
		int error;
		enum purchase_outcome want;
	} rows[] = {
		{ READER_ERR_SERVICE, PURCHASE_NO_READER }, { READER_ERR_NO_READER, PURCHASE_NO_READER }, { READER_ERR_TIMEOUT, PURCHASE_NO_READER },
		{ READER_ERR_RESET, PURCHASE_NO_READER }, { READER_ERR_NO_CARD, PURCHASE_FAILED }, { READER_ERR_CARD, PURCHASE_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		w.card->wait_error = rows[i].error;
		tap(NULL);
		expect("no card", rows[i].want);
		assert_int_equal(w.res.apdus, 0);
		assert_string_equal(w.res.reason, reader_strerror(rows[i].error));
	}
}

/* --- what --trace says was checked --- */

static char said[2048];

static void listen(void *arg, const char *what)
{
	const struct purchase_result *res = arg;
	size_t at = strlen(said);

	/* With the number of the APDU that it is about: a check stands where it is made. */
	snprintf(said + at, sizeof(said) - at, "%u %s\n", res->apdus, what);
}

static void says_what_it_checks(void **state)
{
	static const struct {
		const char *name;
		struct field_fault fault;
		uint16_t refuse;
		bool lies;
		const char *tail;	/* behind what every card passes */
	} rows[] = {
		{ "signature changed", { .ins = PAYMENT_INS_GET_VCN, .count = 1, .kind = FAULT_FLIP, .at = 200 }, 0, false,
		  "3 the signature over the ciphertext does not hold: the number stays closed\n" },
		{ "refused", { 0 }, SW_WARN_NO_MONEY, false,
		  "3 the signature over the ciphertext holds\n3 the number opened: 977700******7899, Luhn and range hold\n"
		  "4 the MAC of the refusal 62F1 holds\n" },
		{ "paid", { 0 }, 0, false,
		  "3 the signature over the ciphertext holds\n3 the number opened: 977700******7899, Luhn and range hold\n"
		  "4 the receipt's MAC and signature hold\n" },
		{ "bare status", { .ins = PAYMENT_INS_PAY, .count = 1, .kind = FAULT_ANSWER, .sw = SW_OK }, 0, false,
		  "3 the signature over the ciphertext holds\n3 the number opened: 977700******7899, Luhn and range hold\n"
		  "4 no MAC of the card under the answer: it ends nothing\n" },
		{ "recovered", { 0 }, 0, false,
		  "3 the signature over the ciphertext holds\n3 the number opened: 977700******7899, Luhn and range hold\n"
		  "4 the receipt's MAC and signature hold: this was paid\n" },
		{ "a receipt that lies", { 0 }, 0, true,
		  "3 the signature over the ciphertext holds\n3 the number opened: 977700******7899, Luhn and range hold\n"
		  "4 the answer's MAC holds, but not its signature or what it says: it ends nothing\n" },
	};
	char kid[HEX_TEXT(KID_LEN)], cid[HEX_TEXT(CID_LEN)], want[2048];

	(void)state;
	w.p.check = listen;
	w.p.trace_arg = &w.res;
	hex_encode(w.terminal.kid, KID_LEN, kid);
	hex_encode(w.card->card.cid, CID_LEN, cid);
	for (size_t i = 0; i < ROWS(rows); i++) {
		snprintf(want, sizeof(want), "2 the card names our issuer %s, our currency 978 and suite 1\n"
			 "3 the certificate of the card opened and holds (issuer %s)\n3 card %s is not on the deny list\n%s", kid, kid, cid, rows[i].tail);
		said[0] = '\0';
		w.card->refuse = rows[i].refuse;
		w.card->lies = rows[i].lies;
		tap(rows[i].fault.count ? &rows[i].fault : NULL);
		if (strcmp(said, want) != 0)
			fail_msg("%s:\n%s", rows[i].name, said);
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_tap_pays), T(a_changed_answer_opens_no_number), T(a_changed_select_fails_the_signature), T(a_downgrade_is_seen),
		T(only_our_issuers_cards), T(foreign_cards_are_told_apart_at_select), T(no_number_no_payment), T(macd_refusals_end_it),
		T(any_other_answer_is_in_doubt), T(a_changed_receipt_is_in_doubt), T(torn_at_every_frame), T(torn_while_recovering),
		T(recover_never_pays_now), T(recover_unknown_asks_the_issuer), T(unknown_stays_unknown), T(a_rolled_back_cards_never_means_nothing), T(a_mac_alone_is_no_receipt),
		T(another_payment_in_between), T(what_counts_as_this_purchase), T(a_reference_is_one_purchase), T(one_tap_settles_all), T(killed_anywhere),
		T(a_full_disk), T(no_reader_no_payment), T(says_what_it_checks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
