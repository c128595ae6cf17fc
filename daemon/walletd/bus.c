// SPDX-License-Identifier: BSD-2-Clause
#include "bus.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "bus_caller.h"
#include "bus_reply.h"
#include "common/hex.h"
#include "common/log.h"
#include "holder.h"

#define HISTORY_MAX	256u		/* records a call */
#define RETRY_USEC	(2 * 1000 * 1000u)
#define CALL_USEC	(5 * 1000 * 1000u)	/* for the bus daemon's own answers */
#define LOOK_USEC	(1000 * 1000u)	/* the trusted application is asked for its state at most this often */

/* What the properties say.  Kept so that a change can be told from none; sd-bus reads the properties straight from here. */
struct view {
	const char *state, *trouble, *arming, *front_end, *front_end_state;
	const char *card_id, *issuer, *card_key;	/* hex below, or "" */
	uint64_t balance, sequence;
	uint32_t counter;
	int ready;
	uint16_t currency;
};

struct bus {
	struct card *card;
	struct arming *arming;
	const struct rf *rf;
	struct holder *holder;
	sd_event *event;
	sd_event_source *retry, *expiry;
	sd_bus *conn;
	uint64_t looked_us;
	char cid[HEX_TEXT(CID_LEN)], kid[HEX_TEXT(KID_LEN)], key[HEX_TEXT(ED25519_PK_LEN)];
	struct view view;
};

static void view_fill(struct bus *b, struct view *v)
{
	const struct payta_status *s = card_status(b->card);
	const struct purse_record *newest = purse_newest(card_purse(b->card));
	enum card_state state = card_state(b->card);
	bool issued = state == CARD_ACTIVE || state == CARD_BLOCKED;

	*v = (struct view){
		.state = card_state_name(b->card), .arming = arming_modes[b->arming->mode], .front_end = rf_name(b->rf),
		.front_end_state = rf_state(b->rf), .card_id = "", .issuer = "", .card_key = "",
		.trouble = card_trouble(b->card) ? card_trouble(b->card) : "",
		.ready = arming_ready(b->arming, arming_clock()),
	};
	if (!issued)
		return;
	v->card_id = hex_encode(s->cid, CID_LEN, b->cid);
	v->issuer = hex_encode(s->kid, KID_LEN, b->kid);
	v->card_key = hex_encode(s->card_pk, ED25519_PK_LEN, b->key);
	v->currency = s->currency;
	v->sequence = s->seq;
	if (!newest)
		return;
	v->counter = newest->ctr;
	v->balance = newest->balance;
	if (newest->seq > v->sequence)
		v->sequence = newest->seq;
}

/* --- methods --- */

/* After a change the signals go out behind the reply. */
static void settle(struct bus *b)
{
	card_settle(b->card, &bus_listener, b);
	bus_update(b);
}

static int method_apply(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	uint8_t application[APPLICATION_LEN];
	struct bytes challenge;
	int r = bus_read_bytes(m, CHALLENGE_LEN, CHALLENGE_LEN, &challenge, error);

	if (r < 0)
		return r;
	r = card_apply(b->card, challenge.p, application);
	r = r ? bus_error(error, r) : bus_reply_bytes(m, application, sizeof(application));
	settle(b);
	return r;
}

static int method_take_card(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	struct bytes issue;
	int r = bus_read_bytes(m, ISSUE_LEN, ISSUE_LEN, &issue, error);

	if (r < 0)
		return r;
	r = card_take(b->card, issue.p);
	r = r ? bus_error(error, r) : sd_bus_reply_method_return(m, "");
	settle(b);
	return r;
}

