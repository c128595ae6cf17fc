/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_RF_VPCD_H
#define TEEPAY_WALLETD_RF_VPCD_H

#include <stdbool.h>

/* An address of this machine, in digits?  The virtual reader is nowhere else: who could place it elsewhere would have a relay. */
bool rf_vpcd_is_loopback(const char *host);
/* Makes a connected socket the reader's connection: it is closed with the front end.  0 or -ENOMEM.  For tests on a socket pair. */
int rf_vpcd_adopt(void **self, int fd) __attribute__((warn_unused_result));

#endif
