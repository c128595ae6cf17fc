/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application rsa and its clients both know. */
#ifndef RSA_TA_H
#define RSA_TA_H

/* 33f072d4-de76-4f2c-9b92-4bdf77ad6441 */
#define TA_RSA_UUID \
	{ 0x33f072d4, 0xde76, 0x4f2c, { 0x9b, 0x92, 0x4b, 0xdf, 0x77, 0xad, 0x64, 0x41 } }

/* params[0]: value, in: a is the size of the new key pair in bits. */
#define TA_RSA_CMD_GENERATE	0

/* params[0]: memref, in. params[1]: memref, out. OAEP with SHA-256 (RFC 8017 §7.1). */
#define TA_RSA_CMD_ENCRYPT	1
#define TA_RSA_CMD_DECRYPT	2

/* params[0]: memref, in: the text. params[1]: memref, out (sign) or in (verify). PKCS #1 v1.5 with SHA-256 (RFC 8017 §8.2). */
#define TA_RSA_CMD_SIGN		3
#define TA_RSA_CMD_VERIFY	4

#endif
