// SPDX-License-Identifier: BSD-2-Clause
/* The card itself: apply, status, balance, ready. */
#include "cmd.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/money.h"
#include "operation.h"

#define READY_SECONDS	60

int cmd_print_json(json_t *o, struct pay_error *e)
{
	int r = o ? json_dumpf(o, stdout, JSON_COMPACT) : -1;

	json_decref(o);
	if (r < 0 || putchar('\n') == EOF || fflush(stdout) == EOF)
		return pay_fail(e, PAY_FAILED, "cannot write the result");
	return PAY_DONE;
}

bool cmd_number(const char *text, uint32_t max, uint32_t *out)
{
	char *end;
	unsigned long n;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoul(text, &end, 10);
	*out = (uint32_t)n;
	return errno == 0 && *end == '\0' && n <= max;
}

int cmd_need_card(const struct cmd *c, struct wallet_state *s, struct pay_error *e)
{
	int r = c->link->state(c->link->ctx, s, e);

	if (r != PAY_DONE)
		return r;
	if (strcmp(s->state, "unavailable") == 0)
		return pay_fail(e, PAY_UNREACHABLE, "the card cannot be reached now; look at: systemctl status teepay-payta teepay-walletd");
	return *s->cid ? PAY_DONE : pay_fail(e, PAY_FAILED, "there is no card; run: pay apply");
}

/* The login name, cut to what a card can carry. */
static void default_holder(char holder[MERCHANT_MAX + 1])
{
	const struct passwd *pw = getpwuid(getuid());

	snprintf(holder, MERCHANT_MAX + 1, "%.*s", MERCHANT_MAX, pw ? pw->pw_name : "holder");
}

int cmd_holder(const struct cmd *c, char holder[MERCHANT_MAX + 1], struct pay_error *e)
{
	default_holder(holder);
	if (c->holder && (strlen(c->holder) > MERCHANT_MAX || !*c->holder))
		return pay_fail(e, PAY_USAGE, "the holder's name must have 1 to %d bytes; give a shorter --holder", MERCHANT_MAX);
	if (c->holder)
		snprintf(holder, MERCHANT_MAX + 1, "%s", c->holder);
	return PAY_DONE;
}

int cmd_apply(const struct cmd *c, struct pay_error *e)
{
	struct pending_store *store = NULL;
	char holder[MERCHANT_MAX + 1];
	struct wallet_state s;
	bool resumed = false;
	int r = cmd_holder(c, holder, e);

	if (r == PAY_DONE)
		r = pending_open(&store, c->state_dir, e);
	if (r == PAY_DONE)
		r = operation_apply(c->link, store, holder, &resumed, e);
	pending_close(&store);
	if (r == PAY_DONE)
		r = cmd_need_card(c, &s, e);
	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(json_pack("{s:s, s:s, s:b, s:s}", "card", s.cid, "issuer", s.issuer, "resumed", resumed, "state", s.state), e);
	if (resumed)
		puts("Went on with the application that was cut off.");
	printf("Card %s is issued and active. Load money with: pay topup AMOUNT\n", s.cid);
	return PAY_DONE;
}

static json_t *state_json(const struct wallet_state *s)
{
	char room[5];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:s, s:{s:s, s:s, s:I, s:I, s:I, s:I, s:I}}", "state", s->state, "trouble", s->trouble, "card",
			 s->cid, "issuer", s->issuer, "currency", *s->cid ? money_code(s->currency, room) : "", "balance", (json_int_t)s->balance, "counter",
			 (json_int_t)s->counter, "sequence", (json_int_t)s->sequence, "ready", s->ready, "arming", s->arming, "front_end", "name",
			 s->front_end, "state", s->front_end_state, "terminals", (json_int_t)s->radio.terminals, "commands", (json_int_t)s->radio.commands,
			 "torn", (json_int_t)s->radio.torn, "errors", (json_int_t)s->radio.errors, "restarts", (json_int_t)s->radio.restarts);
}

int cmd_status(const struct cmd *c, struct pay_error *e)
{
	struct wallet_state s;
	char text[MONEY_TEXT_LEN];
	int r = c->link->state(c->link->ctx, &s, e);

	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(state_json(&s), e);
	printf("%-11s%s%s%s\n", "Card", s.state, *s.cid ? ", " : "", s.cid);
	if (*s.trouble)
		printf("%-11s%s; the way back: pay recover\n", "Trouble", s.trouble);
	if (*s.cid) {
		printf("%-11s%s\n", "Issuer", s.issuer);
		printf("%-11s%s\n", "Balance", money_format(s.balance, s.currency, text));
		printf("%-11s%u, issuer messages taken: %llu\n", "Records", s.counter, (unsigned long long)s.sequence);
	}
	printf("%-11s%s (%s)\n", "Ready", s.ready ? "yes" : "no", strcmp(s.arming, "always") == 0 ? "always" : "on request: pay ready");
	printf("%-11s%s: %s\n", "Front end", s.front_end, s.front_end_state);
	if (s.radio.terminals > 0 || s.radio.errors > 0 || s.radio.restarts > 0)
		printf("%-11sterminals: %u, commands: %u, torn: %u, errors: %u, opened anew: %u\n", "", s.radio.terminals, s.radio.commands, s.radio.torn,
		       s.radio.errors, s.radio.restarts);
	if (!*s.cid && strcmp(s.state, "unavailable") != 0)
		puts("There is no card yet; run: pay apply");
	return PAY_DONE;
}

int cmd_balance(const struct cmd *c, struct pay_error *e)
{
	struct wallet_state s;
	char text[MONEY_TEXT_LEN], room[5];
	int r = cmd_need_card(c, &s, e);

	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(json_pack("{s:I, s:s}", "balance", (json_int_t)s.balance, "currency", money_code(s.currency, room)), e);
	puts(money_format(s.balance, s.currency, text));
	return PAY_DONE;
}

static int print_ready(const struct wallet_state *s, uint64_t until, struct pay_error *e)
{
	time_t t = (time_t)until;
	struct tm tm;
	char text[16];

	if (strcmp(s->arming, "always") == 0) {
		puts("The card is always ready to pay.");
	} else if (!until) {
		puts("Not ready: the card answers no terminal.");
	} else {
		if (!localtime_r(&t, &tm) || strftime(text, sizeof(text), "%H:%M:%S", &tm) == 0)
			return pay_fail(e, PAY_FAILED, "the wallet daemon gives an impossible time");
		printf("Ready to pay until %s.\n", text);
	}
	return PAY_DONE;
}

int cmd_ready(const struct cmd *c, struct pay_error *e)
{
	uint32_t seconds = READY_SECONDS;
	struct wallet_state s;
	uint64_t until;
	int r;

	if (c->off && c->argc > 0)
		return pay_fail(e, PAY_USAGE, "either SECONDS or --off");
	if (c->argc > 0 && (!cmd_number(c->argv[0], 3600, &seconds) || seconds == 0))
		return pay_fail(e, PAY_USAGE, "'%s' is no number of seconds from 1 to 3600", c->argv[0]);
	r = c->link->ready(c->link->ctx, c->off ? 0 : seconds, &until, e);
	if (r == PAY_DONE)
		r = c->link->state(c->link->ctx, &s, e);
	if (r != PAY_DONE)
		return r;
	if (c->json)
		return cmd_print_json(json_pack("{s:b, s:I, s:s}", "ready", s.ready, "until", (json_int_t)until, "arming", s.arming), e);
	return print_ready(&s, until, e);
}
