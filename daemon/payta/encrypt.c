// SPDX-License-Identifier: BSD-2-Clause
#include "encrypt.h"

#include "gp_crypto.h"

#include "proto/err.h"

#define NUMBER_LEN	8

int encrypt_core_data(const uint8_t th[SHA256_LEN], const uint8_t terminal_pk[X25519_LEN], const uint8_t ccert[CCERT_LEN], const struct vcn_clear *clear,
		      struct hpke *h, uint8_t body[BODY_LEN])
{
	uint8_t *enc = body, *c0 = enc + X25519_LEN, *c1 = c0 + C0_LEN;
	struct bytes info[VCN_INFO_PARTS];
	int err;

	vcn_hpke_info(th, info);
	err = hpke_setup_sender(h, &gp_crypto, terminal_pk, info, VCN_INFO_PARTS, enc);
	if (!err)
		err = vcn_seal(h, ccert, clear, c0, c1);
	return err;
}

/* "teepay1 number\0" ‖ cid ‖ generation: another card's, or an older number, does not open. */
#define NUMBER_PARTS	3
static void number_aad(const uint8_t *cid, const uint8_t generation[4], struct bytes aad[NUMBER_PARTS])
{
	aad[0] = CRYPTO_CONTEXT("teepay1 number");
	aad[1] = (struct bytes){ cid, CID_LEN };
	aad[2] = (struct bytes){ generation, 4 };
}

int encrypt_number_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t cid[CID_LEN], uint32_t generation, uint64_t vcn,
			uint8_t sealed[PAYTA_SEALED_VCN_LEN])
{
	uint8_t clear[NUMBER_LEN];
	struct bytes aad[NUMBER_PARTS];
	struct writer w;
	size_t len;
	int err;

	writer_init(&w, clear, sizeof(clear));
	writer_u64(&w, vcn);
	err = writer_end(&w, &len);
	writer_init(&w, sealed, PAYTA_SEALED_VCN_LEN);
	writer_u32(&w, generation);
	number_aad(cid, sealed, aad);
	if (!err)
		err = gp_crypto.random(sealed + 4, GCM_NONCE_LEN);
	if (!err)
		err = gp_crypto.gcm_seal(key, sealed + 4, aad, NUMBER_PARTS, (struct bytes){ clear, sizeof(clear) }, sealed + 4 + GCM_NONCE_LEN);
	gp_crypto.wipe(clear, sizeof(clear));
	return err;
}

int encrypt_number_open(const uint8_t key[AES128_KEY_LEN], const uint8_t cid[CID_LEN], uint32_t generation, struct bytes sealed, uint64_t *vcn)
{
	uint8_t clear[NUMBER_LEN];
	struct bytes aad[NUMBER_PARTS];
	struct reader r;
	int err;

	*vcn = 0;
	reader_init(&r, sealed.p, sealed.len);
	if (sealed.len != PAYTA_SEALED_VCN_LEN || reader_u32(&r) != generation)
		return PROTO_ERR_SIGNATURE;
	number_aad(cid, sealed.p, aad);
	err = gp_crypto.gcm_open(key, sealed.p + 4, aad, NUMBER_PARTS,
				 (struct bytes){ sealed.p + 4 + GCM_NONCE_LEN, sealed.len - 4 - GCM_NONCE_LEN }, clear);
	if (!err) {
		reader_init(&r, clear, sizeof(clear));
		*vcn = reader_u64(&r);
		err = reader_end(&r);
	}
	gp_crypto.wipe(clear, sizeof(clear));
	return err;
}
