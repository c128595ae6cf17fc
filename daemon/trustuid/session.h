/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_SESSION_H
#define TEEPAY_TRUSTUID_SESSION_H

#include <signal.h>
#include <stdbool.h>

/*
 * One trusted application's connection: what it asks is answered, what it shows is shown, and when it ends, for whatever reason, screen and keyboards are the
 * user's again.
 */
struct session_config {
	int terminal;			/* our virtual terminal */
	const char *folder;		/* for the note of what was in front */
	bool scrambled;			/* digits begin in another order */
	unsigned int seconds;		/* that a screen stays without an answer */
	const volatile sig_atomic_t *stop;
};

/* Serves the connection @fd, of a process of @user, until it ends, or is to end; @fd stays the caller's. */
void session_serve(int fd, const char *user, const struct session_config *config);

#endif
