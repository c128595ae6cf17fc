/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PROTO_PAYMENT_H
#define TEEPAY_PROTO_PAYMENT_H

/*
 * One payment on the wire (docs/PROTOCOL.apdu.md): each structure with its encoder and its decoder, and the transcript that binds them.  The card's
 * half is used by the trusted application, the terminal's half by the point of sale.  The four commands in their order:
 */
#include "select.h"
#include "get_vcn.h"
#include "pay.h"
#include "recover.h"

#endif
