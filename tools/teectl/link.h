/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's generic-netlink family: asking it, and hearing its events. */
#ifndef TEECTL_LINK_H
#define TEECTL_LINK_H

#include <stdbool.h>

#include "record.h"

struct link;

/* Why something failed, for a person; the message ends with what to do. */
struct link_error {
	char text[160];
	int exit_status;	/* 1: refused or failed; 5: the module is not there */
};

/* A record arrived; *r is only valid in the call. */
typedef void link_record_fn(const struct record *r, void *data);

/* Connects. 0, or -1 with *e filled. */
int link_open(struct link **link, struct link_error *e);
/* Takes NULL; leaves *link NULL. */
void link_close(struct link **link);

/* Asks TEECHAN_CMD_GET_*, calls fn for each record of the answer. 0, or -1 with *e filled. */
int link_ask(struct link *link, int command, link_record_fn *fn, void *data, struct link_error *e);

/* The same, only of what belongs to the TA with this UUID. */
int link_ask_ta(struct link *link, int command, const uint8_t *ta, link_record_fn *fn, void *data, struct link_error *e);

/* Joins the events; before the first link_hear(). 0, or -1 with *e filled. */
int link_listen(struct link *link, struct link_error *e);
/*
 * Calls fn for each event that is there; if there is none waits for one, or for a signal (stop.h), unless one came already. Returns
 * 0, 1 when events were lost since they came faster than they were read, or -1 with *e filled.
 */
int link_hear(struct link *link, link_record_fn *fn, void *data, struct link_error *e);

/*
 * Asks for a change: fill, which may be NULL, puts the attributes in and returns 0. Returns 0 when it is made, or a negative errno value:
 * the module's, -ENOMEM, or -EIO when there is no speaking to it.
 */
int link_change(struct link *link, int command, int (*fill)(struct nl_msg *msg, void *data), void *data);

#endif
