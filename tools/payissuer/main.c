// SPDX-License-Identifier: BSD-2-Clause
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accounts.h"
#include "common/conf.h"
#include "common/hex.h"
#include "common/log.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "ledger.h"
#include "proto/vcn.h"
#include "serve.h"
#include "terminals.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const char usage_text[] =
	"Usage: payissuer [--config FILE] [--database FILE] COMMAND\n"
	"\n"
	"The issuer of teepay's virtual cards: it certifies terminals and cards, moves money, settles receipts.\n"
	"\n"
	"  init [--currency EUR] [--vcn-prefix 977700] [--max-balance A] [--limit-payment A] [--limit-sum A]\n"
	"       [--limit-count N] [--if-missing]      make the keys and the books (limits: without PIN; 0 = none)\n"
	"  terminal --merchant NAME --out DIR [--days N]\n"
	"                                             certify a terminal, or renew the one in DIR (at most 7 days)\n"
	"  revoke                                     after a theft: no terminal certificate from before today holds\n"
	"  card list [--json]                         the cards\n"
	"  card block CID [REASON]                    no more credit, onto the deny list, and tell the card\n"
	"  denylist                                   ids of blocked cards, one a line: the deny list of pos\n"
	"  topup CID AMOUNT                           sign a credit; \"pay sync\" fetches it\n"
	"  transfer FROM-CID TO AMOUNT                sign a transfer order; TO is a card id or a holder's name\n"
	"  refund OLD-CID NEW-CID                     what a card held that was blocked 7 days ago\n"
	"  clock CID                                  sign the issuer's time for a card\n"
	"  unblock CID [--forget-pin]                 new tries for a blocked PIN, or a new PIN\n"
	"  accounts [--json]                          balances, and whether the books balance\n"
	"  serve                                      answer pay and pos on the socket\n"
	"\n"
	"  --config FILE     default /etc/teepay/payissuer.conf\n"
	"  --database FILE   default " ISSUER_PATH_DEFAULT "\n"
	"  --socket PATH     of serve, default " SERVE_SOCKET_DEFAULT "\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 done, 1 failed or refused, 2 wrong usage or configuration, 5 cannot listen on the socket.\n";

static struct {
	char config[256], database[256], socket[108], group[33];
	bool json, if_missing, forget_pin;
	const char *merchant, *out, *days, *currency, *vcn_prefix, *max_balance, *limit_payment, *limit_sum, *limit_count;
} opt = {
	.config = "/etc/teepay/payissuer.conf", .database = ISSUER_PATH_DEFAULT, .socket = SERVE_SOCKET_DEFAULT, .group = SERVE_GROUP_DEFAULT,
	.days = "7", .currency = "EUR", .vcn_prefix = "977700",
	.max_balance = "1000", .limit_payment = "50", .limit_sum = "150", .limit_count = "7",
};

static int usage_fail(const char *what)
{
	log_error("%s; \"payissuer --help\" says how", what);
	return EXIT_USAGE;
}

/* Ends a command that the issuer refused. */
static int failed(const struct issuer *is)
{
	log_error("%s; %s", is->error, is->hint);
	return EXIT_FAILED;
}

static int failed_random(void)
{
	log_error("no random numbers; nothing was changed, check the OpenSSL installation");
	return EXIT_FAILED;
}

static bool parse_count(const char *text, unsigned long max, unsigned long *v)
{
	char *end;

	*v = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && *v <= max;
}

static bool prefix_ok(const char *p)
{
	return strlen(p) == 6 && strspn(p, "0123456789") == 6 && p[0] != '0';
}

