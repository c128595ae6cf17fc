// SPDX-License-Identifier: BSD-2-Clause
#include "payta_cmd.h"

#include <string.h>

#include "err.h"

static void limits_write(struct writer *w, const struct payta_limits *l)
{
	writer_u64(w, l->payment);
	writer_u64(w, l->sum);
	writer_u16(w, l->count);
}

static void limits_read(struct reader *r, struct payta_limits *l)
{
	l->payment = reader_u64(r);
	l->sum = reader_u64(r);
	l->count = reader_u16(r);
}

int payta_limits_encode(const struct payta_limits *l, uint8_t out[PAYTA_LIMITS_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, PAYTA_LIMITS_LEN);
	limits_write(&w, l);
	return writer_end(&w, &len);
}

int payta_limits_decode(struct bytes in, struct payta_limits *l)
{
	struct reader r;

	memset(l, 0, sizeof(*l));
	reader_init(&r, in.p, in.len);
	limits_read(&r, l);
	return reader_end(&r);
}

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
	limits_write(&w, &s->limits);
	limits_write(&w, &s->issued);
	writer_u64(&w, s->spent_sum);
	writer_u16(&w, s->spent_count);
	writer_u16(&w, s->card_end);
	writer_copy(&w, s->card_pk, ED25519_PK_LEN);
	writer_u8(&w, s->pin);
	writer_u8(&w, s->pin_tries);
	writer_u32(&w, s->pin_wait);
	writer_u8(&w, s->asked);
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
	limits_read(&r, &s->limits);
	limits_read(&r, &s->issued);
	s->spent_sum = reader_u64(&r);
	s->spent_count = reader_u16(&r);
	s->card_end = reader_u16(&r);
	reader_copy(&r, s->card_pk, ED25519_PK_LEN);
	s->pin = reader_u8(&r);
	s->pin_tries = reader_u8(&r);
	s->pin_wait = reader_u32(&r);
	s->asked = reader_u8(&r);
	if (s->pin > PAYTA_PIN_BLOCKED || s->asked > 1)
		reader_fail(&r, PROTO_ERR_FORMAT);
	return reader_end(&r);
}
