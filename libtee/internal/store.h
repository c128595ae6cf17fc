/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The persistent objects of this trusted application: all of them in memory, every change in the storage log first.
 * A change is durable when its function returns TEE_STORE_OK; otherwise nothing changed, except after TEE_STORE_FAILED,
 * when nobody knows and the process must end.
 *
 * The log grows by every change, and is compacted (store_log.h) when it would have to grow and half of it or more is
 * of the past. Objects may have half of the log's largest size together, each counted as its own record, so that there
 * is always room for a compacted log and for the record that deletes something.
 */
#ifndef LIBTEE_INTERNAL_STORE_H
#define LIBTEE_INTERNAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_log.h"

/* The most data that one object can have, in bytes. */
#define TEE_STORE_DATA_MAX	(1u << 20)
/* One byte more than an application may give (TEE_OBJECT_ID_MAX_LEN): what is so long is libtee's own. */
#define TEE_STORE_ID_MAX	65u
/* The most bytes that a key can take: an RSA key of 4096 bits with all its parts has 2.3 KiB. */
#define TEE_STORE_KEY_MAX	8192u

/* What is kept with the data. */
struct tee_stored_meta {
	uint32_t type;			/* TEE_TYPE_* */
	uint32_t usage;			/* TEE_USAGE_* */
	uint32_t max_size;		/* bits */
};

struct tee_stored {
	struct tee_stored *chain;	/* the table's: others whose id has the same hash */
	struct tee_stored *before;	/* and the neighbours in the order of making */
	struct tee_stored *after;
	uint64_t serial;		/* ascending in that order */
	uint8_t id[TEE_STORE_ID_MAX];
	size_t id_size;
	struct tee_stored_meta meta;
	uint8_t *key;			/* encoded, in the secure heap; NULL without one */
	size_t key_size;
	uint8_t *data;
	size_t size;			/* bytes of data */
	size_t capacity;
};

struct tee_stored_id {
	uint8_t size;
	uint8_t bytes[TEE_STORE_ID_MAX];
};

/* Opens the storage; *position is the record that an error is about. */
enum tee_store_err tee_store_start(const struct tee_store_log_config *config, uint64_t *position);

/*
 * Around whatever uses the rest of this file, if several processes share the storage (store_share.h): *anew: it was all read
 * anew, and no object is where it was. After an error nobody knows what is stored.
 */
enum tee_store_err tee_store_enter(bool *anew);
void tee_store_leave(void);

/* Closes it and wipes what was in memory. */
void tee_store_stop(void);

/* The open folder of the log; -1 when it is not started. */
int tee_store_dir(void);

/* NULL: there is none, or the storage is not open. */
struct tee_stored *tee_store_find(const void *id, size_t id_size);

/* What an object is made of. */
struct tee_stored_content {
	struct tee_stored_meta meta;
	const uint8_t *key;
	size_t key_size;
	const uint8_t *data;
	size_t size;
};

/* Makes the object, or replaces all of it. */
enum tee_store_err tee_store_put(const void *id, size_t id_size, const struct tee_stored_content *content,
				 struct tee_stored **object);

/* Writes at an offset, with zeros before it where the data was shorter. */
enum tee_store_err tee_store_write(struct tee_stored *object, size_t offset, const void *data, size_t size);

/* Sets the data's size, with zeros after it where it was shorter. */
enum tee_store_err tee_store_resize(struct tee_stored *object, size_t size);

/* Gives the object another id, which none has. */
enum tee_store_err tee_store_rename(struct tee_stored *object, const void *id, size_t id_size);

enum tee_store_err tee_store_set_usage(struct tee_stored *object, uint32_t usage);

/* The object is gone afterwards. */
enum tee_store_err tee_store_delete(struct tee_stored *object);

/*
 * Goes through the objects that are there at the start. What is deleted meanwhile is left out, what is made meanwhile
 * too; what is replaced or renamed comes once, with what it has become.
 */
struct tee_store_cursor {
	struct tee_store_cursor *other;		/* the table's */
	struct tee_stored *next;
	uint64_t newest;
	bool started;
	struct tee_stored_id *rest;		/* what is left, once the objects were read anew */
	size_t left;
};

/* Also of one that is started: it begins anew. The structure is all zeros before the first start, and after a stop. */
void tee_store_cursor_start(struct tee_store_cursor *cursor);
/* NULL at the end, and when it is not started. */
struct tee_stored *tee_store_cursor_next(struct tee_store_cursor *cursor);
void tee_store_cursor_stop(struct tee_store_cursor *cursor);

#endif
