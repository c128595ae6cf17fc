// SPDX-License-Identifier: BSD-2-Clause
#include "card.h"

#include <string.h>

#include "clock.h"
#include "encrypt.h"
#include "gp_crypto.h"
#include "ledger.h"
#include "purse_store.h"
#include "sign.h"

#include "proto/vcn.h"

#define CARD_ID		"card"
#define SIGN_ID		"sign"
#define SEAL_ID		"seal"
#define CARD_VERSION	0x01
#define CARD_LEN	359
#define DIGEST_PROPERTY	"org.teepay.ta.digest"	/* SHA-256 of this executable, as the kernel took it */

static struct card card;

/* --- its life --- */

enum card_event { CARD_EVENT_APPLY, CARD_EVENT_TAKE, CARD_EVENT_BLOCK };

/* Every change of state that there is; what is not here is refused. */
static const struct {
	uint8_t from, event, to;
} card_life[] = {
	{ PAYTA_EMPTY,   CARD_EVENT_APPLY, PAYTA_APPLIED },
	{ PAYTA_APPLIED, CARD_EVENT_APPLY, PAYTA_APPLIED },	/* with another challenge */
	{ PAYTA_APPLIED, CARD_EVENT_TAKE,  PAYTA_ACTIVE },
	{ PAYTA_ACTIVE,  CARD_EVENT_BLOCK, PAYTA_BLOCKED },
	{ PAYTA_BLOCKED, CARD_EVENT_BLOCK, PAYTA_BLOCKED },	/* the message came again */
};

static bool card_allows(enum card_event event, uint8_t *to)
{
	for (size_t i = 0; i < sizeof(card_life) / sizeof(card_life[0]); i++) {
		if (card_life[i].from == card.state && card_life[i].event == event) {
			*to = card_life[i].to;
			return true;
		}
	}
	return false;
}

/* --- its storage --- */

static int card_encode(const struct card *c, uint8_t out[CARD_LEN])
{
	struct writer w;
	size_t len;

	writer_init(&w, out, CARD_LEN);
	writer_u8(&w, CARD_VERSION);
	writer_u8(&w, c->state);
	writer_copy(&w, c->challenge, CHALLENGE_LEN);
	writer_copy(&w, c->issue_digest, SHA256_LEN);
	writer_u32(&w, c->generation);
	writer_copy(&w, c->k_purse, SHA256_LEN);
	writer_copy(&w, c->k_vcn, AES128_KEY_LEN);
	writer_copy(&w, c->issued.issuer_pk, ED25519_PK_LEN);
	writer_copy(&w, c->issued.money_pk, ED25519_PK_LEN);
	writer_copy(&w, c->issued.k_ic, SHA256_LEN);
	writer_copy(&w, c->issued.ccert, CCERT_LEN);
	writer_u16(&w, c->issued.currency);
	writer_u64(&w, c->issued.limit_payment);
	writer_u64(&w, c->issued.limit_sum);
	writer_u16(&w, c->issued.limit_count);
	writer_u64(&w, c->issued.limit_hard);
	writer_u64(&w, c->issued.max_balance);
	writer_u64(&w, c->issued.time);
	writer_u16(&w, c->issued.oldest_start);
	return writer_end(&w, &len) || len != CARD_LEN;
}

static int card_decode(struct bytes in, struct card *c)
{
	struct reader r;

	reader_init(&r, in.p, in.len);
	if (reader_u8(&r) != CARD_VERSION)
		return 1;
	c->state = reader_u8(&r);
	reader_copy(&r, c->challenge, CHALLENGE_LEN);
	reader_copy(&r, c->issue_digest, SHA256_LEN);
	c->generation = reader_u32(&r);
	reader_copy(&r, c->k_purse, SHA256_LEN);
	reader_copy(&r, c->k_vcn, AES128_KEY_LEN);
	reader_copy(&r, c->issued.issuer_pk, ED25519_PK_LEN);
	reader_copy(&r, c->issued.money_pk, ED25519_PK_LEN);
	reader_copy(&r, c->issued.k_ic, SHA256_LEN);
	reader_copy(&r, c->issued.ccert, CCERT_LEN);
	c->issued.currency = reader_u16(&r);
	c->issued.limit_payment = reader_u64(&r);
	c->issued.limit_sum = reader_u64(&r);
	c->issued.limit_count = reader_u16(&r);
	c->issued.limit_hard = reader_u64(&r);
	c->issued.max_balance = reader_u64(&r);
	c->issued.time = reader_u64(&r);
	c->issued.oldest_start = reader_u16(&r);
	return reader_end(&r) || c->state < PAYTA_APPLIED || c->state > PAYTA_BLOCKED;
}

