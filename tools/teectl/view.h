/* SPDX-License-Identifier: BSD-2-Clause */
/* What teectl top shows: two readings of the module made into rows, and what its user chose. */
#ifndef TEECTL_VIEW_H
#define TEECTL_VIEW_H

#include <stdbool.h>

#include "names.h"
#include "snapshot.h"

enum view_table { VIEW_TAS, VIEW_SESSIONS, VIEW_REGIONS, VIEW_TABLES };

#define VIEW_SORTS 4
#define VIEW_PAST 64 /* readings that are remembered of each TA */

struct view_ta {
	struct snap_ta it;
	char name[NAMES_ROOM], user[NAMES_ROOM];
	double rate;			/* calls a second between the readings */
	struct hist hist;		/* of the calls between the readings */
	uint64_t p50, p90, p99;		/* of the same, ns; 0 without calls */
	float past[VIEW_PAST];		/* rates, the newest last */
};

struct view_session {
	struct snap_session it;
	char ta[NAMES_ROOM], client[NAMES_ROOM], user[NAMES_ROOM];
	double rate;
};

struct view_region {
	struct snap_region it;
	char client[NAMES_ROOM], user[NAMES_ROOM];
};

struct view {
	double seconds;			/* between the readings; 0: there was only one */
	uint64_t counters[SNAP_COUNTERS];
	double rates[SNAP_COUNTERS];
	struct view_ta *tas;
	struct view_session *sessions;
	struct view_region *regions;
	size_t count[VIEW_TABLES];

	enum view_table focus;
	unsigned int sort[VIEW_TABLES];	/* index of view_sort_name() */
	size_t chosen[VIEW_TABLES];	/* row that the focus is on */
	bool paused, help;
	unsigned int interval_ms;
	char clock[9];
	const char *notice;		/* instead of all tables, when there is nothing to show */
};

/* Takes a reading in; before: the one before it, or NULL. 0, or -1 without memory. */
int view_update(struct view *v, const struct snapshot *now, const struct snapshot *before);
void view_free(struct view *v);

/* By what a table is sorted, for the foot of the screen. */
const char *view_sort_name(const struct view *v);
/* The next way of sorting of the table that has the focus. */
void view_sort_next(struct view *v);
/* Moves the chosen row; stays inside. */
void view_move(struct view *v, long by);

#endif
