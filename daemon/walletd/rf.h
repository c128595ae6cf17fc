/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_RF_H
#define TEEPAY_WALLETD_RF_H

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

/*
 * The radio front end: how a terminal's commands come in and the card's responses go out.  One table a kind; nothing above knows which it is.
 */
#define RF_FRAME_MAX	512	/* longest command that is passed on, so that the engine itself says 6700 to what is over APDU_MAX */

enum rf_event {
	RF_NOTHING,		/* no whole message yet */
	RF_COMMAND,		/* a command APDU is in the buffer; it waits for one send() */
	RF_RESET,		/* field lost, power off, power on or reset */
};

/* A front end takes from this what it needs. */
struct rf_config {
	const char *host;		/* the virtual reader's address */
	uint16_t port;
	const char *readers;		/* libnfc: names of readers, with blanks or commas between; empty: any */
};

/* Since walletd began. */
struct rf_counts {
	uint32_t activations;		/* terminals that found the card */
	uint32_t commands;		/* that were answered */
	uint32_t torn;			/* the terminal went while its command was being answered */
	uint32_t errors;		/* of the reader */
	uint32_t restarts;		/* the reader was opened anew */
};

/*
 * @open starts (and may go on in the background); -EOPNOTSUPP means never, any other error: later.  @receive takes at most one message and never
 * waits; a negative errno means that the connection is gone.  @send passes the whole response on or fails.  @state is a static sentence.
 */
struct rf_ops {
	const char *name;
	int (*open)(void **self, const struct rf_config *config);
	int (*fd)(const void *self);
	uint32_t (*events)(const void *self);		/* EPOLLIN, EPOLLOUT */
	int (*receive)(void *self, uint8_t *apdu, size_t room, size_t *len);
	int (*send)(void *self, const uint8_t *apdu, size_t len);
	const char *(*state)(const void *self);		/* @self may be NULL: not open */
	void (*counts)(const void *self, struct rf_counts *counts);	/* may be NULL: it counts nothing */
	void (*close)(void **self);
};

extern const struct rf_ops rf_vpcd_ops, rf_libnfc_ops, rf_none_ops;

/* What the owner does with it.  @command must call rf_send() once; @changed tells that rf_state() says something new. */
struct rf_handler {
	void (*command)(void *ctx, const uint8_t *apdu, size_t len);
	void (*reset)(void *ctx);
	void (*changed)(void *ctx);
};

struct rf;

/* Starts @ops on @event and keeps it open: a lost connection is tried again after 50 ms, then twice that, up to 0.5 s.  0 or a negative errno. */
int rf_start(struct rf **rf, sd_event *event, const struct rf_ops *ops, const struct rf_config *config, const struct rf_handler *handler, void *ctx)
	__attribute__((warn_unused_result));
void rf_free(struct rf **rf);
void rf_send(struct rf *rf, const uint8_t *apdu, size_t len);
const char *rf_name(const struct rf *rf);
const char *rf_state(const struct rf *rf);
/* All zero when it counts nothing. */
void rf_counts(const struct rf *rf, struct rf_counts *counts);

#endif
