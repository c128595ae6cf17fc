// SPDX-License-Identifier: BSD-2-Clause
/* The way back from a lost card: recover. */
#include "cmd.h"

#include <time.h>

#include "common/money.h"
#include "listing.h"
#include "recovery.h"

static json_t *result_json(const struct recovery *r)
{
	static const char *const steps[] = { "nothing", "storage", "waits", "done" };

	return json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I}", "step", steps[r->step], "lost", r->lost, "card", r->fresh, "applied", r->applied,
			 "receipts", (json_int_t)r->receipts, "refund_after", (json_int_t)r->refund_after, "held", (json_int_t)r->held, "refunded",
			 (json_int_t)r->refunded);
}

static void print(const struct recovery *r, uint16_t currency)
{
	char money[MONEY_TEXT_LEN], when[LISTING_TIME_LEN];

	if (r->step == RECOVERY_NOTHING) {
		puts("No card is lost, as far as this wallet knows. If its trusted application lost its storage, give the old card's id: pay recover CARD");
		return;
	}
	printf("Card %s is blocked; no terminal takes it any more.\n", r->lost);
	if (r->receipts > 0)
		printf("The issuer got %u receipts that it had not seen.\n", r->receipts);
	if (r->applied)
		printf("Card %s is issued and active.\n", r->fresh);
	switch (r->step) {
	case RECOVERY_STORAGE:
		puts("The trusted application still has it. An administrator puts its storage aside:\n"
		     "  systemctl stop teepay-walletd teepay-payta\n"
		     "  mv /var/lib/teepay/ta /var/lib/teepay/ta.lost\n"
		     "  systemctl start teepay.target\n"
		     "Then run again: pay recover");
		break;
	case RECOVERY_WAITS:
		printf("Its %s will come to card %s: run pay recover again after %s, when all receipts are settled.\n",
		       money_format(r->held, currency, money), r->fresh, listing_time(r->refund_after, when));
		break;
	default:
		if (r->refunded > 0)
			printf("Its %s were refunded to card %s.\n", money_format(r->refunded, currency, money), r->fresh);
		else
			printf("Nothing of it is left to be refunded to card %s.\n", r->fresh);
	}
}

int cmd_recover(const struct cmd *c, struct pay_error *e)
{
	struct pending_store *store = NULL;
	char holder[MERCHANT_MAX + 1];
	struct wallet_state s = { .currency = 0 };
	struct recovery result;
	int r = cmd_holder(c, holder, e);

	if (r == PAY_DONE)
		r = pending_open(&store, c->state_dir, e);
	if (r == PAY_DONE)
		r = recovery_run(c->link, store, c->argc > 0 ? c->argv[0] : NULL, holder, (uint64_t)time(NULL), &result, e);
	pending_close(&store);
	/* For the currency: of the new card, or of the old one while it is there. */
	if (r == PAY_DONE)
		r = c->link->state(c->link->ctx, &s, e);
	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(result_json(&result), e);
	print(&result, s.currency);
	return PAY_DONE;
}
