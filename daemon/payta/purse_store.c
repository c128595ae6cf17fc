// SPDX-License-Identifier: BSD-2-Clause
#include "purse_store.h"

#include <string.h>

#include "gp_crypto.h"

#include "proto/err.h"

static int record_mac(const struct card *c, const uint8_t *bytes, uint8_t mac[PURSE_SEAL_LEN])
{
	const struct bytes parts[3] = { CRYPTO_CONTEXT("teepay1 purse"), { c->cid, CID_LEN }, { bytes, PURSE_SEALED_LEN } };
	uint8_t full[SHA256_LEN];
	int err = gp_crypto.hmac_sha256((struct bytes){ c->k_purse, SHA256_LEN }, parts, 3, full);

	memcpy(mac, full, PURSE_SEAL_LEN);
	gp_crypto.wipe(full, sizeof(full));
	return err;
}

int purse_store_seal(const struct card *c, const struct purse_record *r, uint8_t record[PURSE_RECORD_LEN])
{
	int err = purse_record_encode(r, record);

	return err ? err : record_mac(c, record, record + PURSE_SEALED_LEN);
}

int purse_store_open(const struct card *c, struct bytes record, struct purse_record *r)
{
	uint8_t want[PURSE_SEAL_LEN];
	int err;

	memset(r, 0, sizeof(*r));
	if (record.len != PURSE_RECORD_LEN)
		return PROTO_ERR_FORMAT;
	err = record_mac(c, record.p, want);
	if (!err && !crypto_equal(want, record.p + PURSE_SEALED_LEN, PURSE_SEAL_LEN))
		err = PROTO_ERR_SIGNATURE;
	return err ? err : purse_record_decode(record, r);
}
