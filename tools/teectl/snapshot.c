// SPDX-License-Identifier: BSD-2-Clause
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct taking {
	struct snapshot *s;
	bool no_memory;
};

/* One more element at the end of a list that doubles, or NULL. */
static void *grow(struct taking *t, void **list, size_t *count, size_t size)
{
	if (!(*count & (*count - 1))) {
		void *more = realloc(*list, (*count ? *count * 2 : 1) * size);

		if (!more) {
			t->no_memory = true;
			return NULL;
		}
		*list = more;
	}
	return (char *)*list + (*count)++ * size;
}

static void take_counters(const struct record *r, void *data)
{
	static const int attrs[SNAP_COUNTERS] = {
		[SNAP_CALLS] = TEECHAN_A_CALLS,	    [SNAP_OPENS] = TEECHAN_A_OPENS,
		[SNAP_LENDS] = TEECHAN_A_LENDS,	    [SNAP_CANCELS] = TEECHAN_A_CANCELS,
		[SNAP_ABANDONED] = TEECHAN_A_ABANDONED, [SNAP_REFUSALS] = TEECHAN_A_REFUSALS,
		[SNAP_DEATHS] = TEECHAN_A_DEATHS,
	};
	struct taking *t = data;

	for (int i = 0; i < SNAP_COUNTERS; i++)
		t->s->counters[i] = record_number(r, attrs[i]);
}

static uint32_t number32(const struct record *r, int attr)
{
	return (uint32_t)record_number(r, attr);
}

static void take_uuid(const struct record *r, uint8_t *uuid)
{
	const uint8_t *bytes = record_bytes(r, TEECHAN_A_TA_UUID);

	memset(uuid, 0, TEECHAN_UUID_LEN);
	if (bytes)
		memcpy(uuid, bytes, TEECHAN_UUID_LEN);
}

static void take_ta(const struct record *r, void *data)
{
	struct taking *t = data;
	struct snap_ta *ta = grow(t, (void **)&t->s->tas, &t->s->ta_count, sizeof(*ta));

	if (!ta)
		return;
	take_uuid(r, ta->uuid);
	ta->pid = number32(r, TEECHAN_A_TA_PID);
	ta->uid = number32(r, TEECHAN_A_TA_UID);
	ta->flags = number32(r, TEECHAN_A_TA_FLAGS);
	ta->sessions = number32(r, TEECHAN_A_SESSIONS);
	ta->queued = number32(r, TEECHAN_A_QUEUED);
	ta->running = number32(r, TEECHAN_A_RUNNING);
	ta->calls = record_number(r, TEECHAN_A_CALLS);
	record_hist(r, &ta->hist);
}

static void take_session(const struct record *r, void *data)
{
	struct taking *t = data;
	struct snap_session *it = grow(t, (void **)&t->s->sessions, &t->s->session_count, sizeof(*it));

	if (!it)
		return;
	take_uuid(r, it->uuid);
	it->number = number32(r, TEECHAN_A_SESSION);
	it->client_pid = number32(r, TEECHAN_A_CLIENT_PID);
	it->client_uid = number32(r, TEECHAN_A_CLIENT_UID);
	it->login = number32(r, TEECHAN_A_LOGIN);
	it->state = number32(r, TEECHAN_A_STATE);
	it->messages = number32(r, TEECHAN_A_MESSAGES);
}

static void take_region(const struct record *r, void *data)
{
	struct taking *t = data;
	struct snap_region *it = grow(t, (void **)&t->s->regions, &t->s->region_count, sizeof(*it));

	if (!it)
		return;
	it->number = number32(r, TEECHAN_A_REGION);
	it->client_pid = number32(r, TEECHAN_A_CLIENT_PID);
	it->client_uid = number32(r, TEECHAN_A_CLIENT_UID);
	it->mappings = number32(r, TEECHAN_A_MAPPINGS);
	it->size = record_number(r, TEECHAN_A_SIZE);
	it->lent = record_number(r, TEECHAN_A_LENT);
}

int snapshot_take(struct snapshot *s, struct link *link, const uint8_t *ta, struct link_error *e)
{
	struct taking t = { .s = s };
	struct timespec now;
	int ret;

	memset(s, 0, sizeof(*s));
	clock_gettime(CLOCK_MONOTONIC, &now);
	s->time_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	ret = link_ask(link, TEECHAN_CMD_GET_INFO, take_counters, &t, e);
	if (!ret)
		ret = link_ask_ta(link, TEECHAN_CMD_GET_TA, ta, take_ta, &t, e);
	if (!ret)
		ret = link_ask_ta(link, TEECHAN_CMD_GET_SESSION, ta, take_session, &t, e);
	if (!ret)
		ret = link_ask(link, TEECHAN_CMD_GET_REGION, take_region, &t, e);
	if (!ret && t.no_memory) {
		e->exit_status = 1;
		snprintf(e->text, sizeof(e->text), "no memory for so many trusted applications, sessions and regions");
		ret = -1;
	}
	if (ret)
		snapshot_free(s);
	return ret;
}

void snapshot_free(struct snapshot *s)
{
	free(s->tas);
	free(s->sessions);
	free(s->regions);
	memset(s, 0, sizeof(*s));
}
