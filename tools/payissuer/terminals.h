/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_TERMINALS_H
#define TEEPAY_PAYISSUER_TERMINALS_H

#include "issuer.h"

/*
 * Certifies a terminal of @merchant (1 to 20 bytes of UTF-8) for @days (1 to TCERT_MAX_DAYS) from today on, with a fresh key, and writes all that
 * `pos` needs to @dir/terminal.json (mode 0600, replaced as a whole).  When the folder has a terminal of this issuer and merchant already, that
 * terminal is renewed: its id stays, so that its journal can be settled.  The path goes to @path.
 */
int terminals_certify(struct issuer *is, const char *merchant, unsigned int days, const char *dir, char *path, size_t room)
	ISSUER_MUST_CHECK;

/*
 * After a terminal's key was stolen: cards refuse every certificate that began before today, each from its next message of the issuer on.  The honest
 * terminals are certified again.
 */
int terminals_revoke(struct issuer *is) ISSUER_MUST_CHECK;

#endif
