// SPDX-License-Identifier: BSD-2-Clause
#include "record.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "common/log.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "ledger.h"

int record_alarm(struct issuer *is, const uint8_t cid[CID_LEN], uint32_t ctr, const char *what)
{
	char hex[HEX_TEXT(CID_LEN)], number[12];
	const struct log_field fields[] = { { "TEEPAY_CID", hex_encode(cid, CID_LEN, hex) }, { "TEEPAY_CTR", number } };
	int r;

	snprintf(number, sizeof(number), "%u", ctr);
	log_event(LOG_ALERT, what, fields, 2);
	r = issuer_storage(is, store_alarm_put(is->store, is->now(), cid, ctr, what));
	if (r == 0)
		r = issuer_card_block(is, cid, what);
	return r < 0 ? r : ledger_tell_blocked(is, cid);
}

static int64_t record_delta(const struct store_record *r)
{
	return r->kind == RECORD_CREDIT ? (int64_t)r->amount : -(int64_t)r->amount;
}

/* Do two records, one behind the other, tell the same story? */
static bool record_follows(const struct store_record *before, const struct store_record *after)
{
	return !before->has_balance || !after->has_balance ||
	       (int64_t)before->balance + record_delta(after) == (int64_t)after->balance;
}

static int record_check_balance(struct issuer *is, const struct store_record *r)
{
	struct store_record other;
	bool fits = !r->has_balance || r->balance <= is->conf.max_balance;
	int got;

	/* What it held before counts too: counters that nobody told of have no neighbours. */
	if (r->has_balance && r->kind != RECORD_CREDIT && r->balance + r->amount > is->conf.max_balance)
		fits = false;
	if (r->ctr == 1 && r->has_balance && record_delta(r) != (int64_t)r->balance)
		fits = false;	/* record 0 is the empty purse */
	got = r->ctr > 0 ? store_record_get(is->store, r->cid, r->ctr - 1, &other) : 0;
	if (got == 1 && !record_follows(&other, r))
		fits = false;
	if (got >= 0 && r->ctr < UINT32_MAX)
		got = store_record_get(is->store, r->cid, r->ctr + 1, &other);
	if (got == 1 && !record_follows(r, &other))
		fits = false;
	if (got < 0)
		return issuer_storage(is, got);
	return fits ? 0 : record_alarm(is, r->cid, r->ctr, "a balance does not follow from the card's own records");
}

int record_book(struct issuer *is, const struct store_record *r)
{
	struct store_record have;
	int got = store_record_get(is->store, r->cid, r->ctr, &have);

	if (got < 0)
		return issuer_storage(is, got);
	if (got == 1 && memcmp(have.content, r->content, sizeof(have.content)) == 0)
		return 1;
	if (got == 1) {
		got = record_alarm(is, r->cid, r->ctr, "one counter value with two contents: the card was copied");
		return got < 0 ? got : issuer_fail(is, ISSUER_ERR_CONFLICT, "the card is blocked; keep the receipt and ask the issuer",
						   "the card signed two contents for one counter value");
	}
	got = issuer_storage(is, store_record_put(is->store, r));
	return got < 0 ? got : record_check_balance(is, r);
}

int record_compare(struct issuer *is, const uint8_t cid[CID_LEN], uint32_t ctr, uint64_t balance)
{
	struct store_record have;
	int r = store_record_get(is->store, cid, ctr, &have);

	if (r < 0)
		return issuer_storage(is, r);
	if (r == 1 && have.has_balance && have.balance != balance)
		return record_alarm(is, cid, ctr, "two balances for one counter value: the card was copied");
	return 0;
}

int record_balance(struct issuer *is, const struct store_card *c, uint32_t ctr, const uint8_t ebal[EBAL_LEN], uint64_t *balance)
{
	uint8_t clear[EBAL_LEN];
	struct reader rd;

	if (ebal_apply(&openssl_crypto, c->k_ic, c->cid, ctr, ebal, clear) < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "the cryptographic library failed");
	reader_init(&rd, clear, sizeof(clear));
	*balance = reader_u64(&rd);
	if (*balance > MONEY_MAX)
		*balance = MONEY_MAX;
	return 0;
}
