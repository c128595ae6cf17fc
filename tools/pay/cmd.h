/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_CMD_H
#define TEEPAY_PAY_CMD_H

#include "link.h"
#include "pending.h"

/*
 * pay's subcommands.  Each gets what was said on the command line, prints its result to standard output and gives enum pay_exit; an error is printed by
 * the caller.
 */
struct cmd {
	const struct link *link;
	int argc;			/* operands behind the subcommand */
	char **argv;
	bool json;
	const char *state_dir;		/* NULL: the usual place */
	const char *holder;		/* apply */
	bool off;			/* ready */
	/* history */
	uint32_t limit;			/* 0: as usual */
	const char *since, *until, *merchant, *min, *max, *kind;	/* NULL: any */
	bool csv;
	/* limits */
	const char *limit_payment, *limit_sum, *limit_count;	/* NULL: as it is */
};

int cmd_apply(const struct cmd *c, struct pay_error *e);
int cmd_status(const struct cmd *c, struct pay_error *e);
int cmd_doctor(const struct cmd *c, struct pay_error *e);
int cmd_balance(const struct cmd *c, struct pay_error *e);
int cmd_ready(const struct cmd *c, struct pay_error *e);
int cmd_topup(const struct cmd *c, struct pay_error *e);
int cmd_transfer(const struct cmd *c, struct pay_error *e);
int cmd_sync(const struct cmd *c, struct pay_error *e);
int cmd_history(const struct cmd *c, struct pay_error *e);
int cmd_recover(const struct cmd *c, struct pay_error *e);
int cmd_watch(const struct cmd *c, struct pay_error *e);
int cmd_receipt(const struct cmd *c, struct pay_error *e);
int cmd_verify(const struct cmd *c, struct pay_error *e);
int cmd_pin(const struct cmd *c, struct pay_error *e);
int cmd_limits(const struct cmd *c, struct pay_error *e);

/* The holder's name for a new card: --holder, or the login name, cut to what a card can carry. */
int cmd_holder(const struct cmd *c, char holder[MERCHANT_MAX + 1], struct pay_error *e);
/* The state of a wallet with a card, else an error that says what to do. */
int cmd_need_card(const struct cmd *c, struct wallet_state *s, struct pay_error *e);
/* Writes @o (and frees it) as one line; PAY_FAILED when it is NULL. */
int cmd_print_json(json_t *o, struct pay_error *e);
/* A whole decimal number up to @max. */
bool cmd_number(const char *text, uint32_t max, uint32_t *out);

#endif
