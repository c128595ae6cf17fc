/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_ISSUER_WORLD_H
#define TEEPAY_TESTS_ISSUER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/openssl_crypto.h"
#include "paper_card.h"
#include "tools/payissuer/ledger.h"
#include "tools/payissuer/receipts.h"
#include "tools/payissuer/reply.h"

/* An issuer's books in a folder of their own, a canteen's terminal, and two cards of paper: for the tests of the issuer. */

#define OPS		(&openssl_crypto)
#define EUR		0x0978
#define START_TIME	1750000000ULL
#define MAX_BALANCE	100000
#define ROWS(a)		(sizeof(a) / sizeof((a)[0]))
#define T(f)		cmocka_unit_test_setup_teardown(f, set_up, tear_down)

struct issuer_world {
	struct issuer is;
	uint64_t time;
	struct paper_card alice, bob;
	struct tcert cert;
	uint8_t tcert[TCERT_MAX];
	size_t tcert_len;
	uint8_t next_key, next_ttn;
};
extern struct issuer_world w;
extern const struct store_issuer conf;

/* Around each test; the end sees the books balance. */
int set_up(void **state);
int tear_down(void **state);

void open_issuer(void);
void issue_card(struct paper_card *c, const char *holder);
/* The certificate of a terminal whose file payissuer wrote. */
void read_terminal(const char *path);
void fresh_key(uint8_t key[ISSUER_KEY_LEN]);

/* Money for a card: ordered, ordered and taken, and an order that may be refused. */
struct store_message topup(const struct paper_card *c, uint64_t amount);
void load(struct paper_card *c, uint64_t amount);
int try_topup(const struct paper_card *c, uint64_t amount);
int transfer(const struct paper_card *from, const char *to, uint64_t amount, struct store_message *m);
struct store_message newest_message(const struct paper_card *c);

/* The card takes @m, and its answer arrives; an answer alone. */
enum reply_status deliver(struct paper_card *c, const struct store_message *m);
int book(const struct paper_card *c, const uint8_t reply[CARD_REPLY_LEN], enum reply_status *status);

/* A payment at our terminal: the claim that it will settle. */
struct receipt_claimed pay(struct paper_card *c, uint64_t amount);

/* What the issuer thinks of a card, and how many alarms it raised. */
int64_t shadow(const struct paper_card *c);
bool blocked(const struct paper_card *c);
int alarms(void);
/* Every cent is somewhere. */
void balanced(void);

#endif
