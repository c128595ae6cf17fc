/* SPDX-License-Identifier: GPL-2.0-only */
/* The four parameters of a message, on their way there and back. */
#ifndef TC_PARAMS_H
#define TC_PARAMS_H

#include <linux/types.h>

#include "region.h"

struct tc_session;
struct teechan_param;

/**
 * struct tc_param - the kernel's own copy of one parameter
 * @type: TEECHAN_*
 * @a: first number of a value
 * @b: second number of a value; memory: bytes used, after the answer
 * @user: temporary reference: where in the client, NULL for a null reference
 * @at: memory: where in the TA's window
 * @size: memory: bytes offered
 * @loan: region reference: what was lent for it
 */
struct tc_param {
	u32 type;
	u64 a;
	u64 b;
	void __user *user;
	u64 at;
	u64 size;
	struct tc_loan loan;
};

int tc_params_check(const struct teechan_param *in);
int tc_params_take(struct tc_session *session, const struct teechan_param *in);
void tc_params_show(const struct tc_session *session, struct teechan_param *out);
void tc_params_answer(struct tc_session *session, const struct teechan_param *in);
void tc_params_return(struct tc_session *session);
int tc_params_collect(const struct tc_session *session, struct teechan_param *out);
u64 tc_params_lent(const struct tc_session *session);

#endif /* TC_PARAMS_H */
