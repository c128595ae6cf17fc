/* SPDX-License-Identifier: BSD-2-Clause */
/* The wallet's radio front end, as walletd says on the system bus (packaging/system/org.teepay.Wallet1.xml). */
#ifndef TEECTL_WALLET_H
#define TEECTL_WALLET_H

#include <stdbool.h>
#include <stdint.h>

struct wallet_radio {
	char front_end[16], state[160];		/* printable, whatever was said */
	uint32_t terminals, commands, torn, errors, restarts;
};

/* False when no walletd answers within a second: the module can be there without a wallet. */
bool wallet_radio_get(struct wallet_radio *radio);

#endif
