/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TUI_USER_H
#define TEEPAY_TESTS_TUI_USER_H

#include "libtee/internal/tui_link.h"

/*
 * The holder before the trusted screen, for unit tests: stands where trustuid's socket does, and does what the test says, screen by screen.  A screen that was
 * not expected, or does not say what it should, fails the test.
 */
struct tui_act {
	const char *says[4];		/* each must be on the screen */
	const char *types[TUI_FIELDS_MAX];	/* into the fields, in order */
	enum tui_button button;
	TEE_Result instead;		/* not TEE_SUCCESS: the link fails so, and nothing is pressed */
	enum tui_status status;		/* not TUI_DONE: trustuid answers so */
};

/* From now on the user is in front of the screen; @acts must be static. */
void tui_user_will(const struct tui_act *acts, size_t n);
/* All acts were played, and the screen was given back. */
void tui_user_is_done(void);
/* trustuid cannot be reached, or has no screen, until the next tui_user_will(). */
void tui_user_is_away(enum tui_status status);
/* The last screen, and who asked. */
const struct tui_screen *tui_user_saw(void);
const struct tui_owner *tui_user_was_asked_by(void);
/* libtee's own link again. */
void tui_user_leaves(void);

#endif
