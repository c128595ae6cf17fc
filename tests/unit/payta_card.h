/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_PAYTA_CARD_H
#define TEEPAY_TESTS_PAYTA_CARD_H

#include <tee_internal_api.h>

#include "proto/payta_cmd.h"
#include "world.h"

struct tee_store_io;

/*
 * The real payment TA in the test's own process, over libtee's real storage in a folder of its own; what walletd would keep is kept here.
 */
struct payta_card {
	char dir[64];
	const struct tee_store_io *io;		/* what the storage stands on; NULL: files */
	struct world *world;
	uint8_t cap[CAP_MAX];
	size_t cap_len;
	uint8_t sealed[PAYTA_SEALED_VCN_LEN];
	uint8_t record[PURSE_RECORD_LEN];	/* of the last call that made one */
	size_t record_len;			/* 0: it made none */
	uint64_t seq;				/* of the last message made */
	struct payta_limits limits;		/* of the card that is issued; set before payta_issue() */
};

struct payta_answer {
	TEE_Result res;
	uint16_t sw;
	size_t len;
	uint8_t data[APDU_MAX];
};

/* A TA with empty storage; ends it and removes the folder. */
void payta_start(struct payta_card *c, struct world *w);
void payta_end(struct payta_card *c);
/* As after a power cut: everything in memory is gone, the storage is read again. */
void payta_restart(struct payta_card *c);
/* The two halves of a restart. */
void payta_stop(struct payta_card *c);
void payta_resume(struct payta_card *c);

/* Calls the entry point with these types. */
TEE_Result payta_call(uint32_t command, uint32_t types, TEE_Param params[TEE_NUM_PARAMS]);

/* Applies and takes a card that the world issued, without any money. */
void payta_issue(struct payta_card *c);
TEE_Result payta_apply(const uint8_t challenge[CHALLENGE_LEN], struct application *a);
TEE_Result payta_take(struct payta_card *c, const uint8_t issue[ISSUE_LEN]);
void payta_status(struct payta_status *s);

/* The card commands with data as it comes; @p1p2 0x0101 is right. */
struct payta_answer payta_get_vcn(struct payta_card *c, uint16_t p1p2, const void *data, size_t len);
struct payta_answer payta_pay(struct payta_card *c, uint16_t p1p2, const void *data, size_t len);
struct payta_answer payta_recover(struct payta_card *c, uint16_t p1p2, const void *data, size_t len, const void *record, size_t record_len);
TEE_Result payta_message(struct payta_card *c, const void *message, size_t len, struct card_reply *reply);

/* The commands on the trusted screen, @limits for that one only; *@verdict and *@seconds are theirs when it is TEE_SUCCESS. */
TEE_Result payta_screen(uint32_t command, const struct payta_limits *limits, uint32_t *verdict, uint32_t *seconds);

/* --- whole steps, which must succeed --- */

/* A terminal's GET VCN. */
void payta_visit(struct payta_card *c, struct visit *v);
/* PAY for @amount with a TTN of its own; the answer is checked.  Gives the status word. */
uint16_t payta_buy(struct payta_card *c, struct visit *v, uint64_t amount, struct answer *a);
/* The PAY of @v again, as it was. */
struct payta_answer payta_buy_raw(struct payta_card *c, struct visit *v);
uint16_t payta_ask(struct payta_card *c, struct visit *v, const struct visit *about, const void *record, size_t record_len, struct answer *a);
/* The next issuer message: @m without its addresses.  Gives what the TA says. */
TEE_Result payta_send(struct payta_card *c, struct imsg *m, struct card_reply *reply);
void payta_top_up(struct payta_card *c, uint64_t amount);

#endif
