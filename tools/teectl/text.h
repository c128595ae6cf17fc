/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers for people, in few characters. */
#ifndef TEECTL_TEXT_H
#define TEECTL_TEXT_H

#include <stdint.h>

#define TEXT_ROOM 16
#define TEXT_CLOCK_ROOM 24

/* All write to text, at most so many characters as is said, and return it. */

/* "850 ns", "8.2 us", "12 ms", "105 s", "99999 s": 7 */
const char *text_duration(uint64_t ns, char text[TEXT_ROOM]);
/* "512 B", "16 KiB", "1.5 MiB": 8 */
const char *text_bytes(uint64_t bytes, char text[TEXT_ROOM]);
/* "0", "0.5", "12", "99999", "123k", "1.2M": 5 */
const char *text_count(double number, char text[TEXT_ROOM]);
/* "14:03:22.123456", local time of a CLOCK_MONOTONIC time */
const char *text_clock(uint64_t ns, char text[TEXT_CLOCK_ROOM]);

/* Copies and cuts; what a terminal would not just print becomes '?'. A process chooses its own name. */
void text_safe(char *out, unsigned int room, const char *in);

#endif
