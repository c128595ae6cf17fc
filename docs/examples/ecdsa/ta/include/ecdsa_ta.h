/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application ecdsa and its clients both know. */
#ifndef ECDSA_TA_H
#define ECDSA_TA_H

/* 8f1ddb8d-4c87-4441-96e0-95c301b78d99 */
#define TA_ECDSA_UUID \
	{ 0x8f1ddb8d, 0x4c87, 0x4441, { 0x96, 0xe0, 0x95, 0xc3, 0x01, 0xb7, 0x8d, 0x99 } }

/* No parameters: a new key pair. */
#define TA_ECDSA_CMD_GENERATE	0

/* params[0]: memref, in: the text. params[1]: memref, out (sign) or in (verify): r and s, 64 bytes. ECDSA with SHA-256 on P-256. */
#define TA_ECDSA_CMD_SIGN	1
#define TA_ECDSA_CMD_VERIFY	2

#endif
