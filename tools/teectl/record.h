/* SPDX-License-Identifier: BSD-2-Clause */
/* One message of the module's family, taken apart. */
#ifndef TEECTL_RECORD_H
#define TEECTL_RECORD_H

#include <netlink/genl/genl.h>
#include <stdbool.h>
#include <stdint.h>

#include "include/uapi/teechan.h"

#define RECORD_UUID_TEXT 37

struct record {
	int command;
	struct nlattr *attrs[TEECHAN_A_MAX + 1];
};

/* Checks every attribute's size. 0 or -1. The record lives no longer than the message. */
int record_parse(struct record *r, struct nlmsghdr *header);

bool record_has(const struct record *r, int attr);
/* A number of either size; 0 when it is not there. */
uint64_t record_number(const struct record *r, int attr);
/* "xxxxxxxx-xxxx-…" of TEECHAN_A_TA_UUID, or "-" */
const char *record_uuid(const struct record *r, char text[RECORD_UUID_TEXT]);
/* The half of the calls were answered within so many nanoseconds (upper end of the histogram's entry); 0 without calls. */
uint64_t record_median(const struct record *r);

/* Words for numbers of the ABI; "?" for what this version does not know. */
const char *record_login(uint64_t login);
const char *record_state(uint64_t state);
const char *record_origin(uint64_t origin);
const char *record_event(uint64_t event);
/* NULL for a result without a name. */
const char *record_result(uint64_t result);

#endif
