/* SPDX-License-Identifier: BSD-2-Clause */
/* String functions beyond C's that OP-TEE's trusted applications use. */
#ifndef STRING_EXT_H
#define STRING_EXT_H

#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copy, and append, what fits into size bytes with the NUL (none if size is 0, or nothing of dst ends within size).
 * They return the length that the whole would have had: size or more means that it was cut off. C libraries of 2023
 * and later have both.
 */
#if !defined(__GLIBC_PREREQ) || !__GLIBC_PREREQ(2, 38)
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);
#endif

/* As memcmp(), in a time that does not depend on the content. */
int consttime_memcmp(const void *a, const void *b, size_t size);

/* The former under an older name. */
static inline int buf_compare_ct(const void *a, const void *b, size_t size)
{
	return consttime_memcmp(a, b, size);
}

/* Wipes; never left out by the compiler. */
void memzero_explicit(void *buffer, size_t size);

#ifdef __cplusplus
}
#endif

#endif
