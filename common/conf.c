// SPDX-License-Identifier: BSD-2-Clause
#include "conf.h"

#include <errno.h>
#include <ini.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf_load {
	const struct conf_option *options;
	size_t n;
	uint32_t seen;			/* bit i: options[i] was given */
	char message[CONF_ERROR_LEN / 2];	/* of the first error */
};

static int fail(struct conf_load *load, const char *what, const char *name, const char *hint)
{
	if (load->message[0] == '\0')
		snprintf(load->message, sizeof(load->message), "%s \"%.60s\"%s%.120s", what, name, *hint ? "; " : "", hint);
	return 0;
}

static int set_uint(struct conf_load *load, const struct conf_option *o, const char *value)
{
	char hint[64], *end;
	unsigned long v;

	errno = 0;
	v = strtoul(value, &end, 10);
	if (value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0 && v >= o->min && v <= o->max) {
		*(unsigned int *)o->to = (unsigned int)v;
		return 1;
	}
	snprintf(hint, sizeof(hint), "give a number from %u to %u", o->min, o->max);
	return fail(load, "bad value of", o->name, hint);
}

static int set_choice(struct conf_load *load, const struct conf_option *o, const char *value)
{
	char hint[120] = "one of:";

	for (int i = 0; o->choices[i]; i++) {
		if (strcmp(o->choices[i], value) == 0) {
			*(int *)o->to = i;
			return 1;
		}
		strncat(hint, " ", sizeof(hint) - strlen(hint) - 1);
		strncat(hint, o->choices[i], sizeof(hint) - strlen(hint) - 1);
	}
	return fail(load, "bad value of", o->name, hint);
}

static int set_option(struct conf_load *load, const struct conf_option *o, const char *value)
{
	switch (o->type) {
	case CONF_STRING:
		if (strlen(value) >= o->size)
			return fail(load, "too long a value of", o->name, "");
		strcpy(o->to, value);
		return 1;
	case CONF_UINT:
		return set_uint(load, o, value);
	case CONF_BOOL:
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return fail(load, "bad value of", o->name, "say yes or no");
		*(bool *)o->to = value[0] == 'y';
		return 1;
	case CONF_CHOICE:
		return set_choice(load, o, value);
	}
	return fail(load, "unknown type of", o->name, "");
}

/* inih's handler: 1 = fine, 0 = error on this line. */
static int conf_line(void *user, const char *section, const char *name, const char *value)
{
	struct conf_load *load = user;

	for (size_t i = 0; i < load->n; i++) {
		const struct conf_option *o = &load->options[i];

		if (strcmp(o->section, section) != 0 || strcmp(o->name, name) != 0)
			continue;
		if (load->seen & 1u << i)
			return fail(load, "given twice:", name, "keep one of them");
		load->seen |= 1u << i;
		return set_option(load, o, value);
	}
	for (size_t i = 0; i < load->n; i++)
		if (strcmp(load->options[i].section, section) == 0)
			return fail(load, "unknown option", name, "see the manual page for those that exist");
	return fail(load, "unknown section", section, "see the manual page for those that exist");
}

int conf_load(const char *path, const struct conf_option *options, size_t n, bool required, char error[CONF_ERROR_LEN])
{
	struct conf_load load = { .options = options, .n = n };
	FILE *f;
	int line;

	error[0] = '\0';
	if (n > CONF_OPTIONS_MAX) {
		snprintf(error, CONF_ERROR_LEN, "the table of options is too long");
		return -1;
	}
	f = fopen(path, "re");
	if (!f) {
		if (errno == ENOENT && !required)
			return 0;
		snprintf(error, CONF_ERROR_LEN, "%.200s: %s; check that it exists and may be read", path, strerror(errno));
		return -1;
	}
	line = ini_parse_file(f, conf_line, &load);
	if (line == 0 && ferror(f))
		line = -1;
	fclose(f);
	if (line > 0)
		snprintf(error, CONF_ERROR_LEN, "%.200s:%d: %s", path, line,
			 load.message[0] ? load.message : "neither [section] nor name = value; mend the line");
	else if (line < 0)
		snprintf(error, CONF_ERROR_LEN, "%.200s: cannot read it; check that it is a plain file", path);
	return line == 0 ? 0 : -1;
}
