/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_DOCTOR_H
#define TEEPAY_PAY_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "link.h"

#define DOCTOR_FINDINGS_MAX	16

/* One thing that was looked at: @cure is "" when it is as it should be. */
struct finding {
	char what[160], cure[240];
};

struct diagnosis {
	struct finding findings[DOCTOR_FINDINGS_MAX];
	size_t n;
};

/*
 * Looks for what usually keeps a radio reader from being the card, from what sysfs says below @root ("" for this machine; a test has a folder of its own)
 * and from walletd's state, which is NULL when walletd does not answer.  Never fails: what it cannot see it does not mention.
 */
void doctor_look(const char *root, const struct wallet_state *s, struct diagnosis *d);
/* How many of the findings want a cure. */
size_t doctor_troubles(const struct diagnosis *d);

#endif
