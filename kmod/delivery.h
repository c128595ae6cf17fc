/* SPDX-License-Identifier: GPL-2.0-only */
/* The TA's side of a message: REPLY_RECV. */
#ifndef TCH_DELIVERY_H
#define TCH_DELIVERY_H

#include <linux/types.h>

struct tch_ta;
struct teechan_reply_recv;

int tch_delivery_receive(struct tch_ta *ta, struct teechan_reply_recv *out,
			 void __user *to, bool nonblock);
int tch_delivery_reply(struct tch_ta *ta, const struct teechan_reply_recv *in);
int tch_delivery_cancelled(struct tch_ta *ta, u64 id);

#endif /* TCH_DELIVERY_H */
