/* SPDX-License-Identifier: BSD-2-Clause */
/* What an object handle points to. Handles that are not in the list of the living panic. */
#ifndef LIBTEE_INTERNAL_OBJECT_H
#define LIBTEE_INTERNAL_OBJECT_H

#include <stdbool.h>

#include <tee_internal_api.h>

#include "libtee/internal/key.h"
#include "libtee/internal/store.h"

struct __TEE_ObjectHandle {
	struct __TEE_ObjectHandle *next;
	struct tee_key key;		/* key.type is the object's type */
	uint32_t max_bits;
	uint32_t usage;			/* TEE_USAGE_*; of a persistent object its stored usage counts */
	bool initialized;
	struct tee_stored *stored;	/* persistent object, else NULL */
	struct tee_stored_id id;	/* its id: with this it is found again */
	int share;			/* tee_share_open()'s number; -1: none */
	uint32_t access;		/* TEE_DATA_FLAG_* it was opened with */
	size_t position;		/* in the data, bytes */
};

/* Makes a handle that is alive, of the type. NULL without memory. */
TEE_ObjectHandle tee_object_new(const struct tee_key_type *type);

/* Wipes the key and ends the handle. */
void tee_object_free(TEE_ObjectHandle object);

/* Panics for the caller unless the handle is alive. */
void tee_object_check(const char *function, TEE_ObjectHandle object);

/* Panics unless alive and persistent. */
void tee_object_check_persistent(const char *function, TEE_ObjectHandle object);

/* The first living handle of a stored object after a given one; NULL, NULL to start. */
TEE_ObjectHandle tee_object_next_of(const struct tee_stored *stored, TEE_ObjectHandle after);

/*
 * TEE_STORAGE_GUARD() at the beginning of a function that uses what is stored: until its end no other process changes it,
 * and all handles' objects are what they are now.
 */
int tee_object_storage_enter(void);
void tee_object_storage_leave(const int *guard);
#define TEE_STORAGE_GUARD() \
	const int storage_guard __attribute__((cleanup(tee_object_storage_leave), unused)) = tee_object_storage_enter()

/* What the API answers for the storage; ends the process when nobody knows any more what is stored. */
TEE_Result tee_store_result(enum tee_store_err err);

/* TEE_ERROR_ITEM_NOT_FOUND: no such storage; TEE_ERROR_STORAGE_NOT_AVAILABLE: not in this process. */
TEE_Result tee_store_available(uint32_t storage);

uint32_t tee_object_usage(TEE_ObjectHandle object);

/* Ends all handles (tests, end of an instance). */
void tee_object_free_all(void);
void tee_enumerator_free_all(void);

#endif
