// SPDX-License-Identifier: BSD-2-Clause
#include "link.h"

#include <stdarg.h>
#include <stdio.h>

/* What others say goes to a terminal: no control characters (in UTF-8 the second row of them is C2 80 to C2 9F). */
static void make_plain(char *text)
{
	for (unsigned char *p = (unsigned char *)text; *p; p++) {
		if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)
			p[0] = p[1] = '?';
		else if (*p < 0x20 || *p == 0x7F)
			*p = '?';
	}
}

int pay_fail(struct pay_error *e, int code, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(e->text, sizeof(e->text), format, ap);
	va_end(ap);
	make_plain(e->text);
	return code;
}
