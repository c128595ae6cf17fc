// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAPS "/proc/self/maps"

static int maps_fd = -1;

int tee_mapping_init(void)
{
	if (maps_fd >= 0)
		return 0;
	maps_fd = open(MAPS, O_RDONLY | O_CLOEXEC);
	return maps_fd < 0 ? -errno : 0;
}

void tee_mapping_fini(void)
{
	if (maps_fd >= 0)
		close(maps_fd);
	maps_fd = -1;
}

/* The part of the buffer that no line so far has covered. Lines come in the order of their addresses. */
struct wanted {
	uintptr_t from;
	uintptr_t to;
	bool read;
	bool write;
};

/* Takes what a line "start-end rwxp …" covers off the front. Returns false if it forbids or leaves a hole. */
static bool line_take(const char *line, struct wanted *wanted)
{
	uintptr_t start;
	uintptr_t end;
	char r;
	char w;

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %c%c", &start, &end, &r, &w) != 4)
		return false;
	if (end <= wanted->from)
		return true;
	if (start > wanted->from || (wanted->read && r != 'r') || (wanted->write && w != 'w'))
		return false;
	wanted->from = end < wanted->to ? end : wanted->to;
	return true;
}

bool tee_mapping_allows(const void *buffer, size_t size, bool read, bool write)
{
	struct wanted wanted = { .from = (uintptr_t)buffer, .read = read, .write = write };
	char text[8192];
	size_t held = 0;
	off_t offset = 0;

	if (__builtin_add_overflow(wanted.from, size, &wanted.to) || tee_mapping_init())
		return false;
	while (wanted.from < wanted.to) {
		ssize_t n = pread(maps_fd, text + held, sizeof(text) - 1 - held, offset);
		char *line = text;
		char *eol;

		if (n <= 0)
			return false;
		offset += n;
		held += (size_t)n;
		text[held] = '\0';
		while (wanted.from < wanted.to && (eol = strchr(line, '\n'))) {
			if (!line_take(line, &wanted))
				return false;
			line = eol + 1;
		}
		/* The start of an unfinished line stays; a line is never as long as the buffer. */
		held -= (size_t)(line - text);
		memmove(text, line, held);
	}
	return true;
}
