/* SPDX-License-Identifier: BSD-2-Clause */
/* What the module says of itself at one time. */
#ifndef TEECTL_SNAPSHOT_H
#define TEECTL_SNAPSHOT_H

#include <stddef.h>

#include "hist.h"
#include "link.h"

struct snap_ta {
	uint8_t uuid[TEECHAN_UUID_LEN];
	uint32_t pid, uid, flags, sessions, queued, running;
	uint64_t calls;
	struct hist hist;
};

struct snap_session {
	uint8_t uuid[TEECHAN_UUID_LEN];
	uint32_t number, client_pid, client_uid, login, state, messages;
};

struct snap_region {
	uint32_t number, client_pid, client_uid, mappings;
	uint64_t size, lent;
};

enum snap_counter {
	SNAP_CALLS,
	SNAP_OPENS,
	SNAP_LENDS,
	SNAP_CANCELS,
	SNAP_ABANDONED,
	SNAP_REFUSALS,
	SNAP_DEATHS,
	SNAP_COUNTERS
};

struct snapshot {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t counters[SNAP_COUNTERS];
	struct snap_ta *tas;
	struct snap_session *sessions;
	struct snap_region *regions;
	size_t ta_count, session_count, region_count;
};

/* Asks the module. 0, or -1 with *e filled and *s empty. ta: only that TA and its sessions; NULL: all. */
int snapshot_take(struct snapshot *s, struct link *link, const uint8_t *ta, struct link_error *e);
/* Leaves it empty. */
void snapshot_free(struct snapshot *s);

#endif
