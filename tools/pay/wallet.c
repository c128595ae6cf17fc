// SPDX-License-Identifier: BSD-2-Clause
#include "wallet.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME		"org.teepay.Wallet1"
#define PATH		"/org/teepay/Wallet1"
#define CALL_USEC	(15 * 1000 * 1000u)
#define HOLDER_USEC	(600 * 1000 * 1000u)	/* a call that waits for the holder at the trusted screen, which ends by itself long before */
#define PAGE		64u	/* records asked for in one call */

struct wallet {
	sd_bus *bus;
};

int wallet_new(struct wallet **wallet, struct pay_error *e)
{
	*wallet = calloc(1, sizeof(**wallet));
	return *wallet ? PAY_DONE : pay_fail(e, PAY_FAILED, "out of memory");
}

void wallet_free(struct wallet **wallet)
{
	if (!*wallet)
		return;
	sd_bus_flush_close_unref((*wallet)->bus);
	free(*wallet);
	*wallet = NULL;
}

static int connect_bus(struct wallet *w, struct pay_error *e)
{
	int r;

	if (w->bus)
		return PAY_DONE;
	r = sd_bus_open_system(&w->bus);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(w->bus, CALL_USEC);
	if (r < 0)
		return pay_fail(e, PAY_UNREACHABLE, "the system bus does not answer: %s; is dbus running?", strerror(-r));
	return PAY_DONE;
}

/* The names of walletd's errors and the bus's own. */
static int failed(int r, const sd_bus_error *error, struct pay_error *e)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "org.teepay.Error.Unavailable", PAY_UNREACHABLE },
		{ "org.teepay.Error.NotYet", PAY_NOT_YET },
	};

	if (sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) || sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		return pay_fail(e, PAY_UNREACHABLE, "the wallet daemon is not there; start it: systemctl start teepay.target");
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) || sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT) ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_DISCONNECTED))
		return pay_fail(e, PAY_UNREACHABLE, "the wallet daemon gave no answer; look at: systemctl status teepay-walletd teepay-payta, "
				"then run the same again, it counts once");
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED))
		return pay_fail(e, PAY_FAILED, "only root and members of the group teepay may use the wallet; an administrator says: adduser USER teepay");
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (sd_bus_error_has_name(error, codes[i].name))
			return pay_fail(e, codes[i].code, "%s", error->message);
	if (error->message && *error->message)
		return pay_fail(e, PAY_FAILED, "%s", error->message);
	return pay_fail(e, PAY_FAILED, "the wallet daemon's answer is not understood: %s; is it of the same version?", strerror(-r));
}

/* Sends @m and waits for @usec, 0 for as long as is usual; @answer is to be unreferenced. */
static int call_for(struct wallet *w, sd_bus_message *m, uint64_t usec, sd_bus_message **answer, struct pay_error *e)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call(w->bus, m, usec, &error, answer);
	int code = PAY_DONE;

	if (r < 0)
		code = failed(r, &error, e);
	sd_bus_error_free(&error);
	return code;
}

static int call(struct wallet *w, sd_bus_message *m, sd_bus_message **answer, struct pay_error *e)
{
	return call_for(w, m, 0, answer, e);
}

static int new_call(struct wallet *w, const char *member, sd_bus_message **m, struct pay_error *e)
{
	int code = connect_bus(w, e);
	int r;

	*m = NULL;
	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_new_method_call(w->bus, m, NAME, PATH, NAME, member);
	return r < 0 ? pay_fail(e, PAY_FAILED, "the bus: %s", strerror(-r)) : PAY_DONE;
}

static int protocol_error(int r, struct pay_error *e)
{
	return pay_fail(e, PAY_FAILED, "the wallet daemon's answer is not understood: %s; is it of the same version?", strerror(r < 0 ? -r : EBADMSG));
}

