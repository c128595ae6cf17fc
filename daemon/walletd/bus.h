/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_BUS_H
#define TEEPAY_WALLETD_BUS_H

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "arming.h"
#include "card.h"
#include "rf.h"

/*
 * walletd on the system bus: org.teepay.Wallet1 (its introspection is packaging/system/org.teepay.Wallet1.xml).  Who may call is said twice, by the bus's
 * policy and here: root, and members of the group teepay.
 */
#define BUS_NAME	"org.teepay.Wallet1"
#define BUS_PATH	"/org/teepay/Wallet1"
#define BUS_INTERFACE	"org.teepay.Wallet1"

struct bus;

/* All three outlive the bus.  A bus that is not there, or goes, is tried again every few seconds.  0 or a negative errno. */
int bus_start(struct bus **bus, sd_event *event, struct card *card, struct arming *arming, const struct rf *rf) __attribute__((warn_unused_result));
void bus_free(struct bus **bus);

/* Tells listeners which properties changed since the last call. */
void bus_update(struct bus *bus);
/* The signals; the struct bus * is the ctx of card_settle(). */
extern const struct card_listener bus_listener;

#endif
