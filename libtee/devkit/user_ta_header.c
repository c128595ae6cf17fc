// SPDX-License-Identifier: BSD-2-Clause
/* Compiled into each trusted application, with the folder of its user_ta_header_defines.h on the include path. */
#include <user_ta_header.h>

#include <user_ta_header_defines.h>

#ifndef TA_VERSION
#define TA_VERSION "undefined"
#endif
#ifndef TA_DESCRIPTION
#define TA_DESCRIPTION "undefined"
#endif
#ifndef TA_CURRENT_TA_EXT_PROPERTIES
#define TA_CURRENT_TA_EXT_PROPERTIES
#endif

static const struct user_ta_property properties[] = {
	TA_CURRENT_TA_EXT_PROPERTIES
	{ .name = NULL },
};

const struct ta_head ta_head = {
	.uuid = TA_UUID,
	.flags = TA_FLAGS,
	.stack_size = TA_STACK_SIZE,
	.data_size = TA_DATA_SIZE,
	.version = TA_VERSION,
	.description = TA_DESCRIPTION,
	.props = properties,
	.num_props = sizeof(properties) / sizeof(properties[0]) - 1,
};
