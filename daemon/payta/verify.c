// SPDX-License-Identifier: BSD-2-Clause
#include "command.h"

#include <string.h>

#include "approval.h"
#include "card.h"
#include "limits.h"
#include "pin.h"
#include "screen.h"
#include "session.h"

#include "proto/currency.h"
#include "proto/payta_cmd.h"

/* How often one command shows the same screen again, because what was typed was not it. */
#define ROUNDS_MAX	PIN_TRIES

/* How a command ends: a TEE_Result for what went wrong inside, else a verdict. */
struct outcome {
	TEE_Result res;
	enum payta_verdict verdict;
	uint32_t seconds;		/* PAYTA_VERDICT_WAIT */
};

static struct outcome verdict(enum payta_verdict v)
{
	return (struct outcome){ .res = TEE_SUCCESS, .verdict = v, .seconds = v == PAYTA_VERDICT_WAIT ? pin_wait() : 0 };
}

static struct outcome failure(TEE_Result res)
{
	return (struct outcome){ .res = res };
}

static bool done(const struct outcome *o)
{
	return o->res == TEE_SUCCESS && o->verdict == PAYTA_VERDICT_DONE;
}

static struct outcome screen_verdict(enum screen_end end)
{
	switch (end) {
	case SCREEN_YES:
		return verdict(PAYTA_VERDICT_DONE);
	case SCREEN_NO:
		return verdict(PAYTA_VERDICT_CANCELLED);
	default:
		return verdict(PAYTA_VERDICT_TIMED_OUT);
	}
}

/* --- asking for the PIN --- */

/* May a PIN be tried now at all? */
static struct outcome pin_ready(void)
{
	if (!pin_is_set())
		return verdict(PAYTA_VERDICT_NO_PIN);
	if (pin_tries_left() == 0)
		return verdict(PAYTA_VERDICT_PIN_BLOCKED);
	return verdict(pin_wait() > 0 ? PAYTA_VERDICT_WAIT : PAYTA_VERDICT_DONE);
}

static void add_wrong(struct screen_text *t)
{
	screen_add(t, "\nWrong PIN. Tries left: ");
	screen_add_number(t, pin_tries_left());
	screen_add(t, "\n");
}

/* The last screen after too many wrong ones. */
static struct outcome pin_locked(void)
{
	struct screen_text t = { .len = 0 };

	if (pin_tries_left() == 0) {
		screen_add(&t, "Too many wrong PINs. The PIN is blocked.\nThe issuer can unblock it.\n");
		screen_tell(&t);
		return verdict(PAYTA_VERDICT_PIN_BLOCKED);
	}
	screen_add(&t, "Too many wrong PINs.\nThe next try is possible in ");
	screen_add_number(&t, pin_wait());
	screen_add(&t, " seconds.\n");
	screen_tell(&t);
	return verdict(PAYTA_VERDICT_WAIT);
}

/* One screen and one try. *@again: a wrong PIN, and another try is possible. */
static struct outcome pin_round(const struct screen_text *text, bool *again)
{
	char label[] = "PIN", digits[PIN_MAX + 1] = "";
	TEE_TUIEntryField field = screen_pin_field(label, digits);
	struct outcome o = screen_verdict(screen_ask(text, &field, 1));
	TEE_Result res;
	bool right;

	*again = false;
	if (!done(&o))
		return o;
	res = pin_try(digits, &right);
	TEE_MemFill(digits, 0, sizeof(digits));
	if (res != TEE_SUCCESS)
		return failure(res);
	if (right)
		return o;
	*again = pin_tries_left() > 0 && pin_wait() == 0;
	return *again ? o : pin_locked();
}

/* Shows @text until the PIN is right, the tries are up, or the holder has had enough. */
static struct outcome pin_ask(const struct screen_text *text)
{
	struct outcome o = pin_ready();
	struct screen_text t = *text;
	bool again = true;

	if (!done(&o))
		return o;
	if (!screen_open())
		return verdict(PAYTA_VERDICT_NO_SCREEN);
	for (int i = 0; again && i < ROUNDS_MAX; i++) {
		o = pin_round(&t, &again);
		t = *text;
		if (again)
			add_wrong(&t);
	}
	return o;
}

/* --- the commands --- */

/* A command on the trusted screen: its client may give it up, and whatever becomes of it the screen is given back. */
static TEE_Result on_screen(struct command *c, struct outcome (*run)(struct command *c))
{
	struct outcome o;

	if (!card_issued())
		return TEE_ERROR_BAD_STATE;
	/* A payment that was held back until the holder looks at something else dies here. */
	session_erase();
	TEE_UnmaskCancellation();
	o = run(c);
	screen_close();
	TEE_MaskCancellation();
	c->a = (uint32_t)o.verdict;
	c->b = o.seconds;
	return o.res;
}

static struct outcome verify(struct command *c)
{
	const struct approval *a = approval_asked();
	char amount[AMOUNT_TEXT_LEN];
	struct screen_text t = { .len = 0 };
	struct outcome o;

