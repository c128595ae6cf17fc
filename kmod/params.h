/* SPDX-License-Identifier: GPL-2.0-only */
/* The four parameters of a message, on their way there and back. */
#ifndef TCH_PARAMS_H
#define TCH_PARAMS_H

#include <linux/types.h>

#include "region.h"

struct tch_session;
struct teechan_param;

/**
 * struct tch_param - the kernel's own copy of one parameter
 * @type: TEECHAN_*
 * @a: first number of a value
 * @b: second number of a value; memory: bytes used, after the answer
 * @user: temporary reference: where in the client, NULL for a null reference
 * @at: memory: where in the TA's window
 * @size: memory: bytes offered
 * @loan: region reference: what was lent for it
 */
struct tch_param {
	u32 type;
	u64 a;
	u64 b;
	void __user *user;
	u64 at;
	u64 size;
	struct tch_loan loan;
};

int tch_params_check(const struct teechan_param *in);
int tch_params_take(struct tch_session *session, const struct teechan_param *in);
void tch_params_show(const struct tch_session *session, struct teechan_param *out);
void tch_params_answer(struct tch_session *session, const struct teechan_param *in);
void tch_params_return(struct tch_session *session);
void tch_params_collect_values(const struct tch_session *session, struct teechan_param *out);
int tch_params_collect_memory(const struct tch_session *session);
u64 tch_params_lent(const struct tch_session *session);

#endif /* TCH_PARAMS_H */
