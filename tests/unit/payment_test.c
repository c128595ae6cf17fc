// SPDX-License-Identifier: BSD-2-Clause
/*
 * One payment between a terminal and a card made of proto/ alone.  With --example it prints the bytes of that payment, which are the same in every run:
 * docs/PROTOCOL.apdu.md explains them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "mutate.h"
#include "proto/err.h"
#include "proto/tlv.h"
#include "world.h"

#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define TODAY		20780		/* 2026-11-23 */

static struct world world;
static struct world_card card;
static struct visit visit;

static int setup(void **state)
{
	(void)state;
	world_make(&world, 1, TODAY);
	world_card_make(&world, &card);
	memset(&visit, 0, sizeof(visit));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_card_free(&card);
	world_free(&world);
	return 0;
}

/* --- a payment as APDUs --- */

struct exchange {
	const char *name;
	uint8_t c[APDU_MAX], r[APDU_MAX];
	size_t c_len, r_len;
};

static void command(struct exchange *x, uint8_t cla, uint8_t ins, uint16_t p1p2, const void *data, size_t len)
{
	const struct capdu c = { cla, ins, (uint8_t)(p1p2 >> 8), (uint8_t)p1p2, { data, len }, 256 };

	assert_int_equal(capdu_encode(&c, x->c, sizeof(x->c), &x->c_len), 0);
}

static void response(struct exchange *x, const void *data, size_t len, uint16_t sw)
{
	assert_int_equal(rapdu_encode((struct bytes){ data, len }, sw, x->r, sizeof(x->r), &x->r_len), 0);
}

static void do_select(struct exchange *ppse, struct exchange *adf)
{
	uint8_t out[APDU_MAX];
	struct bytes cap;
	size_t len;
	bool found;

	ppse->name = "SELECT PPSE";
	command(ppse, 0x00, APDU_INS_SELECT, 0x0400, PPSE_NAME, sizeof(PPSE_NAME) - 1);
	assert_int_equal(fci_ppse_encode(out, sizeof(out), &len), 0);
	response(ppse, out, len, SW_OK);
	assert_int_equal(fci_ppse_has_aid((struct bytes){ out, len }, &found), 0);
	assert_true(found);

	adf->name = "SELECT AID";
	command(adf, 0x00, APDU_INS_SELECT, 0x0400, payment_aid, AID_LEN);
	assert_int_equal(fci_adf_encode((struct bytes){ card.cap, card.cap_len }, out, sizeof(out), &len), 0);
	response(adf, out, len, SW_OK);
	assert_int_equal(fci_adf_cap((struct bytes){ out, len }, &cap), 0);
	assert_int_equal(cap.len, card.cap_len);
	assert_memory_equal(cap.p, card.cap, cap.len);
}

static void do_get_vcn(struct exchange *x)
{
	uint8_t data[255], out[250];
	size_t len, out_len;

	x->name = "GET VCN";
	visit_get_vcn(&world, &visit, data, &len);
	command(x, PAYMENT_CLA, PAYMENT_INS_GET_VCN, 0x0101, data, len);
	world_card_get_vcn(&world, &card, (struct bytes){ data, len }, out, &out_len);
	response(x, out, out_len, SW_OK);
	assert_int_equal(visit_got_vcn(&world, &visit, (struct bytes){ card.cap, card.cap_len }, (struct bytes){ out, out_len }), 0);
	assert_true(visit.clear.vcn == WORLD_VCN);
	assert_int_equal(visit.clear.ctr, card.ctr);
	assert_memory_equal(visit.keys.kt, card.keys.kt, SHA256_LEN);
	assert_memory_equal(visit.keys.kc, card.keys.kc, SHA256_LEN);
	assert_memory_not_equal(visit.keys.kt, visit.keys.kc, SHA256_LEN);
}

