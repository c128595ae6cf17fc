// SPDX-License-Identifier: BSD-2-Clause
/* Cancellation: GP Core 1.3 §4.10. */
#include <tee_internal_api.h>

#include "libtee/internal/call.h"

static bool mask_set(bool masked)
{
	struct tee_call *call = tee_call_current();
	bool before;

	if (!call)
		return true;
	before = call->cancel_masked;
	call->cancel_masked = masked;
	return before;
}

bool TEE_GetCancellationFlag(void)
{
	const struct tee_call *call = tee_call_current();

	return call && !call->cancel_masked && tee_call_cancelled();
}

bool TEE_UnmaskCancellation(void)
{
	return mask_set(false);
}

bool TEE_MaskCancellation(void)
{
	return mask_set(true);
}
