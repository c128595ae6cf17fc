// SPDX-License-Identifier: BSD-2-Clause
#include "purse.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

struct purse {
	struct store *store;
	bool loaded;
	uint8_t cid[CID_LEN];
	bool has_newest;
	struct purse_record newest;
	/* The last records by counter modulo their number: what a terminal asks for is answered without touching the disk. */
	uint8_t recent[PURSE_RECENT][PURSE_RECORD_LEN];
	bool has[PURSE_RECENT];
	uint32_t unwritten;		/* how many of the newest are not in the store yet, at most PURSE_RECENT */
	const char *frozen;
};

static const char frozen_behind[] =
	"the trusted application is behind the purse: its storage was rolled back; do not pay with this card, ask the issuer for a new one";
static const char frozen_other[] =
	"purse and trusted application have different records for one payment: a copy was used; do not pay with this card, ask the issuer for a new one";

struct purse *purse_new(struct store *store)
{
	struct purse *p = calloc(1, sizeof(*p));

	if (p)
		p->store = store;
	return p;
}

void purse_free(struct purse **purse)
{
	free(*purse);
	*purse = NULL;
}

const struct purse_record *purse_newest(const struct purse *purse)
{
	return purse->has_newest ? &purse->newest : NULL;
}

const char *purse_frozen(const struct purse *purse)
{
	return purse->frozen;
}

bool purse_is_of(const struct purse *purse, const uint8_t cid[CID_LEN])
{
	return purse->loaded && memcmp(purse->cid, cid, CID_LEN) == 0;
}

static void remember(struct purse *p, const struct purse_record *r, const uint8_t record[PURSE_RECORD_LEN])
{
	memcpy(p->recent[r->ctr % PURSE_RECENT], record, PURSE_RECORD_LEN);
	p->has[r->ctr % PURSE_RECENT] = true;
	if (!p->has_newest || r->ctr > p->newest.ctr) {
		p->newest = *r;
		p->has_newest = true;
	}
}

static int take_stored(void *ctx, const uint8_t record[PURSE_RECORD_LEN])
{
	struct purse_record r;

	if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r) != 0)
		return 1;
	remember(ctx, &r, record);
	return 0;
}

int purse_load(struct purse *p, const uint8_t cid[CID_LEN])
{
	*p = (struct purse){ .store = p->store };
	memcpy(p->cid, cid, CID_LEN);
	if (store_walk(p->store, cid, 0, PURSE_RECENT, take_stored, p) < 0)
		return PURSE_ERR_STORE;
	p->loaded = true;
	return 0;
}

/* The record with @ctr if it is in memory, else NULL. */
static const uint8_t *recent(const struct purse *p, uint32_t ctr)
{
	struct purse_record r;
	const uint8_t *record = p->recent[ctr % PURSE_RECENT];

	if (!p->has[ctr % PURSE_RECENT] || purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r) != 0 || r.ctr != ctr)
		return NULL;
	return record;
}

int purse_record(const struct purse *p, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN])
{
	const uint8_t *found = recent(p, ctr);

	if (found) {
		memcpy(record, found, PURSE_RECORD_LEN);
		return 1;
	}
	if (!p->loaded || !p->has_newest || ctr > p->newest.ctr)
		return 0;
	return store_get_record(p->store, p->cid, ctr, record);
}

int purse_add(struct purse *p, const uint8_t record[PURSE_RECORD_LEN])
{
	struct purse_record r;
	const uint8_t *same;

	if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r) != 0)
		return PURSE_ERR_RECORD;
	if (p->has_newest && r.ctr <= p->newest.ctr) {
		same = recent(p, r.ctr);
		return same && memcmp(same, record, PURSE_RECORD_LEN) == 0 ? 0 : PURSE_ERR_RECORD;
	}
	if (r.ctr != (p->has_newest ? p->newest.ctr + 1 : 0))
		return PURSE_ERR_RECORD;
	remember(p, &r, record);
	/* More than that unwritten: the oldest leaves memory, and stays the trusted application's for as long as that keeps it. */
	if (p->unwritten < PURSE_RECENT)
		p->unwritten++;
	return 0;
}

int purse_flush(struct purse *p, void (*announce)(void *ctx, const struct purse_record *record), void *ctx)
{
	uint8_t batch[PURSE_RECENT][PURSE_RECORD_LEN];
	struct purse_record r;
	size_t n = 0;
	int err;

	for (uint32_t i = p->unwritten; i > 0; i--) {
		const uint8_t *record = recent(p, p->newest.ctr - (i - 1));

		if (record)
			memcpy(batch[n++], record, PURSE_RECORD_LEN);
	}
	if (n == 0)
		return 0;
	err = store_put_records(p->store, p->cid, (const uint8_t (*)[PURSE_RECORD_LEN])batch, n);
	if (err == STORE_ERR_CONFLICT) {
		p->frozen = frozen_other;
		return PURSE_ERR_FROZEN;
	}
	if (err)
		return PURSE_ERR_STORE;
	p->unwritten = 0;
	for (size_t i = 0; announce && i < n; i++)
		if (purse_record_decode((struct bytes){ batch[i], PURSE_RECORD_LEN }, &r) == 0)
			announce(ctx, &r);
	return 0;
}

bool purse_written(const struct purse *p)
{
	return p->unwritten == 0;
}

/* Both sides must mean the same by the newest counter that walletd has. */
static int check_common(struct purse *p, purse_fetch fetch, void *ctx)
{
	uint8_t theirs[PURSE_RECORD_LEN];
	const uint8_t *ours = recent(p, p->newest.ctr);
	int r = fetch(ctx, p->newest.ctr, theirs);

	if (r < 0)
		return PURSE_ERR_TA;
	if (r == 0 && (!ours || memcmp(ours, theirs, PURSE_RECORD_LEN) != 0)) {
		p->frozen = frozen_other;
		return PURSE_ERR_FROZEN;
	}
	return 0;
}

static int fetch_one(struct purse *p, uint32_t ctr, purse_fetch fetch, void *ctx)
{
	uint8_t record[PURSE_RECORD_LEN];
	struct purse_record r;
	int err = fetch(ctx, ctr, record);

	if (err < 0)
		return PURSE_ERR_TA;
	if (err > 0) {
		log_warning("purse: record %u is no longer with the trusted application; the history has a gap there", ctr);
		return 0;
	}
	if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &r) != 0 || r.ctr != ctr)
		return PURSE_ERR_RECORD;
	remember(p, &r, record);
	if (p->unwritten < PURSE_RECENT)
		p->unwritten++;
	return 0;
}

int purse_catch_up(struct purse *p, uint32_t ctr, purse_fetch fetch, void *ctx)
{
	uint32_t from = p->has_newest ? p->newest.ctr + 1 : 0;
	int err = 0;

	if (p->frozen)
		return PURSE_ERR_FROZEN;
	if (p->has_newest && p->newest.ctr > ctr) {
		p->frozen = frozen_behind;
		return PURSE_ERR_FROZEN;
	}
	if (p->has_newest)
		err = check_common(p, fetch, ctx);
	/* Older ones are not there any more: at most PURSE_RECENT are asked for. */
	if (ctr >= PURSE_RECENT && from < ctr - PURSE_RECENT + 1) {
		log_warning("purse: records %u to %u are no longer with the trusted application; the history has a gap there", from,
			    ctr - PURSE_RECENT);
		from = ctr - PURSE_RECENT + 1;
	}
	for (uint64_t i = from; i <= ctr && !err; i++)
		err = fetch_one(p, (uint32_t)i, fetch, ctx);
	return err;
}
