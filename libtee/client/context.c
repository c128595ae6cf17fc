// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/client/context.h"

#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include "libtee/client/errno_result.h"
#include "libtee/client/running.h"
#include "libtee/client/staging.h"

#define TEE_NAME "teepay"

static TEEC_Result context_connect(struct context *ctx)
{
	struct teechan_version version = { 0 };
	int err = channel_client_open(&ctx->chan);

	if (err)
		return errno_result(err);
	err = channel_version(ctx->chan, &version);
	if (!err && version.abi == TEECHAN_ABI_VERSION) {
		ctx->inbox_size = version.inbox_size;
		return TEEC_SUCCESS;
	}
	channel_client_close(ctx->chan);
	return err ? errno_result(err) : TEEC_ERROR_NOT_SUPPORTED;
}

/* GP Client 1.0 §4.5.2 */
TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context)
{
	struct context *ctx;
	TEEC_Result result;

	if (!context)
		return TEEC_ERROR_BAD_PARAMETERS;
	context->imp = NULL;
	if (name && strcmp(name, TEE_NAME))
		return TEEC_ERROR_ITEM_NOT_FOUND;
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return TEEC_ERROR_OUT_OF_MEMORY;
	result = context_connect(ctx);
	if (result) {
		free(ctx);
		return result;
	}
	running_context_add(ctx);
	context->imp = ctx;
	return TEEC_SUCCESS;
}

/* GP Client 1.0 §4.5.3 */
void TEEC_FinalizeContext(TEEC_Context *context)
{
	struct context *ctx = context ? context->imp : NULL;

	if (!ctx)
		return;
	running_context_remove(ctx);
	staging_drop(ctx);
	channel_client_close(ctx->chan);
	free(ctx);
	context->imp = NULL;
}
