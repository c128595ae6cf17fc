// SPDX-License-Identifier: BSD-2-Clause
#include "holder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bus_reply.h"
#include "common/log.h"
#include "screen.h"

#define APPROVED_SECONDS	60	/* the trusted application's minute for the second tap */

struct holder {
	struct card *card;
	struct arming *arming;
	struct screen *screen;
	void (*changed)(void *ctx);
	void *ctx;
	uint32_t command;		/* that runs */
	sd_bus_message *caller;		/* who waits for it; NULL: nobody, a terminal has asked */
	uint8_t message[IMSG_MAX];	/* the order that it is about */
	size_t message_len;		/* 0: none */
};

/* --- the end of a command --- */

static const char *verdict_text(const struct ta_verdict *v)
{
	static const char *const texts[PAYTA_VERDICTS] = {
		[PAYTA_VERDICT_DONE] = "done",
		[PAYTA_VERDICT_CANCELLED] = "cancelled on the trusted screen",
		[PAYTA_VERDICT_TIMED_OUT] = "nobody answered on the trusted screen; run the same again",
		[PAYTA_VERDICT_WAIT] = "too many wrong PINs; wait, then run the same again",
		[PAYTA_VERDICT_PIN_BLOCKED] = "the PIN is blocked; the issuer can unblock it (payissuer unblock), then run pay sync",
		[PAYTA_VERDICT_NO_PIN] = "there is no PIN yet; choose one: pay pin",
		[PAYTA_VERDICT_NOTHING] = "nothing waits for the PIN",
		[PAYTA_VERDICT_NO_SCREEN] = "there is no trusted screen now; look at: systemctl status teepay-trustuid",
	};

	return v->verdict < PAYTA_VERDICTS ? texts[v->verdict] : "the trusted application says something new; is it of the same version?";
}

/* The PIN was right: the card stays ready for the second tap.  That is no new arming: no second prompt comes of it. */
static void stay_ready(struct holder *h)
{
	uint64_t until = arming_clock() + APPROVED_SECONDS * 1000000ull;

	if (h->arming->mode == ARMING_ON_REQUEST && h->arming->until_us < until)
		h->arming->until_us = until;
}

/* The order again, now that its holder has decided: carried out, or refused by him. */
static int answer_transfer(struct holder *h, const struct ta_verdict *v)
{
	struct bytes message = { h->message, h->message_len };
	uint8_t reply[CARD_REPLY_LEN];
	int err;

	if (v->verdict != PAYTA_VERDICT_DONE && v->verdict != PAYTA_VERDICT_CANCELLED && v->verdict != PAYTA_VERDICT_PIN_BLOCKED)
		return sd_bus_reply_method_errorf(h->caller, "org.teepay.Error.Refused", "the transfer waits: %s; pay sync asks again", verdict_text(v));
	err = card_message(h->card, message, reply);
	return err ? bus_reply_error(h->caller, err) : bus_reply_bytes(h->caller, reply, sizeof(reply));
}

static void on_done(void *ctx, int err, const struct ta_verdict *v)
{
	struct holder *h = ctx;
	sd_bus_message *caller = h->caller;

	card_set_busy(h->card, false);
	if (err)
		log_warning("trusted screen: %s", ta_strerror(err));
	else
		log_notice("trusted screen: %s", verdict_text(v));
	if (!err && v->verdict == PAYTA_VERDICT_DONE && h->command == PAYTA_CMD_VERIFY && !h->message_len)
		stay_ready(h);
	(void)card_refresh(h->card);
	if (caller) {
		if (err)
			(void)bus_reply_error(caller, err);
		else if (h->message_len)
			(void)answer_transfer(h, v);
		else
			(void)sd_bus_reply_method_return(caller, "uus", v->verdict, v->seconds, verdict_text(v));
	}
	h->caller = sd_bus_message_unref(caller);
	h->message_len = 0;
	h->changed(h->ctx);
}

/* --- its beginning --- */

