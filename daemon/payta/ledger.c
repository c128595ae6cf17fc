// SPDX-License-Identifier: BSD-2-Clause
#include "ledger.h"

#include <string.h>

#include "proto/payta_cmd.h"

#define LEDGER_ID	"ledger"
#define SLOT_LEN	400
#define SLOT_USED	0x01		/* also the slot format's version */
#define SLOT_STATE_LEN	(4 + 8 + 8 + 8 + 2 + 8 + 2 + SHA256_LEN + CARD_REPLY_LEN)
#define LEDGER_LEN	(PAYTA_RECORDS * SLOT_LEN)

_Static_assert(1 + SLOT_STATE_LEN + PURSE_RECORD_LEN <= SLOT_LEN, "a slot holds state and record");

static struct {
	TEE_ObjectHandle object;
	struct ledger_state state;
	uint32_t oldest;		/* oldest record here */
	uint8_t records[PAYTA_RECORDS][PURSE_RECORD_LEN];
} ledger;

static int slot_encode(const struct ledger_state *s, const uint8_t *record, uint8_t out[SLOT_LEN])
{
	struct writer w;
	size_t len;

	memset(out, 0, SLOT_LEN);
	writer_init(&w, out, SLOT_LEN);
	writer_u8(&w, SLOT_USED);
	writer_u32(&w, s->ctr);
	writer_u64(&w, s->balance);
	writer_u64(&w, s->seq);
	writer_u64(&w, s->issuer_time);
	writer_u16(&w, s->oldest_start);
	writer_u64(&w, s->spent_sum);
	writer_u16(&w, s->spent_count);
	writer_copy(&w, s->message, SHA256_LEN);
	writer_copy(&w, s->reply, CARD_REPLY_LEN);
	writer_copy(&w, record, PURSE_RECORD_LEN);
	return writer_end(&w, &len);
}

/* @r stands behind the used byte. */
static void slot_decode(struct reader *r, struct ledger_state *s, uint8_t record[PURSE_RECORD_LEN])
{
	s->ctr = reader_u32(r);
	s->balance = reader_u64(r);
	s->seq = reader_u64(r);
	s->issuer_time = reader_u64(r);
	s->oldest_start = reader_u16(r);
	s->spent_sum = reader_u64(r);
	s->spent_count = reader_u16(r);
	reader_copy(r, s->message, SHA256_LEN);
	reader_copy(r, s->reply, CARD_REPLY_LEN);
	reader_copy(r, record, PURSE_RECORD_LEN);
}

void ledger_unload(void)
{
	if (ledger.object != TEE_HANDLE_NULL)
		TEE_CloseObject(ledger.object);
	TEE_MemFill(&ledger, 0, sizeof(ledger));
}

/* A zeroed object with slot 0 written comes into being in one step, and replaces what an interrupted attempt left. */
TEE_Result ledger_create(const struct ledger_state *first, const uint8_t record[PURSE_RECORD_LEN])
{
	static uint8_t all[LEDGER_LEN];
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_Result res;

	if (first->ctr != 0 || slot_encode(first, record, all))
		return TEE_ERROR_BAD_PARAMETERS;
	ledger_unload();
	res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, LEDGER_ID, sizeof(LEDGER_ID) - 1, flags, TEE_HANDLE_NULL, all, sizeof(all), &object);
	if (res != TEE_SUCCESS)
		return res;
	ledger.object = object;
	ledger.state = *first;
	memcpy(ledger.records[0], record, PURSE_RECORD_LEN);
	return TEE_SUCCESS;
}

/* Takes one slot in; slots count upwards but for the one place where the ring closes. */
static TEE_Result slot_load(unsigned int i, const uint8_t slot[SLOT_LEN], bool *any)
{
	struct ledger_state s;
	struct reader r;

	reader_init(&r, slot, SLOT_LEN);
	if (reader_u8(&r) != SLOT_USED)
		return TEE_SUCCESS;
	slot_decode(&r, &s, ledger.records[i]);
	if (r.err || s.ctr % PAYTA_RECORDS != i)
		return TEE_ERROR_CORRUPT_OBJECT;
	if (!*any || s.ctr > ledger.state.ctr)
		ledger.state = s;
	if (!*any || s.ctr < ledger.oldest)
		ledger.oldest = s.ctr;
	*any = true;
	return TEE_SUCCESS;
}

