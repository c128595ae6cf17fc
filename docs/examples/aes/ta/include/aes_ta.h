/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application aes and its clients both know. */
#ifndef AES_TA_H
#define AES_TA_H

/* e3490341-1dde-4608-89fd-aa5bc4c14469 */
#define TA_AES_UUID \
	{ 0xe3490341, 0x1dde, 0x4608, { 0x89, 0xfd, 0xaa, 0x5b, 0xc4, 0xc1, 0x44, 0x69 } }

/*
 * params[0]: value, in: a is 1 to encrypt, 0 to decrypt. params[1]: memref, in: the key, 16, 24 or 32 bytes.
 * params[2]: memref, in: the first counter block, 16 bytes.
 */
#define TA_AES_CMD_PREPARE	0

/* params[0]: memref, in. params[1]: memref, out, at least as large. May come any number of times. */
#define TA_AES_CMD_CIPHER	1

#endif
