/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_FORM_H
#define TEEPAY_TRUSTUID_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "libtee/tui_wire.h"

/*
 * A screen that is being filled in: what was typed so far, where, and which button has ended it.  Knows no keyboard and no terminal.
 */
enum press {
	PRESS_NONE,
	PRESS_TYPED,		/* a character, or a digit */
	PRESS_CONFIRM,		/* Enter */
	PRESS_LEAVE,		/* Esc */
	PRESS_RUBOUT,		/* Backspace */
	PRESS_FORWARD, PRESS_BACK,	/* to another field */
	PRESS_PAGE_BACK, PRESS_PAGE_ON,	/* the buttons PREVIOUS and NEXT */
	PRESS_KEYPAD,		/* F2: the digits in another order, or in theirs */
};

struct key {
	enum press kind;
	int8_t digit;		/* of the digit that stands on the key, with or without shift; -1: none */
	char text[3];		/* what the key means in the console's keymap; "": nothing that can be typed */
};

struct form {
	struct tui_screen screen;
	struct tui_entry entry;
	unsigned int focus;	/* field */
	bool scrambled;
	uint8_t keypad[10];	/* scrambled: the digit that each digit key stands for */
	bool too_short;		/* the field in focus wants more */
	bool done;		/* entry.button has ended it */
};

/* An order of the digits from @random, ten bytes. */
void form_keypad(const uint8_t random[10], uint8_t keypad[10]);
/* Begins @screen.  @keypad is the order for when the digits are scrambled. */
void form_begin(struct form *f, const struct tui_screen *screen, bool scrambled, const uint8_t keypad[10]);
void form_key(struct form *f, const struct key *key);
/* Forgets what was typed. */
void form_wipe(struct form *f);
/* Characters in field @i. */
unsigned int form_length(const struct form *f, unsigned int i);
/* Does a field with digits that are not shown have the focus?  Then the order of the digits matters. */
bool form_is_secret(const struct form *f);

#endif
