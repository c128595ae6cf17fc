// SPDX-License-Identifier: BSD-2-Clause
/* hotp SECRET COUNT: the first so many passwords of a shared secret. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <hotp_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_HOTP_UUID;
	uint32_t origin;
	TEEC_Result result = TEEC_InitializeContext(NULL, &context);

	if (result)
		errx(1, "no TEE: 0x%x", result);
	result = TEEC_OpenSession(&context, &session, &uuid, TEEC_LOGIN_PUBLIC, NULL, NULL, &origin);
	if (result)
		errx(1, "no session: 0x%x from %u", result, origin);
}

static void session_close(void)
{
	TEEC_CloseSession(&session);
	TEEC_FinalizeContext(&context);
}

static void do_command(uint32_t command, TEEC_Operation *operation)
{
	uint32_t origin;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, operation, &origin);

	if (result)
		errx(1, "command %u failed: 0x%x from %u", command, result, origin);
}

int main(int argc, char **argv)
{
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (!count)
		errx(2, "usage: hotp SECRET COUNT");
	session_open();
	operation.params[0].tmpref.buffer = argv[1];
	operation.params[0].tmpref.size = strlen(argv[1]);
	do_command(TA_HOTP_CMD_REGISTER, &operation);
	operation.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_OUTPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE);
	while (count--) {
		do_command(TA_HOTP_CMD_NEXT, &operation);
		printf("%06u\n", operation.params[0].value.a);
	}
	session_close();
	return 0;
}
