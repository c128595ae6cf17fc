/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl status: counters, TAs, sessions, regions, as tables or as one JSON object. */
#ifndef TEECTL_SHOW_H
#define TEECTL_SHOW_H

#include "link.h"
#include "settings.h"

/* Returns teectl's exit status, with *e filled unless it is 0. */
int show_status(struct link *link, const struct settings *s, struct link_error *e);

#endif
