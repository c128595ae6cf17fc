/* SPDX-License-Identifier: BSD-2-Clause */
/* One message of the module's family, taken apart. */
#ifndef TEECTL_RECORD_H
#define TEECTL_RECORD_H

#include <netlink/genl/genl.h>
#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "include/uapi/teechan.h"
#include "words.h"

struct record {
	int command;
	struct nlattr *attrs[TEECHAN_A_MAX + 1];
};

/* Checks every attribute's size. 0 or -1. The record lives no longer than the message. */
int record_parse(struct record *r, struct nlmsghdr *header);

bool record_has(const struct record *r, int attr);
/* A number of either size; 0 when it is not there. */
uint64_t record_number(const struct record *r, int attr);
/* The bytes of a UUID or a digest; NULL when it is not there. */
const uint8_t *record_bytes(const struct record *r, int attr);
/* TEECHAN_A_TA_UUID as text, or "-" */
const char *record_uuid(const struct record *r, char text[WORDS_UUID]);
/* TEECHAN_A_HISTOGRAM, or all zero */
void record_hist(const struct record *r, struct hist *h);

#endif
