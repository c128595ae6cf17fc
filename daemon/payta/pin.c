// SPDX-License-Identifier: BSD-2-Clause
#include "pin.h"

#include <string.h>

#include "gp_crypto.h"

#include "proto/cursor.h"

#define PIN_ID		"pin"
#define PIN_VERSION	0x01
#define SALT_LEN	16
#define PIN_LEN		(1 + 1 + SALT_LEN + 4 + SHA256_LEN + 1 + 8 + 1 + PHRASE_MAX)

static struct {
	bool set;
	uint8_t salt[SALT_LEN];
	uint32_t rounds;
	uint8_t verifier[SHA256_LEN];
	uint8_t failures;		/* in a row, counted before they are known to be */
	uint64_t unblock_seq;		/* the issuer's message that was obeyed last */
	char phrase[PHRASE_MAX + 1];

	uint64_t wait_until;		/* boot-time clock, seconds; in memory only, and set anew when loaded */
} pin;

static uint64_t now_s(void)
{
	TEE_Time now;

	TEE_GetSystemTime(&now);
	return now.seconds;
}

static uint32_t wait_for(uint8_t failures)
{
	return failures < PIN_FREE_TRIES ? 0 : PIN_FIRST_WAIT << (failures - PIN_FREE_TRIES);
}

/* --- storage --- */

static TEE_Result pin_write(void)
{
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[PIN_LEN];
	struct writer w;
	TEE_Result res;
	size_t len;

	writer_init(&w, bytes, sizeof(bytes));
	writer_u8(&w, PIN_VERSION);
	writer_u8(&w, pin.set);
	writer_copy(&w, pin.salt, SALT_LEN);
	writer_u32(&w, pin.rounds);
	writer_copy(&w, pin.verifier, SHA256_LEN);
	writer_u8(&w, pin.failures);
	writer_u64(&w, pin.unblock_seq);
	writer_u8(&w, (uint8_t)strlen(pin.phrase));
	writer_copy(&w, pin.phrase, PHRASE_MAX);
	if (writer_end(&w, &len) || len != PIN_LEN)
		TEE_Panic(TEE_ERROR_GENERIC);
	res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, PIN_ID, sizeof(PIN_ID) - 1, flags, TEE_HANDLE_NULL, bytes, sizeof(bytes), &object);
	TEE_MemFill(bytes, 0, sizeof(bytes));
	if (res == TEE_SUCCESS)
		TEE_CloseObject(object);
	return res;
}

static TEE_Result pin_decode(const uint8_t *bytes, size_t size)
{
	struct reader r;
	uint8_t set, len;

	reader_init(&r, bytes, size);
	if (reader_u8(&r) != PIN_VERSION)
		return TEE_ERROR_CORRUPT_OBJECT;
	set = reader_u8(&r);
	reader_copy(&r, pin.salt, SALT_LEN);
	pin.rounds = reader_u32(&r);
	reader_copy(&r, pin.verifier, SHA256_LEN);
	pin.failures = reader_u8(&r);
	pin.unblock_seq = reader_u64(&r);
	len = reader_u8(&r);
	reader_copy(&r, pin.phrase, PHRASE_MAX);
	if (reader_end(&r) || set > 1 || len > PHRASE_MAX || pin.failures > PIN_TRIES || (set && pin.rounds == 0))
		return TEE_ERROR_CORRUPT_OBJECT;
	pin.set = set == 1;
	pin.phrase[len] = '\0';
	return TEE_SUCCESS;
}

TEE_Result pin_load(void)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[PIN_LEN + 1];
	size_t count = 0;
	TEE_Result res;

	pin_unload();
	res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, PIN_ID, sizeof(PIN_ID) - 1, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (res == TEE_ERROR_ITEM_NOT_FOUND)
		return TEE_SUCCESS;
	if (res != TEE_SUCCESS)
		return res;
	res = TEE_ReadObjectData(object, bytes, sizeof(bytes), &count);
	TEE_CloseObject(object);
	if (res == TEE_SUCCESS)
		res = pin_decode(bytes, count);
	TEE_MemFill(bytes, 0, sizeof(bytes));
	if (res != TEE_SUCCESS)
		pin_unload();
	else
		pin.wait_until = now_s() + wait_for(pin.failures);
	return res;
}

void pin_unload(void)
{
	TEE_MemFill(&pin, 0, sizeof(pin));
}

/* --- looking --- */

bool pin_is_set(void)
{
	return pin.set;
}

const char *pin_phrase(void)
{
	return pin.phrase;
}

unsigned int pin_tries_left(void)
{
	return PIN_TRIES - pin.failures;
}

uint32_t pin_wait(void)
{
	uint64_t now = now_s();

	return pin.set && pin_tries_left() > 0 && pin.wait_until > now ? (uint32_t)(pin.wait_until - now) : 0;
}

/* --- the verifier --- */

