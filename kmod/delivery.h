/* SPDX-License-Identifier: GPL-2.0-only */
/* The TA's side of a message: REPLY_RECV. */
#ifndef TC_DELIVERY_H
#define TC_DELIVERY_H

#include <linux/types.h>

struct tc_ta;
struct teechan_reply_recv;

int tc_delivery_receive(struct tc_ta *ta, struct teechan_reply_recv *out,
			void __user *to, bool nonblock);
int tc_delivery_reply(struct tc_ta *ta, const struct teechan_reply_recv *in);
int tc_delivery_cancelled(struct tc_ta *ta, u64 id);

#endif /* TC_DELIVERY_H */
