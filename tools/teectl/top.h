/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl top: the module's state, live on a terminal, or once as text. */
#ifndef TEECTL_TOP_H
#define TEECTL_TOP_H

#include "link.h"
#include "settings.h"

/* Both return teectl's exit status, with *e filled unless it is 0. */
int top_run(struct link *link, const struct settings *s, struct link_error *e);

#endif
