// SPDX-License-Identifier: BSD-2-Clause
#include "listen.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#define NAME		"org.teepay.Wallet1"
#define PATH		"/org/teepay/Wallet1"

struct listener {
	int (*heard)(void *ctx, const struct watch_event *event, struct pay_error *e);
	void *ctx;
	struct pay_error *e;
	sd_event *loop;
};

/* A name is shown on a terminal: what walletd sends has no control characters, and whoever else sends is not heard. */
static int tell(struct listener *l, const struct watch_event *event)
{
	int code = l->heard(l->ctx, event, l->e);

	return code == PAY_DONE ? 0 : sd_event_exit(l->loop, code);
}

static int on_tap(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct watch_event event = { .kind = WATCH_TAP };
	const char *merchant;

	(void)error;
	if (sd_bus_message_read(m, "s", &merchant) < 0)
		return 0;
	snprintf(event.name, sizeof(event.name), "%s", merchant);
	return tell(arg, &event);
}

static int on_record(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct watch_event event = { .kind = WATCH_RECORD };
	struct purse_record *r = &event.record;
	const char *name;

	(void)error;
	if (sd_bus_message_read(m, "uyttts", &r->ctr, &r->kind, &r->amount, &r->balance, &r->time, &name) < 0)
		return 0;
	snprintf(r->name, sizeof(r->name), "%s", name);
	return tell(arg, &event);
}

static int on_asked(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct watch_event event = { .kind = WATCH_ASKED };
	const char *what;

	(void)error;
	if (sd_bus_message_read(m, "stq", &what, &event.record.amount, &event.record.currency) < 0)
		return 0;
	snprintf(event.name, sizeof(event.name), "%s", what);
	return tell(arg, &event);
}

/* Properties changed, or walletd came or went. */
static int on_change(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	const struct watch_event event = { .kind = WATCH_CHANGED };

	(void)m;
	(void)error;
	return tell(arg, &event);
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	(void)info;
	(void)arg;
	return sd_event_exit(sd_event_source_get_event(source), PAY_DONE);
}

static const struct {
	const char *sender, *path, *interface, *member;
	sd_bus_message_handler_t handler;
} matches[] = {
	{ NAME, PATH, NAME, "Tap", on_tap },
	{ NAME, PATH, NAME, "Transaction", on_record },
	{ NAME, PATH, NAME, "Asked", on_asked },
	{ NAME, PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged", on_change },
};

static int add_matches(sd_bus *bus, struct listener *l)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]) && r >= 0; i++)
		r = sd_bus_match_signal(bus, NULL, matches[i].sender, matches[i].path, matches[i].interface, matches[i].member, matches[i].handler, l);
	if (r >= 0)
		r = sd_bus_add_match(bus, NULL, "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" NAME "'", on_change, l);
	return r;
}

static int add_ends(sd_event *loop)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t mask;
	int r = 0;

	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&mask, ends[i]);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && r >= 0; i++)
		r = sd_event_add_signal(loop, NULL, ends[i], on_end, NULL);
	return r;
}

int listen_run(int (*started)(void *ctx, struct pay_error *e), int (*heard)(void *ctx, const struct watch_event *event, struct pay_error *e), void *ctx,
	       struct pay_error *e)
{
	struct listener l = { .heard = heard, .ctx = ctx, .e = e };
	sd_bus *bus = NULL;
	int r, code;

	r = sd_event_new(&l.loop);
	if (r >= 0)
		r = add_ends(l.loop);
	if (r >= 0)
		r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, l.loop, SD_EVENT_PRIORITY_NORMAL);
	if (r >= 0)
		r = sd_bus_set_exit_on_disconnect(bus, true);
	if (r >= 0)
		r = add_matches(bus, &l);
	if (r < 0) {
		code = pay_fail(e, PAY_UNREACHABLE, "the system bus does not answer: %s; is dbus running?", strerror(-r));
	} else {
		code = started(ctx, e);
		if (code == PAY_DONE)
			code = sd_event_loop(l.loop);
		if (code == EXIT_FAILURE && !*e->text)
			code = pay_fail(e, PAY_UNREACHABLE, "the system bus went away; watch again when it is back");
		else if (code < 0)
			code = pay_fail(e, PAY_FAILED, "the event loop failed: %s", strerror(-code));
	}
	sd_bus_flush_close_unref(bus);
	sd_event_unref(l.loop);
	return code;
}
