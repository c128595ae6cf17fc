// SPDX-License-Identifier: BSD-2-Clause
/*
 * pay: the holder's tool.  It joins the wallet daemon (D-Bus) and the issuer (HTTP); neither knows the other.
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "issuer.h"
#include "wallet.h"

static const struct command {
	const char *name;
	const char *operands;
	int min, max;
	int (*run)(const struct cmd *c, struct pay_error *e);
	const char *what;
} commands[] = {
	{ "apply", "", 0, 0, cmd_apply, "apply for a card (--holder NAME)" },
	{ "topup", " AMOUNT", 1, 1, cmd_topup, "load money onto the card" },
	{ "transfer", " PAYEE AMOUNT", 2, 2, cmd_transfer, "send money to another card" },
	{ "sync", "", 0, 0, cmd_sync, "collect what the issuer has for the card" },
	{ "balance", "", 0, 0, cmd_balance, "print the balance" },
	{ "history", "", 0, 0, cmd_history, "list payments, top-ups and transfers" },
	{ "receipt", " NUMBER", 1, 1, cmd_receipt, "print one of them and check its signature" },
	{ "ready", " [SECONDS]", 0, 1, cmd_ready, "answer terminals for a while (--off: stop)" },
	{ "status", "", 0, 0, cmd_status, "print the state of card and front end" },
	{ "doctor", "", 0, 0, cmd_doctor, "find what keeps a radio reader from working, and the cure" },
	{ "verify", "", 0, 0, cmd_verify, "approve what was refused for want of the PIN" },
	{ "pin", "", 0, 0, cmd_pin, "choose or change the PIN, on the trusted screen" },
	{ "limits", "", 0, 0, cmd_limits, "print, lower or raise what may be paid without it" },
	{ "watch", "", 0, 0, cmd_watch, "print taps, payments and what is asked of you as they happen" },
	{ "recover", " [CARD]", 0, 1, cmd_recover, "get a lost card's money back: block it, new card, refund" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	fputs("usage: pay [OPTION]... COMMAND [OPERAND]...\nThe wallet of teepay.\n\nCommands:\n", f);
	for (size_t i = 0; i < COMMANDS; i++) {
		int n = fprintf(f, "  %s%s", commands[i].name, commands[i].operands);

		fprintf(f, "%*s%s\n", n < 28 ? 28 - n : 1, "", commands[i].what);
	}
	fputs("\nOptions:\n"
	      "  --json                    print one JSON object (amounts in minor units)\n"
	      "  --csv                     history: comma-separated, for a spreadsheet\n"
	      "  --limit N                 history: at most so many, default 20\n"
	      "  --since TIME, --until TIME, --merchant TEXT, --min AMOUNT, --max AMOUNT, --kind KIND,...\n"
	      "                            history: only what fits; TIME is 2026-03-01 or '2026-03-01 18:30', KIND is\n"
	      "                            payment, top-up, transfer-in, transfer-out, refund or issued\n"
	      "  --issuer PATH             the issuer's socket, default " ISSUER_SOCKET "\n"
	      "  --state DIR               where an unfinished operation is remembered,\n"
	      "                            default $XDG_STATE_HOME/teepay or ~/.local/state/teepay\n"
	      "  --payment AMOUNT, --sum AMOUNT, --count N\n"
	      "                            limits: of a payment, of all and of their number since the last PIN\n"
	      "  --help, --version\n\n"
	      "Exit status: 0 done, 1 failed or refused, 2 usage, 4 not in this version yet, 5 a service cannot be reached.\n", f);
}

struct options {
	struct cmd cmd;
	const char *issuer;
};

/* Options whose text the command reads itself. */
static bool take_text(struct cmd *c, int option, const char *text)
{
	const struct {
		int option;
		const char **to;
	} texts[] = {
		{ 's', &c->state_dir }, { 'H', &c->holder }, { 'a', &c->since }, { 'u', &c->until }, { 'm', &c->merchant },
		{ 'n', &c->min }, { 'x', &c->max }, { 'k', &c->kind },
		{ 'P', &c->limit_payment }, { 'S', &c->limit_sum }, { 'C', &c->limit_count },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].option == option) {
			*texts[i].to = text;
			return true;
		}
	}
	return false;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "issuer", required_argument, NULL, 'i' }, { "state", required_argument, NULL, 's' },
		{ "holder", required_argument, NULL, 'H' }, { "limit", required_argument, NULL, 'l' }, { "off", no_argument, NULL, 'o' },
		{ "csv", no_argument, NULL, 'c' }, { "since", required_argument, NULL, 'a' }, { "until", required_argument, NULL, 'u' },
		{ "merchant", required_argument, NULL, 'm' }, { "min", required_argument, NULL, 'n' }, { "max", required_argument, NULL, 'x' },
		{ "kind", required_argument, NULL, 'k' },
		{ "payment", required_argument, NULL, 'P' }, { "sum", required_argument, NULL, 'S' }, { "count", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->cmd.json = true;
			break;
		case 'i':
			o->issuer = optarg;
			break;
		case 'c':
			o->cmd.csv = true;
			break;
		case 'l':
			if (cmd_number(optarg, UINT32_MAX, &o->cmd.limit) && o->cmd.limit > 0)
				break;
			fprintf(stderr, "pay: '%s' is no limit; give a whole number from 1 on\n", optarg);
			return PAY_USAGE;
		case 'o':
			o->cmd.off = true;
			break;
		case 'h':
			usage(stdout);
			return PAY_DONE;
		case 'V':
			puts("pay " TEEPAY_VERSION);
			return PAY_DONE;
		default:
			if (take_text(&o->cmd, c, optarg))
				break;
			fputs("pay: see pay --help\n", stderr);
			return PAY_USAGE;
		}
	}
	return -1;
}

