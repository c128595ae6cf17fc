// SPDX-License-Identifier: BSD-2-Clause
#include "purse.h"

#include <string.h>

#include "err.h"
#include "text.h"

static const uint8_t zeros[MERCHANT_MAX + 1];

/* The name has a fixed place, len1 and 20 bytes of which the unused are zero, so that every record has the same size. */
static void name_write(struct writer *w, const char *name)
{
	size_t before = w->len;

	text_write(w, name, MERCHANT_MAX);
	if (w->err == 0)
		writer_copy(w, zeros, 1 + MERCHANT_MAX - (w->len - before));
}

static void name_read(struct reader *r, char name[MERCHANT_MAX + 1])
{
	size_t before = r->left;

	text_read(r, name, MERCHANT_MAX);
	if (r->err == 0)
		reader_expect(r, zeros, 1 + MERCHANT_MAX - (before - r->left));
}

int purse_record_encode(const struct purse_record *r, uint8_t out[PURSE_SEALED_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, PURSE_SEALED_LEN);
	writer_u32(&w, r->ctr);
	writer_u8(&w, r->kind);
	writer_u8(&w, r->source);
	writer_u16(&w, r->currency);
	writer_u64(&w, r->amount);
	writer_u64(&w, r->balance);
	writer_u64(&w, r->time);
	writer_u64(&w, r->seq);
	writer_copy(&w, r->peer, sizeof(r->peer));
	name_write(&w, r->name);
	writer_copy(&w, r->p, P_LEN);
	writer_copy(&w, r->receipt.ebal, EBAL_LEN);
	writer_copy(&w, r->receipt.rsig, ED25519_SIG_LEN);
	writer_u8(&w, 0);
	return writer_end(&w, &len);
}

int purse_record_decode(struct bytes in, struct purse_record *r)
{
	struct reader rd;
	int err;

	memset(r, 0, sizeof(*r));
	reader_init(&rd, in.p, in.len);
	if (in.len != PURSE_RECORD_LEN)
		reader_fail(&rd, PROTO_ERR_FORMAT);
	r->ctr = reader_u32(&rd);
	r->kind = reader_u8(&rd);
	r->source = reader_u8(&rd);
	r->currency = reader_u16(&rd);
	r->amount = reader_u64(&rd);
	r->balance = reader_u64(&rd);
	r->time = reader_u64(&rd);
	r->seq = reader_u64(&rd);
	reader_copy(&rd, r->peer, sizeof(r->peer));
	name_read(&rd, r->name);
	reader_copy(&rd, r->p, P_LEN);
	reader_copy(&rd, r->receipt.ebal, EBAL_LEN);
	reader_copy(&rd, r->receipt.rsig, ED25519_SIG_LEN);
	if (reader_u8(&rd) != 0 || r->kind < PURSE_ISSUED || r->kind > PURSE_TRANSFER_OUT)
		reader_fail(&rd, PROTO_ERR_FORMAT);
	(void)reader_take(&rd, PURSE_SEAL_LEN);
	err = reader_end(&rd);
	if (err)
		memset(r, 0, sizeof(*r));
	return err;
}
