/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_WALLET_H
#define TEEPAY_PAY_WALLET_H

#include "link.h"

/* walletd on the system bus (org.teepay.Wallet1). */
struct wallet;

/* enum pay_exit.  Connects at the first call. */
int wallet_new(struct wallet **wallet, struct pay_error *e) __attribute__((warn_unused_result));
void wallet_free(struct wallet **wallet);

/* The calls of struct link; each connects when there is no connection yet. */
int wallet_state(struct wallet *w, struct wallet_state *s, struct pay_error *e);
int wallet_apply(struct wallet *w, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e);
int wallet_take_card(struct wallet *w, const uint8_t issue[ISSUE_LEN], struct pay_error *e);
int wallet_message(struct wallet *w, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e);
int wallet_history(struct wallet *w, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e);
int wallet_receipt(struct wallet *w, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN], struct pay_error *e);
int wallet_limits(struct wallet *w, struct wallet_limits *l, struct pay_error *e);
int wallet_verify(struct wallet *w, struct wallet_verdict *v, struct pay_error *e);
int wallet_change_pin(struct wallet *w, struct wallet_verdict *v, struct pay_error *e);
int wallet_set_limits(struct wallet *w, const struct payta_limits *l, struct wallet_verdict *v, struct pay_error *e);
int wallet_ready(struct wallet *w, uint32_t seconds, uint64_t *until, struct pay_error *e);

#endif
