// SPDX-License-Identifier: BSD-2-Clause
#include "apdu.h"

#include "err.h"

/* ISO 7816-3 §12.1.3: the length tells the four cases apart.  Lc 00 would open the extended form, which no teepay command uses. */
int capdu_decode(const uint8_t *in, size_t len, struct capdu *c)
{
	struct reader r;
	size_t lc = 0;

	*c = (struct capdu){ 0 };
	reader_init(&r, in, len);
	c->cla = reader_u8(&r);
	c->ins = reader_u8(&r);
	c->p1 = reader_u8(&r);
	c->p2 = reader_u8(&r);
	if (r.err == 0 && r.left > 1) {
		lc = reader_u8(&r);
		if (lc == 0)
			reader_fail(&r, PROTO_ERR_FORMAT);
		c->data = reader_take(&r, lc);
	}
	if (r.err == 0 && r.left == 1) {
		uint8_t le = reader_u8(&r);

		c->le = le == 0 ? 256 : le;
	}
	return reader_end(&r);
}

int capdu_encode(const struct capdu *c, uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	if (c->data.len > 255 || c->le > 256)
		writer_fail(&w, PROTO_ERR_FORMAT);
	writer_u8(&w, c->cla);
	writer_u8(&w, c->ins);
	writer_u8(&w, c->p1);
	writer_u8(&w, c->p2);
	if (c->data.len > 0) {
		writer_u8(&w, (uint8_t)c->data.len);
		writer_copy(&w, c->data.p, c->data.len);
	}
	if (c->le > 0)
		writer_u8(&w, (uint8_t)c->le);	/* 256 is 00 */
	return writer_end(&w, len);
}

int rapdu_decode(const uint8_t *in, size_t len, struct bytes *data, uint16_t *sw)
{
	struct reader r;

	reader_init(&r, in, len);
	*data = reader_take(&r, len < 2 ? 0 : len - 2);
	*sw = reader_u16(&r);
	return reader_end(&r);
}

int rapdu_encode(struct bytes data, uint16_t sw, uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	writer_copy(&w, data.p, data.len);
	writer_u16(&w, sw);
	return writer_end(&w, len);
}