static void do_pay(struct exchange *x)
{
	uint8_t data[255], out[250];
	size_t len, out_len;
	struct answer a;

	x->name = "PAY";
	visit.pay = (struct pay_fields){ .amount = 450, .currency = WORLD_CURRENCY, .time = TODAY * 86400ULL + 43200,
					 .ttn = { 0xC0, 0xFF, 0xEE, 0x01, 0, 0, 0, 1 } };
	visit_pay(&world, &visit, data, &len);
	command(x, PAYMENT_CLA, PAYMENT_INS_PAY, 0x0101, data, len);
	world_card_pay(&world, &card, (struct bytes){ data, len }, out, &out_len);
	response(x, out, out_len, SW_OK);
	assert_int_equal(visit_answer(&world, &visit, card.ctr, SW_OK, (struct bytes){ out, out_len }, &a), 0);
	assert_true(a.has_receipt);
}

static void do_recover(struct exchange *x)
{
	uint8_t data[255], out[250];
	size_t len, out_len;
	struct answer a;

	x->name = "RECOVER";
	memcpy(visit.recover.ttn, "\xC0\xFF\xEE\x01\0\0\0\2", TTN_LEN);
	visit.recover.ctr = visit.clear.ctr;
	visit_recover(&world, &visit, data, &len);
	command(x, PAYMENT_CLA, PAYMENT_INS_RECOVER, 0x0101, data, len);
	world_card_never(&world, &card, (struct bytes){ data, len }, out, &out_len);
	response(x, out, out_len, SW_WARN_NEVER);
	assert_int_equal(visit_answer(&world, &visit, card.ctr, SW_WARN_NEVER, (struct bytes){ out, out_len }, &a), 0);
	assert_true(a.has_never);
	assert_int_equal(a.ctr_now, card.ctr);
}

static void do_everything(struct exchange x[5])
{
	do_select(&x[0], &x[1]);
	do_get_vcn(&x[2]);
	do_pay(&x[3]);
	do_recover(&x[4]);
}

/* The figures of the protocol: 672 bytes for a payment, and nothing longer than the weakest reader passes. */
static void bytes_of_a_payment(void **state)
{
	static const struct { size_t c, r; } want[5] = { { 20, 48 }, { 14, 37 }, { 162, 245 }, { 52, 94 }, { 38, 90 } };
	struct exchange x[5];
	size_t sum = 0;

	(void)state;
	do_everything(x);
	for (size_t i = 0; i < 5; i++) {
		if (x[i].c_len != want[i].c || x[i].r_len != want[i].r)
			fail_msg("%s: %zu + %zu", x[i].name, x[i].c_len, x[i].r_len);
		assert_true(x[i].c_len <= APDU_MAX && x[i].r_len <= APDU_MAX);
		if (i < 4)
			sum += x[i].c_len + x[i].r_len;
	}
	assert_int_equal(sum, 672);
}

/* --- the terminal reads other cards' templates --- */

