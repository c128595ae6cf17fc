/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_COMMON_CONF_H
#define TEEPAY_COMMON_CONF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Configuration files: `[section]` and `name = value` lines, read into variables that a table names.  What the table does not have is an error
 * that names file and line; nothing is ignored.
 */
enum conf_type {
	CONF_STRING,		/* char[size] */
	CONF_UINT,		/* unsigned int, min to max */
	CONF_BOOL,		/* bool: yes or no */
	CONF_CHOICE,		/* int: index into the NULL-ended choices */
};

struct conf_option {
	const char *section, *name;
	enum conf_type type;
	void *to;			/* set to the default by the caller before */
	size_t size;			/* CONF_STRING: of the buffer, with the NUL */
	unsigned int min, max;		/* CONF_UINT */
	const char *const *choices;	/* CONF_CHOICE */
};

#define CONF_OPTIONS_MAX	32
#define CONF_ERROR_LEN		512

/*
 * Reads @path.  A file that does not exist is no error unless @required.  0, or -1 with a sentence in @error ("file:line: what; what to do").
 * After an error the variables may be partly set: the program must end.
 */
int conf_load(const char *path, const struct conf_option *options, size_t n, bool required, char error[CONF_ERROR_LEN])
	__attribute__((warn_unused_result));

#endif
