/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sectors of the storage log.
 *
 * A disk writes a sector whole or not at all, and several sectors in any order. So each sector says for itself which
 * part of which record it is, with a checksum: after a power cut a missing sector is all zeros, the others are whole,
 * and anything else is damage. The checksum finds accidents; against an attacker stands the record's seal.
 *
 *	0  magic 4 ‖ check 8 ‖ record number 8 ‖ index 4 ‖ count 4 ‖ payload 484		(big-endian)
 *	   check = SHA-256(all after it)[0..8)
 */
#ifndef LIBTEE_INTERNAL_STORE_SECTOR_H
#define LIBTEE_INTERNAL_STORE_SECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_err.h"

#define TEE_SECTOR_SIZE		512
#define TEE_SECTOR_HEAD		28
#define TEE_SECTOR_PAYLOAD	(TEE_SECTOR_SIZE - TEE_SECTOR_HEAD)

struct tee_sector {
	uint64_t number;	/* of the record */
	uint32_t index;		/* of the sector in the record */
	uint32_t count;		/* of the record's sectors */
};

/* Writes head and checksum around the payload that is in its place already. False without memory: it must not be written then. */
bool tee_sector_seal(uint8_t sector[TEE_SECTOR_SIZE], const struct tee_sector *head);

/* Reads the head; TEE_STORE_CORRUPT if this is not a whole sector of a log, TEE_STORE_NO_MEMORY if nobody knows. */
enum tee_store_err tee_sector_parse(const uint8_t sector[TEE_SECTOR_SIZE], struct tee_sector *head);

bool tee_sector_is_zero(const uint8_t sector[TEE_SECTOR_SIZE]);

#endif