static void templates(void **state)
{
	static const struct {
		const char *name, *fci;
		size_t len;
		bool ok;
	} rows[] = {
		{ "CAP under A5/BF0C", "\x6F\x12\x84\x08\xF0TEEPAY\x01\xA5\x06\xBF\x0C\x03\xC0\x01\x55", 20, true },
		{ "CAP under A5", "\x6F\x0F\x84\x08\xF0TEEPAY\x01\xA5\x03\xC0\x01\x55", 17, true },
		{ "another name", "\x6F\x0F\x84\x08\xF0TEEPAY\x02\xA5\x03\xC0\x01\x55", 17, false },
		{ "no name", "\x6F\x05\xA5\x03\xC0\x01\x55", 7, false },
		{ "CAP beside A5", "\x6F\x0D\x84\x08\xF0TEEPAY\x01\xC0\x01\x55", 15, false },
		{ "two CAPs", "\x6F\x12\x84\x08\xF0TEEPAY\x01\xA5\x06\xC0\x01\x55\xC0\x01\x56", 20, false },
		{ "cut", "\x6F\x0F\x84\x08\xF0TEEPAY\x01\xA5\x03\xC0\x01", 16, false },
		{ "byte behind it", "\x6F\x0F\x84\x08\xF0TEEPAY\x01\xA5\x03\xC0\x01\x55\x00", 18, false },
		{ "nothing", "", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bytes cap;
		int err = fci_adf_cap((struct bytes){ (const uint8_t *)rows[i].fci, rows[i].len }, &cap);

		if ((err == 0) != rows[i].ok || (!err && (cap.len != 1 || cap.p[0] != 0x55)))
			fail_msg("%s: %d", rows[i].name, err);
	}
}

/* A PPSE with other applications in it, too. */
static void directories(void **state)
{
	static const char others[] = "\x6F\x31\x84\x0E" PPSE_NAME "\xA5\x1F\xBF\x0C\x1C"
				     "\x61\x09\x4F\x07\xA0\0\0\0\x03\x10\x10"	/* another application */
				     "\x61\x0F\x4F\x08\xF0TEEPAY\x01\x50\x03pay";
	uint8_t fci[sizeof(others)];
	bool found;

	(void)state;
	memcpy(fci, others, sizeof(fci));
	assert_int_equal(fci_ppse_has_aid((struct bytes){ fci, sizeof(fci) - 1 }, &found), 0);
	assert_true(found);
	fci[45]++;
	assert_int_equal(fci_ppse_has_aid((struct bytes){ fci, sizeof(fci) - 1 }, &found), 0);
	assert_false(found);
	for (size_t n = 0; n < sizeof(fci) - 1; n++)
		assert_int_not_equal(fci_ppse_has_aid((struct bytes){ fci, n }, &found), 0);
}

static void capabilities(void **state)
{
	static const struct {
		const char *name, *in;
		size_t len;
		int err;
	} rows[] = {
		{ "one suite", "\x01\x09\x78kid_\x01", 8, 0 },
		{ "four suites", "\x01\x09\x78kid_\x01\x02\x03\x04", 11, 0 },
		{ "no suite", "\x01\x09\x78kid_", 7, PROTO_ERR_FORMAT },
		{ "five suites", "\x01\x09\x78kid_\x01\x02\x03\x04\x05", 12, PROTO_ERR_FORMAT },
		{ "another version", "\x02\x09\x78kid_\x01", 8, PROTO_ERR_VERSION },
		{ "currency with a letter", "\x01\x0A\x78kid_\x01", 8, PROTO_ERR_FORMAT },
		{ "currency of four digits", "\x01\x19\x78kid_\x01", 8, PROTO_ERR_FORMAT },
		{ "cut", "\x01\x09\x78kid", 6, PROTO_ERR_SHORT },
		{ "nothing", "", 0, PROTO_ERR_SHORT },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct cap c;
		uint8_t again[CAP_MAX];
		size_t len;
		int err = cap_decode((struct bytes){ (const uint8_t *)rows[i].in, rows[i].len }, &c);

		if (err != rows[i].err)
			fail_msg("%s: %d", rows[i].name, err);
		if (!err && (cap_encode(&c, again, sizeof(again), &len) || len != rows[i].len || memcmp(again, rows[i].in, len) != 0))
			fail_msg("%s: encodes otherwise", rows[i].name);
	}
}

/* --- every changed message is refused --- */

static bool vcn_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct visit v = visit;

	(void)ctx;
	return visit_got_vcn(&world, &v, (struct bytes){ card.cap, card.cap_len }, (struct bytes){ msg, len }) == 0;
}

static bool pay_taken(void *ctx, const uint8_t *msg, size_t len)
{
	uint8_t m[MAC_LEN];
	struct pay_fields p;

	(void)ctx;
	return pay_decode(&world.ops, &card.keys, (struct bytes){ msg, len }, &p, m) == 0;
}

static bool recover_taken(void *ctx, const uint8_t *msg, size_t len)
{
	uint8_t m[MAC_LEN];
	struct recover_fields q;

	(void)ctx;
	return recover_decode(&world.ops, &card.keys, (struct bytes){ msg, len }, &q, m) == 0;
}

static bool answer_taken(void *ctx, const uint8_t *msg, size_t len)
{
	struct answer a;

	return visit_answer(&world, &visit, card.ctr, *(uint16_t *)ctx, (struct bytes){ msg, len }, &a) == 0;
}

