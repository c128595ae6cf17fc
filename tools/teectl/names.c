// SPDX-License-Identifier: BSD-2-Clause
#include "names.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "text.h"

/* A service asked over the network may take its time: each user is looked up once. The oldest entry is overwritten. */
static struct {
	uint32_t uid;
	char name[NAMES_ROOM];
} users[64];
static unsigned int user_next;

const char *names_user(uint32_t uid, char text[NAMES_ROOM])
{
	const struct passwd *pw;
	unsigned int at;

	for (at = 0; at < sizeof(users) / sizeof(users[0]); at++) {
		if (users[at].name[0] && users[at].uid == uid) {
			memcpy(text, users[at].name, NAMES_ROOM);
			return text;
		}
	}
	at = user_next++ % (unsigned int)(sizeof(users) / sizeof(users[0]));
	users[at].uid = uid;
	pw = getpwuid(uid);
	if (pw && pw->pw_name[0])
		text_safe(users[at].name, NAMES_ROOM, pw->pw_name);
	else
		snprintf(users[at].name, NAMES_ROOM, "%u", uid);
	memcpy(text, users[at].name, NAMES_ROOM);
	return text;
}

/* A process that makes many calls is looked at once a second. */
static struct {
	uint32_t pid;
	time_t second;
	char name[NAMES_ROOM];
} processes[64];

static void read_process(uint32_t pid, char text[NAMES_ROOM])
{
	char path[32], raw[NAMES_ROOM];
	size_t len = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (f) {
		len = fread(raw, 1, sizeof(raw) - 1, f);
		fclose(f);
	}
	if (len && raw[len - 1] == '\n')
		len--;
	raw[len] = 0;
	text_safe(text, NAMES_ROOM, len ? raw : "-");
}

const char *names_process(uint32_t pid, char text[NAMES_ROOM])
{
	const size_t at = pid % (sizeof(processes) / sizeof(processes[0]));
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (!processes[at].name[0] || processes[at].pid != pid || processes[at].second != now.tv_sec) {
		char fresh[NAMES_ROOM];

		read_process(pid, fresh);
		/* One that has just ended keeps its name for the lines that are still to come. */
		if (fresh[0] != '-' || fresh[1] || processes[at].pid != pid || now.tv_sec > processes[at].second + 5) {
			memcpy(processes[at].name, fresh, NAMES_ROOM);
			processes[at].second = now.tv_sec;
		}
		processes[at].pid = pid;
	}
	memcpy(text, processes[at].name, NAMES_ROOM);
	return text;
}
