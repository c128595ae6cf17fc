/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_PIN_H
#define TEEPAY_PAYTA_PIN_H

#include <stdbool.h>
#include <tee_internal_api.h>

/*
 * The holder's PIN and secret phrase.  The PIN itself is not kept: a salt and the outcome of PIN_ROUNDS rounds of HMAC-SHA-256 are.  A try is counted
 * durably before it is compared, so that no crash and no power cut makes one free.  From the fifth wrong PIN in a row on there is a wait, which doubles each
 * time and begins again when the application starts; the tenth blocks the PIN for good, until the issuer says otherwise.
 */
#define PIN_MIN			4
#define PIN_MAX			12	/* digits */
#define PHRASE_MAX		32	/* bytes, what the screen can show of it */
#define PIN_ROUNDS		50000
#define PIN_FREE_TRIES		5	/* wrong ones until the first wait */
#define PIN_TRIES		10
#define PIN_FIRST_WAIT		30u	/* seconds */

/* Loads what storage has.  An error means that the instance must not start. */
TEE_Result pin_load(void) __attribute__((warn_unused_result));
void pin_unload(void);

bool pin_is_set(void);
/* The phrase that the trusted screen shows to be known by; "" without one. */
const char *pin_phrase(void);
/* Wrong PINs that are left until the PIN is blocked; 0: blocked. */
unsigned int pin_tries_left(void);
/* Seconds until the next try is taken. */
uint32_t pin_wait(void);

/*
 * Counts a try, then compares.  *@right says how it went.  TEE_ERROR_BAD_STATE: not set, blocked, or to wait, and nothing was counted; any other error is
 * storage's.
 */
TEE_Result pin_try(const char *pin, bool *right) __attribute__((warn_unused_result));
/* Sets or replaces PIN and phrase; the tries count from the beginning.  TEE_ERROR_BAD_PARAMETERS: not 4 to 12 digits, or too long a phrase. */
TEE_Result pin_set(const char *pin, const char *phrase) __attribute__((warn_unused_result));
/*
 * The issuer's message @seq: the tries count from the beginning, and with @forget there is no PIN and no phrase any more.  A message that was taken once does
 * nothing again: it would be tries without end for whoever can cut the power.
 */
TEE_Result pin_unblock(uint64_t seq, bool forget) __attribute__((warn_unused_result));

#endif
