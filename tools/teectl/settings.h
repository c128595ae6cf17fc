/* SPDX-License-Identifier: BSD-2-Clause */
/* What the options of the command line say. */
#ifndef TEECTL_SETTINGS_H
#define TEECTL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "include/uapi/teechan.h"

struct settings {
	bool json;
	bool once;
	bool seal;
	unsigned int interval_ms;
	bool has_ta;
	uint8_t ta[TEECHAN_UUID_LEN];
	uint32_t session; /* 0: all */
	uint32_t events;  /* bit 1 << TEECHAN_EVENT_*; 0: all */
};

#define SETTINGS_INTERVAL_MS 1000u

/* Each takes an option's value in. 0, or -1 when it makes no sense. */
int settings_ta(struct settings *s, const char *uuid);
int settings_session(struct settings *s, const char *number);
/* seconds, 0.1 to 3600 */
int settings_interval(struct settings *s, const char *seconds);
/* words of teectl monitor, with commas between them */
int settings_events(struct settings *s, const char *list);

#endif
