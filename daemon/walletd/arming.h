/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_WALLETD_ARMING_H
#define TEEPAY_WALLETD_ARMING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When the card answers a terminal at all (`pay ready`).  This is privacy, no boundary against walletd (protocol rule 8): debits are bounded by the
 * trusted application's limits.
 */
enum arming_mode { ARMING_ALWAYS, ARMING_ON_REQUEST };

#define ARMING_MAX_SECONDS	3600

struct arming {
	enum arming_mode mode;
	uint64_t until_us;		/* CLOCK_BOOTTIME; 0 = not armed */
	bool prompted;			/* the trusted screen has come by itself since it was armed */
};

/* "always" and "on-request", as in walletd.conf; NULL-ended, in the order of enum arming_mode. */
extern const char *const arming_modes[];

/* The clock that runs on while the machine sleeps, in microseconds. */
uint64_t arming_clock(void);
bool arming_ready(const struct arming *a, uint64_t now_us);
/* May a payment that began while the card was ready still end?  For a moment after its time, and not once the holder has said that it is over. */
#define ARMING_GRACE_US		10000000
bool arming_pays(const struct arming *a, uint64_t now_us);
/* Arms for @seconds from @now_us on, or disarms with 0.  False: more than ARMING_MAX_SECONDS, nothing changed. */
bool arming_set(struct arming *a, uint64_t now_us, uint32_t seconds);

#endif
