// SPDX-License-Identifier: BSD-2-Clause
#include "deny.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"

#define LINE_LEN	128

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, CID_LEN);
}

/* One line without its comment and blanks; false when it is longer than any line may be. */
static bool trim(char *line)
{
	char *end = strchr(line, '#');

	if (!strchr(line, '\n') && strlen(line) == LINE_LEN - 1)
		return false;
	if (end)
		*end = '\0';
	end = line + strcspn(line, "\r\n");
	*end = '\0';
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return true;
}

static bool grow(struct deny_list *d, size_t *room)
{
	void *more;

	if (d->n < *room)
		return true;
	if (d->n == DENY_MAX)
		return false;
	*room = *room ? *room * 2 : 64;
	more = realloc(d->cids, *room * CID_LEN);
	if (more)
		d->cids = more;
	return more != NULL;
}

int deny_load(struct deny_list *d, const char *path, bool required, char error[DENY_ERROR_LEN])
{
	char line[LINE_LEN];
	size_t room = 0;
	unsigned int number = 0;
	FILE *f = fopen(path, "re");
	int r = 0;

	*d = (struct deny_list){ 0 };
	if (!f) {
		if (errno == ENOENT && !required)
			return 0;
		snprintf(error, DENY_ERROR_LEN, "%.120s: %s; get it with \"payissuer denylist\"", path, strerror(errno));
		return -1;
	}
	while (r == 0 && fgets(line, sizeof(line), f)) {
		number++;
		if (trim(line) && line[0] == '\0')
			continue;
		if (!grow(d, &room) || hex_decode(line, d->cids[d->n], CID_LEN) < 0)
			r = -1;
		else
			d->n++;
	}
	if (ferror(f))
		r = -1;
	fclose(f);
	if (r < 0) {
		snprintf(error, DENY_ERROR_LEN, "%.120s:%u: no card id of 16 hex digits; get it anew with \"payissuer denylist\"", path, number);
		deny_free(d);
		return -1;
	}
	if (d->n > 0)
		qsort(d->cids, d->n, CID_LEN, compare);
	return 0;
}

bool deny_has(const struct deny_list *d, const uint8_t cid[CID_LEN])
{
	return d->n > 0 && bsearch(cid, d->cids, d->n, CID_LEN, compare);
}

void deny_free(struct deny_list *d)
{
	free(d->cids);
	*d = (struct deny_list){ 0 };
}
