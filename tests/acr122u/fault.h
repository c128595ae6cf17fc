/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_FAULT_H
#define TEEPAY_ACR122U_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What real readers are known for, at a command that a test names by its number. */
enum fault_kind {
	FAULT_NONE,
	FAULT_MUTE,		/* the command is carried out and its answer is lost */
	FAULT_DESYNC,		/* the answer before comes again, and from then on every answer is one late, until a reset */
	FAULT_RELEASED,		/* status 29: the card was away for a moment */
	FAULT_DEAD,		/* no word until a reset of the USB device */
	FAULT_STALL,		/* the endpoint stalls until it is cleared or the device reset */
};

struct fault {
	enum fault_kind kind;
	uint64_t countdown;	/* commands until then; 0: none is asked for */
	bool dead, stalled, shifted;
};

extern const char *const fault_names[];

/* By its name, or -1. */
int fault_find(const char *name);
void fault_ask(struct fault *f, enum fault_kind kind, uint64_t nth);
/* A command came: what is to happen to it. */
enum fault_kind fault_step(struct fault *f);
/* The device was reset: whatever it had is over, what was asked for and did not come yet is not. */
void fault_reset(struct fault *f);

#endif
