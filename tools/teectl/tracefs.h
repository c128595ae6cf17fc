/* SPDX-License-Identifier: BSD-2-Clause */
/* A trace of the kernel that is only ours: an instance below tracefs, made and taken away again. */
#ifndef TEECTL_TRACEFS_H
#define TEECTL_TRACEFS_H

#include <stdbool.h>

#include "link.h"

struct tracefs;

/*
 * Makes the instance teectl-PID and turns the module's tracepoints on in it. Instances that a killed teectl left behind are taken
 * away first. 0, or -1 with *e filled.
 */
int tracefs_open(struct tracefs **out, struct link_error *e);
/* Takes NULL; leaves *t NULL. Nothing of it stays in the kernel. */
void tracefs_close(struct tracefs **t);

/* A line of the trace, without its end; what is longer than room is cut. */
typedef void tracefs_line_fn(const char *line, void *data);

/* Calls fn for each line that is there; if there is none waits for some, or for a signal (stop.h). 0, or -1 with *e filled. */
int tracefs_read(struct tracefs *t, tracefs_line_fn *fn, void *data, struct link_error *e);
/* Are the module's tracepoints gone, and the module with them? */
bool tracefs_unloaded(const struct tracefs *t);

#endif
