/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_TEXT_H
#define TEEPAY_PROTO_TEXT_H

#include "cursor.h"

/*
 * Names that come from elsewhere and end on somebody's screen: shortest-form UTF-8 (RFC 3629 §3) without control characters, line separators and
 * embeddings, overrides and isolates of direction, so that no name can move a cursor or turn another word around, and no zero byte can cut one short.
 */
bool text_valid(struct bytes text) __attribute__((warn_unused_result));
/* Makes the closed string @text valid: every byte that belongs to no character of that kind becomes a question mark. */
void text_clean(char *text);

/* Reads len1 ‖ text of at most @max bytes into @out, which has @max + 1 bytes and gets a closing NUL. */
void text_read(struct reader *r, char *out, size_t max);
/* Writes the closed string @text, at most @max bytes, as len1 ‖ text. */
void text_write(struct writer *w, const char *text, size_t max);

#endif
