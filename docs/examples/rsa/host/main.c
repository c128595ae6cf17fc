// SPDX-License-Identifier: BSD-2-Clause
/* rsa BITS TEXT: encrypts, decrypts, signs and verifies a text with a new key pair; and a text that was altered. */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tee_client_api.h>

#include <rsa_ta.h>

static TEEC_Context context;
static TEEC_Session session;

static void session_open(void)
{
	const TEEC_UUID uuid = TA_RSA_UUID;
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

/* The result of a command that may fail; anything else than that ends the program. */
static TEEC_Result try_command(uint32_t command, TEEC_Operation *operation)
{
	uint32_t origin;
	TEEC_Result result = TEEC_InvokeCommand(&session, command, operation, &origin);

	if (result && origin != TEEC_ORIGIN_TRUSTED_APP)
		errx(1, "command %u failed: 0x%x from %u", command, result, origin);
	return result;
}

static void do_command(uint32_t command, TEEC_Operation *operation)
{
	TEEC_Result result = try_command(command, operation);

	if (result)
		errx(1, "command %u was refused: 0x%x", command, result);
}

/* A command from memory to memory; how much came out. */
static size_t convert(uint32_t command, void *in, size_t in_size, void *out, size_t room)
{
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_OUTPUT, TEEC_NONE, TEEC_NONE),
	};

	operation.params[0].tmpref.buffer = in;
	operation.params[0].tmpref.size = in_size;
	operation.params[1].tmpref.buffer = out;
	operation.params[1].tmpref.size = room;
	do_command(command, &operation);
	return operation.params[1].tmpref.size;
}

static const char *verified(uint32_t command, char *text, void *signature, size_t size)
{
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_MEMREF_TEMP_INPUT, TEEC_MEMREF_TEMP_INPUT, TEEC_NONE, TEEC_NONE),
	};

	operation.params[0].tmpref.buffer = text;
	operation.params[0].tmpref.size = strlen(text);
	operation.params[1].tmpref.buffer = signature;
	operation.params[1].tmpref.size = size;
	return try_command(command, &operation) ? "refused" : "good";
}

int main(int argc, char **argv)
{
	uint8_t cipher[512], plain[512];
	TEEC_Operation operation = {
		.paramTypes = TEEC_PARAM_TYPES(TEEC_VALUE_INPUT, TEEC_NONE, TEEC_NONE, TEEC_NONE),
	};
	size_t size, plain_size;

	if (argc != 3 || !*argv[2])
		errx(2, "usage: rsa BITS TEXT");
	session_open();
	operation.params[0].value.a = (uint32_t)strtoul(argv[1], NULL, 10);
	do_command(TA_RSA_CMD_GENERATE, &operation);
	size = convert(TA_RSA_CMD_ENCRYPT, argv[2], strlen(argv[2]), cipher, sizeof(cipher));
	printf("encrypted: %zu bytes\n", size);
	plain_size = convert(TA_RSA_CMD_DECRYPT, cipher, size, plain, sizeof(plain));
	printf("decrypted: %.*s\n", (int)plain_size, (const char *)plain);
	size = convert(TA_RSA_CMD_SIGN, argv[2], strlen(argv[2]), cipher, sizeof(cipher));
	printf("signature: %s\n", verified(TA_RSA_CMD_VERIFY, argv[2], cipher, size));
	argv[2][0] ^= 1;
	printf("of another text: %s\n", verified(TA_RSA_CMD_VERIFY, argv[2], cipher, size));
	session_close();
	return 0;
}
