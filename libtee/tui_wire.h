/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trusted application's libtee says to the trusted user interface (trustuid) and back (docs/PROTOCOL.tui.md), one message of a sequenced-packet socket each:
 *
 *	request = version 1 | verb 1 | len2 | body        answer = version 1 | status 1 | len2 | body
 *
 * Numbers are big-endian, a text is len1 or len2 and then UTF-8 without a closing zero. An answer to SHOW comes when the user
 * has pressed a button; all others come at once. The end of the connection ends everything.
 */
#ifndef LIBTEE_TUI_WIRE_H
#define LIBTEE_TUI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUI_SOCKET	"/run/teepay/tui.sock"
#define TUI_VERSION	1
#define TUI_HEADER_LEN	4
#define TUI_BODY_MAX	1024
#define TUI_FRAME_MAX	(TUI_HEADER_LEN + TUI_BODY_MAX)

#define TUI_UUID_LEN	16
#define TUI_DIGEST_LEN	32
#define TUI_NAME_MAX	48	/* of an application, bytes */
#define TUI_TEXT_MAX	640	/* of a screen, bytes */
#define TUI_LABEL_MAX	32	/* of an entry field, bytes */
#define TUI_FIELDS_MAX	4
#define TUI_CONTENT_MAX	64	/* of an entry field, bytes */

enum tui_verb {
	TUI_INFO = 1,		/* no body; answer: struct tui_info */
	TUI_OPEN = 2,		/* struct tui_owner: takes screen and keyboards */
	TUI_SHOW = 3,		/* struct tui_screen; answer: struct tui_entry */
	TUI_CLOSE = 4,		/* no body: gives them back */
};

enum tui_status {
	TUI_DONE = 0,
	TUI_VERB_UNKNOWN = 1,
	TUI_VERSION_UNKNOWN = 2,
	TUI_MALFORMED = 3,
	TUI_STATE = 4,		/* not open, or open already */
	TUI_NO_SCREEN = 5,	/* this machine's screen or keyboards cannot be had */
	TUI_TIMED_OUT = 6,	/* the user did nothing in time; the session is over */
};

/* Buttons are numbered as in GP TUI 1.0 (TEE_TUIButtonType); a screen's are a mask of 1 << number. */
enum tui_button { TUI_CORRECTION, TUI_OK, TUI_CANCEL, TUI_VALIDATE, TUI_PREVIOUS, TUI_NEXT, TUI_BUTTONS };

enum tui_mode { TUI_HIDDEN, TUI_CLEAR, TUI_TEMPORARY_CLEAR, TUI_MODES };
enum tui_type { TUI_NUMERICAL, TUI_ALPHANUMERICAL, TUI_TYPES };

struct tui_info {
	uint16_t columns, lines;	/* for a screen's text */
	uint16_t timeout;		/* seconds that a screen stays without an answer */
};

struct tui_owner {
	uint8_t uuid[TUI_UUID_LEN];
	uint8_t digest[TUI_DIGEST_LEN];	/* of its executable; zeros: not known */
	char name[TUI_NAME_MAX + 1];
};

struct tui_field {
	uint8_t mode, type;		/* enum tui_mode, tui_type */
	uint8_t min, max;		/* characters; max <= TUI_CONTENT_MAX */
	char label[TUI_LABEL_MAX + 1];
};

struct tui_screen {
	uint8_t buttons;
	uint8_t nfields;
	struct tui_field fields[TUI_FIELDS_MAX];
	char text[TUI_TEXT_MAX + 1];	/* lines end with \n; one that begins with "# " is shown in large type */
};

struct tui_entry {
	uint8_t button;
	uint8_t nfields;
	char content[TUI_FIELDS_MAX][TUI_CONTENT_MAX + 1];
};

/* A view of a frame's body. */
struct tui_body {
	const uint8_t *p;
	size_t len;
};

/* Writers give the frame's length, at most TUI_FRAME_MAX; 0 when a member is beyond its bounds. */
size_t tui_request_write(enum tui_verb verb, const void *what, uint8_t frame[TUI_FRAME_MAX]);
size_t tui_answer_write(enum tui_verb verb, enum tui_status status, const void *what, uint8_t frame[TUI_FRAME_MAX]);

/* Splits a request. TUI_DONE, or the status that it is to be answered with. */
enum tui_status tui_request_read(const uint8_t *frame, size_t len, uint8_t *verb, struct tui_body *body);
/* Bodies of requests: false when malformed. */
bool tui_owner_read(const struct tui_body *body, struct tui_owner *owner) __attribute__((warn_unused_result));
bool tui_screen_read(const struct tui_body *body, struct tui_screen *screen) __attribute__((warn_unused_result));
/* The answer to @verb into @what (struct tui_info, struct tui_entry, else NULL), which is filled when *@status is TUI_DONE. */
bool tui_answer_read(enum tui_verb verb, const uint8_t *frame, size_t len, enum tui_status *status, void *what) __attribute__((warn_unused_result));

/*
 * The length of the valid and printable character at @p, 0 when there is none: printable ASCII, and U+00A0 to U+00FF as UTF-8, which
 * every console font has. No character can move a cursor.
 */
size_t tui_character(const char *p, size_t left);
/* Whether @text is of these, and of line ends where @lines. */
bool tui_text_valid(const char *text, size_t len, bool lines) __attribute__((warn_unused_result));

#endif