static const struct command *find(int argc, char **argv)
{
	if (optind >= argc) {
		usage(stderr);
		return NULL;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];
		int n = argc - optind - 1;

		if (strcmp(argv[optind], c->name) != 0)
			continue;
		if (n >= c->min && n <= c->max)
			return c;
		fprintf(stderr, "usage: pay %s%s\n", c->name, c->operands);
		return NULL;
	}
	fprintf(stderr, "pay: there is no command '%s'; see pay --help\n", argv[optind]);
	return NULL;
}

/* --- the real link --- */

struct parties {
	struct wallet *wallet;
	struct issuer *issuer;
};

static int to_issuer(void *ctx, const char *path, const json_t *body, json_t **answer, struct pay_error *e)
{
	return issuer_call(((struct parties *)ctx)->issuer, path, body, answer, e);
}

static int to_state(void *ctx, struct wallet_state *s, struct pay_error *e)
{
	return wallet_state(((struct parties *)ctx)->wallet, s, e);
}

static int to_apply(void *ctx, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e)
{
	return wallet_apply(((struct parties *)ctx)->wallet, challenge, application, e);
}

static int to_take_card(void *ctx, const uint8_t issue[ISSUE_LEN], struct pay_error *e)
{
	return wallet_take_card(((struct parties *)ctx)->wallet, issue, e);
}

static int to_message(void *ctx, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e)
{
	return wallet_message(((struct parties *)ctx)->wallet, message, reply, e);
}

static int to_history(void *ctx, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e)
{
	return wallet_history(((struct parties *)ctx)->wallet, offset, records, room, n, e);
}

static int to_receipt(void *ctx, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN], struct pay_error *e)
{
	return wallet_receipt(((struct parties *)ctx)->wallet, ctr, record, e);
}

static int to_ready(void *ctx, uint32_t seconds, uint64_t *until, struct pay_error *e)
{
	return wallet_ready(((struct parties *)ctx)->wallet, seconds, until, e);
}

static int to_limits(void *ctx, struct wallet_limits *l, struct pay_error *e)
{
	return wallet_limits(((struct parties *)ctx)->wallet, l, e);
}

static int to_verify(void *ctx, struct wallet_verdict *v, struct pay_error *e)
{
	return wallet_verify(((struct parties *)ctx)->wallet, v, e);
}

static int to_change_pin(void *ctx, struct wallet_verdict *v, struct pay_error *e)
{
	return wallet_change_pin(((struct parties *)ctx)->wallet, v, e);
}

static int to_set_limits(void *ctx, const struct payta_limits *l, struct wallet_verdict *v, struct pay_error *e)
{
	return wallet_set_limits(((struct parties *)ctx)->wallet, l, v, e);
}

int main(int argc, char **argv)
{
	struct options o = { .issuer = ISSUER_SOCKET };
	struct parties parties = { NULL, NULL };
	const struct link link = {
		.ctx = &parties, .issuer = to_issuer, .state = to_state, .apply = to_apply, .take_card = to_take_card, .message = to_message,
		.history = to_history, .receipt = to_receipt, .ready = to_ready,
		.limits = to_limits, .verify = to_verify, .change_pin = to_change_pin, .set_limits = to_set_limits,
	};
	struct pay_error e = { "" };
	const struct command *command;
	int r;

	(void)setlocale(LC_ALL, "");
	r = parse(argc, argv, &o);
	if (r >= 0)
		return r;
	command = find(argc, argv);
	if (!command)
		return PAY_USAGE;
	o.cmd.link = &link;
	o.cmd.argc = argc - optind - 1;
	o.cmd.argv = argv + optind + 1;
	r = wallet_new(&parties.wallet, &e);
	if (r == PAY_DONE)
		r = issuer_new(&parties.issuer, o.issuer, &e);
	if (r == PAY_DONE)
		r = command->run(&o.cmd, &e);
	if (r != PAY_DONE)
		fprintf(stderr, "pay: %s\n", e.text);
	issuer_free(&parties.issuer);
	wallet_free(&parties.wallet);
	return r;
}
