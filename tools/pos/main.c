// SPDX-License-Identifier: BSD-2-Clause
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/conf.h"
#include "common/log.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "print.h"
#include "proto/text.h"
#include "purchase.h"
#include "settle.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_DOUBT = 3, EXIT_UNREACHABLE = 5 };

#define SECONDS_A_DAY	86400

static const char usage_text[] =
	"Usage: pos [OPTIONS] COMMAND\n"
	"\n"
	"A point of sale: takes contactless teepay payments on a PC/SC card reader.\n"
	"\n"
	"  pay AMOUNT        wait for a card and take the payment, such as 4.50\n"
	"  recover           wait for a card and settle what it and this terminal left in doubt\n"
	"  settle            send the receipts to the issuer\n"
	"  journal           what this terminal asked cards to pay\n"
	"\n"
	"  --reader NAME     use the reader whose name contains NAME (default: any)\n"
	"  --ref REF         the till's own reference of this purchase, at most 64 bytes\n"
	"  --timeout S       how long to wait for a card, in seconds (1 to 3600, default 30)\n"
	"  --json            print one JSON object (journal: an array)\n"
	"  --trace           print each APDU with its length, each check, and the sum\n"
	"  --dir DIR         folder of terminal.json and journal.db, default /var/lib/teepay/pos\n"
	"  --deny-list FILE  cards not to take, default DIR/deny.list if there is one\n"
	"  --socket PATH     of the issuer, for settle, default /run/teepay/issuer.sock\n"
	"  --config FILE     default /etc/teepay/pos.conf\n"
	"  --nfc             use a reader through libnfc, without pcscd\n"
	"  --help, --version\n"
	"\n"
	"Exit code: 0 paid or done, 1 not paid, 2 wrong usage, 3 in doubt (tap the same card again), 4 not there yet,\n"
	"5 no reader, no pcscd or no issuer.\n";

static struct {
	char dir[256], reader[128], socket[108], deny[256];
	unsigned int timeout, apdu_timeout;
	const char *ref;
	bool json, trace, nfc;
} opt = { .dir = "/var/lib/teepay/pos", .socket = "/run/teepay/issuer.sock", .timeout = 30, .apdu_timeout = 10, .ref = "" };

/* What the command line gives over the configuration file. */
static struct {
	const char *config, *dir, *reader, *socket, *deny, *timeout;
} given;

/* A reader that hangs left a thread behind: see worker.h. */
static bool reader_hangs;

static int usage_fail(const char *what)
{
	log_error("%s; \"pos --help\" says how", what);
	return EXIT_USAGE;
}

static uint64_t system_now(void)
{
	return (uint64_t)time(NULL);
}

static struct journal *open_journal(bool lock, char error[JOURNAL_ERROR_LEN])
{
	char path[300];

	snprintf(path, sizeof(path), "%s/journal.db", opt.dir);
	return journal_open(path, lock, error);
}

/* What keeps a tap from beginning; a till that reads JSON gets its one object all the same. */
static int cannot_begin(const char *why)
{
	const struct terminal none = { 0 };
	struct purchase_result *res = calloc(1, sizeof(*res));

	log_error("%s", why);
	if (opt.json && res) {
		res->outcome = PURCHASE_FAILED;
		snprintf(res->reason, sizeof(res->reason), "%.220s", why);
		text_clean(res->reason);
		if (print_result_json(stdout, &none, res) < 0)
			log_error("cannot write the result");
	}
	free(res);
	return -1;
}

static int load_terminal(struct terminal *t)
{
	char path[300], error[TERMINAL_ERROR_LEN];

	snprintf(path, sizeof(path), "%s/terminal.json", opt.dir);
	if (terminal_load(t, path, error) < 0)
		return cannot_begin(error);
	if (terminal_valid(t, (uint16_t)(system_now() / SECONDS_A_DAY)))
		return 0;
	terminal_free(t);
	return cannot_begin("the terminal's certificate is not valid today; renew it with \"payissuer terminal\", and check the clock");
}

static int load_deny(struct deny_list *d)
{
	char path[300], error[DENY_ERROR_LEN];

	snprintf(path, sizeof(path), "%s/deny.list", opt.dir);
	return deny_load(d, opt.deny[0] ? opt.deny : path, opt.deny[0] != '\0', error) == 0 ? 0 : cannot_begin(error);
}

static int exit_code(enum purchase_outcome o)
{
	switch (o) {
	case PURCHASE_PAID:
	case PURCHASE_SETTLED:
		return EXIT_DONE;
	case PURCHASE_DOUBT:
	case PURCHASE_UNKNOWN:
		return EXIT_DOUBT;
	case PURCHASE_NO_READER:
		return EXIT_UNREACHABLE;
	default:
		return EXIT_FAILED;
	}
}

