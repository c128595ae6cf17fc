/* SPDX-License-Identifier: BSD-2-Clause */
/* What the trusted application hotp and its clients both know. */
#ifndef HOTP_TA_H
#define HOTP_TA_H

/* feb9a4bf-df26-4ab3-8ac2-14712aefce47 */
#define TA_HOTP_UUID \
	{ 0xfeb9a4bf, 0xdf26, 0x4ab3, { 0x8a, 0xc2, 0x14, 0x71, 0x2a, 0xef, 0xce, 0x47 } }

/* params[0]: memref, in: the shared secret, 16 to 64 bytes. The counter begins at 0. */
#define TA_HOTP_CMD_REGISTER	0

/* params[0]: value, out: a is the next password, 6 digits. */
#define TA_HOTP_CMD_NEXT	1

#endif
