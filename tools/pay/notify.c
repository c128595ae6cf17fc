// SPDX-License-Identifier: BSD-2-Clause
#include "notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME		"org.freedesktop.Notifications"
#define PATH		"/org/freedesktop/Notifications"
#define ESCAPED		1024

struct notify {
	sd_bus *bus;
};

struct notify *notify_open(void)
{
	struct notify *n = calloc(1, sizeof(*n));

	if (n && sd_bus_open_user(&n->bus) < 0)
		notify_close(&n);
	return n;
}

void notify_close(struct notify **notify)
{
	if (!*notify)
		return;
	sd_bus_flush_close_unref((*notify)->bus);
	free(*notify);
	*notify = NULL;
}

/* Desktop Notifications Specification 1.2, "Markup": a merchant's name may have these. */
static void escape(const char *text, char out[ESCAPED])
{
	size_t n = 0;

	for (; *text && n + 6 < ESCAPED; text++) {
		const char *as = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : (const char[]){ *text, '\0' };

		n += (size_t)snprintf(out + n, ESCAPED - n, "%s", as);
	}
	out[n] = '\0';
}

void notify_show(struct notify *n, const char *title, const char *text)
{
	char body[ESCAPED];

	if (!n)
		return;
	escape(text, body);
	/* application, replaces none, icon, summary, body, no actions, no hints, the desktop's own time */
	(void)sd_bus_call_method_async(n->bus, NULL, NAME, PATH, NAME, "Notify", NULL, NULL, "susssasa{sv}i", "teepay", (uint32_t)0, "", title, body, 0, 0,
				       (int32_t)-1);
	(void)sd_bus_flush(n->bus);
	/* Answers are not of interest, but must not pile up. */
	while (sd_bus_process(n->bus, NULL) > 0)
		;
}
