/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_OWNER_H
#define TEEPAY_PAYTA_OWNER_H

#include <stdbool.h>
#include <tee_internal_api.h>

/*
 * Whose the card is: the user id of the client that applied for it.  The device is open to the clients of every trusted application of the machine; this one
 * serves the wallet's user alone.  The digest of the wallet's executable comes along and is logged, but decides nothing: an upgrade changes it, and whoever may
 * run code as that user could borrow it (SECURITY.md).
 */

/* Loads what storage has.  An error means that the instance must not start. */
TEE_Result owner_load(void) __attribute__((warn_unused_result));
/*
 * May the client that asks now have a session?  TEE_ERROR_ACCESS_DENIED, unless it shows user and executable and is the card's owner, or there is no card yet.
 * A card of before there were owners gets this one.
 */
TEE_Result owner_admit(void) __attribute__((warn_unused_result));
/* Is the client that asks now still the one?  Another may have applied for the card since its session was opened. */
bool owner_is_client(void);
/* The client that asks now becomes the owner of a card that has none.  Durable when it returns. */
TEE_Result owner_take(void) __attribute__((warn_unused_result));

#endif
