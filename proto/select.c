// SPDX-License-Identifier: BSD-2-Clause
#include "select.h"

#include <string.h>

#include "err.h"
#include "tlv.h"

#define TAG_FCI			0x6F
#define TAG_DF_NAME		0x84
#define TAG_PROPRIETARY		0xA5
#define TAG_LABEL		0x50
#define TAG_ISSUER_DATA		0xBF0C
#define TAG_DIRECTORY_ENTRY	0x61
#define TAG_AID			0x4F
#define TAG_PRIORITY		0x87
#define TAG_CAP			0xC0

#define CAP_VERSION		0x01
#define CAP_SUITES_MAX		4
#define PPSE_LEN		(sizeof(PPSE_NAME) - 1)
#define FCI_INNER_MAX		64	/* what the templates below nest */

const uint8_t payment_aid[AID_LEN] = { 0xF0, 'T', 'E', 'E', 'P', 'A', 'Y', 0x01 };

static const char label[] = "teepay";

bool currency_valid(uint16_t bcd)
{
	return bcd < 0x1000 && ((bcd >> 8) & 0xF) < 10 && ((bcd >> 4) & 0xF) < 10 && (bcd & 0xF) < 10;
}

int cap_encode(const struct cap *c, uint8_t *out, size_t room, size_t *len)
{
	struct writer w;

	writer_init(&w, out, room);
	if (c->nsuites < 1 || c->nsuites > CAP_SUITES_MAX || !currency_valid(c->currency))
		writer_fail(&w, PROTO_ERR_FORMAT);
	writer_u8(&w, CAP_VERSION);
	writer_u16(&w, c->currency);
	writer_copy(&w, c->kid, KID_LEN);
	if (w.err == 0)
		writer_copy(&w, c->suites, c->nsuites);
	return writer_end(&w, len);
}

int cap_decode(struct bytes in, struct cap *c)
{
	struct reader r;

	memset(c, 0, sizeof(*c));
	reader_init(&r, in.p, in.len);
	if (reader_u8(&r) != CAP_VERSION)
		reader_fail(&r, PROTO_ERR_VERSION);
	c->currency = reader_u16(&r);
	reader_copy(&r, c->kid, KID_LEN);
	if (r.err == 0 && (r.left < 1 || r.left > CAP_SUITES_MAX || !currency_valid(c->currency)))
		reader_fail(&r, PROTO_ERR_FORMAT);
	if (r.err == 0) {
		c->nsuites = (uint8_t)r.left;
		reader_copy(&r, c->suites, r.left);
	}
	return reader_end(&r);
}

/* 6F { 84 name, A5 { inner } } */
static int fci_encode(const void *name, size_t name_len, const struct writer *inner, uint8_t *out, size_t room, size_t *len)
{
	uint8_t a5[FCI_INNER_MAX + 16];
	struct writer in, w;
	size_t inner_len, fci_len;
	int err;

	*len = 0;
	err = writer_end(inner, &inner_len);
	if (err)
		return err;
	writer_init(&in, a5, sizeof(a5));
	tlv_write(&in, TAG_DF_NAME, name, name_len);
	tlv_write(&in, TAG_PROPRIETARY, inner->buf, inner_len);
	err = writer_end(&in, &fci_len);
	if (err)
		return err;
	writer_init(&w, out, room);
	tlv_write(&w, TAG_FCI, a5, fci_len);
	return writer_end(&w, len);
}

int fci_ppse_encode(uint8_t *out, size_t room, size_t *len)
{
	static const uint8_t first = 1;
	const size_t entry = 2 + AID_LEN + 2 + sizeof(label) - 1 + 2 + 1;
	uint8_t buf[FCI_INNER_MAX];
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	tlv_write_header(&w, TAG_ISSUER_DATA, 2 + entry);
	tlv_write_header(&w, TAG_DIRECTORY_ENTRY, entry);
	tlv_write(&w, TAG_AID, payment_aid, AID_LEN);
	tlv_write(&w, TAG_LABEL, label, sizeof(label) - 1);
	tlv_write(&w, TAG_PRIORITY, &first, 1);
	return fci_encode(PPSE_NAME, PPSE_LEN, &w, out, room, len);
}

int fci_adf_encode(struct bytes cap, uint8_t *out, size_t room, size_t *len)
{
	uint8_t buf[FCI_INNER_MAX];
	struct writer w;

	writer_init(&w, buf, sizeof(buf));
	tlv_write(&w, TAG_LABEL, label, sizeof(label) - 1);
	if (cap.len > CAP_MAX)
		writer_fail(&w, PROTO_ERR_FORMAT);
	tlv_write_header(&w, TAG_ISSUER_DATA, 2 + cap.len);
	tlv_write(&w, TAG_CAP, cap.p, cap.len);
	return fci_encode(payment_aid, AID_LEN, &w, out, room, len);
}

/* The A5 of an FCI for the DF @name. */
static int fci_open(struct bytes fci, const void *name, size_t name_len, struct bytes *a5)
{
	struct reader r;
	struct bytes inner, df;
	int err;

	reader_init(&r, fci.p, fci.len);
	inner = tlv_expect_range(&r, TAG_FCI, 0, 0xFF);
	err = reader_end(&r);
	if (!err)
		err = tlv_find(inner, TAG_DF_NAME, 0, &df);
	if (!err && (df.len != name_len || memcmp(df.p, name, name_len) != 0))
		err = PROTO_ERR_FORMAT;
	if (!err)
		err = tlv_find(inner, TAG_PROPRIETARY, 0, a5);
	return err;
}

int fci_ppse_has_aid(struct bytes fci, bool *found)
{
	struct bytes a5, dir, aid;
	struct reader r;
	int err;

	*found = false;
	err = fci_open(fci, PPSE_NAME, PPSE_LEN, &a5);
	if (!err)
		err = tlv_find(a5, TAG_ISSUER_DATA, 0, &dir);
	if (err)
		return err;
	reader_init(&r, dir.p, dir.len);
	while (r.err == 0 && r.left > 0) {	/* at most 127 objects fit */
		struct tlv t;

		tlv_read(&r, &t);
		if (r.err == 0 && t.tag == TAG_DIRECTORY_ENTRY && tlv_find(t.value, TAG_AID, 0, &aid) == 0 &&
		    aid.len == AID_LEN && memcmp(aid.p, payment_aid, AID_LEN) == 0)
			*found = true;
	}
	if (reader_end(&r))
		*found = false;
	return reader_end(&r);
}

int fci_adf_cap(struct bytes fci, struct bytes *cap)
{
	struct bytes a5;
	int err = fci_open(fci, payment_aid, AID_LEN, &a5);

	*cap = (struct bytes){ NULL, 0 };
	return err ? err : tlv_find(a5, TAG_CAP, 1, cap);
}
