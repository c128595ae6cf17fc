/* SPDX-License-Identifier: GPL-2.0-only */
/* The TA's side of a message: REPLY_RECV. */
#ifndef TCH_DELIVERY_H
#define TCH_DELIVERY_H

#include <linux/types.h>

#include "../include/uapi/teechan.h"

struct tch_ta;

/**
 * struct tch_answer - what a TA answers
 * @id: the message
 * @ret: result
 * @origin: of @ret, 0: the TA's own
 * @count: parameters that it carries; those behind are not valid
 * @params: their numbers
 */
struct tch_answer {
	u64 id;
	u32 ret;
	u32 origin;
	u32 count;
	struct {
		u64 a;
		u64 b;
	} params[TEECHAN_PARAMS];
};

int tch_delivery_receive(struct tch_ta *ta, struct teechan_reply_recv __user *to,
			 u64 deadline, bool nonblock);
int tch_delivery_reply(struct tch_ta *ta, const struct tch_answer *in);
int tch_delivery_cancelled(struct tch_ta *ta, u64 id);

#endif /* TCH_DELIVERY_H */
