// SPDX-License-Identifier: BSD-2-Clause
/*
 * walletd: the client application.  Joins the radio front end, the card and the bus in one event loop; no threads.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "apdu_engine.h"
#include "arming.h"
#include "bus.h"
#include "card.h"
#include "common/conf.h"
#include "common/log.h"
#include "rf.h"
#include "rf_vpcd.h"
#include "store.h"
#include "ta.h"

#define CONF_PATH	"/etc/teepay/walletd.conf"
#define STATE_DIR	"/var/lib/teepay/walletd"
#define LOOK_FIRST_USEC	(100 * 1000u)		/* while the trusted application is away, or the disk full */
#define LOOK_LAST_USEC	(2 * 1000 * 1000u)

enum { EXIT_USAGE = 2 };

static const struct rf_ops *const front_ends[] = { &rf_vpcd_ops, &rf_libnfc_ops, &rf_none_ops };
static const char *const front_end_names[] = { "vpcd", "libnfc", "none", NULL };
static const char *const log_levels[] = { "error", "warning", "notice", "info", "debug", NULL };

struct settings {
	const char *conf, *state_dir;
	int arming, front_end, log_level;
	char host[64], readers[512];
	unsigned int port;
};

struct wallet {
	sd_event *event;
	sd_event_source *after, *look;
	uint64_t look_usec;
	struct arming arming;
	struct store *store;
	struct ta *ta;
	struct card *card;
	struct apdu_engine engine;
	struct rf *rf;
	struct bus *bus;
	const char *told;	/* the status that systemd has */
};

static void usage(FILE *f)
{
	fputs("usage: walletd [--config FILE] [--state DIR]\n"
	      "The wallet daemon of teepay: answers payment terminals for the card in the trusted application.\n"
	      "It is started by systemd (teepay-walletd.service).\n"
	      "  --config FILE  configuration, default " CONF_PATH "\n"
	      "  --state DIR    where wallet.db is, default $STATE_DIRECTORY or " STATE_DIR "\n"
	      "  --help, --version\n", f);
}

static int parse(int argc, char **argv, struct settings *s)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "state", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (o) {
		case 'c':
			s->conf = optarg;
			break;
		case 's':
			s->state_dir = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		case 'V':
			puts("walletd " TEEPAY_VERSION);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			return -1;
		}
	}
	if (optind == argc)
		return 0;
	log_error("'%s' is too much; see walletd --help", argv[optind]);
	return -1;
}

static int configure(struct settings *s)
{
	const struct conf_option options[] = {
		{ .section = "wallet", .name = "arming", .type = CONF_CHOICE, .to = &s->arming, .choices = arming_modes },
		{ .section = "rf", .name = "frontend", .type = CONF_CHOICE, .to = &s->front_end, .choices = front_end_names },
		{ .section = "rf", .name = "vpcd_host", .type = CONF_STRING, .to = s->host, .size = sizeof(s->host) },
		{ .section = "rf", .name = "vpcd_port", .type = CONF_UINT, .to = &s->port, .min = 1, .max = 65535 },
		{ .section = "rf", .name = "nfc_device", .type = CONF_STRING, .to = s->readers, .size = sizeof(s->readers) },
		{ .section = "log", .name = "level", .type = CONF_CHOICE, .to = &s->log_level, .choices = log_levels },
	};
	char error[CONF_ERROR_LEN];

	if (conf_load(s->conf, options, sizeof(options) / sizeof(options[0]), false, error) != 0) {
		log_error("%s", error);
		return -1;
	}
	if (!rf_vpcd_is_loopback(s->host)) {
		log_error("%s: vpcd_host = %s is not this machine; give a loopback address such as 127.0.0.1", s->conf, s->host);
		return -1;
	}
	return 0;
}

static void tell_systemd(struct wallet *w)
{
	const char *trouble = card_trouble(w->card);
	const char *now = trouble ? trouble : card_state_name(w->card);

	if (w->told == now)
		return;
	w->told = now;
	(void)sd_notifyf(0, "STATUS=card %s; front end %s: %s", now, rf_name(w->rf), rf_state(w->rf));
}

/* Everything that waits until the terminal has its answer (protocol rule 4). */
static int on_after(sd_event_source *source, void *ctx)
{
	struct wallet *w = ctx;

	(void)source;
	card_settle(w->card, &bus_listener, w->bus);
	bus_update(w->bus);
	tell_systemd(w);
	if (card_settled(w->card))
		return 0;
	w->look_usec = LOOK_FIRST_USEC;
	return sd_event_source_set_enabled(w->look, SD_EVENT_ONESHOT);
}

static void on_command(void *ctx, const uint8_t *apdu, size_t len)
{
	struct wallet *w = ctx;
	uint8_t out[APDU_MAX];
	size_t out_len;

	apdu_engine_run(&w->engine, apdu, len, out, &out_len);
	rf_send(w->rf, out, out_len);
	(void)sd_event_source_set_enabled(w->after, SD_EVENT_ONESHOT);
}

