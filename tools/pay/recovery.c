// SPDX-License-Identifier: BSD-2-Clause
#include "recovery.h"

#include <stdlib.h>
#include <string.h>

#include "bring.h"
#include "common/hex.h"
#include "operation.h"

#define PATH_LEN	64

/* --- which card is lost --- */

static int find_lost(const struct pending_store *store, const char *cid, const struct wallet_state *s, struct recovery *r, struct pay_error *e)
{
	uint8_t bytes[CID_LEN];
	int code = pending_lost_load(store, r->lost, e);

	if (code != PAY_DONE)
		return code;
	if (cid && hex_decode(cid, bytes, sizeof(bytes)) != 0)
		return pay_fail(e, PAY_USAGE, "'%s' is no card id; give its 16 hex digits", cid);
	if (cid)
		hex_encode(bytes, sizeof(bytes), r->lost);
	else if (*r->lost == '\0' && *s->trouble)
		snprintf(r->lost, sizeof(r->lost), "%s", s->cid);
	if (*r->lost == '\0' || strcmp(r->lost, s->cid) != 0 || *s->trouble || strcmp(s->state, "blocked") == 0)
		return PAY_DONE;
	return pay_fail(e, PAY_FAILED, "card %s is in order, and would be blocked for good; if you want that, ask its issuer", r->lost);
}

/* --- the issuer --- */

static int report(const struct link *l, struct recovery *r, struct pay_error *e)
{
	char path[PATH_LEN];
	json_t *answer;
	int status, code;

	snprintf(path, sizeof(path), "/v1/cards/%s/lost", r->lost);
	code = link_ask(l, path, json_object(), true, &answer, &status, e);
	r->refund_after = (uint64_t)json_integer_value(json_object_get(answer, "refund_after"));
	r->held = (uint64_t)json_integer_value(json_object_get(answer, "held"));
	json_decref(answer);
	return code;
}

static int refund(const struct link *l, struct recovery *r, struct pay_error *e)
{
	char path[PATH_LEN];
	unsigned int n;
	json_t *answer;
	int status, code;

	snprintf(path, sizeof(path), "/v1/cards/%s/refunds", r->lost);
	code = link_ask(l, path, json_pack("{s:s}", "to", r->fresh), true, &answer, &status, e);
	r->refunded = (uint64_t)json_integer_value(json_object_get(answer, "amount"));
	json_decref(answer);
	return code == PAY_DONE ? operation_sync(l, r->fresh, &n, e) : code;
}

/* The new card is there: its money, when it is time. */
static int collect(const struct link *l, const struct pending_store *store, uint64_t now, struct recovery *r, struct pay_error *e)
{
	unsigned int n;
	int code;

	r->step = RECOVERY_WAITS;
	if (r->held > 0 && now < r->refund_after)
		return PAY_DONE;
	/* With nothing held it was refunded before, and the message may still wait for the card. */
	code = r->held > 0 ? refund(l, r, e) : operation_sync(l, r->fresh, &n, e);
	if (code == PAY_DONE)
		code = pending_lost_clear(store, e);
	if (code == PAY_DONE)
		r->step = RECOVERY_DONE;
	return code;
}

static int new_card(const struct link *l, const struct pending_store *store, const char *holder, struct recovery *r, struct pay_error *e)
{
	struct wallet_state s;
	bool resumed;
	int code = operation_apply(l, store, holder, &resumed, e);

	if (code == PAY_DONE)
		code = l->state(l->ctx, &s, e);
	if (code != PAY_DONE)
		return code;
	r->applied = true;
	snprintf(r->fresh, sizeof(r->fresh), "%s", s.cid);
	return PAY_DONE;
}

int recovery_run(const struct link *l, const struct pending_store *store, const char *cid, const char *holder, uint64_t now, struct recovery *r,
		 struct pay_error *e)
{
	struct wallet_state s;
	int code = l->state(l->ctx, &s, e);

	*r = (struct recovery){ .step = RECOVERY_NOTHING };
	if (code == PAY_DONE && strcmp(s.state, "unavailable") == 0)
		code = pay_fail(e, PAY_UNREACHABLE, "the card cannot be reached now; look at: systemctl status teepay-payta teepay-walletd");
	if (code == PAY_DONE)
		code = find_lost(store, cid, &s, r, e);
	if (code != PAY_DONE || *r->lost == '\0')
		return code;
	code = pending_lost_save(store, r->lost, e);
	if (code == PAY_DONE)
		code = report(l, r, e);
	if (code == PAY_DONE && strcmp(r->lost, s.cid) == 0) {
		r->step = RECOVERY_STORAGE;
		/* A terminal that never settles must not make the refund too large. */
		code = bring_receipts(l, r->lost, true, &r->receipts, e);
		return code == PAY_DONE ? report(l, r, e) : code;
	}
	snprintf(r->fresh, sizeof(r->fresh), "%s", s.cid);
	if (code == PAY_DONE && *s.cid == '\0')
		code = new_card(l, store, holder, r, e);
	return code == PAY_DONE ? collect(l, store, now, r, e) : code;
}
