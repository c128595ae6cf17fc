// SPDX-License-Identifier: BSD-2-Clause
#include "fault.h"

#include <string.h>

const char *const fault_names[] = { "off", "mute", "desync", "released", "dead", "stall", NULL };

int fault_find(const char *name)
{
	for (int i = 0; fault_names[i]; i++)
		if (strcmp(fault_names[i], name) == 0)
			return i;
	return -1;
}

void fault_ask(struct fault *f, enum fault_kind kind, uint64_t nth)
{
	f->kind = kind;
	f->countdown = kind == FAULT_NONE ? 0 : nth;
}

enum fault_kind fault_step(struct fault *f)
{
	if (!f->countdown || --f->countdown)
		return FAULT_NONE;
	f->dead |= f->kind == FAULT_DEAD;
	f->stalled |= f->kind == FAULT_STALL;
	f->shifted |= f->kind == FAULT_DESYNC;
	return f->kind;
}

void fault_reset(struct fault *f)
{
	f->dead = f->stalled = f->shifted = false;
}
