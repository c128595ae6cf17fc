// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/devkit/include/string_ext.h"

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#if !__GLIBC_PREREQ(2, 38)
size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t length = strlen(src);
	size_t fits = size && length >= size ? size - 1 : length;

	if (!size)
		return length;
	memcpy(dst, src, fits);
	dst[fits] = '\0';
	return length;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
	size_t used = strnlen(dst, size);

	if (used == size)
		return size + strlen(src);
	return used + strlcpy(dst + used, src, size - used);
}
#endif

int consttime_memcmp(const void *a, const void *b, size_t size)
{
	return TEE_MemCompare(a, b, size);
}

void memzero_explicit(void *buffer, size_t size)
{
	OPENSSL_cleanse(buffer, size);
}
