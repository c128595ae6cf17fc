/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trusted application's process needs before its entry points run: secure heap, storage, its own measurement.
 * main() does this; so does a unit test that calls entry points or TEE_* functions itself.
 */
#ifndef LIBTEE_INTERNAL_HOST_H
#define LIBTEE_INTERNAL_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "libtee/internal/store_log.h"

/* The most that a storage log may grow to, in bytes. */
#define TEE_HOST_LOG_MAX (64ull << 20)

struct tee_host_config {
	const char *state_dir;			/* of the storage log */
	bool shared;				/* with processes that this one will fork */
	const uint8_t *device_key;		/* TEE_STORE_KEY_SIZE bytes */
	uint64_t log_max;			/* bytes; 0: TEE_HOST_LOG_MAX */
	const struct tee_store_io *io;		/* NULL: files */
};

/* What went wrong is in the log, too. The UUID is ta_head's. */
enum tee_store_err tee_host_start(const struct tee_host_config *config);

/* In a process that was forked from one that started with shared. */
void tee_host_forked(void);

/* The folder of the storage log, open, for the sandbox; -1 without storage. */
int tee_host_storage_dir(void);

/* Ends all handles, wipes and closes the storage. */
void tee_host_stop(void);

#endif
