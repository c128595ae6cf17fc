// SPDX-License-Identifier: BSD-2-Clause
#include "view.h"

#include <stdlib.h>
#include <string.h>

static double per_second(uint64_t now, uint64_t before, double seconds)
{
	return seconds > 0 && now > before ? (double)(now - before) / seconds : 0;
}

/* ---- sorting: most first, and the same order again for equal rows ---- */

static int by_number(double a, double b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_uuid(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, TEECHAN_UUID_LEN);
}

static int compare_ta(const void *left, const void *right, void *sort)
{
	const struct view_ta *a = left, *b = right;
	int order = 0;

	switch (*(const unsigned int *)sort) {
	case 0:
		order = by_number(a->rate, b->rate);
		break;
	case 1:
		order = by_number((double)a->p99, (double)b->p99);
		break;
	case 2:
		order = by_number(a->it.queued, b->it.queued);
		break;
	}
	if (!order)
		order = strcmp(a->name, b->name);
	if (!order)
		order = by_uuid(a->it.uuid, b->it.uuid);
	return order ? order : by_number(b->it.pid, a->it.pid);
}

static int compare_session(const void *left, const void *right, void *sort)
{
	const struct view_session *a = left, *b = right;
	int order = 0;

	switch (*(const unsigned int *)sort) {
	case 0:
		order = by_number(a->rate, b->rate);
		break;
	case 1:
		order = by_number(a->it.messages, b->it.messages);
		break;
	case 2:
		order = strcmp(a->client, b->client);
		break;
	}
	if (!order)
		order = by_uuid(a->it.uuid, b->it.uuid);
	return order ? order : by_number(b->it.number, a->it.number);
}

static int compare_region(const void *left, const void *right, void *sort)
{
	const struct view_region *a = left, *b = right;
	int order = 0;

	switch (*(const unsigned int *)sort) {
	case 0:
		order = by_number((double)a->it.lent, (double)b->it.lent);
		break;
	case 1:
		order = by_number((double)a->it.size, (double)b->it.size);
		break;
	case 2:
		order = strcmp(a->client, b->client);
		break;
	}
	if (!order)
		order = by_number(b->it.client_pid, a->it.client_pid);
	return order ? order : by_number(b->it.number, a->it.number);
}

static const char *const sort_names[VIEW_TABLES][VIEW_SORTS] = {
	[VIEW_TAS] = { "calls/s", "p99", "queue", "name" },
	[VIEW_SESSIONS] = { "calls/s", "calls", "client", "session" },
	[VIEW_REGIONS] = { "lent", "size", "client", "process" },
};

const char *view_sort_name(const struct view *v)
{
	return sort_names[v->focus][v->sort[v->focus] % VIEW_SORTS];
}

static void sort_all(struct view *v)
{
	if (v->count[VIEW_TAS])
		qsort_r(v->tas, v->count[VIEW_TAS], sizeof(*v->tas), compare_ta, &v->sort[VIEW_TAS]);
	if (v->count[VIEW_SESSIONS])
		qsort_r(v->sessions, v->count[VIEW_SESSIONS], sizeof(*v->sessions), compare_session, &v->sort[VIEW_SESSIONS]);
	if (v->count[VIEW_REGIONS])
		qsort_r(v->regions, v->count[VIEW_REGIONS], sizeof(*v->regions), compare_region, &v->sort[VIEW_REGIONS]);
}

void view_sort_next(struct view *v)
{
	v->sort[v->focus] = (v->sort[v->focus] + 1) % VIEW_SORTS;
	sort_all(v);
}

void view_move(struct view *v, long by)
{
	const long last = (long)v->count[v->focus] - 1;
	long to = (long)v->chosen[v->focus] + by;

	if (to > last)
		to = last;
	v->chosen[v->focus] = to > 0 ? (size_t)to : 0;
}

/* ---- rows ---- */

/* The same TA in the reading before: the process tells instances of one UUID apart. */
static const struct snap_ta *ta_before(const struct snapshot *before, const struct snap_ta *it)
{
	for (size_t i = 0; before && i < before->ta_count; i++)
		if (before->tas[i].pid == it->pid && !by_uuid(before->tas[i].uuid, it->uuid))
			return &before->tas[i];
	return NULL;
}

static void remember(struct view_ta *row, const struct view *old)
{
	for (size_t i = 0; i < old->count[VIEW_TAS]; i++) {
		const struct view_ta *it = &old->tas[i];

		if (it->it.pid == row->it.pid && !by_uuid(it->it.uuid, row->it.uuid))
			memcpy(row->past, it->past + 1, sizeof(row->past) - sizeof(row->past[0]));
	}
	row->past[VIEW_PAST - 1] = (float)row->rate;
}

