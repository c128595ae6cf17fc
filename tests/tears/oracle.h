/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_ORACLE_H
#define TEEPAY_TESTS_TEARS_ORACLE_H

#include "scene.h"

/*
 * The oracle (docs/PROTOCOL.apdu.md §9, rule 12), asked when all parties run and are at rest.  NULL, or what does not hold; the sentence is static.
 *
 * Whatever was interrupted: money is conserved over purse, payments, issuer and in flight; the purse's records follow from each other; what the terminal calls
 * paid is one record of the card, with that receipt, and what it calls refused or never is none; what the card took from the issuer is what the issuer signed; and what
 * somebody was told still holds.
 * @ended: after one undisturbed tap nothing is in doubt either, and every payment of the card is known to its terminal.
 */
const char *oracle(struct scene *s, bool ended);

#endif
