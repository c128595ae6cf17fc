// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/devkit/include/tee_internal_api_extensions.h"

#include <ctype.h>
#include <string.h>
#include <sys/mman.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/uuid.h"

static size_t heap_mark;

void tee_user_mem_mark_heap(void)
{
	heap_mark = tee_memory_in_use();
}

size_t tee_user_mem_check_heap(void)
{
	size_t now = tee_memory_in_use();

	return now > heap_mark ? now - heap_mark : 0;
}

TEE_Result TEE_CacheClean(char *buffer, size_t size)
{
	return TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_READ | TEE_MEMORY_ACCESS_ANY_OWNER, buffer, size);
}

TEE_Result TEE_CacheFlush(char *buffer, size_t size)
{
	return TEE_CacheClean(buffer, size);
}

TEE_Result TEE_CacheInvalidate(char *buffer, size_t size)
{
	return TEE_CheckMemoryAccessRights(TEE_MEMORY_ACCESS_WRITE | TEE_MEMORY_ACCESS_ANY_OWNER, buffer, size);
}

void *tee_map_zi(size_t size, uint32_t flags)
{
	void *pages;

	if (flags || !size)
		return NULL;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return pages == MAP_FAILED ? NULL : pages;
}

TEE_Result tee_unmap(void *buffer, size_t size)
{
	return munmap(buffer, size) ? TEE_ERROR_BAD_PARAMETERS : TEE_SUCCESS;
}

static uint8_t digit(char c)
{
	return (uint8_t)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

TEE_Result tee_uuid_from_str(TEE_UUID *uuid, const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	uint8_t bytes[16];
	size_t digits = 0;
	size_t i;

	if (!text || strnlen(text, sizeof(form)) != sizeof(form) - 1)
		return TEE_ERROR_BAD_FORMAT;
	for (i = 0; form[i]; i++) {
		if (form[i] == '-') {
			if (text[i] != '-')
				return TEE_ERROR_BAD_FORMAT;
			continue;
		}
		if (!isxdigit((unsigned char)text[i]))
			return TEE_ERROR_BAD_FORMAT;
		bytes[digits / 2] = (uint8_t)(digits % 2 ? bytes[digits / 2] << 4 | digit(text[i]) : digit(text[i]));
		digits++;
	}
	tee_uuid_from_bytes(bytes, uuid);
	return TEE_SUCCESS;
}