	(void)c;
	if (!a)
		return verdict(PAYTA_VERDICT_NOTHING);
	screen_add(&t, a->kind == APPROVAL_PAYMENT ? "Pay to\n" : "Send money to\n");
	screen_add_foreign(&t, a->name);
	screen_add(&t, "\n# ");
	screen_add(&t, amount_text(a->amount, a->currency, amount));
	screen_add(&t, "\n");
	o = pin_ask(&t);
	if (done(&o))
		approval_give();
	else if (o.res == TEE_SUCCESS && o.verdict == PAYTA_VERDICT_CANCELLED)
		approval_decline();
	return o;
}

TEE_Result command_verify(struct command *c)
{
	return on_screen(c, verify);
}

/* Shows the three fields until both PINs are the same. */
static struct outcome pin_choose(char *digits, char *phrase)
{
	char phrase_label[] = "Secret phrase", digits_label[] = "New PIN", again_label[] = "New PIN again", again[PIN_MAX + 1] = "";
	struct screen_text t = { .len = 0 };
	struct outcome o = verdict(PAYTA_VERDICT_TIMED_OUT);

	screen_add(&t, pin_is_set() ? "Change the PIN of the card\n\n" : "Choose a PIN for the card\n\n");
	screen_add(&t, "The PIN has 4 to 12 digits. The secret phrase is words of your own\nthat only this screen will show: by them you know it.\n");
	for (int i = 0; i < ROUNDS_MAX; i++) {
		TEE_TUIEntryField fields[3] = {
			{ .label = phrase_label, .mode = TEE_TUI_CLEAR_MODE, .type = TEE_TUI_ALPHANUMERICAL, .maxExpectedLength = PHRASE_MAX / 2,
			  .buffer = phrase, .bufferLength = PHRASE_MAX + 1 },
			screen_pin_field(digits_label, digits), screen_pin_field(again_label, again),
		};

		o = screen_verdict(screen_ask(&t, fields, 3));
		if (!done(&o) || strcmp(digits, again) == 0)
			break;
		o = verdict(PAYTA_VERDICT_CANCELLED);
		if (i == 0)
			screen_add(&t, "\nThe two PINs were not the same. Once more.\n");
	}
	TEE_MemFill(again, 0, sizeof(again));
	return o;
}

static struct outcome pin_change(struct command *c)
{
	char digits[PIN_MAX + 1] = "", phrase[PHRASE_MAX + 1] = "";
	struct screen_text t = { .len = 0 };
	struct outcome o = verdict(PAYTA_VERDICT_DONE);
	TEE_Result res = TEE_SUCCESS;

	(void)c;
	screen_add(&t, "Change the PIN of the card\n\nFirst the PIN as it is now.\n");
	if (pin_is_set())
		o = pin_ask(&t);
	else if (!screen_open())
		o = verdict(PAYTA_VERDICT_NO_SCREEN);
	if (done(&o))
		o = pin_choose(digits, phrase);
	/* Without a new phrase the old one stays. */
	if (done(&o))
		res = pin_set(digits, *phrase ? phrase : pin_phrase());
	TEE_MemFill(digits, 0, sizeof(digits));
	TEE_MemFill(phrase, 0, sizeof(phrase));
	return res == TEE_SUCCESS ? o : failure(res);
}

TEE_Result command_pin(struct command *c)
{
	return on_screen(c, pin_change);
}

static void add_limit(struct screen_text *t, const char *what, uint64_t value, uint16_t currency)
{
	char amount[AMOUNT_TEXT_LEN];

	screen_add(t, what);
	screen_add(t, value ? amount_text(value, currency, amount) : "no limit");
	screen_add(t, "\n");
}

static struct outcome limits_change(struct command *c)
{
	const struct card *card = card_get();
	const struct payta_limits now = limits_now(card), issued = limits_issued(card);
	struct outcome o = verdict(PAYTA_VERDICT_DONE);
	struct screen_text t = { .len = 0 };
	struct payta_limits wanted, then;
	TEE_Result res = TEE_SUCCESS;

	if (payta_limits_decode(c->in[1], &wanted))
		return failure(TEE_ERROR_BAD_PARAMETERS);
	then = limits_tighter(&wanted, &issued);
	if (limits_looser(&then, &now)) {
		screen_add(&t, "Pay without the PIN up to\n\n");
		add_limit(&t, "  in one payment   ", then.payment, card->issued.currency);
		add_limit(&t, "  in all           ", then.sum, card->issued.currency);
		screen_add(&t, "  payments         ");
		if (then.count)
			screen_add_number(&t, then.count);
		screen_add(&t, then.count ? "\n\nThen the PIN is asked for, and it is counted anew.\n" : "no limit\n");
		o = pin_ask(&t);
	}
	if (done(&o))
		res = limits_set(&then);
	return res == TEE_SUCCESS ? o : failure(res);
}

TEE_Result command_limits(struct command *c)
{
	return on_screen(c, limits_change);
}
