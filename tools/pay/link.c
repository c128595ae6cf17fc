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

static int issuer_error(int status, const json_t *answer, struct pay_error *e)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *hint = json_string_value(json_object_get(answer, "hint"));

	if (status < 0)
		return -status;	/* the link has said why */
	return pay_fail(e, PAY_FAILED, "the issuer says: %s%s%s (%d)", error ? error : "no reason", hint ? "; " : "", hint ? hint : "", status);
}

int link_ask(const struct link *l, const char *path, json_t *body, bool has_body, json_t **answer, int *status, struct pay_error *e)
{
	int r;

	*answer = NULL;
	*status = 0;
	if (has_body && !body)
		return pay_fail(e, PAY_FAILED, "out of memory, or a name that is not UTF-8");
	*status = l->issuer(l->ctx, path, body, answer, e);
	json_decref(body);
	if (*status / 100 == 2 && json_is_object(*answer))
		return PAY_DONE;
	r = *status / 100 == 2 ? pay_fail(e, PAY_FAILED, "the issuer's answer is no JSON object; is it of the same version?") :
			     issuer_error(*status, *answer, e);
	json_decref(*answer);
	*answer = NULL;
	return r;
}