static void changed_messages(void **state)
{
	uint16_t ok = SW_OK, never = SW_WARN_NEVER;
	struct exchange x[5];

	(void)state;
	do_select(&x[0], &x[1]);
	do_get_vcn(&x[2]);
	mutate_none_taken("answer to GET VCN", x[2].r, x[2].r_len - 2, vcn_taken, NULL);
	do_pay(&x[3]);
	mutate_none_taken("PAY", x[3].c + 5, x[3].c_len - 6, pay_taken, NULL);
	mutate_none_taken("answer to PAY", x[3].r, x[3].r_len - 2, answer_taken, &ok);
	do_recover(&x[4]);
	mutate_none_taken("RECOVER", x[4].c + 5, x[4].c_len - 6, recover_taken, NULL);
	mutate_none_taken("never", x[4].r, x[4].r_len - 2, answer_taken, &never);
}

/* A PAY is no RECOVER, an answer is no command, and nothing goes back to who sent it. */
static void messages_do_not_change_places(void **state)
{
	struct transcript swapped;
	struct exchange x[5];
	struct answer a;

	(void)state;
	do_everything(x);
	assert_false(recover_taken(NULL, x[3].c + 5, x[3].c_len - 6));
	assert_false(pay_taken(NULL, x[4].c + 5, x[4].c_len - 6));
	assert_false(pay_taken(NULL, x[3].r, x[3].r_len - 2));
	swapped = visit.keys;
	memcpy(swapped.kt, visit.keys.kc, SHA256_LEN);
	memcpy(swapped.kc, visit.keys.kt, SHA256_LEN);
	assert_int_equal(answer_decode(&world.ops, &swapped, visit.m, SW_WARN_NEVER, (struct bytes){ x[4].r, x[4].r_len - 2 }, &a), PROTO_ERR_SIGNATURE);
}

/* S8: the number is not even tried before certificate and signature have passed. */
static int opened;
static int (*real_open)(const uint8_t *, const uint8_t *, const struct bytes *, size_t, struct bytes, uint8_t *);

static int counting_open(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad, struct bytes in,
			 uint8_t *out)
{
	opened++;
	return real_open(key, nonce, aad, naad, in, out);
}

static void verify_first_then_decrypt(void **state)
{
	struct exchange x;

	(void)state;
	real_open = world.ops.gcm_open;
	do_get_vcn(&x);
	world.ops.gcm_open = counting_open;
	assert_true(vcn_taken(NULL, x.r, x.r_len - 2));
	assert_int_equal(opened, 2);
	opened = 0;
	x.r[x.r_len - 3] ^= 1;		/* the signature's last byte */
	assert_false(vcn_taken(NULL, x.r, x.r_len - 2));
	assert_int_equal(opened, 1);	/* the certificate only */
}

/* --- domain separation --- */

/* Every context string that the protocol has, its closing NUL aside. */
static const char *const contexts[] = {
	"teepay1 kid", "teepay1 cid", "teepay1 tcert", "teepay1 ccert", "teepay1 th", "teepay1 th2", "teepay1 hpke", "teepay1 c0", "teepay1 c1",
	"teepay1 vcn", "teepay1 t2c", "teepay1 c2t", "teepay1 pay", "teepay1 resp", "teepay1 bal", "teepay1 rcpt", "teepay1 rec", "teepay1 never",
	"teepay1 imsg", "teepay1 ack", "teepay1 xfer", "teepay1 apply", "teepay1 card", "teepay1 issue",
};

static bool context_seen[ROWS(contexts)];

static void note_contexts(const struct bytes *parts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool known = false;

		if (parts[i].len < 8 || memcmp(parts[i].p, "teepay1 ", 8) != 0)
			continue;
		for (size_t k = 0; k < ROWS(contexts); k++) {
			if (strnlen((const char *)parts[i].p, parts[i].len) == strlen(contexts[k]) &&
			    memcmp(parts[i].p, contexts[k], strlen(contexts[k]) + 1) == 0)
				known = context_seen[k] = true;
		}
		if (!known)
			fail_msg("a context that is not in the list, or does not end with a zero byte");
	}
}

/* Everything that was signed, whatever for. */
static struct {
	uint8_t text[512];
	size_t len;
	uint8_t sig[ED25519_SIG_LEN];
} made[16];
static size_t made_count;

static struct crypto_ops real;

static int noting_sha256(const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	note_contexts(parts, n);
	return real.sha256(parts, n, out);
}

static int noting_hmac(struct bytes key, const struct bytes *parts, size_t n, uint8_t out[SHA256_LEN])
{
	note_contexts(parts, n);
	return real.hmac_sha256(key, parts, n, out);
}

