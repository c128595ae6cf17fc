/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The persistent objects of this trusted application: all of them in memory, every change in the storage log first.
 * A change is durable when its function returns TEE_STORE_OK; otherwise nothing changed, except after TEE_STORE_FAILED,
 * when nobody knows and the process must end.
 */
#ifndef LIBTEE_INTERNAL_STORE_H
#define LIBTEE_INTERNAL_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_log.h"

/* The most data that one object can have, in bytes. */
#define TEE_STORE_DATA_MAX	(1u << 20)
#define TEE_STORE_ID_MAX	64u
/* The most bytes that a key can take. */
#define TEE_STORE_KEY_MAX	2048u

/* What is kept with the data. */
struct tee_stored_meta {
	uint32_t type;			/* TEE_TYPE_* */
	uint32_t usage;			/* TEE_USAGE_* */
	uint32_t max_size;		/* bits */
};

struct tee_stored {
	struct tee_stored *next;
	uint8_t id[TEE_STORE_ID_MAX];
	size_t id_size;
	struct tee_stored_meta meta;
	uint8_t *key;			/* encoded, in the secure heap; NULL without one */
	size_t key_size;
	uint8_t *data;
	size_t size;			/* bytes of data */
	size_t capacity;
};

/* Opens the storage; *position is the record that an error is about. */
enum tee_store_err tee_store_start(const struct tee_store_log_config *config, uint64_t *position);

/* Closes it and wipes what was in memory. */
void tee_store_stop(void);

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

enum tee_store_err tee_store_set_usage(struct tee_stored *object, uint32_t usage);

/* The object is gone afterwards. */
enum tee_store_err tee_store_delete(struct tee_stored *object);

#endif
