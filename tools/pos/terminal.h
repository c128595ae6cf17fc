/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_TERMINAL_H
#define TEEPAY_POS_TERMINAL_H

#include <openssl/types.h>
#include <stdbool.h>

#include "proto/cert.h"

/* What the issuer gave this terminal: terminal.json of `payissuer terminal`. */
struct terminal {
	uint8_t tcert[TCERT_MAX];
	size_t tcert_len;
	struct tcert cert;		/* the same, decoded and verified */
	EVP_PKEY *key;			/* X25519, the certificate's other half */
	uint8_t issuer_pk[ED25519_PK_LEN];
	uint8_t kid[KID_LEN];
	uint16_t currency;
	char vcn_prefix[7];		/* the issuer's range of card numbers */
};

#define TERMINAL_ERROR_LEN	256

/*
 * Reads @path and checks that its parts fit each other: certificate signed by the issuer's key, private key belongs to the certificate, nobody else
 * may read the file.  0, or -1 with a sentence in @error.  Its days are not checked: an old journal can be settled with an expired certificate.
 */
int terminal_load(struct terminal *t, const char *path, char error[TERMINAL_ERROR_LEN]) __attribute__((warn_unused_result));
/* May it talk to cards on @today? */
bool terminal_valid(const struct terminal *t, uint16_t today);
void terminal_free(struct terminal *t);

#endif
