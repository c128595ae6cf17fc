/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_NFCTARGET_TARGET_H
#define TEEPAY_NFCTARGET_TARGET_H

#include <nfc/nfc.h>
#include <signal.h>

#include "link.h"

/*
 * Is a contactless card (ISO 14443-4, type A) at this reader: waits for a terminal, passes its commands to walletd and the responses back, waits for
 * the next.  Returns when the reader is of no more use to this process, or @stop is set: the caller ends.
 */
void target_serve(nfc_device *reader, struct link *l, const volatile sig_atomic_t *stop);

#endif
