// SPDX-License-Identifier: BSD-2-Clause
/* hello NUMBER: prints the next one, which the trusted application has worked out. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tee_client_api.h>

#include <hello_ta.h>

int main(int argc, char **argv)
{
	const TEEC_UUID uuid = TA_HELLO_UUID;
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INOUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};
	TEEC_Context context;
	TEEC_Session session;
	TEEC_Result result;
	uint32_t origin;

	if (argc != 2)
		errx(2, "usage: hello NUMBER");
	result = TEEC_InitializeContext(NULL, &context);
	if (result)
		errx(1, "no TEE: 0x%x", result);
	result = TEEC_OpenSession(&context, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	if (result)
		errx(1, "no session: 0x%x from %u", result, origin);
	operation.params[0].value.a = (uint32_t)strtoul(argv[1], NULL, 10);
	result = TEEC_InvokeCommand(&session, TA_HELLO_CMD_INCREMENT, &operation, &origin);
	if (result)
		errx(1, "the command failed: 0x%x from %u", result, origin);
	printf("%u\n", operation.params[0].value.a);
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&context);
	return 0;
}
