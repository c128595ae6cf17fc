/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_DENY_H
#define TEEPAY_POS_DENY_H

#include <stdbool.h>

#include "proto/cert.h"

/* Cards that this terminal must not take: the output of `payissuer denylist`, one card id (16 hex digits) a line; # begins a comment. */
struct deny_list {
	uint8_t (*cids)[CID_LEN];	/* sorted */
	size_t n;
};

#define DENY_MAX		1000000
#define DENY_ERROR_LEN		256

/* A file that is missing is an empty list unless @required.  A line that is no card id fails all: 0, or -1 with a sentence in @error. */
int deny_load(struct deny_list *d, const char *path, bool required, char error[DENY_ERROR_LEN]) __attribute__((warn_unused_result));
bool deny_has(const struct deny_list *d, const uint8_t cid[CID_LEN]);
void deny_free(struct deny_list *d);

#endif
