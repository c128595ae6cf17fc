/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_FRAME_H
#define TEEPAY_TRUSTUID_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/cursor.h"

/*
 * What the trusted application says to the trusted user interface and back, one message of a sequenced-packet socket each:
 *
 *	request = version 1 ‖ verb 1 ‖ len2 ‖ body        answer = version 1 ‖ status 1 ‖ len2 ‖ text (UTF-8, for a log)
 *
 * The verbs are numbered with the issue that brings them; until then every well-formed request has the same answer.
 */
#define TUI_VERSION	1
#define TUI_HEADER_LEN	4
#define TUI_BODY_MAX	1024
#define TUI_FRAME_MAX	(TUI_HEADER_LEN + TUI_BODY_MAX)

enum tui_status {
	TUI_DONE = 0,
	TUI_NOT_YET = 1,	/* this version has no such verb */
	TUI_VERSION_UNKNOWN = 2,
	TUI_MALFORMED = 3,
};

struct tui_request {
	uint8_t verb;
	struct bytes body;	/* a view of the input */
};

/* TUI_DONE, or with which status the message is to be answered. */
enum tui_status tui_request_decode(struct bytes in, struct tui_request *request);
/* Writes an answer; its length, at most @room.  0 when it does not fit. */
size_t tui_answer_encode(enum tui_status status, const char *text, uint8_t *out, size_t room);
/* The asker's reading: 0, or -1 when it is no answer.  @text is a view of the input. */
int tui_answer_decode(struct bytes in, enum tui_status *status, struct bytes *text);

#endif
