/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_BIGTYPE_H
#define TEEPAY_TRUSTUID_BIGTYPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Large type for amounts: digits, point, comma and minus of 5 lines; a pixel is two columns wide, so that it is square.
 */
#define BIGTYPE_LINES	5

/* The columns that the large characters at the front of @text take, with a pixel's room behind each; *@n is how many there are. */
size_t bigtype_width(const char *text, size_t *n);
/* Is column @column of line @line dark? */
bool bigtype_pixel(const char *text, size_t column, unsigned int line);

#endif
