/* SPDX-License-Identifier: BSD-2-Clause */
/* Types beyond C's that OP-TEE's trusted applications use. */
#ifndef TYPES_EXT_H
#define TYPES_EXT_H

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uintptr_t uaddr_t;
typedef uintptr_t vaddr_t;
typedef uintptr_t paddr_t;	/* a trusted application never sees one */
typedef uintptr_t paddr_size_t;

#define PRIxUA		PRIxPTR
#define PRIxVA		PRIxPTR
#define PRIxPA		PRIxPTR
#define PRIxPASZ	PRIxPTR
#define PRIxVA_WIDTH	((int)(sizeof(vaddr_t) * 2))
#define PRIxPA_WIDTH	((int)(sizeof(paddr_t) * 2))

#endif