static int noting_seal(const uint8_t key[AES128_KEY_LEN], const uint8_t nonce[GCM_NONCE_LEN], const struct bytes *aad, size_t naad, struct bytes in,
		       uint8_t *out)
{
	note_contexts(aad, naad);
	return real.gcm_seal(key, nonce, aad, naad, in, out);
}

static int noting_sign(void *key, const struct bytes *parts, size_t n, uint8_t sig[ED25519_SIG_LEN])
{
	struct writer w;
	int err;

	assert_true(made_count < ROWS(made));
	note_contexts(parts, n);
	writer_init(&w, made[made_count].text, sizeof(made[0].text));
	for (size_t i = 0; i < n; i++)
		writer_copy(&w, parts[i].p, parts[i].len);
	assert_int_equal(writer_end(&w, &made[made_count].len), 0);
	err = real.ed25519_sign(key, parts, n, sig);
	memcpy(made[made_count++].sig, sig, ED25519_SIG_LEN);
	return err;
}

/* Signs everything that is not part of a payment, with the one key that all roles share here. */
static void sign_the_rest(EVP_PKEY *key)
{
	struct application a = { .sig = { 0 } };
	struct issued_card issued = { .vcn = WORLD_VCN };
	struct imsg m = { .seq = 1, .kind = IMSG_CREDIT, .amount = 1, .currency = WORLD_CURRENCY, .source = IMSG_TOPUP };
	struct card_reply ack = { .kind = CARD_ACK }, xfer = { .kind = CARD_XFER };
	uint8_t challenge[CHALLENGE_LEN] = { 0 }, issue[ISSUE_LEN], bytes[IMSG_MAX];
	size_t len;

	memcpy(a.card_pk, card.pk, ED25519_PK_LEN);
	memcpy(a.ta_pk, world.terminal_is.pk, X25519_LEN);
	assert_int_equal(application_sign(&a, &world.ops, key, challenge), 0);
	assert_int_equal(issued_card_seal(&issued, &world.ops, key, &a, challenge, issue), 0);
	assert_int_equal(imsg_sign(&m, &world.ops, key, bytes, sizeof(bytes), &len), 0);
	assert_int_equal(card_reply_sign(&ack, &world.ops, key), 0);
	assert_int_equal(card_reply_sign(&xfer, &world.ops, key), 0);
}

/* The card's key becomes the issuer's too: only the contexts keep its signatures apart then. */
static void one_key_for_all(void)
{
	struct ccert cert = { .end = TODAY };

	world.issuer = card.key;
	memcpy(world.issuer_pk, card.pk, ED25519_PK_LEN);
	assert_int_equal(cert_kid(&world.ops, card.pk, world.kid), 0);
	memcpy(world.terminal_is.kid, world.kid, KID_LEN);
	world_certify(&world);
	assert_int_equal(cert_cid(&world.ops, card.pk, card.cid), 0);
	memcpy(card.cap + 3, world.kid, KID_LEN);
	memcpy(cert.pk, card.pk, ED25519_PK_LEN);
	assert_int_equal(ccert_sign(&cert, &world.ops, world.issuer, world.kid, card.ccert), 0);
}

/* SHA-256 over @len bytes behind what @all has so far. */
static void digest_more(EVP_MD_CTX *all, const void *p, size_t len)
{
	assert_int_equal(EVP_DigestUpdate(all, p, len), 1);
}

static EVP_MD_CTX *digest_start(void)
{
	EVP_MD_CTX *all = EVP_MD_CTX_new();

	assert_non_null(all);
	assert_int_equal(EVP_DigestInit_ex2(all, EVP_sha256(), NULL), 1);
	return all;
}

static void digest_expect(EVP_MD_CTX *all, const char *want)
{
	char got[HEX_TEXT(SHA256_LEN)];
	uint8_t digest[SHA256_LEN];

	assert_int_equal(EVP_DigestFinal_ex(all, digest, NULL), 1);
	EVP_MD_CTX_free(all);
	assert_string_equal(hex_encode(digest, sizeof(digest), got), want);
}

