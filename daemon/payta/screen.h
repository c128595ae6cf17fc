/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_SCREEN_H
#define TEEPAY_PAYTA_SCREEN_H

#include <stdbool.h>
#include <tee_internal_api.h>
#include <tee_tui_api.h>

#include "pin.h"

/*
 * What the card says on the trusted screen.  Every screen carries the holder's secret phrase, by which he knows that it is the card that asks.
 */
#define SCREEN_TEXT_MAX		640

/* A text that is put together, never beyond its room. */
struct screen_text {
	char s[SCREEN_TEXT_MAX + 1];
	size_t len;
};

void screen_add(struct screen_text *t, const char *words);
/* Words that come from elsewhere: what the screen does not have becomes a question mark, and it stays one line. */
void screen_add_foreign(struct screen_text *t, const char *words);
void screen_add_number(struct screen_text *t, uint32_t n);

enum screen_end {
	SCREEN_YES,		/* confirmed, and the fields are filled */
	SCREEN_NO,		/* cancelled by the holder */
	SCREEN_GONE,		/* nobody answered, or the screen was taken away, and the session is over */
};

/* Takes screen and keyboards; false: there are none to be had. */
bool screen_open(void) __attribute__((warn_unused_result));
/* Gives them back; nothing without a session. */
void screen_close(void);

/* Shows @text, the phrase and @n fields.  The buffers of fields are wiped unless it is SCREEN_YES. */
enum screen_end screen_ask(const struct screen_text *text, TEE_TUIEntryField *fields, uint32_t n) __attribute__((warn_unused_result));
/* Shows @text until the holder has read it. */
void screen_tell(const struct screen_text *text);

/* A field for a PIN: hidden digits into @pin, which has PIN_MAX + 1 bytes. */
TEE_TUIEntryField screen_pin_field(char *label, char *pin);

#endif
