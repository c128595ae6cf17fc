/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application hello and its clients both know. */
#ifndef HELLO_TA_H
#define HELLO_TA_H

/* 0d57e183-f7b7-4fe1-be86-2d34eb38f7f7 */
#define TA_HELLO_UUID \
	{ 0x0d57e183, 0xf7b7, 0x4fe1, { 0xbe, 0x86, 0x2d, 0x34, 0xeb, 0x38, 0xf7, 0xf7 } }

/* params[0]: value, in and out: a becomes one more. */
#define TA_HELLO_CMD_INCREMENT	0

#endif
