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
 *
 * Compaction writes what the records amount to into <dir>/<uuid>.log.new, whole and synced, and then lets the two files
 * swap their names, which the file system does at once and durably before anything more is written. The other one is
 * emptied and is there for the next time. Both are open from the start on, for a sandboxed process opens nothing. A
 * start looks at <uuid>.log alone.
 */
#ifndef LIBTEE_INTERNAL_STORE_LOG_H
#define LIBTEE_INTERNAL_STORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tee_api_types.h>

#include "libtee/internal/store_crypt.h"
#include "libtee/internal/store_err.h"
#include "libtee/internal/store_io.h"

/* The largest record's content in bytes, and how much the file grows at once. */
#define TEE_STORE_RECORD_MAX	((1u << 20) + 16384u)
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

/* What a record of so many bytes takes in the file, how much all of them take, and whether it fits without growing it. */
uint64_t tee_store_log_cost(size_t size);
uint64_t tee_store_log_used(const struct tee_store_log *log);
bool tee_store_log_has_room(const struct tee_store_log *log, size_t size);

/* The folder with the files, open; the log's own. */
int tee_store_log_dir(const struct tee_store_log *log);

/*
 * Reads the log anew from its beginning: another process that has the same files open changed it. The replay starts from
 * nothing.
 */
enum tee_store_err tee_store_log_reload(struct tee_store_log *log, tee_store_replay replay, void *arg);

/* Appends to the fresh log the records that stand for all that was appended so far. */
typedef enum tee_store_err (*tee_store_snapshot)(struct tee_store_log *fresh);

/*
 * Replaces the log by a fresh one, durably: after a power cut it is the old one or the new one. On an error it is the
 * old one and goes on, except after TEE_STORE_FAILED.
 */
enum tee_store_err tee_store_log_compact(struct tee_store_log *log, tee_store_snapshot snapshot);

/*
 * Appends one record, durably. After TEE_STORE_FAILED the log takes no more: nobody knows what is on the disk.
 */
enum tee_store_err tee_store_log_append(struct tee_store_log *log, const void *record, size_t size);

#endif
