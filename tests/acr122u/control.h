/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_CONTROL_H
#define TEEPAY_ACR122U_CONTROL_H

#include "field.h"
#include "usbip.h"

#define CONTROL_REPLY_MAX	1024

/* All that a command can reach.  @name is how a reader is called: card and pos. */
struct bench {
	struct clock clock;
	struct field field;
	struct reader readers[FIELD_SIDES];
	struct usbip plugs[FIELD_SIDES];
	const char *names[FIELD_SIDES];
	unsigned int ports[FIELD_SIDES];
};

extern const char control_help[];

/* Runs one line; @reply gets what to say, with its newline.  0, or -1 when the line was wrong: the reply says how. */
int control_run(struct bench *b, char *line, char reply[CONTROL_REPLY_MAX]);
/* Plugs a reader in, as control does.  0 or a negative errno. */
int control_plug(struct bench *b, unsigned int side);

#endif
