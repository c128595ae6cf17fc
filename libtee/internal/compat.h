/* SPDX-License-Identifier: BSD-2-Clause */
/* For the functions with the signatures of version 1.1: sizes and attributes from it, and to it. */
#ifndef LIBTEE_INTERNAL_COMPAT_H
#define LIBTEE_INTERNAL_COMPAT_H

#include <tee_internal_api.h>

/* What one call may have of attributes; RSA keys, the largest, have eight. */
#define COMPAT_ATTRIBUTES_MAX 32

/* Attributes of version 1.3 from those of 1.1, which must be the application's own; more than the most panics. */
void compat_attributes(const char *function, const TEE11_Attribute *from, uint32_t count,
		       TEE_Attribute to[COMPAT_ATTRIBUTES_MAX]);

/* The size that an application gave, and gets back; panics unless the pointer is its own. */
size_t compat_size(const char *function, const uint32_t *size);
void compat_size_back(uint32_t *size, size_t now);

#endif
