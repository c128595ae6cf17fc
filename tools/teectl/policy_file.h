/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy's file: who may bind as which trusted application. One line an entry, three words:
 *
 *	UUID  USER  EXECUTABLE
 *
 * USER is a name or a number, EXECUTABLE the SHA-256 of the file, 64 hex digits, or its absolute path, to measure it now. # begins a comment.
 */
#ifndef TEECTL_POLICY_FILE_H
#define TEECTL_POLICY_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "include/uapi/teechan.h"

#define POLICY_ERROR_LEN 512

struct policy_entry {
	uint8_t uuid[TEECHAN_UUID_LEN];
	uint32_t uid;
	uint8_t digest[TEECHAN_DIGEST_LEN];
};

struct policy {
	size_t count;
	struct policy_entry entries[TEECHAN_POLICY_MAX];
};

/* Reads a text of len bytes that came from the file name. 0, or -1 with "file:line: what; what to do" in error. */
int policy_parse(struct policy *policy, const char *name, const char *text, size_t len, char error[POLICY_ERROR_LEN])
	__attribute__((warn_unused_result));

/* The same of a file, which only root, or who runs this, may be able to change. */
int policy_read(struct policy *policy, const char *path, char error[POLICY_ERROR_LEN]) __attribute__((warn_unused_result));

#endif
