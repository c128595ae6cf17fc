/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_HEX_H
#define TEEPAY_COMMON_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Size of the text of @n bytes with its closing NUL. */
#define HEX_TEXT(n)	(2 * (n) + 1)

/* Writes @len bytes as lower-case hex and a NUL: @out has HEX_TEXT(len) bytes.  Returns @out. */
char *hex_encode(const void *in, size_t len, char *out);

/*
 * Reads exactly @len bytes from @text: 2 * len hex digits of either case and nothing else.  0, or -1 when it is anything else; @out is
 * then zeroed.
 */
int hex_decode(const char *text, void *out, size_t len) __attribute__((warn_unused_result));

/* Reads up to @room bytes; their number goes to *@len.  0, or -1 when the text is odd, too long or no hex. */
int hex_decode_any(const char *text, void *out, size_t room, size_t *len) __attribute__((warn_unused_result));

#endif
