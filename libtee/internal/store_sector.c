// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_sector.h"

#include <string.h>

#include <openssl/sha.h>

#include "libtee/internal/bytes.h"

#define MAGIC 0x5445454cu /* "TEEL" */
#define AT_CHECK 4
#define AT_NUMBER 12
#define AT_INDEX 20
#define AT_COUNT 24
#define CHECK_SIZE (AT_NUMBER - AT_CHECK)

/* False without memory: OpenSSL 3 allocates for a digest. */
static bool checksum(const uint8_t *sector, uint8_t check[CHECK_SIZE])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (!SHA256(sector + AT_NUMBER, TEE_SECTOR_SIZE - AT_NUMBER, hash))
		return false;
	memcpy(check, hash, CHECK_SIZE);
	return true;
}

bool tee_sector_seal(uint8_t sector[TEE_SECTOR_SIZE], const struct tee_sector *head)
{
	tee_put_be32(sector, MAGIC);
	tee_put_be64(sector + AT_NUMBER, head->number);
	tee_put_be32(sector + AT_INDEX, head->index);
	tee_put_be32(sector + AT_COUNT, head->count);
	return checksum(sector, sector + AT_CHECK);
}

enum tee_store_err tee_sector_parse(const uint8_t sector[TEE_SECTOR_SIZE], struct tee_sector *head)
{
	uint8_t check[CHECK_SIZE];

	if (tee_get_be32(sector) != MAGIC)
		return TEE_STORE_CORRUPT;
	if (!checksum(sector, check))
		return TEE_STORE_NO_MEMORY;
	if (memcmp(check, sector + AT_CHECK, sizeof(check)))
		return TEE_STORE_CORRUPT;
	head->number = tee_get_be64(sector + AT_NUMBER);
	head->index = tee_get_be32(sector + AT_INDEX);
	head->count = tee_get_be32(sector + AT_COUNT);
	return head->index < head->count ? TEE_STORE_OK : TEE_STORE_CORRUPT;
}

bool tee_sector_is_zero(const uint8_t sector[TEE_SECTOR_SIZE])
{
	static const uint8_t zero[TEE_SECTOR_SIZE];

	return !memcmp(sector, zero, sizeof(zero));
}
