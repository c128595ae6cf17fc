// SPDX-License-Identifier: BSD-2-Clause
#include "bring.h"

#include "common/hex.h"

#define PAGE	16u	/* receipts a request */

static json_t *receipt_json(const char *cid, const struct purse_record *p)
{
	char tid[HEX_TEXT(TID_LEN)], fields[HEX_TEXT(P_LEN)], ebal[HEX_TEXT(EBAL_LEN)], rsig[HEX_TEXT(ED25519_SIG_LEN)];

	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "tid", hex_encode(p->peer, TID_LEN, tid), "cid", cid, "ctr", (json_int_t)p->ctr, "p",
			 hex_encode(p->p, P_LEN, fields), "ebal", hex_encode(p->receipt.ebal, EBAL_LEN, ebal), "rsig",
			 hex_encode(p->receipt.rsig, ED25519_SIG_LEN, rsig));
}

/* Steals @list.  What the issuer refuses it has its reasons for: the merchant's terminal has the same receipt. */
static int send_receipts(const struct link *l, json_t *list, unsigned int *accepted, struct pay_error *e)
{
	json_t *answer;
	int status, code;

	*accepted = 0;
	if (json_array_size(list) == 0) {
		json_decref(list);
		return PAY_DONE;
	}
	code = link_ask(l, "/v1/receipts", json_pack("{s:o}", "receipts", list), true, &answer, &status, e);
	*accepted = (unsigned int)json_integer_value(json_object_get(answer, "accepted"));
	json_decref(answer);
	return code;
}

int bring_receipts(const struct link *l, const char *cid, bool all, unsigned int *fresh, struct pay_error *e)
{
	struct purse_record page[PAGE];
	unsigned int accepted;
	int code = PAY_DONE;
	bool more = true;
	size_t n = PAGE;

	*fresh = 0;
	for (uint32_t offset = 0; code == PAY_DONE && n == PAGE && more; offset += PAGE) {
		json_t *list = json_array();

		code = l->history(l->ctx, offset, page, PAGE, &n, e);
		for (size_t i = 0; code == PAY_DONE && i < n; i++)
			if (page[i].kind == PURSE_PAYMENT)
				json_array_append_new(list, receipt_json(cid, &page[i]));
		if (code != PAY_DONE) {
			json_decref(list);
			break;
		}
		more = all || json_array_size(list) == 0;
		code = send_receipts(l, list, &accepted, e);
		more = more || accepted > 0;
		*fresh += accepted;
	}
	return code;
}
