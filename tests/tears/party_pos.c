// SPDX-License-Identifier: BSD-2-Clause
/* pos: purchase and journal behind a reader whose every command is a question to the harness. */
#include "party.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "tools/pos/purchase.h"

static int harness;
static struct terminal terminal;
static struct journal *journal;
static struct deny_list deny;

static int field_wait(struct pos_reader *r, unsigned int ms)
{
	(void)r;
	(void)ms;
	return 0;
}

static int field_transmit(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms)
{
	static struct message m;

	(void)r;
	(void)ms;
	wire_back(harness, BACK_APDU, in, len, &m);
	*got = 0;
	if (m.result < 0)
		return m.result;
	if (m.len > room)
		return READER_ERR_CARD;
	memcpy(out, m.data, m.len);
	*got = m.len;
	return 0;
}

static int field_close(struct pos_reader **r)
{
	*r = NULL;
	return 0;
}

static const struct pos_reader_ops field_ops = { .wait = field_wait, .transmit = field_transmit, .close = field_close };

static uint64_t now(void)
{
	return (uint64_t)time(NULL);
}

/* As tools/pos/main.c: run, tell, and then remember that it was told. */
static void tap(const struct message *m)
{
	struct pos_reader reader = { &field_ops };
	struct {
		uint8_t ttn[TTN_LEN];
		char reason[sizeof(((struct purchase_result *)0)->reason)];
	} said;
	struct tap_order order;
	struct purchase_result *res = calloc(1, sizeof(*res));
	struct purchase p = { .terminal = &terminal, .journal = journal, .reader = &reader, .deny = &deny, .ops = &openssl_crypto, .now = now,
			      .card_ms = 1000, .apdu_ms = 1000 };

	if (!res)
		_exit(1);
	memcpy(&order, m->data, sizeof(order));
	p.amount = order.amount;
	p.ref = order.ref;
	purchase_run(&p, res);
	memcpy(said.ttn, res->intent.ttn, TTN_LEN);
	memcpy(said.reason, res->reason, sizeof(said.reason));
	wire_answer(harness, (int32_t)res->outcome, &said, TTN_LEN + strlen(said.reason) + 1);
	(void)!purchase_reported(&p, res);
	free(res);
}

static void show_journal(void)
{
	struct seen_intent *list = (struct seen_intent *)(void *)shared->mail;
	struct intent in;
	int64_t after = 0;
	int32_t n = 0;
	int r;

	while ((r = journal_next(journal, JOURNAL_ALL, after, NULL, NULL, &in)) == 1 && (size_t)(n + 1) * sizeof(*list) <= MAIL_SIZE) {
		struct seen_intent *s = &list[n++];

		after = in.id;
		*s = (struct seen_intent){ .state = (uint8_t)in.state, .settled = (uint8_t)in.settled, .ctr = in.ctr, .amount = in.amount };
		memcpy(s->cid, in.cid, CID_LEN);
		memcpy(s->ttn, in.ttn, TTN_LEN);
		memcpy(s->p, in.p, P_LEN);
		memcpy(s->rsig, in.receipt.rsig, ED25519_SIG_LEN);
	}
	wire_answer(harness, r < 0 ? -1 : n, NULL, 0);
}

/* One receipt to the issuer: 1 booked, 0 refused. */
static int settle_one(const struct intent *in)
{
	static struct message m;
	char cert[HEX_TEXT(TCERT_MAX)], cid[HEX_TEXT(CID_LEN)], p[HEX_TEXT(P_LEN)], ebal[HEX_TEXT(EBAL_LEN)], rsig[HEX_TEXT(ED25519_SIG_LEN)];
	int n = snprintf((char *)m.data, sizeof(m.data), "POST%c/v1/receipts%c{\"receipts\":[{\"cert\":\"%s\",\"cid\":\"%s\",\"ctr\":%u,\"p\":\"%s\","
			 "\"ebal\":\"%s\",\"rsig\":\"%s\"}]}", 0, 0, hex_encode(in->tcert, in->tcert_len, cert), hex_encode(in->cid, CID_LEN, cid),
			 in->ctr + 1, hex_encode(in->p, P_LEN, p), hex_encode(in->receipt.ebal, EBAL_LEN, ebal),
			 hex_encode(in->receipt.rsig, ED25519_SIG_LEN, rsig));
	json_t *answer;
	json_int_t accepted = 0, known = 0;

	wire_back(harness, BACK_CALL, m.data, (size_t)n, &m);
	answer = m.result == 200 ? json_loads((const char *)shared->mail, 0, NULL) : NULL;
	(void)json_unpack(answer, "{s:I, s:I}", "accepted", &accepted, "known", &known);
	json_decref(answer);
	return accepted + known == 1 && journal_settle(journal, in->id, SETTLE_DONE) == 0;
}

static void settle(void)
{
	struct intent in;
	int64_t after = 0;
	int32_t n = 0;

	while (journal_next(journal, JOURNAL_UNSETTLED, after, NULL, NULL, &in) == 1) {
		after = in.id;
		n += settle_one(&in);
	}
	wire_answer(harness, n, NULL, 0);
}

void party_pos(int fd, const char *dir)
{
	char path[128], error[JOURNAL_ERROR_LEN];
	static struct message m;

	harness = fd;
	snprintf(path, sizeof(path), "%s/pos/terminal.json", dir);
	if (terminal_load(&terminal, path, error) < 0)
		_exit(1);
	snprintf(path, sizeof(path), "%s/pos/journal.db", dir);
	journal = journal_open(path, true, error);
	if (!journal)
		_exit(1);
	wire_answer(fd, 0, NULL, 0);
	while (wire_receive(fd, &m, NULL) == 0) {
		if (m.what == ASK_TAP)
			tap(&m);
		else if (m.what == ASK_JOURNAL)
			show_journal();
		else
			settle();
	}
	_exit(0);
}
