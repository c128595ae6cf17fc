// SPDX-License-Identifier: BSD-2-Clause
/* walletd: front end, engine, card, purse and store, in the order of its own event loop (daemon/walletd/main.c). */
#include "party.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/log.h"
#include "daemon/walletd/card.h"
#include "daemon/walletd/rf.h"
#include "daemon/walletd/rf_vpcd.h"

static struct arming arming = { .mode = ARMING_ALWAYS };
static struct store *store;
static struct ta *ta;
static struct card *card;
static struct apdu_engine engine;
static void *reader;		/* of rf_vpcd; NULL: no field */

static void field_close(void)
{
	if (reader)
		rf_vpcd_ops.close(&reader);
	apdu_engine_reset(&engine);
}

/* One event of the front end; what waits for the terminal's answer comes behind it (rule 4). */
static void field_event(void)
{
	uint8_t apdu[RF_FRAME_MAX], out[APDU_MAX];
	size_t len, out_len;
	int r = rf_vpcd_ops.receive(reader, apdu, sizeof(apdu), &len);

	if (r == RF_COMMAND) {
		apdu_engine_run(&engine, apdu, len, out, &out_len);
		if (rf_vpcd_ops.send(reader, out, out_len) < 0)
			field_close();
		card_settle(card, NULL, NULL);
	} else if (r == RF_RESET) {
		apdu_engine_reset(&engine);
	} else if (r < 0) {
		field_close();
	}
}

/* --- what the harness asks --- */

static int32_t collected;

static int collect(void *ctx, const uint8_t record[PURSE_RECORD_LEN])
{
	(void)ctx;
	if ((size_t)(collected + 1) * PURSE_RECORD_LEN > MAIL_SIZE)
		return 1;
	memcpy(shared->mail + (size_t)collected++ * PURSE_RECORD_LEN, record, PURSE_RECORD_LEN);
	return 0;
}

static int32_t history(void)
{
	collected = 0;
	return card_history(card, 0, UINT32_MAX >> 1, collect, NULL) < 0 ? -1 : collected;
}

static void view(int fd)
{
	const struct payta_status *s = card_status(card);
	struct wallet_view v = { .balance = s->balance, .sequence = s->seq, .counter = s->ctr, .currency = s->currency,
				 .frozen = purse_frozen(card_purse(card)) != NULL, .written = purse_written(card_purse(card)) };

	(void)card_refresh(card);
	s = card_status(card);
	v.balance = s->balance;
	v.sequence = s->seq;
	v.counter = s->ctr;
	v.currency = s->currency;
	snprintf(v.state, sizeof(v.state), "%s", card_state_name(card));
	if (card_state(card) == CARD_ACTIVE || card_state(card) == CARD_BLOCKED) {
		hex_encode(s->cid, CID_LEN, v.cid);
		hex_encode(s->card_pk, ED25519_PK_LEN, v.card_key);
		hex_encode(s->kid, KID_LEN, v.issuer);
	}
	wire_answer(fd, 0, &v, sizeof(v));
}

static int32_t look(void)
{
	int err = card_refresh(card);

	card_settle(card, NULL, NULL);
	return card_settled(card) ? 0 : err ? err : -1;
}

static void serve(int fd, const struct message *m, int passed)
{
	uint8_t out[APPLICATION_LEN > CARD_REPLY_LEN ? APPLICATION_LEN : CARD_REPLY_LEN];
	int r;

	switch (m->what) {
	case ASK_FIELD:
		field_close();
		r = rf_vpcd_adopt(&reader, passed);
		if (r < 0)
			close(passed);
		wire_answer(fd, r, NULL, 0);
		break;
	case ASK_LOOK:
		wire_answer(fd, look(), NULL, 0);
		break;
	case ASK_HISTORY:
		wire_answer(fd, history(), NULL, 0);
		break;
	case ASK_WALLET:
		view(fd);
		break;
	case ASK_APPLY:
		r = card_apply(card, m->data, out);
		wire_answer(fd, r, out, r == 0 ? APPLICATION_LEN : 0);
		break;
	case ASK_TAKE:
		r = card_take(card, m->data);
		card_settle(card, NULL, NULL);
		wire_answer(fd, r, NULL, 0);
		break;
	case ASK_MESSAGE:
		r = card_message(card, (struct bytes){ m->data, m->len }, out);
		wire_answer(fd, r, out, r == 0 ? CARD_REPLY_LEN : 0);
		card_settle(card, NULL, NULL);
		break;
	default:
		_exit(9);
	}
}

static void start(const char *dir)
{
	char path[128], error[256];

	log_init("walletd", getenv("TEARS_VERBOSE") ? LOG_DEBUG : LOG_EMERG);
	snprintf(path, sizeof(path), "%s/walletd/wallet.db", dir);
	if (store_open(&store, path, error) != 0)
		_exit(1);
	ta = ta_new();
	card = ta ? card_new(ta, store, &arming) : NULL;
	if (!card)
		_exit(1);
	(void)card_refresh(card);
	apdu_engine_init(&engine, &card_apdu, card);
	card_settle(card, NULL, NULL);
}

void party_walletd(int fd, const char *dir)
{
	static struct message m;
	int passed;

	start(dir);
	wire_answer(fd, 0, NULL, 0);
	for (;;) {
		struct pollfd p[2] = { { fd, POLLIN, 0 }, { reader ? rf_vpcd_ops.fd(reader) : -1, POLLIN, 0 } };

		if (poll(p, 2, -1) < 0)
			_exit(1);
		if (p[1].revents)
			field_event();
		if (!p[0].revents)
			continue;
		if (wire_receive(fd, &m, &passed) < 0)
			_exit(0);
		serve(fd, &m, passed);
	}
}
