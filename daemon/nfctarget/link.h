/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_NFCTARGET_LINK_H
#define TEEPAY_NFCTARGET_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/walletd/rf_libnfc.h"

/* The socket to walletd.  Whatever fails here ends this process: without walletd there is no card. */
struct link {
	int fd;
	uint8_t state;
	struct nfc_counts counts;
};

void link_report(struct link *l, enum nfc_state state);
void link_reset(const struct link *l);
/* Passes a command on and waits for the response: its length, or a negative errno when walletd is gone or says nothing in time. */
int link_exchange(struct link *l, const uint8_t *command, size_t len, uint8_t *response, size_t room);

#endif
