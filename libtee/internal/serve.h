/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop that takes messages from the channel, runs the entry points and answers. */
#ifndef LIBTEE_INTERNAL_SERVE_H
#define LIBTEE_INTERNAL_SERVE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "libtee/channel.h"

struct tee_serve_config {
	struct channel *chan;
	struct channel_window window;
	const volatile sig_atomic_t *stop;	/* not 0: end; looked at whenever a wait is interrupted or over */
	uint64_t tick_ns;			/* how often tick() is called at least; 0: never */
	void (*ready)(void);			/* the instance is made, if it is kept alive; may be NULL */
	void (*tick)(void);			/* may be NULL if tick_ns is 0 */
	void (*has_session)(bool now);		/* a first session is there, or none any more; may be NULL */
};

/*
 * Serves until *stop, closes the sessions that are still open, and destroys the instance (instance.h).
 * 0, or -1 after saying in the log what went wrong.
 */
int tee_serve(const struct tee_serve_config *config);

#endif