/* Tells, and only then remembers that it told: who dies between the two tells twice, and debits once. */
static int tell(const struct purchase *p, const struct purchase_result *res)
{
	int written = 0;

	if (opt.trace && res->apdus > 0)
		fprintf(opt.json ? stderr : stdout, "  %u APDU pairs, %u bytes\n", res->apdus, res->bytes);
	if (opt.json)
		written = print_result_json(stdout, p->terminal, res);
	else
		print_result(stdout, p->terminal, res, isatty(STDOUT_FILENO) == 1);
	if (fflush(stdout) != 0 || ferror(stdout) || written < 0) {
		log_error("cannot write the result; mend standard output, and the next tap of this card says it again");
		return exit_code(res->outcome) == EXIT_DONE ? EXIT_FAILED : exit_code(res->outcome);
	}
	if (purchase_reported(p, res) < 0)
		log_warning("the journal cannot be written: %s; the next tap of this card says this again", journal_error(p->journal));
	return exit_code(res->outcome);
}

static int tap(const struct terminal *t, const struct deny_list *deny, struct journal *j, uint64_t amount)
{
	struct purchase p = {
		.terminal = t, .journal = j, .deny = deny, .ops = &openssl_crypto, .now = system_now, .card_ms = opt.timeout * 1000,
		.apdu_ms = opt.apdu_timeout * 1000, .amount = amount, .ref = opt.ref,
		.trace = opt.trace ? print_apdu : NULL, .check = opt.trace ? print_check : NULL, .trace_arg = opt.json ? stderr : stdout,
	};
	struct purchase_result *res = calloc(1, sizeof(*res));
	int code = EXIT_FAILED;

	p.reader = opt.nfc ? reader_nfc_open(opt.reader) : reader_pcsc_open(opt.reader);
	if (!res || !p.reader) {
		log_error("out of memory; nothing was paid");
	} else {
		if (!opt.json && isatty(STDERR_FILENO))
			fputs("hold the card to the reader\n", stderr);
		purchase_run(&p, res);
		code = tell(&p, res);
	}
	if (p.reader)
		reader_hangs = reader_close(&p.reader) < 0;
	free(res);
	return code;
}

/* pay and recover; @amount 0 for the latter. */
static int run_tap(uint64_t (*amount_of)(const struct terminal *t, const char *text), const char *text)
{
	struct terminal t = { 0 };
	struct deny_list deny = { 0 };
	struct journal *j = NULL;
	char error[JOURNAL_ERROR_LEN];
	uint64_t amount = 0;
	int code = EXIT_FAILED;

	if (load_terminal(&t) < 0 || load_deny(&deny) < 0)
		goto out;
	if (amount_of) {
		amount = amount_of(&t, text);
		if (amount == 0) {
			code = usage_fail("the amount is a number above zero such as 4.50");
			goto out;
		}
	}
	j = open_journal(true, error);
	if (j)
		code = tap(&t, &deny, j, amount);
	else
		cannot_begin(error);
out:
	journal_close(&j);
	deny_free(&deny);
	terminal_free(&t);
	return code;
}

static uint64_t amount_of(const struct terminal *t, const char *text)
{
	uint64_t amount;

	return money_parse(text, t->currency, &amount) == 0 ? amount : 0;
}

static int cmd_pay(const char *amount)
{
	return run_tap(amount_of, amount);
}

static int cmd_recover(const char *none)
{
	return run_tap(NULL, none);
}

static int cmd_settle(const char *none)
{
	char error[JOURNAL_ERROR_LEN], why[SETTLE_ERROR_LEN];
	struct settle_result res;
	struct journal *j = open_journal(true, error);
	int r;

	(void)none;
	if (!j) {
		log_error("%s", error);
		return EXIT_FAILED;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	r = settle_run(j, opt.socket, &res, why);
	curl_global_cleanup();
	journal_close(&j);
	if (opt.json)
		printf("{\"accepted\": %u, \"known\": %u, \"refused\": %u, \"complete\": %s}\n", res.accepted, res.known, res.refused, r == 0 ? "true" : "false");
	else if (r == 0)
		printf("receipts booked: %u, known before: %u, refused: %u\n", res.accepted, res.known, res.refused);
	if (r < 0) {
		log_error("%s", why);
		return r == SETTLE_ERR_ISSUER ? EXIT_UNREACHABLE : EXIT_FAILED;
	}
	return res.refused > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int cmd_journal(const char *none)
{
	char error[JOURNAL_ERROR_LEN], path[300];
	struct journal *j;
	int r;

	(void)none;
	/* Looking makes nothing. */
	snprintf(path, sizeof(path), "%s/journal.db", opt.dir);
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		if (opt.json)
			puts("[]");
		return EXIT_DONE;
	}
	j = open_journal(false, error);
	if (!j) {
		log_error("%s", error);
		return EXIT_FAILED;
	}
	r = opt.json ? print_journal_json(stdout, j) : print_journal(stdout, j);
	if (r < 0)
		log_error("the journal cannot be read: %s", journal_error(j));
	journal_close(&j);
	return r < 0 || fflush(stdout) != 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct command {
	const char *name;
	int arguments;
	int (*run)(const char *argument);
} commands[] = {
	{ "pay", 1, cmd_pay }, { "recover", 0, cmd_recover }, { "settle", 0, cmd_settle }, { "journal", 0, cmd_journal },
};

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		if (argc - 1 != commands[i].arguments)
			return usage_fail(commands[i].arguments ? "pay needs an amount" : "this command takes options only");
		return commands[i].run(argv[1]);
	}
	return usage_fail("unknown command");
}

