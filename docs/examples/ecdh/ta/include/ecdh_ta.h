/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application ecdh and its clients both know. */
#ifndef ECDH_TA_H
#define ECDH_TA_H

/* 47b667ab-fd53-462f-9a92-744103fdab06 */
#define TA_ECDH_UUID \
	{ 0x47b667ab, 0xfd53, 0x462f, { 0x9a, 0x92, 0x74, 0x41, 0x03, 0xfd, 0xab, 0x06 } }

#define TA_ECDH_BYTES		32

/* All memrefs, in, TA_ECDH_BYTES bytes. params[0]: the own private value; params[1], params[2]: its public x and y. */
#define TA_ECDH_CMD_SET_KEY	0

/* params[0], params[1]: memrefs, in: the other one's public x and y. params[2]: memref, out: the shared secret. */
#define TA_ECDH_CMD_AGREE	1

#endif
