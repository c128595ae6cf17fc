// SPDX-License-Identifier: BSD-2-Clause
#include "field_card.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/openssl_crypto.h"
#include "proto/hpke.h"

#define OPS (&openssl_crypto)

struct reply {
	uint8_t data[APDU_MAX];
	size_t len;
	uint16_t sw;
};

static void card_cap(const struct field_card *f, uint8_t cap[CAP_MAX], size_t *len)
{
	struct cap c = { .currency = f->currency, .nsuites = f->more_suites ? 2 : 1, .suites = { PAYMENT_SUITE_1, 0x02 } };

	memcpy(c.kid, f->kid, KID_LEN);
	assert_int_equal(cap_encode(&c, cap, CAP_MAX, len), 0);
}

static void card_select(const struct field_card *f, const struct capdu *c, struct reply *r)
{
	uint8_t cap[CAP_MAX];
	size_t len;

	if (c->data.len == AID_LEN && memcmp(c->data.p, payment_aid, AID_LEN) == 0) {
		card_cap(f, cap, &len);
		assert_int_equal(fci_adf_encode((struct bytes){ cap, len }, r->data, sizeof(r->data), &r->len), 0);
	} else if (c->data.len == sizeof(PPSE_NAME) - 1 && memcmp(c->data.p, PPSE_NAME, c->data.len) == 0) {
		assert_int_equal(fci_ppse_encode(r->data, sizeof(r->data), &r->len), 0);
	} else {
		r->sw = SW_NOT_FOUND;
	}
}

static void card_get_vcn(struct field_card *f, const struct capdu *c, struct reply *r)
{
	const struct vcn_clear clear = { f->card.issued.vcn, f->card.ctr, f->flags };
	uint8_t cap[CAP_MAX], body[BODY_LEN], *enc = body, *c0 = enc + X25519_LEN, *c1 = c0 + C0_LEN, *sig = c1 + C1_LEN;
	struct bytes tcert, nonce, info[VCN_INFO_PARTS], parts[VCN_SIGNED_PARTS];
	struct vcn_body b;
	struct tcert t;
	struct hpke h;
	size_t len;

	f->open = false;
	assert_int_equal(get_vcn_decode(c->data, &tcert, &nonce), 0);
	if (tcert_verify(tcert, OPS, f->issuer_pk, f->today, 0, &t) < 0) {
		r->sw = SW_SECURITY_STATUS;
		return;
	}
	card_cap(f, cap, &len);
	assert_int_equal(transcript_th(OPS, (struct bytes){ cap, len }, c->p1, c->p2, tcert, nonce, f->keys.th), 0);
	vcn_hpke_info(f->keys.th, info);
	assert_int_equal(hpke_setup_sender(&h, OPS, t.pk, info, VCN_INFO_PARTS, enc), 0);
	assert_int_equal(vcn_seal(&h, f->card.issued.ccert, &clear, c0, c1), 0);
	assert_int_equal(vcn_body_split((struct bytes){ body, sizeof(body) }, &b), 0);
	vcn_signed_parts(f->keys.th, &b, parts);
	assert_int_equal(OPS->ed25519_sign(f->card.key, parts, VCN_SIGNED_PARTS, sig), 0);
	assert_int_equal(transcript_keys(&f->keys, &h, (struct bytes){ body, sizeof(body) }), 0);
	hpke_free(&h);
	memcpy(f->tid, t.tid, TID_LEN);
	f->shown = f->card.ctr;
	f->open = true;
	assert_int_equal(vcn_answer_encode((struct bytes){ body, sizeof(body) }, r->data, sizeof(r->data), &r->len), 0);
}

static void answer_receipt(struct field_card *f, const uint8_t m[MAC_LEN], const struct receipt *receipt, struct reply *r)
{
	struct receipt sent = *receipt;

	sent.rsig[0] ^= f->lies;
	assert_int_equal(answer_encode_receipt(OPS, &f->keys, m, &sent, r->data, sizeof(r->data), &r->len), 0);
}

