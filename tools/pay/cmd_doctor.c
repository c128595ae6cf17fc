// SPDX-License-Identifier: BSD-2-Clause
/* pay doctor: what keeps a radio reader from being the card. */
#include "cmd.h"

#include "doctor.h"

static json_t *findings_json(const struct diagnosis *d)
{
	json_t *a = json_array();

	for (size_t i = 0; a && i < d->n; i++)
		json_array_append_new(a, json_pack("{s:s, s:s}", "finding", d->findings[i].what, "cure", d->findings[i].cure));
	return a;
}

int cmd_doctor(const struct cmd *c, struct pay_error *e)
{
	struct wallet_state s;
	struct pay_error unreachable;
	struct diagnosis d;
	bool answers = c->link->state(c->link->ctx, &s, &unreachable) == PAY_DONE;
	int r = PAY_DONE;

	doctor_look("", answers ? &s : NULL, &d);
	if (c->json)
		r = cmd_print_json(findings_json(&d), e);
	for (size_t i = 0; !c->json && i < d.n; i++) {
		printf("%-8s%s\n", d.findings[i].cure[0] ? "trouble" : "good", d.findings[i].what);
		if (d.findings[i].cure[0])
			printf("%-8s%s\n", "", d.findings[i].cure);
	}
	if (r == PAY_DONE && doctor_troubles(&d) > 0)
		return pay_fail(e, PAY_FAILED, "%zu of these are in the way of a radio reader", doctor_troubles(&d));
	return r;
}
