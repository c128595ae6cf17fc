// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "libtee/internal/bytes.h"
#include "libtee/internal/log.h"
#include "libtee/internal/store_file.h"
#include "libtee/internal/store_sector.h"

#define FORMAT_VERSION 1
#define RECORD_HEAD (TEE_STORE_NONCE_SIZE + TEE_STORE_TAG_SIZE)
#define SIZE_FIELD 4
#define SECTORS_MAX ((TEE_STORE_RECORD_MAX + RECORD_HEAD + SIZE_FIELD + TEE_SECTOR_PAYLOAD - 1) / TEE_SECTOR_PAYLOAD)
#define AAD_PREFIX "teepay record"
#define AAD_SIZE (sizeof(AAD_PREFIX) - 1 + 8 + 4 + TEE_STORE_TAG_SIZE)

#define HEAD_LABEL "teepay storage"
#define AT_UUID 4
#define AT_SALT (AT_UUID + TEE_UUID_BYTES)
#define AT_NONCE (AT_SALT + TEE_STORE_SALT_SIZE)
#define AT_TAG (AT_NONCE + TEE_STORE_NONCE_SIZE)
#define HEAD_SIZE (AT_TAG + TEE_STORE_TAG_SIZE)

/* What of the head is sealed: version, UUID and salt. */
#define HEAD_SEALED AT_NONCE

struct tee_store_log {
	struct tee_store_file file;
	int fd;					/* file.fd, or file.spare of a log that is being made */
	const struct tee_store_io *io;
	struct tee_store_crypt *crypt;
	uint64_t size_max;
	uint64_t file_size;			/* multiple of the sector size; zeros from end on */
	uint64_t end;				/* where the next record goes */
	uint64_t number;			/* of the next record */
	uint8_t tag[TEE_STORE_TAG_SIZE];	/* of the last record */
	uint8_t head[HEAD_SEALED];
	bool batch;				/* of a log that is being made: one sync at its end does */
	bool failed;
};

const char *tee_store_strerror(enum tee_store_err err)
{
	static const char *const text[] = {
		[-TEE_STORE_OK] = "no error",
		[-TEE_STORE_NO_SPACE] = "no space left; free some on the disk of the state folder",
		[-TEE_STORE_NO_MEMORY] = "out of memory",
		[-TEE_STORE_FAILED] = "the disk failed; see the system log, replace it, restore nothing by hand",
		[-TEE_STORE_CORRUPT] = "the file is damaged or was altered; move it away to start anew (what was in it is lost)",
		[-TEE_STORE_KEY] = "made with another device key; put the right one back, or move the file away to start anew",
		[-TEE_STORE_IN_USE] = "another process has it; stop that one first",
		[-TEE_STORE_ACCESS] = "cannot be opened or made; check that the folder exists and who owns it",
	};
	size_t i = (size_t)-err;

	return err <= 0 && i < sizeof(text) / sizeof(text[0]) ? text[i] : "unknown error";
}

static enum tee_store_err sectors_read(struct tee_store_log *log, uint8_t *buffer, uint64_t at, size_t sectors)
{
	size_t size = sectors * TEE_SECTOR_SIZE;
	size_t have = 0;

