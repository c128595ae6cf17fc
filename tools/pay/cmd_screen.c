// SPDX-License-Identifier: BSD-2-Clause
/* What the holder decides on the trusted screen: verify, pin, limits.  No PIN passes here; this only says that there is something to decide. */
#include "cmd.h"

#include <string.h>

#include "common/money.h"

/* Anything but done is a failure, with walletd's words. */
static int decided(const struct cmd *c, const struct wallet_verdict *v, const char *done, struct pay_error *e)
{
	if (v->verdict == PAYTA_VERDICT_WAIT)
		return pay_fail(e, PAY_FAILED, "%s: %u seconds", v->text, v->seconds);
	if (v->verdict != PAYTA_VERDICT_DONE)
		return pay_fail(e, PAY_FAILED, "%s", v->text);
	if (c->json)
		return cmd_print_json(json_pack("{s:b}", "done", 1), e);
	puts(done);
	return PAY_DONE;
}

int cmd_verify(const struct cmd *c, struct pay_error *e)
{
	struct wallet_verdict v;
	int r = c->link->verify(c->link->ctx, &v, e);

	return r != PAY_DONE ? r : decided(c, &v, "Approved: tap again within 60 seconds.", e);
}

int cmd_pin(const struct cmd *c, struct pay_error *e)
{
	struct wallet_verdict v;
	int r = c->link->change_pin(c->link->ctx, &v, e);

	return r != PAY_DONE ? r : decided(c, &v, "The PIN is set.", e);
}

/* --- limits --- */

static json_t *limits_json(const struct payta_limits *l)
{
	return json_pack("{s:I, s:I, s:i}", "payment", (json_int_t)l->payment, "sum", (json_int_t)l->sum, "count", (int)l->count);
}

static json_t *all_json(const struct wallet_limits *l, uint16_t currency)
{
	char room[5];

	return json_pack("{s:o, s:o, s:{s:I, s:i}, s:s, s:{s:s, s:i, s:I}}", "now", limits_json(&l->now), "issuer", limits_json(&l->issued), "spent", "sum",
			 (json_int_t)l->spent_sum, "count", (int)l->spent_count, "currency", money_code(currency, room), "pin", "state", l->pin, "tries",
			 (int)l->pin_tries, "wait", (json_int_t)l->pin_wait);
}

static const char *amount(uint64_t value, uint16_t currency, char text[MONEY_TEXT_LEN])
{
	return value ? money_format(value, currency, text) : "no limit";
}

static const char *number(unsigned int value, char text[MONEY_TEXT_LEN])
{
	if (!value)
		return "no limit";
	snprintf(text, MONEY_TEXT_LEN, "%u", value);
	return text;
}

static void print_limits(const struct wallet_limits *l, uint16_t currency)
{
	char a[MONEY_TEXT_LEN], b[MONEY_TEXT_LEN];

	printf("%-20s%-20s%s\n", "Without the PIN", "now", "as issued");
	printf("%-20s%-20s%s\n", "one payment", amount(l->now.payment, currency, a), amount(l->issued.payment, currency, b));
	printf("%-20s%-20s%s\n", "since the last PIN", amount(l->now.sum, currency, a), amount(l->issued.sum, currency, b));
	printf("%-20s%-20s%s\n", "payments since", number(l->now.count, a), number(l->issued.count, b));
	printf("%-20s%s in %u payments\n", "spent since", money_format(l->spent_sum, currency, a), l->spent_count);
	if (strcmp(l->pin, "set") != 0)
		printf("%-20s%s\n", "PIN", strcmp(l->pin, "none") == 0 ? "none: pay pin" : "blocked: ask the issuer");
	else if (l->pin_wait)
		printf("%-20sset, %u tries left, the next in %u seconds\n", "PIN", l->pin_tries, l->pin_wait);
	else
		printf("%-20sset, %u tries left\n", "PIN", l->pin_tries);
}

/* What the options say over what holds now. */
static int wanted_limits(const struct cmd *c, uint16_t currency, struct payta_limits *l, struct pay_error *e)
{
	uint32_t count = l->count;

	if (c->limit_payment && money_parse(c->limit_payment, currency, &l->payment) < 0)
		return pay_fail(e, PAY_USAGE, "'%s' is no amount such as 20.00", c->limit_payment);
	if (c->limit_sum && money_parse(c->limit_sum, currency, &l->sum) < 0)
		return pay_fail(e, PAY_USAGE, "'%s' is no amount such as 20.00", c->limit_sum);
	if (c->limit_count && !cmd_number(c->limit_count, UINT16_MAX, &count))
		return pay_fail(e, PAY_USAGE, "'%s' is no number of payments from 0 to 65535", c->limit_count);
	l->count = (uint16_t)count;
	return PAY_DONE;
}

int cmd_limits(const struct cmd *c, struct pay_error *e)
{
	struct wallet_state s;
	struct wallet_limits l;
	struct wallet_verdict v;
	int r = cmd_need_card(c, &s, e);

	if (r == PAY_DONE)
		r = c->link->limits(c->link->ctx, &l, e);
	if (r != PAY_DONE)
		return r;
	if (!c->limit_payment && !c->limit_sum && !c->limit_count) {
		if (c->json)
			return cmd_print_json(all_json(&l, s.currency), e);
		print_limits(&l, s.currency);
		return PAY_DONE;
	}
	r = wanted_limits(c, s.currency, &l.now, e);
	if (r == PAY_DONE)
		r = c->link->set_limits(c->link->ctx, &l.now, &v, e);
	return r != PAY_DONE ? r : decided(c, &v, "The limits are set; pay limits prints them.", e);
}
