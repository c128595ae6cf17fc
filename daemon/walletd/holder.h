/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_HOLDER_H
#define TEEPAY_WALLETD_HOLDER_H

#include <systemd/sd-bus.h>

#include "arming.h"
#include "card.h"

/*
 * What takes the card's holder to the trusted screen: his own commands, transfers, and a payment that was refused for want of the PIN.  One at a time; while it
 * lasts the card answers terminals "not now".  No PIN comes through here: walletd says that there is something to decide, and hears what was decided.
 */
struct holder;

/* @changed is called when something may be different afterwards.  All given outlive the holder.  0 or a negative errno. */
int holder_new(struct holder **holder, sd_event *event, struct card *card, struct arming *arming, void (*changed)(void *ctx), void *ctx)
	__attribute__((warn_unused_result));
void holder_free(struct holder **holder);

/*
 * A payment was refused for want of the PIN.  The screen comes by itself when the holder has armed the card by hand, once for each time: no terminal can make
 * it come again and again, nor at all on a card that is always ready.
 */
void holder_asked(struct holder *holder);

/* Methods of the bus: the reply goes out when the holder is done. */
int holder_verify(struct holder *holder, sd_bus_message *m, sd_bus_error *error) __attribute__((warn_unused_result));
int holder_change_pin(struct holder *holder, sd_bus_message *m, sd_bus_error *error) __attribute__((warn_unused_result));
int holder_set_limits(struct holder *holder, sd_bus_message *m, sd_bus_error *error) __attribute__((warn_unused_result));
/* What holds now, what the issuer set, what was spent since the last PIN, and how the PIN is doing: at once. */
int holder_get_limits(struct holder *holder, sd_bus_message *m, sd_bus_error *error) __attribute__((warn_unused_result));
/* The transfer order @message waits for him; @m is the call of Message that brought it. */
int holder_transfer(struct holder *holder, sd_bus_message *m, struct bytes message, sd_bus_error *error) __attribute__((warn_unused_result));

#endif