static void answer_warning(struct field_card *f, const uint8_t m[MAC_LEN], uint16_t sw, struct reply *r)
{
	r->sw = sw;
	assert_int_equal(answer_encode_refusal(OPS, &f->keys, m, sw, r->data, sizeof(r->data), &r->len), 0);
}

static void card_pay(struct field_card *f, const struct capdu *c, struct reply *r)
{
	uint8_t m[MAC_LEN], p[P_LEN];
	struct field_record *rec;
	struct pay_fields fields;

	if (!f->open || f->card.ctr != f->shown) {
		r->sw = SW_CONDITIONS;
		return;
	}
	if (pay_decode(OPS, &f->keys, c->data, &fields, m) < 0) {
		f->open = false;
		r->sw = SW_SECURITY_STATUS;
		return;
	}
	if (f->refuse || fields.amount > f->card.balance) {
		answer_warning(f, m, f->refuse ? f->refuse : SW_WARN_NO_MONEY, r);
		return;
	}
	assert_int_equal(pay_fields_encode(&fields, p), 0);
	assert_true(f->card.ctr + 1 < FIELD_RECORDS);
	rec = &f->records[f->card.ctr + 1];
	memset(rec, 0, sizeof(*rec));
	memcpy(rec->p, p, P_LEN);
	memcpy(rec->ttn, fields.ttn, TTN_LEN);
	memcpy(rec->tid, f->tid, TID_LEN);
	paper_card_pay(&f->card, f->kid, f->tid, p, &rec->receipt);
	f->debits++;
	answer_receipt(f, m, &rec->receipt, r);
}

static void card_never(struct field_card *f, const struct recover_fields *q, const uint8_t m[MAC_LEN], struct reply *r)
{
	uint8_t text[NEVER_SIGNED_LEN], sig[ED25519_SIG_LEN];
	const struct bytes part = { text, sizeof(text) };
	uint32_t now = f->rolled_back ? q->ctr - 1 : f->card.ctr;

	assert_int_equal(never_signed_encode(f->kid, f->card.cid, f->tid, q, now, text), 0);
	assert_int_equal(OPS->ed25519_sign(f->card.key, &part, 1, sig), 0);
	sig[0] ^= f->lies;
	r->sw = SW_WARN_NEVER;
	assert_int_equal(answer_encode_never(OPS, &f->keys, m, now, sig, r->data, sizeof(r->data), &r->len), 0);
}

static void card_recover(struct field_card *f, const struct capdu *c, struct reply *r)
{
	const struct field_record *rec;
	struct recover_fields q;
	uint8_t m[MAC_LEN];

	if (!f->open || recover_decode(OPS, &f->keys, c->data, &q, m) < 0) {
		r->sw = f->open ? SW_SECURITY_STATUS : SW_CONDITIONS;
		f->open = false;
		return;
	}
	rec = q.ctr < f->card.ctr ? &f->records[q.ctr + 1] : NULL;
	if (rec && rec->lost)
		answer_warning(f, m, SW_WARN_UNKNOWN, r);
	else if (rec && memcmp(rec->ttn, q.ttn, TTN_LEN) == 0 && memcmp(rec->tid, f->tid, TID_LEN) == 0)
		answer_receipt(f, m, &rec->receipt, r);
	else
		card_never(f, &q, m, r);
}

static uint8_t card_answer(struct field_card *f, const uint8_t *in, size_t len, struct reply *r)
{
	struct capdu c;
	uint8_t ins;

	memset(r, 0, sizeof(*r));
	r->sw = SW_OK;
	assert_true(len <= APDU_MAX);
	assert_int_equal(capdu_decode(in, len, &c), 0);
	ins = c.ins;
	if (c.ins == APDU_INS_SELECT)
		card_select(f, &c, r);
	else if (c.cla == PAYMENT_CLA && c.ins == PAYMENT_INS_GET_VCN)
		card_get_vcn(f, &c, r);
	else if (c.cla == PAYMENT_CLA && c.ins == PAYMENT_INS_PAY)
		card_pay(f, &c, r);
	else if (c.cla == PAYMENT_CLA && c.ins == PAYMENT_INS_RECOVER)
		card_recover(f, &c, r);
	else
		r->sw = SW_INS_NOT_SUPPORTED;
	return ins;
}