static bool start(struct holder *h, uint32_t command, const struct payta_limits *limits, sd_bus_message *caller)
{
	if (!screen_start(h->screen, command, limits))
		return false;
	h->command = command;
	h->caller = sd_bus_message_ref(caller);
	h->message_len = 0;
	card_set_busy(h->card, true);
	return true;
}

/* 1: the reply comes later. */
static int start_for(struct holder *h, uint32_t command, const struct payta_limits *limits, sd_bus_message *m, sd_bus_error *error)
{
	enum card_state state = card_state(h->card);

	if (state != CARD_ACTIVE && state != CARD_BLOCKED)
		return bus_error(error, state == CARD_UNAVAILABLE ? TA_ERR_UNAVAILABLE : CARD_ERR_NO_CARD);
	return start(h, command, limits, m) ? 1 : bus_error(error, CARD_ERR_BUSY);
}

void holder_asked(struct holder *h)
{
	if (h->arming->mode != ARMING_ON_REQUEST || h->arming->prompted || !arming_ready(h->arming, arming_clock()))
		return;
	h->arming->prompted = start(h, PAYTA_CMD_VERIFY, NULL, NULL);
}

int holder_verify(struct holder *h, sd_bus_message *m, sd_bus_error *error)
{
	return start_for(h, PAYTA_CMD_VERIFY, NULL, m, error);
}

int holder_change_pin(struct holder *h, sd_bus_message *m, sd_bus_error *error)
{
	return start_for(h, PAYTA_CMD_PIN, NULL, m, error);
}

int holder_set_limits(struct holder *h, sd_bus_message *m, sd_bus_error *error)
{
	struct payta_limits limits;
	int r = sd_bus_message_read(m, "ttq", &limits.payment, &limits.sum, &limits.count);

	return r < 0 ? r : start_for(h, PAYTA_CMD_LIMITS, &limits, m, error);
}

int holder_get_limits(struct holder *h, sd_bus_message *m, sd_bus_error *error)
{
	static const char *const pins[] = { [PAYTA_PIN_NONE] = "none", [PAYTA_PIN_SET] = "set", [PAYTA_PIN_BLOCKED] = "blocked" };
	const struct payta_status *s = card_status(h->card);
	int err = card_refresh(h->card);

	if (!err && card_state(h->card) != CARD_ACTIVE && card_state(h->card) != CARD_BLOCKED)
		err = CARD_ERR_NO_CARD;
	if (err)
		return bus_error(error, err);
	return sd_bus_reply_method_return(m, "ttqttqtqsyu", s->limits.payment, s->limits.sum, s->limits.count, s->issued.payment, s->issued.sum,
					  s->issued.count, s->spent_sum, s->spent_count, pins[s->pin], s->pin_tries, s->pin_wait);
}

int holder_transfer(struct holder *h, sd_bus_message *m, struct bytes message, sd_bus_error *error)
{
	int r;

	if (message.len > sizeof(h->message))
		return bus_error(error, TA_ERR_FORMAT);
	r = start_for(h, PAYTA_CMD_VERIFY, NULL, m, error);
	if (r == 1) {
		memcpy(h->message, message.p, message.len);
		h->message_len = message.len;
	}
	return r;
}

int holder_new(struct holder **holder, sd_event *event, struct card *card, struct arming *arming, void (*changed)(void *ctx), void *ctx)
{
	struct holder *h = calloc(1, sizeof(*h));
	int r;

	*holder = h;
	if (!h)
		return -ENOMEM;
	*h = (struct holder){ .card = card, .arming = arming, .changed = changed, .ctx = ctx };
	r = screen_new(&h->screen, event, on_done, h);
	if (r < 0)
		holder_free(holder);
	return r;
}

void holder_free(struct holder **holder)
{
	if (!*holder)
		return;
	screen_free(&(*holder)->screen);
	sd_bus_message_unref((*holder)->caller);
	free(*holder);
	*holder = NULL;
}
