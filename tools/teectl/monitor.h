/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl monitor: the module's events, one a line. */
#ifndef TEECTL_MONITOR_H
#define TEECTL_MONITOR_H

#include "link.h"
#include "settings.h"

/* Until a signal comes or the module goes. Returns teectl's exit status, with *e filled unless it is 0. */
int monitor_run(struct link *link, const struct settings *s, struct link_error *e);

#endif