/* Replaces the whole object in one step. */
static TEE_Result card_write(const struct card *c)
{
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[CARD_LEN];
	TEE_Result res;

	if (card_encode(c, bytes))
		TEE_Panic(TEE_ERROR_GENERIC);
	res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, CARD_ID, sizeof(CARD_ID) - 1, flags, TEE_HANDLE_NULL, bytes, sizeof(bytes), &object);
	TEE_MemFill(bytes, 0, sizeof(bytes));
	if (res == TEE_SUCCESS)
		TEE_CloseObject(object);
	return res;
}

/* What is not stored because it follows from what is. */
static TEE_Result card_derive(struct card *c)
{
	struct cap cap = { .nsuites = 1, .suites = { PAYMENT_SUITE_1 } };
	struct ccert cert;

	if (c->state < PAYTA_ACTIVE)
		return TEE_SUCCESS;
	if (cert_kid(&gp_crypto, c->issued.issuer_pk, c->kid) || cert_cid(&gp_crypto, c->pk, c->cid) ||
	    ccert_verify((struct bytes){ c->issued.ccert, CCERT_LEN }, &gp_crypto, c->issued.issuer_pk, 0, &cert))
		return TEE_ERROR_CORRUPT_OBJECT;
	c->end = cert.end;
	cap.currency = c->issued.currency;
	memcpy(cap.kid, c->kid, KID_LEN);
	return cap_encode(&cap, c->cap, sizeof(c->cap), &c->cap_len) ? TEE_ERROR_CORRUPT_OBJECT : TEE_SUCCESS;
}

/* The one place where the card's state changes: durably first, then here. */
static TEE_Result card_change(enum card_event event, const struct card *with)
{
	struct card next = *with;
	TEE_Result res;

	if (!card_allows(event, &next.state))
		return TEE_ERROR_BAD_STATE;
	res = card_derive(&next);
	if (res == TEE_SUCCESS)
		res = card_write(&next);
	if (res == TEE_SUCCESS)
		card = next;
	TEE_MemFill(&next, 0, sizeof(next));
	return res;
}

/* --- its keys --- */

static TEE_Result key_open(const char *id, size_t id_len, uint32_t attribute, TEE_ObjectHandle *key, uint8_t pk[32])
{
	size_t len = 32;
	TEE_Result res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, id, id_len, TEE_DATA_FLAG_ACCESS_READ, key);

	if (res != TEE_SUCCESS) {
		*key = TEE_HANDLE_NULL;
		return res;
	}
	res = TEE_GetObjectBufferAttribute(*key, attribute, pk, &len);
	return res == TEE_SUCCESS && len != 32 ? TEE_ERROR_CORRUPT_OBJECT : res;
}

/* A key pair that can do @usage and nothing else, and whose private half nobody can read out. */
static TEE_Result key_make(const char *id, size_t id_len, uint32_t type, uint32_t usage)
{
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle fresh = TEE_HANDLE_NULL, stored = TEE_HANDLE_NULL;
	TEE_Result res = TEE_AllocateTransientObject(type, 256, &fresh);

	if (res != TEE_SUCCESS)
		return res;
	res = TEE_GenerateKey(fresh, 256, NULL, 0);
	if (res == TEE_SUCCESS)
		res = TEE_RestrictObjectUsage1(fresh, usage);
	if (res == TEE_SUCCESS)
		res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, id, id_len, flags, fresh, NULL, 0, &stored);
	if (res == TEE_SUCCESS)
		TEE_CloseObject(stored);
	TEE_FreeTransientObject(fresh);
	return res;
}

static TEE_Result keys_load(struct card *c)
{
	TEE_Result res = key_open(SIGN_ID, sizeof(SIGN_ID) - 1, TEE_ATTR_ED25519_PUBLIC_VALUE, &c->sign_key, c->pk);

	if (res == TEE_SUCCESS)
		res = key_open(SEAL_ID, sizeof(SEAL_ID) - 1, TEE_ATTR_X25519_PUBLIC_VALUE, &c->seal_key, c->ta_pk);
	return res;
}