static void on_reset(void *ctx)
{
	struct wallet *w = ctx;

	apdu_engine_reset(&w->engine);
}

static void on_front_end(void *ctx)
{
	struct wallet *w = ctx;

	w->told = NULL;
	if (w->bus)
		(void)sd_event_source_set_enabled(w->after, SD_EVENT_ONESHOT);
}

/* Looks whether what is missing, the trusted application or the disk, is back: more and more seldom. */
static int on_look(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct wallet *w = ctx;
	int r;

	(void)usec;
	(void)card_refresh(w->card);
	card_settle(w->card, &bus_listener, w->bus);
	bus_update(w->bus);
	tell_systemd(w);
	if (card_settled(w->card))
		return 0;
	r = sd_event_source_set_time_relative(source, w->look_usec);
	w->look_usec = w->look_usec * 2 > LOOK_LAST_USEC ? LOOK_LAST_USEC : w->look_usec * 2;
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* 0, or the exit status; of these EX_DATAERR tells systemd not to try again. */
static int open_store(struct wallet *w, const struct settings *s)
{
	char path[4096], error[256];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/wallet.db", s->state_dir) >= sizeof(path)) {
		log_error("the name of the state folder is too long; give a shorter --state");
		return EXIT_USAGE;
	}
	r = store_open(&w->store, path, error);
	if (r == STORE_ERR_DAMAGED) {
		log_error("%s: %s; put a copy back, or move it away and ask the issuer for a new card", path, error);
		return EX_DATAERR;
	}
	if (r)
		log_error("wallet.db: %s; see that the folder %s exists, is teepay-wallet's and has room", error, s->state_dir);
	return r ? EX_TEMPFAIL : 0;
}

static int start_loop(struct wallet *w)
{
	sigset_t mask;
	int r;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	r = sd_event_default(&w->event);
	if (r >= 0)
		r = sd_event_add_signal(w->event, NULL, SIGTERM, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(w->event, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_set_watchdog(w->event, true);
	if (r >= 0)
		r = sd_event_add_defer(w->event, &w->after, on_after, w);
	if (r >= 0)
		r = sd_event_source_set_enabled(w->after, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(w->event, &w->look, CLOCK_MONOTONIC, 0, 0, on_look, w);
	return r;
}

static int start(struct wallet *w, const struct settings *s)
{
	static const struct rf_handler handler = { .command = on_command, .reset = on_reset, .changed = on_front_end };
	const struct rf_config config = { .host = s->host, .port = (uint16_t)s->port, .readers = s->readers };
	int r;

	w->arming.mode = (enum arming_mode)s->arming;
	w->look_usec = LOOK_FIRST_USEC;
	w->ta = ta_new();
	w->card = w->ta ? card_new(w->ta, w->store, &w->arming) : NULL;
	if (!w->card)
		return -ENOMEM;
	/* The purse is up to date before the first terminal is answered. */
	(void)card_refresh(w->card);
	apdu_engine_init(&w->engine, &card_apdu, w->card);
	r = start_loop(w);
	if (r >= 0)
		r = rf_start(&w->rf, w->event, front_ends[s->front_end], &config, &handler, w);
	if (r >= 0)
		r = bus_start(&w->bus, w->event, w->card, &w->arming, w->rf);
	return r;
}

static void stop(struct wallet *w)
{
	if (w->card)
		card_settle(w->card, w->bus ? &bus_listener : NULL, w->bus);
	bus_free(&w->bus);
	rf_free(&w->rf);
	card_free(&w->card);
	ta_free(&w->ta);
	store_free(&w->store);
	sd_event_source_disable_unref(w->after);
	sd_event_source_disable_unref(w->look);
	sd_event_unref(w->event);
}

int main(int argc, char **argv)
{
	const char *dir = getenv("STATE_DIRECTORY");
	struct settings s = { .conf = CONF_PATH, .state_dir = dir && *dir ? dir : STATE_DIR, .arming = ARMING_ON_REQUEST, .log_level = 3, .host = "127.0.0.1", .port = 35963 };
	struct wallet w = { 0 };
	int r;

	log_init("walletd", LOG_INFO);
	if (parse(argc, argv, &s) != 0)
		return EXIT_USAGE;
	if (configure(&s) != 0)
		return EX_CONFIG;
	log_init("walletd", LOG_ERR + s.log_level);
	r = open_store(&w, &s);
	if (r)
		return r;
	r = start(&w, &s);
	if (r >= 0) {
		tell_systemd(&w);
		(void)sd_notify(0, "READY=1");
		r = sd_event_loop(w.event);
	}
	(void)sd_notify(0, "STOPPING=1");
	if (r < 0)
		log_error("the event loop failed: %s; restart teepay-walletd.service", strerror(-r));
	stop(&w);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