/* A method that takes one byte array (or nothing) and gives one of @out_len bytes (or nothing). */
static int call_bytes(struct wallet *w, const char *member, struct bytes in, uint8_t *out, size_t out_len, struct pay_error *e)
{
	sd_bus_message *m, *answer = NULL;
	const void *p;
	size_t len;
	int r, code = new_call(w, member, &m, e);

	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_append_array(m, 'y', in.p, in.len);
	/* A transfer asks its holder first. */
	code = r < 0 ? protocol_error(r, e) : call_for(w, m, HOLDER_USEC, &answer, e);
	if (code == PAY_DONE && out) {
		r = sd_bus_message_read_array(answer, 'y', &p, &len);
		if (r < 0 || len != out_len)
			code = protocol_error(r, e);
		else
			memcpy(out, p, len);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

int wallet_apply(struct wallet *w, const uint8_t challenge[CHALLENGE_LEN], uint8_t application[APPLICATION_LEN], struct pay_error *e)
{
	return call_bytes(w, "Apply", (struct bytes){ challenge, CHALLENGE_LEN }, application, APPLICATION_LEN, e);
}

int wallet_take_card(struct wallet *w, const uint8_t issue[ISSUE_LEN], struct pay_error *e)
{
	return call_bytes(w, "TakeCard", (struct bytes){ issue, ISSUE_LEN }, NULL, 0, e);
}

int wallet_message(struct wallet *w, struct bytes message, uint8_t reply[CARD_REPLY_LEN], struct pay_error *e)
{
	return call_bytes(w, "Message", message, reply, CARD_REPLY_LEN, e);
}

int wallet_receipt(struct wallet *w, uint32_t ctr, uint8_t record[PURSE_RECORD_LEN], struct pay_error *e)
{
	sd_bus_message *m, *answer = NULL;
	const void *p;
	size_t len;
	int r, code = new_call(w, "GetReceipt", &m, e);

	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_append(m, "u", ctr);
	code = r < 0 ? protocol_error(r, e) : call(w, m, &answer, e);
	if (code == PAY_DONE) {
		r = sd_bus_message_read_array(answer, 'y', &p, &len);
		if (r < 0 || len != PURSE_RECORD_LEN)
			code = protocol_error(r, e);
		else
			memcpy(record, p, len);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

int wallet_ready(struct wallet *w, uint32_t seconds, uint64_t *until, struct pay_error *e)
{
	sd_bus_message *m, *answer = NULL;
	int r, code = new_call(w, "Ready", &m, e);

	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_append(m, "u", seconds);
	code = r < 0 ? protocol_error(r, e) : call(w, m, &answer, e);
	if (code == PAY_DONE) {
		r = sd_bus_message_read(answer, "t", until);
		if (r < 0)
			code = protocol_error(r, e);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

/* --- PIN and limits --- */

/* @m, which is used up, asks the holder something; what came of it. */
static int call_holder(struct wallet *w, sd_bus_message *m, struct wallet_verdict *v, struct pay_error *e)
{
	sd_bus_message *answer = NULL;
	const char *text;
	int r, code = call_for(w, m, HOLDER_USEC, &answer, e);

	*v = (struct wallet_verdict){ 0 };
	if (code == PAY_DONE) {
		r = sd_bus_message_read(answer, "uus", &v->verdict, &v->seconds, &text);
		if (r < 0)
			code = protocol_error(r, e);
		else
			snprintf(v->text, sizeof(v->text), "%s", text);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

int wallet_verify(struct wallet *w, struct wallet_verdict *v, struct pay_error *e)
{
	sd_bus_message *m;
	int code = new_call(w, "Verify", &m, e);

	return code != PAY_DONE ? code : call_holder(w, m, v, e);
}

int wallet_change_pin(struct wallet *w, struct wallet_verdict *v, struct pay_error *e)
{
	sd_bus_message *m;
	int code = new_call(w, "ChangePin", &m, e);

	return code != PAY_DONE ? code : call_holder(w, m, v, e);
}

int wallet_set_limits(struct wallet *w, const struct payta_limits *l, struct wallet_verdict *v, struct pay_error *e)
{
	sd_bus_message *m;
	int r, code = new_call(w, "SetLimits", &m, e);

	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_append(m, "ttq", l->payment, l->sum, l->count);
	if (r >= 0)
		return call_holder(w, m, v, e);
	sd_bus_message_unref(m);
	return protocol_error(r, e);
}

int wallet_limits(struct wallet *w, struct wallet_limits *l, struct pay_error *e)
{
	sd_bus_message *m, *answer = NULL;
	const char *pin;
	int r, code = new_call(w, "GetLimits", &m, e);

	*l = (struct wallet_limits){ 0 };
	if (code == PAY_DONE)
		code = call(w, m, &answer, e);
	if (code == PAY_DONE) {
		r = sd_bus_message_read(answer, "ttqttqtqsyu", &l->now.payment, &l->now.sum, &l->now.count, &l->issued.payment, &l->issued.sum,
					&l->issued.count, &l->spent_sum, &l->spent_count, &pin, &l->pin_tries, &l->pin_wait);
		if (r < 0)
			code = protocol_error(r, e);
		else
			snprintf(l->pin, sizeof(l->pin), "%s", pin);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

/* --- history --- */

/* One (uytttsay): all of it is in the record. */
static int read_record(sd_bus_message *m, struct purse_record *record)
{
	const void *p;
	size_t len;
	int r = sd_bus_message_enter_container(m, 'r', "uytttsay");

	if (r <= 0)
		return r;
	r = sd_bus_message_skip(m, "uyttts");
	if (r >= 0)
		r = sd_bus_message_read_array(m, 'y', &p, &len);
	if (r >= 0 && purse_record_decode((struct bytes){ p, len }, record) != 0)
		r = -EBADMSG;
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 1;
}

static int history_page(struct wallet *w, uint32_t offset, uint32_t limit, struct purse_record *records, size_t *n, struct pay_error *e)
{
	sd_bus_message *m, *answer = NULL;
	int r, code = new_call(w, "GetHistory", &m, e);

	*n = 0;
	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_append(m, "uu", offset, limit);
	code = r < 0 ? protocol_error(r, e) : call(w, m, &answer, e);
	if (code == PAY_DONE) {
		r = sd_bus_message_enter_container(answer, 'a', "(uytttsay)");
		while (r > 0 && *n < limit && (r = read_record(answer, &records[*n])) > 0)
			(*n)++;
		if (r < 0)
			code = protocol_error(r, e);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}

int wallet_history(struct wallet *w, uint32_t offset, struct purse_record *records, size_t room, size_t *n, struct pay_error *e)
{
	int code = PAY_DONE;
	size_t got = 1;

	*n = 0;
	while (code == PAY_DONE && *n < room && got > 0) {
		uint32_t want = room - *n < PAGE ? (uint32_t)(room - *n) : PAGE;

		code = history_page(w, offset + (uint32_t)*n, want, records + *n, &got, e);
		*n += got;
		if (got < want)
			break;
	}
	return code;
}

/* --- state --- */

static const struct {
	const char *name;
	char type;
	size_t offset, size;
} properties[] = {
#define TEXT(n, member) { n, 's', offsetof(struct wallet_state, member), sizeof(((struct wallet_state *)NULL)->member) }
#define NUMBER(n, t, member) { n, t, offsetof(struct wallet_state, member), 0 }
	TEXT("State", state), TEXT("Trouble", trouble), TEXT("CardId", cid), TEXT("CardKey", card_key), TEXT("Issuer", issuer), TEXT("Arming", arming),
	TEXT("FrontEnd", front_end), TEXT("FrontEndState", front_end_state), NUMBER("Balance", 't', balance), NUMBER("Sequence", 't', sequence),
	NUMBER("Counter", 'u', counter), NUMBER("Currency", 'q', currency), NUMBER("Ready", 'b', ready),
};

/* The value of property @name, a variant, into @s; one that pay does not know is skipped. */
static int read_property(sd_bus_message *m, const char *name, struct wallet_state *s)
{
	if (strcmp(name, "FrontEndCounts") == 0)
		return sd_bus_message_read(m, "v", "(uuuuu)", &s->radio.terminals, &s->radio.commands, &s->radio.torn, &s->radio.errors, &s->radio.restarts);
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		char signature[2] = { properties[i].type, '\0' };
		char *to = (char *)s + properties[i].offset;
		const char *text;
		int r, flag;

		if (strcmp(name, properties[i].name) != 0)
			continue;
		if (properties[i].type == 's') {
			r = sd_bus_message_read(m, "v", signature, &text);
			if (r >= 0)
				snprintf(to, properties[i].size, "%s", text);
		} else if (properties[i].type == 'b') {
			r = sd_bus_message_read(m, "v", signature, &flag);
			if (r >= 0)
				s->ready = flag != 0;
		} else {
			r = sd_bus_message_read(m, "v", signature, to);
		}
		return r;
	}
	return sd_bus_message_skip(m, "v");
}

static int read_properties(sd_bus_message *m, struct wallet_state *s)
{
	const char *name;
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = read_property(m, name, s);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

int wallet_state(struct wallet *w, struct wallet_state *s, struct pay_error *e)
{
	sd_bus_message *m = NULL, *answer = NULL;
	int r, code = connect_bus(w, e);

	*s = (struct wallet_state){ 0 };
	if (code != PAY_DONE)
		return code;
	r = sd_bus_message_new_method_call(w->bus, &m, NAME, PATH, "org.freedesktop.DBus.Properties", "GetAll");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", NAME);
	code = r < 0 ? protocol_error(r, e) : call(w, m, &answer, e);
	if (code == PAY_DONE) {
		r = read_properties(answer, s);
		if (r < 0)
			code = protocol_error(r, e);
	}
	sd_bus_message_unref(answer);
	sd_bus_message_unref(m);
	return code;
}