static void keys_close(struct card *c)
{
	gp_crypto_forget();
	if (c->sign_key != TEE_HANDLE_NULL)
		TEE_CloseObject(c->sign_key);
	if (c->seal_key != TEE_HANDLE_NULL)
		TEE_CloseObject(c->seal_key);
	c->sign_key = c->seal_key = TEE_HANDLE_NULL;
}

/* Only for a card without a state: keys that a card object speaks of are never replaced. */
static TEE_Result keys_make(struct card *c)
{
	TEE_Result res = key_make(SIGN_ID, sizeof(SIGN_ID) - 1, TEE_TYPE_ED25519_KEYPAIR, TEE_USAGE_SIGN);

	if (res == TEE_SUCCESS)
		res = key_make(SEAL_ID, sizeof(SEAL_ID) - 1, TEE_TYPE_X25519_KEYPAIR, TEE_USAGE_DERIVE);
	if (res == TEE_SUCCESS)
		res = keys_load(c);
	if (res != TEE_SUCCESS)
		keys_close(c);
	return res;
}

/* --- loading --- */

static TEE_Result card_read(struct card *c)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[CARD_LEN + 1];
	size_t count = 0;
	TEE_Result res;

	res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, CARD_ID, sizeof(CARD_ID) - 1, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (res != TEE_SUCCESS)
		return res;
	res = TEE_ReadObjectData(object, bytes, sizeof(bytes), &count);
	TEE_CloseObject(object);
	if (res == TEE_SUCCESS && card_decode((struct bytes){ bytes, count }, c))
		res = TEE_ERROR_CORRUPT_OBJECT;
	TEE_MemFill(bytes, 0, sizeof(bytes));
	return res;
}

TEE_Result card_load(void)
{
	TEE_Result res;

	card_unload();
	res = card_read(&card);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		return TEE_SUCCESS;
	if (res == TEE_SUCCESS)
		res = keys_load(&card);
	if (res == TEE_SUCCESS)
		res = card_derive(&card);
	if (res == TEE_SUCCESS && card_issued())
		res = ledger_load();
	if (res != TEE_SUCCESS)
		card_unload();
	return res;
}

void card_unload(void)
{
	keys_close(&card);
	ledger_unload();
	TEE_MemFill(&card, 0, sizeof(card));
}

const struct card *card_get(void)
{
	return &card;
}

bool card_issued(void)
{
	return card.state == PAYTA_ACTIVE || card.state == PAYTA_BLOCKED;
}

/* --- the commands --- */

TEE_Result card_apply(struct bytes challenge, uint8_t application[APPLICATION_LEN])
{
	struct application a = { 0 };
	struct card next = card;
	size_t len = sizeof(a.ta_digest);
	TEE_Result res;
	uint8_t to;

	if (!card_allows(CARD_EVENT_APPLY, &to))
		return TEE_ERROR_BAD_STATE;
	if (card.state == PAYTA_EMPTY) {
		res = keys_make(&next);
		if (res != TEE_SUCCESS)
			return res;
	}
	memcpy(next.challenge, challenge.p, CHALLENGE_LEN);
	memcpy(a.card_pk, next.pk, ED25519_PK_LEN);
	memcpy(a.ta_pk, next.ta_pk, X25519_LEN);
	/* A TEE that does not measure its applications has no such property: then the digest is all zeros. */
	if (TEE_GetPropertyAsBinaryBlock(TEE_PROPSET_CURRENT_TA, DIGEST_PROPERTY, a.ta_digest, &len) != TEE_SUCCESS || len != sizeof(a.ta_digest))
		memset(a.ta_digest, 0, sizeof(a.ta_digest));
	if (sign_application(&a, next.sign_key, next.challenge) || application_encode(&a, application))
		res = TEE_ERROR_GENERIC;
	else
		res = card_change(CARD_EVENT_APPLY, &next);
	if (res != TEE_SUCCESS && card.state == PAYTA_EMPTY)
		keys_close(&next);
	return res;
}

/* Everything that an issuer can get wrong, or that somebody else put together. */
static bool issued_sound(const struct issued_card *i)
{
	uint64_t now = clock_now();
	struct ccert cert;

	if (i->time > now)
		now = i->time;
	if (ccert_verify((struct bytes){ i->ccert, CCERT_LEN }, &gp_crypto, i->issuer_pk, clock_day(now), &cert))
		return false;
	return memcmp(cert.pk, card.pk, ED25519_PK_LEN) == 0 && ed25519_pk_sound(i->money_pk) &&
	       memcmp(i->money_pk, i->issuer_pk, ED25519_PK_LEN) != 0 && vcn_valid(i->vcn) && currency_valid(i->currency);
}