static int cmd_init(struct issuer *is, int argc, char **argv)
{
	struct store_issuer conf = { 0 };
	char kid[HEX_TEXT(KID_LEN)];
	unsigned long count;
	int r;

	(void)argv;
	if (argc != 0)
		return usage_fail("init takes options only");
	if (money_currency_parse(opt.currency, &conf.currency) < 0)
		return usage_fail("--currency is a code such as EUR, or the three digits of ISO 4217");
	if (!prefix_ok(opt.vcn_prefix))
		return usage_fail("--vcn-prefix is six digits, the first not 0");
	if (money_parse(opt.max_balance, conf.currency, &conf.max_balance) < 0 || conf.max_balance == 0 ||
	    money_parse(opt.limit_payment, conf.currency, &conf.limit_payment) < 0 ||
	    money_parse(opt.limit_sum, conf.currency, &conf.limit_sum) < 0 || !parse_count(opt.limit_count, UINT16_MAX, &count))
		return usage_fail("a limit is an amount such as 50.00, --max-balance one above 0, and --limit-count a number up to 65535");
	strcpy(conf.vcn_prefix, opt.vcn_prefix);
	conf.limit_count = (uint16_t)count;
	r = issuer_create(is, opt.database, &conf);
	if (r == ISSUER_ERR_CONFLICT && opt.if_missing)
		return EXIT_DONE;
	if (r < 0)
		return failed(is);
	printf("issuer %s made in %s\n", hex_encode(is->kid, KID_LEN, kid), opt.database);
	return EXIT_DONE;
}

static int cmd_terminal(struct issuer *is, int argc, char **argv)
{
	unsigned long days;
	char path[512];

	(void)argv;
	if (argc != 0 || !opt.merchant || !opt.out)
		return usage_fail("terminal needs --merchant and --out");
	if (!parse_count(opt.days, UINT16_MAX, &days))
		return usage_fail("--days is a number from 1 to 7");
	if (terminals_certify(is, opt.merchant, (unsigned int)days, opt.out, path, sizeof(path)) < 0)
		return failed(is);
	printf("terminal of \"%s\" in %s\n", opt.merchant, path);
	return EXIT_DONE;
}

static int list_card(const struct store_card *c, void *arg)
{
	const struct issuer *is = arg;
	char cid[HEX_TEXT(CID_LEN)], vcn[VCN_MASKED_LEN], money[MONEY_TEXT_LEN];

	vcn_mask(c->vcn, vcn);
	printf("%s  %-19s  %-20s  %-7s  %s%s%s\n", hex_encode(c->cid, CID_LEN, cid), vcn, c->holder,
	       c->state == CARD_ACTIVE ? "active" : "blocked", money_format_signed(c->balance, is->conf.currency, money),
	       c->reason[0] ? "  " : "", c->reason);
	return 0;
}

static int list_denied(const struct store_card *c, void *arg)
{
	char cid[HEX_TEXT(CID_LEN)];

	(void)arg;
	if (c->state == CARD_BLOCKED)
		printf("%s\n", hex_encode(c->cid, CID_LEN, cid));
	return 0;
}

static int cmd_denylist(struct issuer *is, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return usage_fail("denylist takes nothing");
	return issuer_storage(is, store_card_each(is->store, list_denied, is)) < 0 ? failed(is) : EXIT_DONE;
}