static TEE_Result slots_load(void)
{
	uint8_t slot[SLOT_LEN];
	TEE_Result res;
	bool any = false;
	size_t count;

	for (unsigned int i = 0; i < PAYTA_RECORDS; i++) {
		res = TEE_ReadObjectData(ledger.object, slot, sizeof(slot), &count);
		if (res == TEE_SUCCESS && count != sizeof(slot))
			res = TEE_ERROR_CORRUPT_OBJECT;
		if (res == TEE_SUCCESS)
			res = slot_load(i, slot, &any);
		if (res != TEE_SUCCESS)
			return res;
	}
	/* Slots are written in turn, so the ring has no hole: its first record follows from its last. */
	if (!any || ledger.oldest != (ledger.state.ctr < PAYTA_RECORDS ? 0 : ledger.state.ctr - PAYTA_RECORDS + 1))
		return TEE_ERROR_CORRUPT_OBJECT;
	return TEE_SUCCESS;
}

TEE_Result ledger_load(void)
{
	TEE_Result res;

	ledger_unload();
	res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, LEDGER_ID, sizeof(LEDGER_ID) - 1,
				       TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE, &ledger.object);
	if (res != TEE_SUCCESS) {
		ledger.object = TEE_HANDLE_NULL;
		return res;
	}
	res = slots_load();
	if (res != TEE_SUCCESS)
		ledger_unload();
	return res;
}

/* One write of one slot, durable when it returns. */
static TEE_Result slot_write(unsigned int i, const uint8_t slot[SLOT_LEN])
{
	TEE_Result res = TEE_SeekObjectData(ledger.object, (intmax_t)i * SLOT_LEN, TEE_DATA_SEEK_SET);

	return res == TEE_SUCCESS ? TEE_WriteObjectData(ledger.object, slot, SLOT_LEN) : res;
}

#ifdef TEEPAY_SEEDED_BUG
/* Never in a card: tests/tears must find that a debit reaches the disk only with the next command, behind its receipt. */
static struct {
	bool waits;
	unsigned int i;
	uint8_t slot[SLOT_LEN];
} late;

static TEE_Result slot_write_late(unsigned int i, const uint8_t slot[SLOT_LEN])
{
	late.waits = true;
	late.i = i;
	memcpy(late.slot, slot, SLOT_LEN);
	return TEE_SUCCESS;
}

static void slot_write_now(void)
{
	if (late.waits && slot_write(late.i, late.slot) != TEE_SUCCESS)
		TEE_Panic(TEE_ERROR_GENERIC);
	late.waits = false;
}
#define slot_write slot_write_late
#else
static void slot_write_now(void)
{
}
#endif

const struct ledger_state *ledger_state(void)
{
	slot_write_now();
	return ledger.object != TEE_HANDLE_NULL ? &ledger.state : NULL;
}

const uint8_t *ledger_record(uint32_t ctr)
{
	if (ledger.object == TEE_HANDLE_NULL || ctr > ledger.state.ctr || ctr < ledger.oldest)
		return NULL;
	return ledger.records[ctr % PAYTA_RECORDS];
}

TEE_Result ledger_commit(const struct ledger_state *next, const uint8_t *record)
{
	unsigned int i = next->ctr % PAYTA_RECORDS;
	uint8_t slot[SLOT_LEN];
	TEE_Result res;

	if (ledger.object == TEE_HANDLE_NULL || next->ctr - ledger.state.ctr != (record ? 1 : 0))
		TEE_Panic(TEE_ERROR_BAD_STATE);
	if (slot_encode(next, record ? record : ledger.records[i], slot))
		TEE_Panic(TEE_ERROR_GENERIC);
	res = slot_write(i, slot);
	if (res == TEE_ERROR_STORAGE_NO_SPACE)
		return res;
	if (res != TEE_SUCCESS)
		TEE_Panic(res);
	ledger.state = *next;
	if (record) {
		memcpy(ledger.records[i], record, PURSE_RECORD_LEN);
		if (next->ctr - ledger.oldest >= PAYTA_RECORDS)
			ledger.oldest = next->ctr - PAYTA_RECORDS + 1;
	}
	return TEE_SUCCESS;
}
