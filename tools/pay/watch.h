/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_WATCH_H
#define TEEPAY_PAY_WATCH_H

#include "link.h"

/* What pay watch hears from walletd, and how it says it. */
enum watch_kind {
	WATCH_TAP,		/* a terminal got the card's number: @name is the merchant */
	WATCH_RECORD,		/* a value record: @record but its peer, currency and receipt */
	WATCH_ASKED,		/* the card wants its holder: @name is "verify"; amount and currency of @record */
	WATCH_CHANGED,		/* properties changed: ask for the state */
};

struct watch_event {
	enum watch_kind kind;
	char name[MERCHANT_MAX + 1];
	struct purse_record record;
};

#define WATCH_TEXT	192

/* One line without its time, "" for an event that says nothing by itself.  @s: the wallet's state as it is known.  Returns @out. */
const char *watch_text(const struct watch_event *e, const struct wallet_state *s, char out[WATCH_TEXT]);
/* What changed between two states and concerns the holder, likewise; @old NULL: all of it. */
const char *watch_changes(const struct wallet_state *old, const struct wallet_state *s, char out[WATCH_TEXT]);
/* An object with event ("tap", "record", "asked") and what belongs to it; NULL for WATCH_CHANGED.  The state's is watch_state_json(). */
json_t *watch_json(const struct watch_event *e, const struct wallet_state *s);
json_t *watch_state_json(const struct wallet_state *s);
/* Is it worth a notification on the desktop?  Then its title goes to *@title, and its text is watch_text()'s. */
bool watch_notifies(const struct watch_event *e, const char **title);

#endif
