/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl trace: each call with its stages and times, by the module's tracepoints. */
#ifndef TEECTL_TRACE_H
#define TEECTL_TRACE_H

#include "link.h"
#include "settings.h"

/* Until a signal comes or the module goes. Returns teectl's exit status, with *e filled unless it is 0. */
int trace_run(struct link *link, const struct settings *s, struct link_error *e);

#endif