static void fill_tas(struct view_ta *rows, const struct view *old, const struct snapshot *now, const struct snapshot *before,
		     double seconds)
{
	static const struct hist none;

	for (size_t i = 0; i < now->ta_count; i++) {
		const struct snap_ta *was = ta_before(before, &now->tas[i]);
		struct view_ta *row = &rows[i];

		row->it = now->tas[i];
		names_process(row->it.pid, row->name);
		names_user(row->it.uid, row->user);
		/* What is new counts from its beginning; of a single reading nothing can be said but the whole. */
		row->rate = per_second(row->it.calls, was ? was->calls : 0, seconds);
		hist_since(&row->hist, &row->it.hist, was ? &was->hist : &none);
		row->p50 = hist_percentile(&row->hist, 500);
		row->p90 = hist_percentile(&row->hist, 900);
		row->p99 = hist_percentile(&row->hist, 990);
		remember(row, old);
	}
}

/* The number of messages is one of 32 bits, that goes round; a new session's first message is its opening. */
static uint32_t messages_since(const struct snap_session *it, const struct snapshot *before)
{
	for (size_t i = 0; before && i < before->session_count; i++) {
		const struct snap_session *was = &before->sessions[i];

		if (was->number == it->number && was->client_pid == it->client_pid && !by_uuid(was->uuid, it->uuid))
			return it->messages - was->messages;
	}
	return it->messages ? it->messages - 1 : 0;
}

static void fill_sessions(struct view_session *rows, const struct view_ta *tas, const struct snapshot *now,
			  const struct snapshot *before, double seconds)
{
	for (size_t i = 0; i < now->session_count; i++) {
		struct view_session *row = &rows[i];

		row->it = now->sessions[i];
		memcpy(row->ta, "-", 2);
		for (size_t k = 0; k < now->ta_count; k++)
			if (!by_uuid(tas[k].it.uuid, row->it.uuid))
				memcpy(row->ta, tas[k].name, NAMES_ROOM);
		names_process(row->it.client_pid, row->client);
		names_user(row->it.client_uid, row->user);
		row->rate = per_second(messages_since(&row->it, before), 0, seconds);
	}
}

static void fill_regions(struct view_region *rows, const struct snapshot *now)
{
	for (size_t i = 0; i < now->region_count; i++) {
		rows[i].it = now->regions[i];
		names_process(rows[i].it.client_pid, rows[i].client);
		names_user(rows[i].it.client_uid, rows[i].user);
	}
}

int view_update(struct view *v, const struct snapshot *now, const struct snapshot *before)
{
	/* One more than there are, for no list is empty then. */
	struct view_ta *tas = calloc(now->ta_count + 1, sizeof(*tas));
	struct view_session *sessions = calloc(now->session_count + 1, sizeof(*sessions));
	struct view_region *regions = calloc(now->region_count + 1, sizeof(*regions));

	if (!tas || !sessions || !regions) {
		free(tas);
		free(sessions);
		free(regions);
		return -1;
	}
	v->seconds = before && now->time_ns > before->time_ns ? (double)(now->time_ns - before->time_ns) / 1e9 : 0;
	for (int i = 0; i < SNAP_COUNTERS; i++) {
		v->counters[i] = now->counters[i];
		v->rates[i] = before ? per_second(now->counters[i], before->counters[i], v->seconds) : 0;
	}
	fill_tas(tas, v, now, before, v->seconds);
	fill_sessions(sessions, tas, now, before, v->seconds);
	fill_regions(regions, now);
	view_free(v);
	v->tas = tas;
	v->sessions = sessions;
	v->regions = regions;
	v->count[VIEW_TAS] = now->ta_count;
	v->count[VIEW_SESSIONS] = now->session_count;
	v->count[VIEW_REGIONS] = now->region_count;
	sort_all(v);
	for (int i = 0; i < VIEW_TABLES; i++)
		if (v->chosen[i] >= v->count[i])
			v->chosen[i] = v->count[i] ? v->count[i] - 1 : 0;
	return 0;
}

void view_free(struct view *v)
{
	free(v->tas);
	free(v->sessions);
	free(v->regions);
	v->tas = NULL;
	v->sessions = NULL;
	v->regions = NULL;
	memset(v->count, 0, sizeof(v->count));
}
