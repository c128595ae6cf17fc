/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The storage log of one trusted application: an append-only file of sealed, chained records.
 *
 * File <dir>/<uuid>.log: sectors (store_sector.h). Record 0 is the head, one sector:
 *	version 4 ‖ uuid 16 ‖ salt 32 ‖ nonce 12 ‖ tag 16 ‖ zeros		the tag seals version, uuid and salt
 * Record n > 0, in the payloads of its sectors:
 *	nonce 12 ‖ tag 16 ‖ AES-256-GCM(size 4 ‖ content ‖ zeros)
 *	AAD: "teepay record" ‖ n 8 ‖ sectors 4 ‖ tag of record n − 1
 * Then zeros up to the end of the file, which grows in large steps. A record is one write and one fdatasync.
 *
 * After a power cut only the last record can be unfinished: some of its sectors are zeros. Then it was never answered
 * for, and is cut off. Anything else that is not as it should be is corruption, and the log does not open. A file that
 * was put back as a whole, or whose last record was wiped out by whole sectors, cannot be told from an older state
 * without a counter outside of it.
 */
#ifndef LIBTEE_INTERNAL_STORE_LOG_H
#define LIBTEE_INTERNAL_STORE_LOG_H

#include <stddef.h>
#include <stdint.h>

#include <tee_api_types.h>

#include "libtee/internal/store_crypt.h"
#include "libtee/internal/store_err.h"
#include "libtee/internal/store_io.h"

/* The largest record's content in bytes, and how much the file grows at once. */
#define TEE_STORE_RECORD_MAX	((1u << 20) + 4096u)
#define TEE_STORE_STEP		(1u << 20)

struct tee_store_log_config {
	const char *dir;		/* must exist */
	TEE_UUID uuid;
	const uint8_t *device_key;	/* TEE_STORE_KEY_SIZE bytes */
	uint64_t size_max;		/* bytes that the file may have */
	const struct tee_store_io *io;
};

struct tee_store_log;

/* Called for each record in their order; returns TEE_STORE_OK or what the opening ends with. */
typedef enum tee_store_err (*tee_store_replay)(void *arg, const uint8_t *record, size_t size);

/*
 * Opens or makes the log, locks it against other processes, and replays it. Free with tee_store_log_close().
 * @position: set to the number of the record that an error is about; may be NULL
 */
enum tee_store_err tee_store_log_open(struct tee_store_log **log, const struct tee_store_log_config *config,
				      tee_store_replay replay, void *arg, uint64_t *position);
void tee_store_log_close(struct tee_store_log **log);

/*
 * Appends one record, durably. After TEE_STORE_FAILED the log takes no more: nobody knows what is on the disk.
 */
enum tee_store_err tee_store_log_append(struct tee_store_log *log, const void *record, size_t size);

#endif
