/* SPDX-License-Identifier: GPL-2.0-only */
/* The four parameters of a message, on their way there and back. */
#ifndef TCH_PARAMS_H
#define TCH_PARAMS_H

#include <linux/types.h>

#include "../include/uapi/teechan.h"
#include "region.h"

/* What is new in a client's parameters after the answer: two bits for each of them. */
#define TCH_NEW_B(i)	(1u << 2 * (i))
#define TCH_NEW_A(i)	(2u << 2 * (i))

struct tch_answer;
struct tch_session;

/**
 * struct tch_param - the kernel's own copy of one parameter
 * @seen: as the TA sees it. After the answer: the numbers of an output value, in
 *	@b the bytes used of output memory
 * @type: the client's, TEECHAN_*
 * @user: temporary reference: where in the client, NULL for a null reference
 * @at: temporary reference: where in the inbox
 * @size: memory: bytes offered
 * @loan: region reference: what was lent for it
 */
struct tch_param {
	struct teechan_param seen;
	u32 type;
	void __user *user;
	u64 at;
	u64 size;
	struct tch_loan loan;
};

int tch_params_check(const struct teechan_param *in, unsigned int count);
int tch_params_take(struct tch_session *session, const struct teechan_param *in,
		    unsigned int count);
void tch_params_answer(struct tch_session *session, const struct tch_answer *in);
void tch_params_return(struct tch_session *session);
u32 tch_params_collect_values(const struct tch_session *session, struct teechan_param *out);
int tch_params_collect_memory(const struct tch_session *session);
u64 tch_params_lent(const struct tch_session *session);

#endif /* TCH_PARAMS_H */
