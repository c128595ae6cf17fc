// SPDX-License-Identifier: BSD-2-Clause
/* aes encrypt|decrypt KEY COUNTER DATA: AES in counter mode; all in hexadecimal. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <aes_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_AES_UUID;
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

static void prepare(int encrypt, const char *key, const char *counter)
{
	uint8_t key_bytes[32], counter_bytes[16];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_NONE),
	};

	operation.params[0].value.a = (uint32_t)encrypt;
	operation.params[1].tmpref.buffer = key_bytes;
	operation.params[1].tmpref.size = read_hex(key, key_bytes, sizeof(key_bytes));
	operation.params[2].tmpref.buffer = counter_bytes;
	operation.params[2].tmpref.size = read_hex(counter, counter_bytes, sizeof(counter_bytes));
	do_command(TA_AES_CMD_PREPARE, &operation);
}

int main(int argc, char **argv)
{
	uint8_t in[1024], out[1024];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE),
	};

	if (argc != 5 || (strcmp(argv[1], "encrypt") && strcmp(argv[1], "decrypt")))
		errx(2, "usage: aes encrypt|decrypt KEY COUNTER DATA");
	session_open();
	prepare(!strcmp(argv[1], "encrypt"), argv[2], argv[3]);
	operation.params[0].tmpref.buffer = in;
	operation.params[0].tmpref.size = read_hex(argv[4], in, sizeof(in));
	operation.params[1].tmpref.buffer = out;
	operation.params[1].tmpref.size = sizeof(out);
	do_command(TA_AES_CMD_CIPHER, &operation);
	print_hex(out, operation.params[1].tmpref.size);
	session_close();
	return 0;
}
