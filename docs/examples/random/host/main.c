// SPDX-License-Identifier: BSD-2-Clause
/* random COUNT: prints so many random bytes. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <random_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_RANDOM_UUID;
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

static void print_hex(const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	uint8_t bytes[TA_RANDOM_MAX];
	size_t count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};

	if (!count || count > sizeof(bytes))
		errx(2, "usage: random COUNT    1 to %zu bytes", sizeof(bytes));
	session_open();
	operation.params[0].tmpref.buffer = bytes;
	operation.params[0].tmpref.size = count;
	do_command(TA_RANDOM_CMD_GENERATE, &operation);
	print_hex(bytes, operation.params[0].tmpref.size);
	session_close();
	return 0;
}
