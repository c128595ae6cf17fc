/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trusted application says of itself: libtee/devkit/user_ta_header.c builds it from the application's own
 * user_ta_header_defines.h, as OP-TEE's development kit does.
 */
#ifndef USER_TA_HEADER_H
#define USER_TA_HEADER_H

#include "tee_api_types.h"

/*
 * Flags of TA_FLAGS. TA_FLAG_INSTANCE_KEEP_ALIVE counts with TA_FLAG_SINGLE_INSTANCE only: such an instance lives as
 * long as its process, any other from its first session to its last.
 */
#define TA_FLAG_SINGLE_INSTANCE		(1 << 2)
#define TA_FLAG_MULTI_SESSION		(1 << 3)
#define TA_FLAG_INSTANCE_KEEP_ALIVE	(1 << 4)

/* Flags of OP-TEE's that say how it loads an application, or what hardware it reaches: without meaning here. */
#define TA_FLAG_USER_MODE		0
#define TA_FLAG_EXEC_DDR		0
#define TA_FLAG_SECURE_DATA_PATH	(1 << 5)
#define TA_FLAG_REMAP_SUPPORT		0
#define TA_FLAG_CACHE_MAINTENANCE	(1 << 7)
#define TA_FLAG_CONCURRENT		(1 << 8)
#define TA_FLAG_DEVICE_ENUM		(1 << 9)
#define TA_FLAG_DEVICE_ENUM_SUPP	(1 << 10)
#define TA_FLAG_DONT_CLOSE_HANDLE_ON_CORRUPT_OBJECT (1 << 11)
#define TA_FLAG_DEVICE_ENUM_TEE_STORAGE_PRIVATE (1 << 12)
#define TA_FLAG_INSTANCE_KEEP_CRASHED	(1 << 13)

enum user_ta_prop_type {
	USER_TA_PROP_TYPE_BOOL,		/* bool */
	USER_TA_PROP_TYPE_U32,		/* uint32_t */
	USER_TA_PROP_TYPE_UUID,		/* TEE_UUID */
	USER_TA_PROP_TYPE_IDENTITY,	/* TEE_Identity */
	USER_TA_PROP_TYPE_STRING,	/* NUL-terminated string */
	USER_TA_PROP_TYPE_BINARY_BLOCK,	/* NUL-terminated string of Base64 */
	USER_TA_PROP_TYPE_U64,		/* uint64_t */
};

/* A property of the application (GP Core 1.3 §4.4); its value has the C type above. */
struct user_ta_property {
	const char *name;
	enum user_ta_prop_type type;
	const void *value;
};

struct ta_head {
	TEE_UUID uuid;
	uint32_t flags;
	uint32_t stack_size;		/* bytes */
	uint32_t data_size;		/* bytes of heap */
	const char *version;
	const char *description;
	const struct user_ta_property *props;
	size_t num_props;
};

/* There is one in each trusted application. */
extern const struct ta_head ta_head;

#endif
