/* SPDX-License-Identifier: BSD-2-Clause */
/* What this process may do with its own addresses, from the kernel's list of its mappings. */
#ifndef LIBTEE_INTERNAL_MAPPING_H
#define LIBTEE_INTERNAL_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

/* Opens the list while that is still allowed, before the sandbox. 0 or -errno. Later calls do nothing. */
int tee_mapping_init(void);
/* Forgets it: the list is that of the process that opened it. */
void tee_mapping_fini(void);

/* Whether all of the buffer is mapped, readable if asked for, writable if asked for. Says no when it cannot find out. */
bool tee_mapping_allows(const void *buffer, size_t size, bool read, bool write);

#endif
