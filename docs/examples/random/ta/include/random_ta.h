/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application random and its clients both know. */
#ifndef RANDOM_TA_H
#define RANDOM_TA_H

/* 60848225-a52b-4ba7-ac71-82be752c18f2 */
#define TA_RANDOM_UUID \
	{ 0x60848225, 0xa52b, 0x4ba7, { 0xac, 0x71, 0x82, 0xbe, 0x75, 0x2c, 0x18, 0xf2 } }

/* params[0]: memref, out: is filled; at most TA_RANDOM_MAX bytes. */
#define TA_RANDOM_CMD_GENERATE	0

#define TA_RANDOM_MAX		1024

#endif
