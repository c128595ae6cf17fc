// SPDX-License-Identifier: BSD-2-Clause
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "octets.h"
#include "words.h"

int settings_ta(struct settings *s, const char *uuid)
{
	if (octets_uuid(uuid, s->ta))
		return -1;
	s->has_ta = true;
	return 0;
}

int settings_session(struct settings *s, const char *number)
{
	char *end;
	unsigned long value;

	if (*number < '0' || *number > '9')
		return -1;
	value = strtoul(number, &end, 10);
	if (*end || !value || value > UINT32_MAX)
		return -1;
	s->session = (uint32_t)value;
	return 0;
}

int settings_interval(struct settings *s, const char *seconds)
{
	char *end;
	double value;

	if (*seconds < '0' || *seconds > '9')
		return -1;
	value = strtod(seconds, &end);
	if (*end || !(value >= 0.1 && value <= 3600))
		return -1;
	s->interval_ms = (unsigned int)(value * 1000 + 0.5);
	return 0;
}

int settings_events(struct settings *s, const char *list)
{
	uint32_t events = 0;

	for (;;) {
		const size_t len = strcspn(list, ",");
		uint32_t event = TEECHAN_EVENT_BIND;

		for (; event <= TEECHAN_EVENT_DEATH; event++)
			if (strlen(words_event(event)) == len && !strncmp(words_event(event), list, len))
				break;
		if (event > TEECHAN_EVENT_DEATH)
			return -1;
		events |= UINT32_C(1) << event;
		if (!list[len])
			break;
		list += len + 1;
	}
	s->events = events;
	return 0;
}