	while (have < size) {
		ssize_t n = log->io->read(log->fd, buffer + have, size - have, (off_t)(at + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return TEE_STORE_FAILED;
		have += (size_t)n;
	}
	return TEE_STORE_OK;
}

/* One write and, but for a log that is being made, one fdatasync. A short write is a failure too: the space was there, so the device is not well. */
static enum tee_store_err sectors_write(struct tee_store_log *log, const uint8_t *buffer, size_t sectors)
{
	size_t size = sectors * TEE_SECTOR_SIZE;

	if (log->io->write(log->fd, buffer, size, (off_t)log->end) != (ssize_t)size ||
	    (!log->batch && log->io->sync(log->fd))) {
		log->failed = true;
		return TEE_STORE_FAILED;
	}
	return TEE_STORE_OK;
}

static enum tee_store_err make_room(struct tee_store_log *log, uint64_t need)
{
	uint64_t size = (log->end + need + TEE_STORE_STEP - 1) / TEE_STORE_STEP * TEE_STORE_STEP;

	if (log->end + need <= log->file_size)
		return TEE_STORE_OK;
	if (size > log->size_max)
		return TEE_STORE_NO_SPACE;
	if (!log->io->extend(log->fd, (off_t)log->file_size, (off_t)(size - log->file_size))) {
		log->file_size = size;
		return TEE_STORE_OK;
	}
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return TEE_STORE_NO_SPACE;
	log->failed = true;
	return TEE_STORE_FAILED;
}

static void record_aad(const struct tee_store_log *log, uint32_t sectors, uint8_t aad[AAD_SIZE])
{
	uint8_t *p = aad;

	memcpy(p, AAD_PREFIX, sizeof(AAD_PREFIX) - 1);
	p += sizeof(AAD_PREFIX) - 1;
	tee_put_be64(p, log->number);
	tee_put_be32(p + 8, sectors);
	memcpy(p + 12, log->tag, sizeof(log->tag));
}

/* Spreads the bytes over the payloads of the sectors, or gathers them. Both run over the same buffer of sectors. */
static void spread(uint8_t *sectors, const uint8_t *bytes, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		memcpy(sectors + i * TEE_SECTOR_SIZE + TEE_SECTOR_HEAD, bytes + i * TEE_SECTOR_PAYLOAD, TEE_SECTOR_PAYLOAD);
}

static void gather(uint8_t *bytes, const uint8_t *sectors, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		memcpy(bytes + i * TEE_SECTOR_PAYLOAD, sectors + i * TEE_SECTOR_SIZE + TEE_SECTOR_HEAD, TEE_SECTOR_PAYLOAD);
}

/* Encrypts into bytes (count payloads) and lays them out in sectors. */
static enum tee_store_err record_encode(struct tee_store_log *log, const void *record, size_t size, uint32_t count,
					uint8_t *bytes, uint8_t *sectors)
{
	uint8_t aad[AAD_SIZE];
	uint32_t i;

	tee_put_be32(bytes + RECORD_HEAD, (uint32_t)size);
	memcpy(bytes + RECORD_HEAD + SIZE_FIELD, record, size);
	record_aad(log, count, aad);
	if (tee_store_crypt_seal(log->crypt, aad, sizeof(aad), bytes + RECORD_HEAD,
				 (size_t)count * TEE_SECTOR_PAYLOAD - RECORD_HEAD, bytes, bytes + TEE_STORE_NONCE_SIZE)) {
		OPENSSL_cleanse(bytes, (size_t)count * TEE_SECTOR_PAYLOAD);
		return TEE_STORE_NO_MEMORY;
	}
	spread(sectors, bytes, count);
	for (i = 0; i < count; i++) {
		struct tee_sector head = { .number = log->number, .index = i, .count = count };

		if (!tee_sector_seal(sectors + i * TEE_SECTOR_SIZE, &head))
			return TEE_STORE_NO_MEMORY;
	}
	return TEE_STORE_OK;
}

static uint32_t sectors_of(size_t size)
{
	return (uint32_t)((RECORD_HEAD + SIZE_FIELD + size + TEE_SECTOR_PAYLOAD - 1) / TEE_SECTOR_PAYLOAD);
}

uint64_t tee_store_log_cost(size_t size)
{
	return (uint64_t)sectors_of(size) * TEE_SECTOR_SIZE;
}

uint64_t tee_store_log_used(const struct tee_store_log *log)
{
	return log->end;
}

bool tee_store_log_has_room(const struct tee_store_log *log, size_t size)
{
	return log->end + tee_store_log_cost(size) <= log->file_size;
}

int tee_store_log_dir(const struct tee_store_log *log)
{
	return log->file.dir;
}

enum tee_store_err tee_store_log_append(struct tee_store_log *log, const void *record, size_t size)
{
	enum tee_store_err err;
	uint8_t *sectors;
	uint8_t *bytes;
	uint32_t count;

	if (log->failed)
		return TEE_STORE_FAILED;
	if (size > TEE_STORE_RECORD_MAX)
		return TEE_STORE_NO_SPACE;
	count = sectors_of(size);
	bytes = calloc(count, TEE_SECTOR_PAYLOAD);
	sectors = calloc(count, TEE_SECTOR_SIZE);
	err = bytes && sectors ? make_room(log, (uint64_t)count * TEE_SECTOR_SIZE) : TEE_STORE_NO_MEMORY;
	if (!err)
		err = record_encode(log, record, size, count, bytes, sectors);
	if (!err)
		err = sectors_write(log, sectors, count);
	if (!err) {
		memcpy(log->tag, bytes + TEE_STORE_NONCE_SIZE, sizeof(log->tag));
		log->end += (uint64_t)count * TEE_SECTOR_SIZE;
		log->number++;
	}
	free(bytes);
	free(sectors);
	return err;
}

/* What lies from the first sector on that is no whole record: zeros, an unfinished last record, or damage. */
struct tail {
	uint32_t count;		/* sectors of the unfinished record, 0: none was seen */
	uint32_t present;	/* those of them that are there */
};

static enum tee_store_err tail_scan(struct tee_store_log *log, struct tail *tail)
{
	uint8_t sector[TEE_SECTOR_SIZE];
	uint64_t at;

	*tail = (struct tail){ 0 };
	for (at = log->end; at < log->file_size; at += TEE_SECTOR_SIZE) {
		uint64_t index = (at - log->end) / TEE_SECTOR_SIZE;
		enum tee_store_err err = sectors_read(log, sector, at, 1);
		struct tee_sector head;

		if (err)
			return err;
		if (tee_sector_is_zero(sector))
			continue;
		err = tee_sector_parse(sector, &head);
		if (err)
			return err;
		if (head.number != log->number || head.index != index ||
		    head.count > SECTORS_MAX || (tail->count && tail->count != head.count))
			return TEE_STORE_CORRUPT;
		tail->count = head.count;
		tail->present++;
	}
	return TEE_STORE_OK;
}

/* Ends the replay at the first sector that starts no record, and wipes an unfinished one. */
static enum tee_store_err tail_cut(struct tee_store_log *log)
{
	enum tee_store_err err;
	struct tail tail;
	uint8_t *zeros;

	err = tail_scan(log, &tail);
	if (err || !tail.count)
		return err;
	/* A record with all its sectors was read before, and ended the replay if it was not sound: never wipe one. */
	if (tail.present == tail.count)
		return TEE_STORE_CORRUPT;
	/* The unfinished record may have been meant to reach beyond what the file got to. */
	if (log->end + (uint64_t)tail.count * TEE_SECTOR_SIZE > log->file_size)
		return TEE_STORE_CORRUPT;
	zeros = calloc(tail.count, TEE_SECTOR_SIZE);
	if (!zeros)
		return TEE_STORE_NO_MEMORY;
	tee_log(TEE_LOG_WARNING, "storage: record %llu was not finished when the power went: cut off",
		(unsigned long long)log->number);
	err = sectors_write(log, zeros, tail.count);
	free(zeros);
	return err;
}

/* A sector that is none ends the records (tail_cut() sees what it is); that it could not be read says nothing. */
static enum tee_store_err not_whole(enum tee_store_err err)
{
	return err == TEE_STORE_CORRUPT ? TEE_STORE_OK : err;
}

/* How many sectors the whole record at the end has: 0 if there is none, or not all of them. */
static enum tee_store_err record_read(struct tee_store_log *log, uint8_t *sectors, uint32_t *count)
{
	uint64_t room = (log->file_size - log->end) / TEE_SECTOR_SIZE;
	struct tee_sector head;
	enum tee_store_err err;
	uint32_t i;

	*count = 0;
	if (!room)
		return TEE_STORE_OK;
	err = sectors_read(log, sectors, log->end, 1);
	if (err)
		return err;
	err = tee_sector_parse(sectors, &head);
	if (err)
		return not_whole(err);
	if (head.number != log->number || head.index || head.count > room || head.count > SECTORS_MAX)
		return TEE_STORE_OK;
	err = sectors_read(log, sectors, log->end, head.count);
	for (i = 0; !err && i < head.count; i++) {
		struct tee_sector part;

		err = tee_sector_parse(sectors + i * TEE_SECTOR_SIZE, &part);
		if (err)
			return not_whole(err);
		if (part.number != head.number || part.index != i || part.count != head.count)
			return TEE_STORE_OK;
	}
	*count = head.count;
	return err;
}

static enum tee_store_err record_replay(struct tee_store_log *log, uint8_t *bytes, uint32_t count,
					tee_store_replay replay, void *arg)
{
	size_t room = (size_t)count * TEE_SECTOR_PAYLOAD - RECORD_HEAD;
	uint8_t aad[AAD_SIZE];
	enum tee_store_err err;
	uint32_t size;

	record_aad(log, count, aad);
	err = tee_store_crypt_open(log->crypt, aad, sizeof(aad), bytes + RECORD_HEAD, room, bytes, bytes + TEE_STORE_NONCE_SIZE);
	if (err)
		return err;
	size = tee_get_be32(bytes + RECORD_HEAD);
	if (size > room - SIZE_FIELD)
		return TEE_STORE_CORRUPT;
	err = replay(arg, bytes + RECORD_HEAD + SIZE_FIELD, size);
	OPENSSL_cleanse(bytes + RECORD_HEAD, room);
	memcpy(log->tag, bytes + TEE_STORE_NONCE_SIZE, sizeof(log->tag));
	log->end += (uint64_t)count * TEE_SECTOR_SIZE;
	log->number++;
	return err;
}

static enum tee_store_err replay_all(struct tee_store_log *log, tee_store_replay replay, void *arg)
{
	uint8_t *sectors = malloc((size_t)SECTORS_MAX * TEE_SECTOR_SIZE);
	uint8_t *bytes = malloc((size_t)SECTORS_MAX * TEE_SECTOR_PAYLOAD);
	enum tee_store_err err = sectors && bytes ? TEE_STORE_OK : TEE_STORE_NO_MEMORY;
	uint32_t count = 1;

	while (!err && count) {
		err = record_read(log, sectors, &count);
		if (err || !count)
			break;
		gather(bytes, sectors, count);
		err = record_replay(log, bytes, count, replay, arg);
	}
	if (!err)
		err = tail_cut(log);
	free(sectors);
	free(bytes);
	return err;
}

static enum tee_store_err head_crypt(struct tee_store_log *log, const struct tee_store_log_config *config)
{
	uint8_t label[sizeof(HEAD_LABEL) - 1 + TEE_UUID_BYTES];

	memcpy(label, HEAD_LABEL, sizeof(HEAD_LABEL) - 1);
	memcpy(label + sizeof(HEAD_LABEL) - 1, log->head + AT_UUID, TEE_UUID_BYTES);
	log->crypt = tee_store_crypt_new(config->device_key, log->head + AT_SALT, label, sizeof(label));
	return log->crypt ? TEE_STORE_OK : TEE_STORE_NO_MEMORY;
}

/* Seals log->head and writes it. The seal's tag is another one each time, so records fit only behind their own head. */
static enum tee_store_err head_write(struct tee_store_log *log)
{
	uint8_t sector[TEE_SECTOR_SIZE] = { 0 };
	uint8_t *head = sector + TEE_SECTOR_HEAD;
	enum tee_store_err err;

	memcpy(head, log->head, HEAD_SEALED);
	if (tee_store_crypt_seal(log->crypt, head, HEAD_SEALED, head + HEAD_SIZE, 0, head + AT_NONCE, head + AT_TAG))
		return TEE_STORE_NO_MEMORY;
	err = make_room(log, TEE_SECTOR_SIZE);
	if (err)
		return err;
	if (!tee_sector_seal(sector, &(struct tee_sector){ .number = 0, .index = 0, .count = 1 }))
		return TEE_STORE_NO_MEMORY;
	err = sectors_write(log, sector, 1);
	if (err)
		return err;
	memcpy(log->tag, head + AT_TAG, sizeof(log->tag));
	log->end = TEE_SECTOR_SIZE;
	log->number = 1;
	return TEE_STORE_OK;
}

static enum tee_store_err head_make(struct tee_store_log *log, const struct tee_store_log_config *config)
{
	enum tee_store_err err;

	tee_put_be32(log->head, FORMAT_VERSION);
	tee_uuid_bytes(&config->uuid, log->head + AT_UUID);
	if (RAND_bytes(log->head + AT_SALT, TEE_STORE_SALT_SIZE) != 1)
		return TEE_STORE_NO_MEMORY;
	err = head_crypt(log, config);
	return err ? err : head_write(log);
}

/* The sector of a head of this version, with a good checksum. */
static enum tee_store_err head_sector(struct tee_store_log *log, uint8_t sector[TEE_SECTOR_SIZE])
{
	struct tee_sector place;
	enum tee_store_err err;

	if (log->file_size < TEE_SECTOR_SIZE)
		return TEE_STORE_CORRUPT;
	err = sectors_read(log, sector, 0, 1);
	if (err)
		return err;
	err = tee_sector_parse(sector, &place);
	if (err)
		return err;
	if (place.number || place.count != 1 || tee_get_be32(sector + TEE_SECTOR_HEAD) != FORMAT_VERSION)
		return TEE_STORE_CORRUPT;
	return TEE_STORE_OK;
}

/* Opens the seal; the records follow. */
static enum tee_store_err head_open(struct tee_store_log *log, uint8_t sector[TEE_SECTOR_SIZE])
{
	const uint8_t *head = sector + TEE_SECTOR_HEAD;
	const enum tee_store_err err = tee_store_crypt_open(log->crypt, head, HEAD_SEALED, sector + TEE_SECTOR_HEAD + HEAD_SIZE, 0,
							    head + AT_NONCE, head + AT_TAG);

	/* The head is whole, so a seal that does not fit is another key's. */
	if (err)
		return err == TEE_STORE_CORRUPT ? TEE_STORE_KEY : err;
	memcpy(log->tag, head + AT_TAG, sizeof(log->tag));
	log->end = TEE_SECTOR_SIZE;
	log->number = 1;
	return TEE_STORE_OK;
}

static enum tee_store_err head_read(struct tee_store_log *log, const struct tee_store_log_config *config)
{
	uint8_t sector[TEE_SECTOR_SIZE];
	uint8_t uuid[TEE_UUID_BYTES];
	enum tee_store_err err = head_sector(log, sector);

	if (err)
		return err;
	memcpy(log->head, sector + TEE_SECTOR_HEAD, HEAD_SEALED);
	tee_uuid_bytes(&config->uuid, uuid);
	if (memcmp(log->head + AT_UUID, uuid, sizeof(uuid)))
		return TEE_STORE_CORRUPT;
	err = head_crypt(log, config);
	return err ? err : head_open(log, sector);
}

enum tee_store_err tee_store_log_reload(struct tee_store_log *log, tee_store_replay replay, void *arg)
{
	uint8_t sector[TEE_SECTOR_SIZE];
	enum tee_store_err err = tee_store_file_look(&log->file);

	if (err)
		return err;
	log->fd = log->file.fd;
	log->file_size = log->file.size / TEE_SECTOR_SIZE * TEE_SECTOR_SIZE;
	err = head_sector(log, sector);
	/* It is the same log: its key is the one that there is. */
	if (!err && memcmp(sector + TEE_SECTOR_HEAD, log->head, HEAD_SEALED))
		err = TEE_STORE_CORRUPT;
	if (!err)
		err = head_open(log, sector);
	return err ? err : replay_all(log, replay, arg);
}

static enum tee_store_err log_start(struct tee_store_log *log, const struct tee_store_log_config *config)
{
	enum tee_store_err err;

	log->file_size = log->file.size / TEE_SECTOR_SIZE * TEE_SECTOR_SIZE;
	if (log->file.fresh) {
		log->file_size = 0;
		log->end = 0;
		err = head_make(log, config);
		if (!err)
			err = tee_store_file_publish(&log->file);
		/* The next start reads what is really there. */
		tee_store_crypt_free(&log->crypt);
		if (err)
			return err;
	}
	return head_read(log, config);
}

enum tee_store_err tee_store_log_open(struct tee_store_log **out, const struct tee_store_log_config *config,
				      tee_store_replay replay, void *arg, uint64_t *position)
{
	struct tee_store_log *log = calloc(1, sizeof(*log));
	enum tee_store_err err;

	*out = NULL;
	if (!log)
		return TEE_STORE_NO_MEMORY;
	log->io = config->io;
	log->size_max = config->size_max;
	err = tee_store_file_open(&log->file, config->dir, &config->uuid, config->io);
	log->fd = log->file.fd;
	if (!err)
		err = log_start(log, config);
	if (!err)
		err = replay_all(log, replay, arg);
	if (!err)
		err = tee_store_file_spare(&log->file);
	if (position)
		*position = log->number;
	if (err)
		tee_store_log_close(&log);
	*out = log;
	return err;
}

void tee_store_log_close(struct tee_store_log **log)
{
	if (!*log)
		return;
	tee_store_file_close(&(*log)->file);
	tee_store_crypt_free(&(*log)->crypt);
	free(*log);
	*log = NULL;
}

/* --- compaction --- */

/* Writes the fresh log into the spare file, which is empty or has the rest of a compaction that failed. */
static enum tee_store_err fresh_write(struct tee_store_log *fresh, tee_store_snapshot snapshot)
{
	enum tee_store_err err;

	if (fresh->io->discard(fresh->fd))
		return TEE_STORE_FAILED;
	err = head_write(fresh);
	if (!err)
		err = snapshot(fresh);
	if (!err && fresh->io->sync(fresh->fd))
		err = TEE_STORE_FAILED;
	return err;
}

enum tee_store_err tee_store_log_compact(struct tee_store_log *log, tee_store_snapshot snapshot)
{
	/* The key stays the log's: its nonces are random, and what it sealed stays far below the 2^32 that they are good for. */
	struct tee_store_log fresh = *log;
	enum tee_store_err err;

	if (log->failed)
		return TEE_STORE_FAILED;
	fresh.fd = log->file.spare;
	fresh.file_size = 0;
	fresh.end = 0;
	fresh.number = 0;
	fresh.batch = true;
	err = fresh_write(&fresh, snapshot);
	if (!err)
		err = tee_store_file_swap(&fresh.file);
	if (!err) {
		tee_log(TEE_LOG_INFO, "storage: compacted, %llu to %llu bytes", (unsigned long long)log->end,
			(unsigned long long)fresh.end);
		fresh.batch = false;
		*log = fresh;
		return TEE_STORE_OK;
	}
	/* What it may have taken of the disk, or it takes later. */
	if (err != TEE_STORE_FAILED)
		(void)log->io->discard(log->file.spare);
	log->failed = err == TEE_STORE_FAILED;
	return err;
}
