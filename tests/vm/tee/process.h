/* SPDX-License-Identifier: BSD-2-Clause */
/* A trusted application of libtee in a process of its own, as systemd would start it. */
#ifndef TEE_PROCESS_H
#define TEE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Its state, its credentials and its log. */
#define TA_FOLDER "/tmp/tee-test"

struct ta {
	pid_t pid;
	int notify;		/* what it tells systemd arrives here */
};

void ta_write_file(const char *path, const void *bytes, size_t size);
/* Empty state, and a device key. */
void ta_folders_make(void);
int ta_notify_socket(void);
/* Becomes the program of this name beside this one; extra is NULL or a NAME=value for its environment. */
_Noreturn void ta_exec(const char *program, const char *extra);
/* Returns when it serves. */
void ta_start_as(struct ta *ta, const char *program, const char *extra);
/* Waits for its end and returns the status of waitpid(). */
int ta_end(struct ta *ta);
void ta_stop(struct ta *ta);
bool ta_log_has(const char *text);

#endif