/* Which command is it, as faults name them? */
static uint8_t frame_ins(const uint8_t *in, size_t len)
{
	if (len > 4 && in[1] == APDU_INS_SELECT && in[4] == AID_LEN)
		return FIELD_INS_AID;
	return len > 1 ? in[1] : 0;
}

/* Faults that end the exchange: 0, or what the reader says. */
static int fault_strike(struct field_card *f, bool hit, enum field_frame frame)
{
	if (!hit || f->fault.frame != frame)
		return 0;
	if (f->fault.kind == FAULT_KILL)
		kill(getpid(), SIGKILL);
	if (f->fault.kind == FAULT_FULL) {
		struct rlimit none;

		assert_int_equal(getrlimit(RLIMIT_FSIZE, &none), 0);
		none.rlim_cur = 0;
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	}
	if (f->fault.kind == FAULT_TEAR || f->fault.kind == FAULT_HANG)
		f->open = false;
	return f->fault.kind == FAULT_TEAR ? READER_ERR_CARD : f->fault.kind == FAULT_HANG ? READER_ERR_TIMEOUT : 0;
}

static size_t fault_change(const struct field_fault *fault, uint8_t *out, size_t len)
{
	switch (fault->kind) {
	case FAULT_FLIP:
		assert_true(fault->at < len);
		out[fault->at] ^= 0x01;
		return len;
	case FAULT_ANSWER:
		out[0] = (uint8_t)(fault->sw >> 8);
		out[1] = (uint8_t)fault->sw;
		return 2;
	case FAULT_SHORT:
		memmove(out + len - 3, out + len - 2, 2);
		return len - 1;
	case FAULT_LONG:
		memmove(out + len - 1, out + len - 2, 2);
		return len + 1;
	case FAULT_NONE:
		return 0;
	default:
		return len;
	}
}

static int field_transmit(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms)
{
	struct field_card *f = (struct field_card *)r;
	uint8_t ins = frame_ins(in, len);
	struct reply reply;
	bool hit;
	int err;

	(void)ms;
	*got = 0;
	f->frames++;
	hit = ++f->seen[ins] == (unsigned int)f->fault.count && f->fault.ins == ins;
	err = fault_strike(f, hit, FRAME_COMMAND);
	if (err)
		return err;
	card_answer(f, in, len, &reply);
	err = fault_strike(f, hit, FRAME_ANSWER);
	if (err)
		return err;
	assert_true(reply.len + 3 <= room);
	assert_int_equal(rapdu_encode((struct bytes){ reply.data, reply.len }, reply.sw, out, room, got), 0);
	assert_true(*got <= APDU_MAX);
	if (hit)
		*got = fault_change(&f->fault, out, *got);
	return 0;
}

static int field_wait(struct pos_reader *r, unsigned int ms)
{
	(void)ms;
	return ((struct field_card *)r)->wait_error;
}

static int field_close(struct pos_reader **r)
{
	*r = NULL;
	return 0;
}

static const struct pos_reader_ops field_ops = { .wait = field_wait, .transmit = field_transmit, .close = field_close };

void field_card_init(struct field_card *f, const struct paper_card *card, const uint8_t issuer_pk[ED25519_PK_LEN], const uint8_t kid[KID_LEN],
		     uint16_t currency, uint16_t today)
{
	memset(f, 0, sizeof(*f));
	f->reader.ops = &field_ops;
	f->card = *card;
	memcpy(f->issuer_pk, issuer_pk, sizeof(f->issuer_pk));
	memcpy(f->kid, kid, sizeof(f->kid));
	f->currency = currency;
	f->today = today;
}

void field_card_tap(struct field_card *f, const struct field_fault *fault)
{
	const struct field_fault none = { 0 };

	f->open = false;
	f->frames = 0;
	memset(f->seen, 0, sizeof(f->seen));
	f->fault = fault ? *fault : none;
}
