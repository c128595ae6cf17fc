/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose memory a pointer of the application points to: GP Core 1.3 §3.4, parameter annotations.
 *
 * [in], [out] and [inout] buffers must be there and must not be a client's; [inbuf] and [outbuf] ones may be a client's,
 * since lent pages are nobody else's while the call runs.
 */
#ifndef LIBTEE_INTERNAL_MEMORY_H
#define LIBTEE_INTERNAL_MEMORY_H

#include <stddef.h>

/* Panics if the buffer is NULL (with a size), or any of it is a client's. */
void tee_memory_own(const char *function, const void *buffer, size_t size);

/* Panics if the buffer is NULL (with a size). */
void tee_memory_any(const char *function, const void *buffer, size_t size);

/* Bytes that TEE_Malloc() and TEE_Realloc() have given out and not got back. */
size_t tee_memory_in_use(void);

/* Wipes and frees what TEE_Malloc() gave and nobody freed (end of an instance). */
void tee_memory_free_all(void);

#define TEE_OUT(buffer, size) tee_memory_own(__func__, buffer, size)
#define TEE_IN(buffer, size) tee_memory_own(__func__, buffer, size)
#define TEE_OUTBUF(buffer, size) tee_memory_any(__func__, buffer, size)
#define TEE_INBUF(buffer, size) tee_memory_any(__func__, buffer, size)

#endif
