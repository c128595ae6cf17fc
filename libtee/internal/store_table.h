/* SPDX-License-Identifier: BSD-2-Clause */
/* The persistent objects in memory: found by their id, and gone through in the order in which they were made. */
#ifndef LIBTEE_INTERNAL_STORE_TABLE_H
#define LIBTEE_INTERNAL_STORE_TABLE_H

#include <stdbool.h>

#include "libtee/internal/store.h"

struct tee_stored *tee_table_find(const void *id, size_t id_size);

/* Makes an object that is not in the table yet. NULL without memory. */
struct tee_stored *tee_table_new(const void *id, size_t id_size, const struct tee_stored_content *content);
/* Wipes one that is not in the table. */
void tee_table_free(struct tee_stored *object);

/* Puts the object in, in the place of one with the same id, which is wiped. */
void tee_table_put(struct tee_stored *object);
/* Takes it out and wipes it. */
void tee_table_remove(struct tee_stored *object);
/* No object has the new id. */
void tee_table_rename(struct tee_stored *object, const void *id, size_t id_size);

struct tee_stored *tee_table_first(void);

/* Takes all objects out, to be put in anew: who goes through them goes on with those that are there again. */
void tee_table_clear(void);

/* Room for size bytes of data, the new ones zero. False without memory. */
bool tee_table_reserve(struct tee_stored *object, size_t size);
/* The room is there. */
void tee_table_resize(struct tee_stored *object, size_t size);
void tee_table_write(struct tee_stored *object, size_t offset, const void *data, size_t size);

#endif
