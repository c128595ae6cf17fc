/* SPDX-License-Identifier: BSD-2-Clause */
/* walletd's modules as the benchmark calls them; linked to an object of their own, since payta has names in common with them. */
#ifndef BENCH_PAYMENT_WALLET_H
#define BENCH_PAYMENT_WALLET_H

#include <stddef.h>
#include <stdint.h>

#include "proto/apdu.h"
#include "proto/issuing.h"

/* All end the program with a sentence when something is wrong. */
void wallet_open(const char *path);
void wallet_close(void);
void wallet_apply(const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN]);
void wallet_take(const uint8_t issue[ISSUE_LEN]);
void wallet_message(const uint8_t *message, size_t len);
/* One command APDU: the response's length in @out. */
size_t wallet_apdu(const uint8_t *in, size_t len, uint8_t out[APDU_MAX]);
/* What comes behind the answer. */
void wallet_settle(void);
void wallet_state(uint8_t cid[CID_LEN], uint32_t *ctr, uint64_t *seq);

#endif
