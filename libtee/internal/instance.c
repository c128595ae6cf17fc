// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/instance.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/ta_session.h"

/* The application's variables, by the linker; both NULL if it did not put them together. */
extern uint8_t __start_ta_data[] __attribute__((weak, visibility("hidden")));
extern uint8_t __stop_ta_data[] __attribute__((weak, visibility("hidden")));

static struct {
	bool there;
	uint8_t *first;			/* what the variables were at the start */
} instance;

static size_t variables_size(void)
{
	return (size_t)((uintptr_t)__stop_ta_data - (uintptr_t)__start_ta_data);
}

int tee_instance_init(void)
{
	size_t size = variables_size();

	if (instance.first || !size || tee_instance_is_kept())
		return 0;
	instance.first = malloc(size);
	if (!instance.first)
		return -1;
	memcpy(instance.first, __start_ta_data, size);
	return 0;
}

bool tee_instance_is_kept(void)
{
	const uint32_t kept = TA_FLAG_SINGLE_INSTANCE | TA_FLAG_INSTANCE_KEEP_ALIVE;

	return (ta_head.flags & kept) == kept;
}

/* What one instance has left is nothing to the next. */
static void leftovers_free(void)
{
	tee_operation_free_all();
	tee_object_free_all();
	tee_enumerator_free_all();
	tee_ta_session_close_all();
	tee_memory_free_all();
	TEE_SetInstanceData(NULL);
	if (instance.first)
		memcpy(__start_ta_data, instance.first, variables_size());
}

TEE_Result tee_instance_make(TEE_Result (*create)(void))
{
	TEE_Result result;

	if (instance.there)
		return TEE_SUCCESS;
	result = create();
	if (result)
		leftovers_free();
	instance.there = !result;
	return result;
}

void tee_instance_destroy(void (*destroy)(void))
{
	if (!instance.there)
		return;
	destroy();
	instance.there = false;
	leftovers_free();
}