/* U1 = MAC(salt), Un = MAC(Un-1), the verifier is all of them XORed: PBKDF2 (RFC 8018 §5.2) with one block.  @key is H(context ‖ PIN), as HMAC keys have a least size. */
static TEE_Result stretch(TEE_OperationHandle op, const uint8_t salt[SALT_LEN], uint32_t rounds, uint8_t out[SHA256_LEN])
{
	static const uint8_t block[4] = { 0, 0, 0, 1 };
	uint8_t u[SHA256_LEN];
	size_t len = sizeof(u);
	TEE_Result res;

	TEE_MACInit(op, NULL, 0);
	TEE_MACUpdate(op, salt, SALT_LEN);
	res = TEE_MACComputeFinal(op, block, sizeof(block), u, &len);
	memcpy(out, u, SHA256_LEN);
	for (uint32_t i = 1; res == TEE_SUCCESS && i < rounds; i++) {
		len = sizeof(u);
		TEE_MACInit(op, NULL, 0);
		res = TEE_MACComputeFinal(op, u, sizeof(u), u, &len);
		for (unsigned int k = 0; k < SHA256_LEN; k++)
			out[k] ^= u[k];
	}
	TEE_MemFill(u, 0, sizeof(u));
	return res;
}

static TEE_Result verifier_make(const char *digits, const uint8_t salt[SALT_LEN], uint32_t rounds, uint8_t out[SHA256_LEN])
{
	const struct bytes parts[2] = { CRYPTO_CONTEXT("teepay1 pin"), { (const uint8_t *)digits, strlen(digits) } };
	TEE_ObjectHandle key = TEE_HANDLE_NULL;
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	uint8_t secret[SHA256_LEN];
	TEE_Attribute attr;
	TEE_Result res;

	if (gp_crypto.sha256(parts, 2, secret))
		return TEE_ERROR_GENERIC;
	res = TEE_AllocateTransientObject(TEE_TYPE_HMAC_SHA256, SHA256_LEN * 8, &key);
	if (res == TEE_SUCCESS) {
		TEE_InitRefAttribute(&attr, TEE_ATTR_SECRET_VALUE, secret, sizeof(secret));
		res = TEE_PopulateTransientObject(key, &attr, 1);
	}
	if (res == TEE_SUCCESS)
		res = TEE_AllocateOperation(&op, TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, SHA256_LEN * 8);
	if (res == TEE_SUCCESS)
		res = TEE_SetOperationKey(op, key);
	if (res == TEE_SUCCESS)
		res = stretch(op, salt, rounds, out);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(key);
	TEE_MemFill(secret, 0, sizeof(secret));
	return res;
}

static bool pin_sound(const char *digits)
{
	size_t len = strlen(digits);

	for (size_t i = 0; i < len; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return false;
	return len >= PIN_MIN && len <= PIN_MAX;
}

/* --- changing --- */

TEE_Result pin_try(const char *digits, bool *right)
{
	uint8_t got[SHA256_LEN];
	TEE_Result res;

	*right = false;
	if (!pin.set || pin_tries_left() == 0 || pin_wait() > 0)
		return TEE_ERROR_BAD_STATE;
	pin.failures++;
	res = pin_write();
	if (res != TEE_SUCCESS) {
		pin.failures--;
		return res;
	}
	pin.wait_until = now_s() + wait_for(pin.failures);
	res = verifier_make(digits, pin.salt, pin.rounds, got);
	if (res == TEE_SUCCESS)
		*right = TEE_MemCompare(got, pin.verifier, sizeof(got)) == 0;
	TEE_MemFill(got, 0, sizeof(got));
	if (!*right)
		return res;
	pin.failures = 0;
	pin.wait_until = 0;
	/* If this is not written the next start counts one try too many: that errs on the right side. */
	return pin_write();
}

TEE_Result pin_set(const char *digits, const char *phrase)
{
	uint8_t salt[SALT_LEN], verifier[SHA256_LEN];
	size_t len = strlen(phrase);
	TEE_Result res;

	if (!pin_sound(digits) || len > PHRASE_MAX)
		return TEE_ERROR_BAD_PARAMETERS;
	gp_crypto.random(salt, sizeof(salt));
	res = verifier_make(digits, salt, PIN_ROUNDS, verifier);
	if (res == TEE_SUCCESS) {
		pin.set = true;
		pin.rounds = PIN_ROUNDS;
		pin.failures = 0;
		pin.wait_until = 0;
		memcpy(pin.salt, salt, sizeof(salt));
		memcpy(pin.verifier, verifier, sizeof(verifier));
		/* It may be the one that there is. */
		memmove(pin.phrase, phrase, len);
		memset(pin.phrase + len, 0, sizeof(pin.phrase) - len);
		res = pin_write();
		/* What storage has holds. */
		if (res != TEE_SUCCESS && pin_load() != TEE_SUCCESS)
			TEE_Panic(TEE_ERROR_CORRUPT_OBJECT);
	}
	TEE_MemFill(verifier, 0, sizeof(verifier));
	return res;
}

TEE_Result pin_unblock(uint64_t seq, bool forget)
{
	TEE_Result res;

	if (seq <= pin.unblock_seq)
		return TEE_SUCCESS;
	pin.unblock_seq = seq;
	pin.failures = 0;
	pin.wait_until = 0;
	if (forget) {
		pin.set = false;
		memset(pin.phrase, 0, sizeof(pin.phrase));
		memset(pin.verifier, 0, sizeof(pin.verifier));
	}
	res = pin_write();
	if (res != TEE_SUCCESS && pin_load() != TEE_SUCCESS)
		TEE_Panic(TEE_ERROR_CORRUPT_OBJECT);
	return res;
}
