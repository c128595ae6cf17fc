/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands print. Both return teectl's exit status, with *e filled unless it is 0. */
#ifndef TEECTL_SHOW_H
#define TEECTL_SHOW_H

#include <stdbool.h>

#include "link.h"

/* Counters, TAs, sessions, regions: as tables, or as one JSON object. */
int show_status(struct link *link, bool json, struct link_error *e);
/* One line an event, until SIGINT or SIGTERM. */
int show_events(struct link *link, bool json, struct link_error *e);

#endif