static int method_message(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	uint8_t reply[CARD_REPLY_LEN];
	struct bytes message;
	int r = bus_read_bytes(m, 1, IMSG_MAX, &message, error);

	if (r < 0)
		return r;
	r = card_message(b->card, message, reply);
	if (r == TA_ERR_VERIFY)
		return holder_transfer(b->holder, m, message, error);
	if (r == TA_ERR_STATE)
		r = sd_bus_error_setf(error, BUS_ERROR("Sequence"), "the card has taken issuer messages up to %llu; give it the next one (pay sync)",
				      (unsigned long long)card_status(b->card)->seq);
	else
		r = r ? bus_error(error, r) : bus_reply_bytes(m, reply, sizeof(reply));
	settle(b);
	return r;
}

static int on_expiry(sd_event_source *source, uint64_t usec, void *ctx)
{
	(void)source;
	(void)usec;
	bus_update(ctx);
	return 0;
}

/* Unix seconds, for people; 0 when not armed. */
static uint64_t armed_until(const struct bus *b)
{
	uint64_t now = arming_clock();

	if (b->arming->until_us <= now)
		return 0;
	return (uint64_t)time(NULL) + (b->arming->until_us - now + 999999) / 1000000;
}

/* When the card is not ready any more, listeners hear so. */
static int expire(struct bus *b)
{
	int r = sd_event_source_set_time(b->expiry, b->arming->until_us);

	return r < 0 ? r : sd_event_source_set_enabled(b->expiry, b->arming->until_us ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

/* The holder is done at the trusted screen. */
static void on_holder(void *ctx)
{
	struct bus *b = ctx;

	(void)expire(b);
	settle(b);
}

/* Methods that are the holder's business. */
#define HOLDER_METHOD(name) \
	static int method_##name(sd_bus_message *m, void *ctx, sd_bus_error *error) \
	{ \
		return holder_##name(((struct bus *)ctx)->holder, m, error); \
	}

HOLDER_METHOD(verify)
HOLDER_METHOD(change_pin)
HOLDER_METHOD(set_limits)
HOLDER_METHOD(get_limits)

static int method_ready(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	uint32_t seconds;
	int r = sd_bus_message_read(m, "u", &seconds);

	if (r < 0)
		return r;
	if (!seconds && b->arming->mode == ARMING_ALWAYS)
		return sd_bus_error_set(error, BUS_ERROR("State"), "the card is always ready; to arm it by hand set arming = on-request in "
					"/etc/teepay/walletd.conf and restart teepay-walletd.service");
	if (!arming_set(b->arming, arming_clock(), seconds))
		return sd_bus_error_set(error, BUS_ERROR("InvalidArgument"), "more than an hour; give at most 3600 seconds");
	r = expire(b);
	if (r >= 0)
		r = sd_bus_reply_method_return(m, "t", armed_until(b));
	bus_update(b);
	return r;
}

static int append_record(void *ctx, const uint8_t record[PURSE_RECORD_LEN])
{
	sd_bus_message *reply = ctx;
	struct purse_record p;
	int r;

	if (purse_record_decode((struct bytes){ record, PURSE_RECORD_LEN }, &p) != 0)
		return -EBADMSG;
	r = sd_bus_message_open_container(reply, 'r', "uytttsay");
	if (r >= 0)
		r = sd_bus_message_append(reply, "uyttts", p.ctr, p.kind, p.amount, p.balance, p.time, p.name);
	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', record, PURSE_RECORD_LEN);
	return r < 0 ? r : sd_bus_message_close_container(reply) < 0;
}

static int method_get_history(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	sd_bus_message *reply = NULL;
	uint32_t offset, limit;
	int r = sd_bus_message_read(m, "uu", &offset, &limit);

	/* What waits in memory is part of it. */
	settle(b);
	if (r >= 0 && (limit == 0 || limit > HISTORY_MAX))
		limit = HISTORY_MAX;
	if (r >= 0)
		r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(uytttsay)");
	if (r >= 0) {
		r = card_history(b->card, offset, limit, append_record, reply);
		if (r < 0)
			r = bus_error(error, r);
	}
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}

static int method_get_receipt(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	uint8_t record[PURSE_RECORD_LEN];
	uint32_t ctr;
	int r = sd_bus_message_read(m, "u", &ctr);

	if (r < 0)
		return r;
	r = purse_record(card_purse(b->card), ctr, record);
	if (r < 0)
		return bus_error(error, CARD_ERR_STORE);
	if (r == 0)
		return sd_bus_error_setf(error, BUS_ERROR("NotFound"), "the purse has no record %u; pay history lists them", ctr);
	return bus_reply_bytes(m, record, sizeof(record));
}

/* GetAll asks for it first: a trusted application that went away is found out here, though nobody taps. */
static int get_state(sd_bus *conn, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;
	uint64_t now = arming_clock();

	(void)conn;
	(void)path;
	(void)interface;
	(void)property;
	(void)error;
	if (now - b->looked_us >= LOOK_USEC) {
		b->looked_us = now;
		(void)card_refresh(b->card);
		settle(b);
	}
	return sd_bus_message_append(reply, "s", b->view.state);
}

/* Numbers that nobody is told of as they change. */
static int get_counts(sd_bus *conn, const char *path, const char *interface, const char *property, sd_bus_message *reply, void *ctx, sd_bus_error *error)
{
	const struct bus *b = ctx;
	struct rf_counts c;

	(void)conn;
	(void)path;
	(void)interface;
	(void)property;
	(void)error;
	rf_counts(b->rf, &c);
	return sd_bus_message_append(reply, "(uuuuu)", c.activations, c.commands, c.torn, c.errors, c.restarts);
}

#define PROPERTY(name, type, member)	SD_BUS_PROPERTY(name, type, NULL, offsetof(struct bus, view.member), SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE)
#define METHOD(name, in, in_names, out, out_names, handler) \
	SD_BUS_METHOD_WITH_NAMES(name, in, in_names, out, out_names, handler, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("State", "s", get_state, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
	PROPERTY("Trouble", "s", trouble),
	PROPERTY("CardId", "s", card_id),
	PROPERTY("CardKey", "s", card_key),
	PROPERTY("Issuer", "s", issuer),
	PROPERTY("Currency", "q", currency),
	PROPERTY("Balance", "t", balance),
	PROPERTY("Counter", "u", counter),
	PROPERTY("Sequence", "t", sequence),
	PROPERTY("Ready", "b", ready),
	PROPERTY("Arming", "s", arming),
	PROPERTY("FrontEnd", "s", front_end),
	PROPERTY("FrontEndState", "s", front_end_state),
	SD_BUS_PROPERTY("FrontEndCounts", "(uuuuu)", get_counts, 0, 0),
	METHOD("Apply", "ay", SD_BUS_PARAM(challenge), "ay", SD_BUS_PARAM(application), method_apply),
	METHOD("TakeCard", "ay", SD_BUS_PARAM(issue), "", , method_take_card),
	METHOD("Message", "ay", SD_BUS_PARAM(message), "ay", SD_BUS_PARAM(reply), method_message),
	METHOD("Ready", "u", SD_BUS_PARAM(seconds), "t", SD_BUS_PARAM(until), method_ready),
	METHOD("Verify", "", , "uus", SD_BUS_PARAM(verdict) SD_BUS_PARAM(seconds) SD_BUS_PARAM(text), method_verify),
	METHOD("ChangePin", "", , "uus", SD_BUS_PARAM(verdict) SD_BUS_PARAM(seconds) SD_BUS_PARAM(text), method_change_pin),
	METHOD("SetLimits", "ttq", SD_BUS_PARAM(payment) SD_BUS_PARAM(sum) SD_BUS_PARAM(count), "uus", SD_BUS_PARAM(verdict) SD_BUS_PARAM(seconds)
	       SD_BUS_PARAM(text), method_set_limits),
	METHOD("GetLimits", "", , "ttqttqtqsyu", SD_BUS_PARAM(payment) SD_BUS_PARAM(sum) SD_BUS_PARAM(count) SD_BUS_PARAM(issued_payment)
	       SD_BUS_PARAM(issued_sum) SD_BUS_PARAM(issued_count) SD_BUS_PARAM(spent_sum) SD_BUS_PARAM(spent_count) SD_BUS_PARAM(pin)
	       SD_BUS_PARAM(pin_tries) SD_BUS_PARAM(pin_wait), method_get_limits),
	METHOD("GetHistory", "uu", SD_BUS_PARAM(offset) SD_BUS_PARAM(limit), "a(uytttsay)", SD_BUS_PARAM(records), method_get_history),
	METHOD("GetReceipt", "u", SD_BUS_PARAM(counter), "ay", SD_BUS_PARAM(record), method_get_receipt),
	SD_BUS_SIGNAL_WITH_NAMES("Tap", "s", SD_BUS_PARAM(merchant), 0),
	SD_BUS_SIGNAL_WITH_NAMES("Transaction", "uyttts", SD_BUS_PARAM(counter) SD_BUS_PARAM(kind) SD_BUS_PARAM(amount) SD_BUS_PARAM(balance)
				 SD_BUS_PARAM(time) SD_BUS_PARAM(name), 0),
	SD_BUS_SIGNAL_WITH_NAMES("Asked", "stq", SD_BUS_PARAM(what) SD_BUS_PARAM(amount) SD_BUS_PARAM(currency), 0),
	SD_BUS_VTABLE_END
};

/* --- signals --- */

static void emit_transaction(void *ctx, const struct purse_record *p)
{
	struct bus *b = ctx;

	if (b->conn)
		(void)sd_bus_emit_signal(b->conn, BUS_PATH, BUS_INTERFACE, "Transaction", "uyttts", p->ctr, p->kind, p->amount, p->balance, p->time,
					 p->name);
}

static void emit_tap(void *ctx, const char *merchant)
{
	struct bus *b = ctx;

	if (b->conn)
		(void)sd_bus_emit_signal(b->conn, BUS_PATH, BUS_INTERFACE, "Tap", "s", merchant);
}

static void emit_asked(void *ctx, const char *what, uint64_t amount, uint16_t currency)
{
	struct bus *b = ctx;

	if (b->conn)
		(void)sd_bus_emit_signal(b->conn, BUS_PATH, BUS_INTERFACE, "Asked", "stq", what, amount, currency);
	holder_asked(b->holder);
}

const struct card_listener bus_listener = { .tapped = emit_tap, .transaction = emit_transaction, .asked = emit_asked };

void bus_update(struct bus *b)
{
	struct view old = b->view;
	char cid[HEX_TEXT(CID_LEN)];
	/* sd_bus_emit_properties_changed_strv() takes char **, and changes nothing. */
	static char names[][16] = { "State", "CardId", "CardKey", "Issuer", "Currency", "Balance", "Counter", "Sequence", "Ready", "FrontEndState", "Trouble" };
	char *changed[sizeof(names) / sizeof(names[0]) + 1] = { NULL };
	size_t n = 0;

	memcpy(cid, b->cid, sizeof(cid));
	view_fill(b, &b->view);
	if (!old.state || strcmp(old.state, b->view.state) != 0)
		changed[n++] = names[0];
	if (!old.card_id || !*old.card_id != !*b->view.card_id || strcmp(cid, b->cid) != 0) {
		changed[n++] = names[1];
		changed[n++] = names[2];
		changed[n++] = names[3];
	}
	if (old.currency != b->view.currency)
		changed[n++] = names[4];
	if (old.balance != b->view.balance)
		changed[n++] = names[5];
	if (old.counter != b->view.counter)
		changed[n++] = names[6];
	if (old.sequence != b->view.sequence)
		changed[n++] = names[7];
	if (old.ready != b->view.ready)
		changed[n++] = names[8];
	if (!old.front_end_state || strcmp(old.front_end_state, b->view.front_end_state) != 0)
		changed[n++] = names[9];
	if (!old.trouble || strcmp(old.trouble, b->view.trouble) != 0)
		changed[n++] = names[10];
	if (n > 0 && b->conn)
		(void)sd_bus_emit_properties_changed_strv(b->conn, BUS_PATH, BUS_INTERFACE, changed);
}

/* --- the connection --- */

static int on_disconnected(sd_bus_message *m, void *ctx, sd_bus_error *error);

static int try_connect(struct bus *b)
{
	sd_bus *conn = NULL;
	int r = sd_bus_open_system_with_description(&conn, "walletd");

	if (r >= 0)
		r = sd_bus_set_method_call_timeout(conn, CALL_USEC);
	if (r >= 0)
		r = sd_bus_attach_event(conn, b->event, SD_EVENT_PRIORITY_NORMAL);
	if (r >= 0)
		r = sd_bus_add_filter(conn, NULL, bus_caller_check, b);
	if (r >= 0)
		r = sd_bus_add_object_vtable(conn, NULL, BUS_PATH, BUS_INTERFACE, vtable, b);
	if (r >= 0)
		r = sd_bus_match_signal(conn, NULL, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
					"Disconnected", on_disconnected, b);
	if (r >= 0)
		r = sd_bus_request_name(conn, BUS_NAME, 0);
	if (r < 0) {
		sd_bus_close_unref(conn);
		return r;
	}
	b->conn = conn;
	return 0;
}

static int retry_later(struct bus *b)
{
	int r = sd_event_source_set_time_relative(b->retry, RETRY_USEC);

	return r < 0 ? r : sd_event_source_set_enabled(b->retry, SD_EVENT_ONESHOT);
}

static int on_disconnected(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	struct bus *b = ctx;

	(void)m;
	(void)error;
	log_warning("the system bus is gone; trying again");
	b->conn = sd_bus_close_unref(b->conn);
	(void)retry_later(b);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct bus *b = ctx;
	int r = try_connect(b);

	(void)source;
	(void)usec;
	if (r < 0)
		return retry_later(b);
	log_notice("on the system bus again as " BUS_NAME);
	return 0;
}

int bus_start(struct bus **out, sd_event *event, struct card *card, struct arming *arming, const struct rf *rf)
{
	struct bus *b = calloc(1, sizeof(*b));
	int r;

	*out = b;
	if (!b)
		return -ENOMEM;
	*b = (struct bus){ .card = card, .arming = arming, .rf = rf, .event = sd_event_ref(event) };
	view_fill(b, &b->view);
	r = sd_event_add_time_relative(event, &b->retry, CLOCK_MONOTONIC, RETRY_USEC, 0, on_retry, b);
	if (r >= 0)
		r = sd_event_source_set_enabled(b->retry, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time(event, &b->expiry, CLOCK_BOOTTIME, 0, 0, on_expiry, b);
	if (r >= 0)
		r = sd_event_source_set_enabled(b->expiry, SD_EVENT_OFF);
	if (r >= 0)
		r = holder_new(&b->holder, event, card, arming, on_holder, b);
	if (r >= 0 && try_connect(b) < 0) {
		log_warning("the system bus or the name " BUS_NAME " cannot be had; paying works, pay does not; trying again");
		r = retry_later(b);
	}
	if (r < 0)
		bus_free(out);
	return r < 0 ? r : 0;
}

void bus_free(struct bus **bus)
{
	struct bus *b = *bus;

	if (!b)
		return;
	holder_free(&b->holder);
	sd_bus_flush_close_unref(b->conn);
	sd_event_source_disable_unref(b->retry);
	sd_event_source_disable_unref(b->expiry);
	sd_event_unref(b->event);
	free(b);
	*bus = NULL;
}
