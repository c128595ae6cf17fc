/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application sha and its clients both know. */
#ifndef SHA_TA_H
#define SHA_TA_H

/* 858197e8-b5e1-4a01-99fe-e1650cca0065 */
#define TA_SHA_UUID \
	{ 0x858197e8, 0xb5e1, 0x4a01, { 0x99, 0xfe, 0xe1, 0x65, 0x0c, 0xca, 0x00, 0x65 } }

/* params[0]: value, in: a is 1, 224, 256, 384 or 512: which SHA. */
#define TA_SHA_CMD_BEGIN	0

/* params[0]: memref, in: more of the message. Any number of times. */
#define TA_SHA_CMD_UPDATE	1

/* params[0]: memref, in: the rest of the message. params[1]: memref, out: the digest, at most 64 bytes. */
#define TA_SHA_CMD_FINAL	2

#endif
