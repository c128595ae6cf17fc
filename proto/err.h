/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_ERR_H
#define TEEPAY_PROTO_ERR_H

/*
 * What the protocol code can say went wrong.  Every function of proto/ that can fail returns 0 or one of these.
 */
enum proto_err {
	PROTO_OK = 0,
	PROTO_ERR_SHORT = -1,		/* the input ends before the structure does */
	PROTO_ERR_TRAILING = -2,	/* bytes are left over behind the structure */
	PROTO_ERR_NO_ROOM = -3,		/* the output buffer is too small */
	PROTO_ERR_FORMAT = -4,		/* a length, tag or constant is not what the protocol says */
	PROTO_ERR_VERSION = -5,		/* a version or suite that this code does not speak */
	PROTO_ERR_SIGNATURE = -6,	/* a signature or MAC does not hold */
	PROTO_ERR_EXPIRED = -7,		/* a certificate outside its days */
	PROTO_ERR_FOREIGN = -8,		/* another issuer's certificate, card or message */
	PROTO_ERR_CRYPTO = -9,		/* the cryptographic library failed */
};

/* A short sentence for @err, never NULL, static. */
const char *proto_strerror(int err);

#endif
