/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_PARTY_H
#define TEEPAY_TESTS_TEARS_PARTY_H

#include "proto/payment.h"
#include "proto/payta_cmd.h"
#include "proto/purse.h"
#include "shared.h"

/*
 * The parties of a payment, each a process of its own that runs the real modules, forked from the harness: payta over libtee's storage, walletd with its front
 * end, engine, purse and store, pos with its journal, pay with its pending operation, and the issuer with its books.  What is not the real one: the channel
 * between walletd and payta is a socket (teec.c) instead of the module, pay and issuer meet without D-Bus and HTTP, and the event loops are the harness's.
 *
 * A party reads one message at a time from its socket and answers each with one; pos and pay ask back in between (ASK_ above ASK_BACK), and the harness answers.
 */
enum ask {
	/* payta */
	ASK_STATUS = 1,		/* -> PAYTA_STATUS_LEN bytes */
	/* walletd */
	ASK_FIELD,		/* with a descriptor: a new virtual reader */
	ASK_LOOK,		/* refresh and settle -> result 0 when all is settled */
	ASK_HISTORY,		/* all records in the store, newest first, to the mailbox -> result: how many */
	ASK_WALLET,		/* -> struct wallet_view */
	ASK_APPLY,		/* challenge -> application */
	ASK_TAKE,		/* issue */
	ASK_MESSAGE,		/* issuer message -> reply */
	/* pos */
	ASK_TAP,		/* struct tap_order -> result: enum purchase_outcome */
	ASK_JOURNAL,		/* -> struct seen_intent each to the mailbox, result: how many */
	ASK_SETTLE,		/* sends receipts to the issuer -> result: how many */
	/* pay */
	ASK_PAY_APPLY, ASK_PAY_TOPUP, ASK_PAY_SYNC,	/* amount 8 for the second -> result: enum pay_exit */
	/* issuer */
	ASK_CALL,		/* method \0 path \0 body -> result: HTTP status, JSON text in the mailbox */
	ASK_ACCOUNTS,		/* -> JSON text in the mailbox */

	ASK_BACK = 100,
	BACK_APDU,		/* of pos: command -> result < 0: enum reader_err; else response */
	BACK_CALL,		/* of pay and pos: as ASK_CALL */
	BACK_WALLET, BACK_APPLY, BACK_TAKE, BACK_MESSAGE, BACK_HISTORY,	/* of pay */

	ANSWER = 200,		/* also the first message of a party: it has started */
};

#define PARTY_DATA	16384

struct message {
	uint32_t what;		/* enum ask */
	int32_t result;
	uint32_t len;
	uint8_t data[PARTY_DATA];
};

struct wallet_view {
	char state[16], cid[17], card_key[65], issuer[9];
	uint64_t balance, sequence;
	uint32_t counter;
	uint16_t currency;
	uint8_t frozen, written;
};

struct tap_order {
	uint64_t amount;	/* 0: only recover */
	char ref[32];
};

/* What the terminal's journal says of one payment. */
struct seen_intent {
	uint8_t state;		/* enum intent_state */
	uint8_t settled;
	uint8_t cid[CID_LEN], ttn[TTN_LEN], p[P_LEN], rsig[ED25519_SIG_LEN];
	uint32_t ctr;
	uint64_t amount;
};

/* The party's side: a party's function never returns. */
typedef void party_main(int fd, const char *dir);
void party_payta(int fd, const char *dir);
void party_walletd(int fd, const char *dir);
void party_pos(int fd, const char *dir);
void party_pay(int fd, const char *dir);
void party_issuer(int fd, const char *dir);
/* In the harness before there are parties: makes the issuer and a certified terminal below @dir. */
void party_issuer_make(const char *dir);

/* payta listens here, walletd connects: below the scene's folder. */
#define TA_SOCKET	"ta.sock"
extern int party_listener;	/* inherited by payta */

/* --- wire.c, on either side --- */

/* 0, or -1 when the other side is gone.  @fd: passed along, or -1. */
int wire_send(int to, const struct message *m, int fd);
/* *@fd: a descriptor that came along, or -1; NULL: none is wanted. */
int wire_receive(int from, struct message *m, int *fd);
/* For parties: an answer, a question back; they end when the harness is gone. */
void wire_answer(int fd, int32_t result, const void *data, size_t len);
void wire_back(int fd, enum ask what, const void *data, size_t len, struct message *answer);

#endif
