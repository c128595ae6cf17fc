// SPDX-License-Identifier: BSD-2-Clause
/* ecdh PRIVATE X Y PEERX PEERY: the secret that a key pair shares with the public point of another; all in hexadecimal. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <ecdh_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_ECDH_UUID;
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

static size_t read_hex(const char *text, uint8_t *bytes, size_t room)
{
	size_t size = strlen(text) / 2;
	size_t i;

	if (strlen(text) % 2 || size > room)
		errx(2, "not as many hexadecimal digits as expected: %s", text);
	for (i = 0; i < size; i++)
		if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
			errx(2, "not hexadecimal: %s", text);
	return size;
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
	uint8_t bytes[5][TA_ECDH_BYTES], secret[TA_ECDH_BYTES];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_NONE),
	};
	int i;

	if (argc != 6)
		errx(2, "usage: ecdh PRIVATE X Y PEERX PEERY");
	for (i = 0; i < 5; i++)
		if (read_hex(argv[i + 1], bytes[i], TA_ECDH_BYTES) != TA_ECDH_BYTES)
			errx(2, "not %d bytes: %s", TA_ECDH_BYTES, argv[i + 1]);
	session_open();
	for (i = 0; i < 3; i++)
		operation.params[i].tmpref = (TEEC_TempMemoryReference){ bytes[i], TA_ECDH_BYTES };
	do_command(TA_ECDH_CMD_SET_KEY, &operation);
	operation.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE);
	operation.params[0].tmpref.buffer = bytes[3];
	operation.params[1].tmpref.buffer = bytes[4];
	operation.params[2].tmpref.buffer = secret;
	do_command(TA_ECDH_CMD_AGREE, &operation);
	print_hex(secret, operation.params[2].tmpref.size);
	session_close();
	return 0;
}