/* Record 0: the empty purse. */
static TEE_Result ledger_start(const struct card *c, uint8_t record[PURSE_RECORD_LEN])
{
	struct ledger_state first = { .issuer_time = c->issued.time, .oldest_start = c->issued.oldest_start };
	struct purse_record r = { .kind = PURSE_ISSUED, .currency = c->issued.currency, .time = clock_now() };

	if (c->issued.time > r.time)
		r.time = c->issued.time;
	if (purse_store_seal(c, &r, record))
		return TEE_ERROR_GENERIC;
	return ledger_create(&first, record);
}

static int number_seal(const struct card *c, uint64_t vcn, uint8_t sealed[PAYTA_SEALED_VCN_LEN])
{
	return encrypt_number_seal(c->k_vcn, c->cid, c->generation, vcn, sealed);
}

/* The first time: ledger, then card, so that an active card always has a ledger. */
static TEE_Result take_new(struct issued_card *issued, const uint8_t digest[SHA256_LEN], uint8_t sealed[PAYTA_SEALED_VCN_LEN],
			   uint8_t record[PURSE_RECORD_LEN])
{
	struct card next = card;
	TEE_Result res = TEE_ERROR_GENERIC;

	if (!issued_sound(issued))
		return TEE_ERROR_SECURITY;
	next.issued = *issued;
	next.issued.vcn = 0;
	next.generation++;
	memcpy(next.issue_digest, digest, SHA256_LEN);
	gp_crypto.random(next.k_purse, sizeof(next.k_purse));
	gp_crypto.random(next.k_vcn, sizeof(next.k_vcn));
	if (!cert_cid(&gp_crypto, next.pk, next.cid) && !number_seal(&next, issued->vcn, sealed))
		res = ledger_start(&next, record);
	if (res == TEE_SUCCESS)
		res = card_change(CARD_EVENT_TAKE, &next);
	if (res != TEE_SUCCESS)
		ledger_unload();
	TEE_MemFill(&next, 0, sizeof(next));
	return res;
}

/* The answer was lost: the number again, under a fresh nonce, and record 0 while there is one. */
static TEE_Result take_again(const struct issued_card *issued, uint8_t sealed[PAYTA_SEALED_VCN_LEN], uint8_t record[PURSE_RECORD_LEN], size_t *record_len)
{
	const uint8_t *first = ledger_record(0);

	if (number_seal(&card, issued->vcn, sealed))
		return TEE_ERROR_GENERIC;
	*record_len = first ? PURSE_RECORD_LEN : 0;
	if (first)
		memcpy(record, first, PURSE_RECORD_LEN);
	return TEE_SUCCESS;
}

TEE_Result card_take(struct bytes issue, uint8_t sealed[PAYTA_SEALED_VCN_LEN], uint8_t record[PURSE_RECORD_LEN], size_t *record_len)
{
	uint8_t digest[SHA256_LEN], to;
	struct issued_card issued;
	TEE_Result res;
	bool again;

	*record_len = 0;
	if (gp_crypto.sha256(&issue, 1, digest))
		return TEE_ERROR_GENERIC;
	again = card_issued() && TEE_MemCompare(digest, card.issue_digest, sizeof(digest)) == 0;
	if (!again && !card_allows(CARD_EVENT_TAKE, &to))
		return TEE_ERROR_BAD_STATE;
	if (issued_card_open(issue, &gp_crypto, card.seal_key, card.ta_pk, card.pk, card.challenge, &issued))
		return TEE_ERROR_SECURITY;
	if (again) {
		res = take_again(&issued, sealed, record, record_len);
	} else {
		res = take_new(&issued, digest, sealed, record);
		*record_len = res == TEE_SUCCESS ? PURSE_RECORD_LEN : 0;
	}
	TEE_MemFill(&issued, 0, sizeof(issued));
	return res;
}

TEE_Result card_block(void)
{
	return card_change(CARD_EVENT_BLOCK, &card);
}

int card_open_number(struct bytes sealed, uint64_t *vcn)
{
	return encrypt_number_open(card.k_vcn, card.cid, card.generation, sealed, vcn);
}
