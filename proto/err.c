// SPDX-License-Identifier: BSD-2-Clause
#include "err.h"

const char *proto_strerror(int err)
{
	switch (err) {
	case PROTO_OK:
		return "no error";
	case PROTO_ERR_SHORT:
		return "the data ends too early";
	case PROTO_ERR_TRAILING:
		return "bytes are left over at the end";
	case PROTO_ERR_NO_ROOM:
		return "the buffer is too small";
	case PROTO_ERR_FORMAT:
		return "the data is malformed";
	case PROTO_ERR_VERSION:
		return "unknown version or cipher suite";
	case PROTO_ERR_SIGNATURE:
		return "the signature does not hold";
	case PROTO_ERR_EXPIRED:
		return "the certificate is not valid today";
	case PROTO_ERR_FOREIGN:
		return "it belongs to another issuer or card";
	case PROTO_ERR_CRYPTO:
		return "the cryptographic library failed";
	default:
		return "unknown error";
	}
}