static int print_json(struct issuer *is, json_t *j)
{
	int r;

	if (!j)
		return failed(is);
	r = json_dumpf(j, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(j);
	return r == 0 && putchar('\n') == '\n' && fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int cmd_card(struct issuer *is, int argc, char **argv)
{
	uint8_t cid[CID_LEN];

	if (argc == 1 && strcmp(argv[0], "list") == 0) {
		json_t *all, *cards;

		if (!opt.json)
			return issuer_storage(is, store_card_each(is->store, list_card, is)) < 0 ? failed(is) : EXIT_DONE;
		all = accounts_json(is);
		cards = json_incref(json_object_get(all, "cards"));
		json_decref(all);
		return print_json(is, cards);
	}
	if ((argc == 2 || argc == 3) && strcmp(argv[0], "block") == 0) {
		if (hex_decode(argv[1], cid, sizeof(cid)) < 0)
			return usage_fail("a card id is 16 hex digits");
		return ledger_block(is, cid, argc == 3 ? argv[2] : "by the operator") < 0 ? failed(is) : EXIT_DONE;
	}
	return usage_fail("card knows list and block CID");
}

static int signed_message(struct issuer *is, int r, const struct store_message *m)
{
	char cid[HEX_TEXT(CID_LEN)];

	if (r < 0)
		return failed(is);
	printf("message %llu for card %s signed; \"pay sync\" fetches it\n", (unsigned long long)m->seq,
	       hex_encode(m->cid, CID_LEN, cid));
	return EXIT_DONE;
}

static int cmd_topup(struct issuer *is, int argc, char **argv)
{
	uint8_t cid[CID_LEN], key[ISSUER_KEY_LEN];
	struct store_message m;
	uint64_t amount;

	if (argc != 2 || hex_decode(argv[0], cid, sizeof(cid)) < 0 || money_parse(argv[1], is->conf.currency, &amount) < 0)
		return usage_fail("topup needs a card id (16 hex digits) and an amount such as 20.00");
	if (openssl_crypto.random(key, sizeof(key)) < 0)
		return failed_random();
	return signed_message(is, ledger_topup(is, cid, key, amount, &m), &m);
}

static int cmd_transfer(struct issuer *is, int argc, char **argv)
{
	uint8_t cid[CID_LEN], key[ISSUER_KEY_LEN];
	struct store_message m;
	uint64_t amount;

	if (argc != 3 || hex_decode(argv[0], cid, sizeof(cid)) < 0 || money_parse(argv[2], is->conf.currency, &amount) < 0)
		return usage_fail("transfer needs a card id (16 hex digits), a payee and an amount such as 20.00");
	if (openssl_crypto.random(key, sizeof(key)) < 0)
		return failed_random();
	return signed_message(is, ledger_transfer(is, cid, key, argv[1], amount, &m), &m);
}

static int cmd_refund(struct issuer *is, int argc, char **argv)
{
	uint8_t from[CID_LEN], to[CID_LEN];
	struct store_message m;

	if (argc != 2 || hex_decode(argv[0], from, sizeof(from)) < 0 || hex_decode(argv[1], to, sizeof(to)) < 0)
		return usage_fail("refund needs two card ids (16 hex digits)");
	return signed_message(is, ledger_refund(is, from, to, &m), &m);
}

static int cmd_clock(struct issuer *is, int argc, char **argv)
{
	uint8_t cid[CID_LEN];
	struct store_message m;

	if (argc != 1 || hex_decode(argv[0], cid, sizeof(cid)) < 0)
		return usage_fail("clock needs a card id (16 hex digits)");
	return signed_message(is, ledger_clock(is, cid, &m), &m);
}

static int cmd_unblock(struct issuer *is, int argc, char **argv)
{
	uint8_t cid[CID_LEN];
	struct store_message m;

	if (argc != 1 || hex_decode(argv[0], cid, sizeof(cid)) < 0)
		return usage_fail("unblock needs a card id (16 hex digits)");
	return signed_message(is, ledger_pin(is, cid, opt.forget_pin, &m), &m);
}

static int cmd_revoke(struct issuer *is, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return usage_fail("revoke takes nothing");
	if (terminals_revoke(is) < 0)
		return failed(is);
	printf("each card refuses terminal certificates from before today once its next message arrives (clock CID signs one);\n"
	       "certify the honest terminals again\n");
	return EXIT_DONE;
}

static int cmd_accounts(struct issuer *is, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return usage_fail("accounts takes --json only");
	if (opt.json)
		return print_json(is, accounts_json(is));
	return accounts_print(is, stdout) < 0 ? failed(is) : EXIT_DONE;
}

static int cmd_serve(struct issuer *is, int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return usage_fail("serve takes options only");
	return serve_run(is, opt.socket, opt.group);
}

static const struct command {
	const char *name;
	bool opens;		/* works on an issuer that is there */
	int (*run)(struct issuer *is, int argc, char **argv);
} commands[] = {
	{ "init", false, cmd_init }, { "terminal", true, cmd_terminal }, { "card", true, cmd_card }, { "denylist", true, cmd_denylist },
	{ "topup", true, cmd_topup }, { "transfer", true, cmd_transfer }, { "refund", true, cmd_refund }, { "clock", true, cmd_clock },
	{ "unblock", true, cmd_unblock }, { "revoke", true, cmd_revoke },
	{ "accounts", true, cmd_accounts }, { "serve", true, cmd_serve },
};

static int run_command(int argc, char **argv)
{
	struct issuer is = { 0 };
	int code;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, argv[0]) != 0)
			continue;
		code = c->opens && issuer_open(&is, opt.database) < 0 ? failed(&is) : c->run(&is, argc - 1, argv + 1);
		issuer_close(&is);
		return code;
	}
	log_error("there is no command \"%s\"; \"payissuer --help\" lists them", argv[0]);
	return EXIT_USAGE;
}

