/* SPDX-License-Identifier: BSD-2-Clause */
/* What OP-TEE offers to trusted applications beyond GlobalPlatform's API, as far as it makes sense in a process. */
#ifndef TEE_INTERNAL_API_EXTENSIONS_H
#define TEE_INTERNAL_API_EXTENSIONS_H

#include <stdio.h>

#include <tee_api_defines_extensions.h>
#include <tee_internal_api.h>
#include <trace.h>
#include <types_ext.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A hint for TEE_Malloc(): TEE_MALLOC_NO_FILL. */
#define TEE_USER_MEM_HINT_NO_FILL_ZERO	0x80000000

/* Remembers how many bytes of TEE_Malloc() are in use; says how many more there are since. */
void tee_user_mem_mark_heap(void);
size_t tee_user_mem_check_heap(void);

/*
 * Caches are coherent here: these check that the buffer is the application's to write or read, and have nothing else
 * to do. TEE_ERROR_ACCESS_DENIED.
 */
TEE_Result TEE_CacheClean(char *buffer, size_t size);
TEE_Result TEE_CacheFlush(char *buffer, size_t size);
TEE_Result TEE_CacheInvalidate(char *buffer, size_t size);

/* Zeroed pages, given back whole with tee_unmap(). No flags are known: they must be 0. NULL without memory. */
void *tee_map_zi(size_t size, uint32_t flags);
TEE_Result tee_unmap(void *buffer, size_t size);

/* xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx; TEE_ERROR_BAD_FORMAT for anything else, which changes nothing. */
TEE_Result tee_uuid_from_str(TEE_UUID *uuid, const char *text);

#ifdef __cplusplus
}
#endif

#endif
