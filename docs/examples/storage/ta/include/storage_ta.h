/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application storage and its clients both know. */
#ifndef STORAGE_TA_H
#define STORAGE_TA_H

/* bb507608-0ca6-452f-8f8b-4c749f957e22 */
#define TA_STORAGE_UUID \
	{ 0xbb507608, 0x0ca6, 0x452f, { 0x8f, 0x8b, 0x4c, 0x74, 0x9f, 0x95, 0x7e, 0x22 } }

/* params[0]: memref, in: the name, 1 to 64 bytes, of all commands. params[1]: memref, in: the text. An older one is replaced. */
#define TA_STORAGE_CMD_WRITE	0

/* params[1]: memref, out: the text. */
#define TA_STORAGE_CMD_READ	1

#define TA_STORAGE_CMD_DELETE	2

#endif