/*
 * The bytes of the example, which an independent program has decrypted and verified by the words of docs/PROTOCOL.apdu.md.  Other bytes are another
 * protocol: then the page must change too, and so must the suite's number.
 */
static void the_bytes_on_the_wire_stay(void **state)
{
	EVP_MD_CTX *all = digest_start();
	struct exchange x[5];

	(void)state;
	do_everything(x);
	for (size_t i = 0; i < ROWS(x); i++) {
		digest_more(all, x[i].c, x[i].c_len);
		digest_more(all, x[i].r, x[i].r_len);
	}
	digest_expect(all, "4e20817f411684f84647d08bb8816b179526e37a2abbfd29a077bce15d7ab365");
}

static void contexts_are_apart(void **state)
{
	EVP_PKEY *issuer = world.issuer;
	EVP_MD_CTX *all = digest_start();
	struct exchange x[5];

	(void)state;
	/* Each ends with its only zero byte: so none begins another, as long as no two are the same. */
	for (size_t i = 0; i < ROWS(contexts); i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(contexts[i], contexts[k]);

	real = world.ops;
	world.ops.sha256 = noting_sha256;
	world.ops.hmac_sha256 = noting_hmac;
	world.ops.gcm_seal = noting_seal;
	world.ops.ed25519_sign = noting_sign;
	one_key_for_all();
	do_everything(x);
	sign_the_rest(card.key);

	for (size_t i = 0; i < ROWS(contexts); i++)
		if (!context_seen[i])
			fail_msg("\"%s\" is in the list and nobody uses it", contexts[i]);
	for (size_t i = 0; i < made_count; i++)
		digest_more(all, made[i].text, made[i].len);
	digest_expect(all, "3e9c996ccaa72497c2d230a4ce67002153f070b4b5d284dc748b17f3c289a0d9");
	for (size_t i = 0; i < made_count; i++) {
		for (size_t k = 0; k < made_count; k++) {
			const struct bytes text = { made[k].text, made[k].len };
			bool same = made[i].len == made[k].len && memcmp(made[i].text, made[k].text, made[i].len) == 0;

			assert_int_equal(real.ed25519_verify(card.pk, &text, 1, made[i].sig) == 0, same);
		}
	}
	world.issuer = issuer;
}

/* --- the example --- */

static void print_bytes(const char *title, const uint8_t *p, size_t len)
{
	printf("%s (%zu)\n", title, len);
	for (size_t i = 0; i < len; i++)
		printf("%s%02X%s", i % 32 == 0 ? "    " : "", p[i], i % 32 == 31 || i + 1 == len ? "\n" : i % 4 == 3 ? " " : "");
}

static void print_example(void)
{
	uint8_t terminal[RAW_KEY_LEN];
	struct exchange x[5];

	setup(NULL);
	do_everything(x);
	for (size_t i = 0; i < ROWS(x); i++) {
		char title[40];

		snprintf(title, sizeof(title), "> %s", x[i].name);
		print_bytes(title, x[i].c, x[i].c_len);
		snprintf(title, sizeof(title), "< %s", x[i].name);
		print_bytes(title, x[i].r, x[i].r_len);
	}
	print_bytes("issuer's public key", world.issuer_pk, ED25519_PK_LEN);
	assert_int_equal(openssl_key_private(world.terminal, terminal), 0);
	print_bytes("terminal's private key", terminal, RAW_KEY_LEN);
	print_bytes("card's public key", card.pk, ED25519_PK_LEN);
	print_bytes("CCERT", card.ccert, CCERT_LEN);
	print_bytes("K_issuer-card", world.k_ic, SHA256_LEN);
	print_bytes("th", visit.keys.th, SHA256_LEN);
	print_bytes("Kt", visit.keys.kt, SHA256_LEN);
	print_bytes("Kc", visit.keys.kc, SHA256_LEN);
	teardown(NULL);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_of_a_payment),
		TEST(templates),
		TEST(directories),
		TEST(capabilities),
		TEST(changed_messages),
		TEST(messages_do_not_change_places),
		TEST(verify_first_then_decrypt),
		TEST(the_bytes_on_the_wire_stay),
		TEST(contexts_are_apart),
	};

	if (argc == 2 && strcmp(argv[1], "--example") == 0) {
		print_example();
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
