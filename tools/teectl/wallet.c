// SPDX-License-Identifier: BSD-2-Clause
#include "wallet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME		"org.teepay.Wallet1"
#define PATH		"/org/teepay/Wallet1"
#define CALL_USEC	(1000 * 1000u)

static int get_text(sd_bus *bus, const char *property, char *out, size_t room)
{
	char *text = NULL;
	int r = sd_bus_get_property_string(bus, NAME, PATH, NAME, property, NULL, &text);

	if (r < 0)
		return r;
	snprintf(out, room, "%s", text);
	free(text);
	/* Root's terminal is not walletd's to move about on. */
	for (char *c = out; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return 0;
}

static int get_counts(sd_bus *bus, struct wallet_radio *radio)
{
	sd_bus_message *answer = NULL;
	int r = sd_bus_get_property(bus, NAME, PATH, NAME, "FrontEndCounts", NULL, &answer, "(uuuuu)");

	if (r >= 0)
		r = sd_bus_message_read(answer, "(uuuuu)", &radio->terminals, &radio->commands, &radio->torn, &radio->errors, &radio->restarts);
	sd_bus_message_unref(answer);
	return r;
}

bool wallet_radio_get(struct wallet_radio *radio)
{
	sd_bus *bus = NULL;
	int r;

	memset(radio, 0, sizeof(*radio));
	r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(bus, CALL_USEC);
	if (r >= 0)
		r = get_text(bus, "FrontEnd", radio->front_end, sizeof(radio->front_end));
	if (r >= 0)
		r = get_text(bus, "FrontEndState", radio->state, sizeof(radio->state));
	if (r >= 0)
		r = get_counts(bus, radio);
	sd_bus_flush_close_unref(bus);
	return r >= 0;
}