enum { O_CONFIG = 256, O_DATABASE, O_SOCKET, O_JSON, O_MISSING, O_MERCHANT, O_OUT, O_DAYS, O_CURRENCY, O_PREFIX, O_MAX, O_PAYMENT, O_SUM, O_COUNT, O_FORGET,
       O_HELP, O_VERSION };

static const struct option options[] = {
	{ "config", required_argument, NULL, O_CONFIG }, { "database", required_argument, NULL, O_DATABASE },
	{ "socket", required_argument, NULL, O_SOCKET }, { "json", no_argument, NULL, O_JSON }, { "if-missing", no_argument, NULL, O_MISSING },
	{ "merchant", required_argument, NULL, O_MERCHANT }, { "out", required_argument, NULL, O_OUT }, { "days", required_argument, NULL, O_DAYS },
	{ "currency", required_argument, NULL, O_CURRENCY }, { "vcn-prefix", required_argument, NULL, O_PREFIX },
	{ "max-balance", required_argument, NULL, O_MAX }, { "limit-payment", required_argument, NULL, O_PAYMENT },
	{ "limit-sum", required_argument, NULL, O_SUM }, { "limit-count", required_argument, NULL, O_COUNT },
	{ "forget-pin", no_argument, NULL, O_FORGET }, { "help", no_argument, NULL, O_HELP }, { "version", no_argument, NULL, O_VERSION }, { NULL, 0, NULL, 0 },
};

/* What the command line gives over the configuration file. */
struct given {
	const char *config, *database, *socket;
};

static int take_option(int o, struct given *g)
{
	const char **to[] = {
		[O_CONFIG - O_CONFIG] = &g->config, [O_DATABASE - O_CONFIG] = &g->database, [O_SOCKET - O_CONFIG] = &g->socket,
		[O_MERCHANT - O_CONFIG] = &opt.merchant, [O_OUT - O_CONFIG] = &opt.out, [O_DAYS - O_CONFIG] = &opt.days,
		[O_CURRENCY - O_CONFIG] = &opt.currency, [O_PREFIX - O_CONFIG] = &opt.vcn_prefix, [O_MAX - O_CONFIG] = &opt.max_balance,
		[O_PAYMENT - O_CONFIG] = &opt.limit_payment, [O_SUM - O_CONFIG] = &opt.limit_sum, [O_COUNT - O_CONFIG] = &opt.limit_count,
	};

	switch (o) {
	case O_HELP:
		fputs(usage_text, stdout);
		exit(EXIT_DONE);
	case O_VERSION:
		puts("payissuer " TEEPAY_VERSION);
		exit(EXIT_DONE);
	case O_JSON:
		opt.json = true;
		return 0;
	case O_FORGET:
		opt.forget_pin = true;
		return 0;
	case O_MISSING:
		opt.if_missing = true;
		return 0;
	case '?':
		return -1;
	default:
		*to[o - O_CONFIG] = optarg;
		return 0;
	}
}

static int load_config(const struct given *g)
{
	const struct conf_option table[] = {
		{ "issuer", "database", CONF_STRING, opt.database, sizeof(opt.database), 0, 0, NULL },
		{ "issuer", "socket", CONF_STRING, opt.socket, sizeof(opt.socket), 0, 0, NULL },
		{ "issuer", "group", CONF_STRING, opt.group, sizeof(opt.group), 0, 0, NULL },
	};
	char error[CONF_ERROR_LEN];

	if (conf_load(g->config ? g->config : opt.config, table, sizeof(table) / sizeof(table[0]), g->config != NULL, error) < 0) {
		log_error("%s", error);
		return -1;
	}
	if ((g->database && (size_t)snprintf(opt.database, sizeof(opt.database), "%s", g->database) >= sizeof(opt.database)) ||
	    (g->socket && (size_t)snprintf(opt.socket, sizeof(opt.socket), "%s", g->socket) >= sizeof(opt.socket))) {
		log_error("a path is too long; give a shorter one");
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct given given = { 0 };
	int o;

	log_init("payissuer", LOG_INFO);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (take_option(o, &given) < 0)
			return usage_fail("unknown option, or its value is missing");
	if (optind == argc)
		return usage_fail("no command given");
	if (load_config(&given) < 0)
		return EXIT_USAGE;
	return run_command(argc - optind, argv + optind);
}