enum { O_READER = 256, O_REF, O_TIMEOUT, O_JSON, O_TRACE, O_DIR, O_DENY, O_SOCKET, O_CONFIG, O_NFC, O_HELP, O_VERSION };

static const struct option options[] = {
	{ "reader", required_argument, NULL, O_READER }, { "ref", required_argument, NULL, O_REF }, { "timeout", required_argument, NULL, O_TIMEOUT },
	{ "json", no_argument, NULL, O_JSON }, { "trace", no_argument, NULL, O_TRACE }, { "dir", required_argument, NULL, O_DIR },
	{ "deny-list", required_argument, NULL, O_DENY }, { "socket", required_argument, NULL, O_SOCKET },
	{ "config", required_argument, NULL, O_CONFIG }, { "nfc", no_argument, NULL, O_NFC }, { "help", no_argument, NULL, O_HELP },
	{ "version", no_argument, NULL, O_VERSION }, { NULL, 0, NULL, 0 },
};

static int take_option(int o)
{
	switch (o) {
	case O_READER:
		given.reader = optarg;
		break;
	case O_REF:
		opt.ref = optarg;
		break;
	case O_TIMEOUT:
		given.timeout = optarg;
		break;
	case O_JSON:
		opt.json = true;
		break;
	case O_TRACE:
		opt.trace = true;
		break;
	case O_DIR:
		given.dir = optarg;
		break;
	case O_DENY:
		given.deny = optarg;
		break;
	case O_SOCKET:
		given.socket = optarg;
		break;
	case O_CONFIG:
		given.config = optarg;
		break;
	case O_NFC:
		opt.nfc = true;
		break;
	case O_HELP:
		fputs(usage_text, stdout);
		exit(EXIT_DONE);
	case O_VERSION:
		puts("pos " TEEPAY_VERSION);
		exit(EXIT_DONE);
	default:
		return -1;
	}
	return 0;
}

static bool override(const char *value, char *to, size_t size)
{
	return !value || (size_t)snprintf(to, size, "%s", value) < size;
}

static int load_config(void)
{
	const struct conf_option table[] = {
		{ "pos", "dir", CONF_STRING, opt.dir, sizeof(opt.dir), 0, 0, NULL },
		{ "pos", "reader", CONF_STRING, opt.reader, sizeof(opt.reader), 0, 0, NULL },
		{ "pos", "socket", CONF_STRING, opt.socket, sizeof(opt.socket), 0, 0, NULL },
		{ "pos", "deny_list", CONF_STRING, opt.deny, sizeof(opt.deny), 0, 0, NULL },
		{ "pos", "timeout", CONF_UINT, &opt.timeout, 0, 1, 3600, NULL },
		{ "pos", "apdu_timeout", CONF_UINT, &opt.apdu_timeout, 0, 1, 60, NULL },
	};
	char error[CONF_ERROR_LEN];
	struct bytes ref = { (const uint8_t *)opt.ref, strlen(opt.ref) };

	if (conf_load(given.config ? given.config : "/etc/teepay/pos.conf", table, sizeof(table) / sizeof(table[0]), given.config != NULL, error) < 0) {
		log_error("%s", error);
		return -1;
	}
	if (!override(given.dir, opt.dir, sizeof(opt.dir)) || !override(given.reader, opt.reader, sizeof(opt.reader)) ||
	    !override(given.socket, opt.socket, sizeof(opt.socket)) || !override(given.deny, opt.deny, sizeof(opt.deny))) {
		log_error("the value of an option is too long; give a shorter one");
		return -1;
	}
	if (ref.len >= INTENT_REF_LEN || (ref.len > 0 && !text_valid(ref))) {
		log_error("bad --ref; give at most 64 bytes of printable UTF-8");
		return -1;
	}
	if (given.timeout) {
		char *end;
		unsigned long v = strtoul(given.timeout, &end, 10);

		if (given.timeout[0] < '0' || given.timeout[0] > '9' || *end != '\0' || v < 1 || v > 3600) {
			log_error("bad --timeout; give seconds from 1 to 3600");
			return -1;
		}
		opt.timeout = (unsigned int)v;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int o, code;

	log_init("pos", LOG_INFO);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (take_option(o) < 0)
			return usage_fail("unknown option, or its value is missing");
	if (optind == argc)
		return usage_fail("no command given");
	if (load_config() < 0)
		return EXIT_USAGE;
	code = run_command(argc - optind, argv + optind);
	if (reader_hangs) {
		/* Exit handlers may wait for the thread that hangs; the journal is on the disk already. */
		fflush(NULL);
		_exit(code);
	}
	return code;
}
