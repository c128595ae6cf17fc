// SPDX-License-Identifier: BSD-2-Clause
#include "wallet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "daemon/walletd/card.h"

static struct arming arming = { .mode = ARMING_ALWAYS };
static struct store *store;
static struct ta *ta;
static struct card *card;
static struct apdu_engine engine;

static void must(int err, const char *what)
{
	if (err == 0)
		return;
	fprintf(stderr, "bench: %s: %d\n", what, err);
	exit(1);
}

void wallet_open(const char *path)
{
	char error[256];

	log_init("walletd", LOG_EMERG);
	must(store_open(&store, path, error), "wallet.db");
	ta = ta_new();
	card = card_new(ta, store, &arming);
	must(card == NULL, "memory");
	must(card_refresh(card), "refresh");
	card_settle(card, NULL, NULL);
	must(!card_settled(card), "settle");
	apdu_engine_init(&engine, &card_apdu, card);
}

void wallet_close(void)
{
	card_free(&card);
	ta_free(&ta);
	store_free(&store);
}

void wallet_apply(const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN])
{
	must(card_apply(card, challenge, application), "apply");
}

void wallet_take(const uint8_t issue[ISSUE_LEN])
{
	must(card_take(card, issue), "take");
	wallet_settle();
}

void wallet_message(const uint8_t *message, size_t len)
{
	uint8_t reply[CARD_REPLY_LEN];

	must(card_message(card, (struct bytes){ message, len }, reply), "message");
	wallet_settle();
}

size_t wallet_apdu(const uint8_t *in, size_t len, uint8_t out[APDU_MAX])
{
	size_t n;

	apdu_engine_run(&engine, in, len, out, &n);
	return n;
}

void wallet_settle(void)
{
	card_settle(card, NULL, NULL);
	must(!card_settled(card), "settle");
}

void wallet_state(uint8_t cid[CID_LEN], uint32_t *ctr, uint64_t *seq)
{
	memcpy(cid, card_status(card)->cid, CID_LEN);
	*ctr = purse_newest(card_purse(card)) ? purse_newest(card_purse(card))->ctr : 0;
	*seq = card_status(card)->seq;
}
