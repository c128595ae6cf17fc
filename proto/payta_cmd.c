// SPDX-License-Identifier: BSD-2-Clause
#include "payta_cmd.h"

#include <string.h>

#include "err.h"

int payta_status_encode(const struct payta_status *s, uint8_t out[PAYTA_STATUS_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, PAYTA_STATUS_LEN);
	writer_u8(&w, s->state);
	writer_copy(&w, s->cid, CID_LEN);
	writer_copy(&w, s->kid, KID_LEN);
	writer_u16(&w, s->currency);
	writer_u32(&w, s->ctr);
	writer_u64(&w, s->balance);
	writer_u64(&w, s->seq);
	writer_u32(&w, s->generation);
	writer_u64(&w, s->limit_payment);
	writer_u64(&w, s->limit_sum);
	writer_u16(&w, s->limit_count);
	writer_u64(&w, s->spent_sum);
	writer_u16(&w, s->spent_count);
	writer_u16(&w, s->card_end);
	writer_copy(&w, s->card_pk, ED25519_PK_LEN);
	return writer_end(&w, &len);
}

int payta_status_decode(struct bytes in, struct payta_status *s)
{
	struct reader r;

	memset(s, 0, sizeof(*s));
	reader_init(&r, in.p, in.len);
	s->state = reader_u8(&r);
	if (s->state > PAYTA_BLOCKED)
		reader_fail(&r, PROTO_ERR_FORMAT);
	reader_copy(&r, s->cid, CID_LEN);
	reader_copy(&r, s->kid, KID_LEN);
	s->currency = reader_u16(&r);
	s->ctr = reader_u32(&r);
	s->balance = reader_u64(&r);
	s->seq = reader_u64(&r);
	s->generation = reader_u32(&r);
	s->limit_payment = reader_u64(&r);
	s->limit_sum = reader_u64(&r);
	s->limit_count = reader_u16(&r);
	s->spent_sum = reader_u64(&r);
	s->spent_count = reader_u16(&r);
	s->card_end = reader_u16(&r);
	reader_copy(&r, s->card_pk, ED25519_PK_LEN);
	return reader_end(&r);
}
