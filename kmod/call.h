/* SPDX-License-Identifier: GPL-2.0-only */
/* The client's side of a message: OPEN_SESSION and INVOKE. */
#ifndef TCH_CALL_H
#define TCH_CALL_H

#include <linux/ktime.h>
#include <linux/types.h>

struct tch_session;
struct teechan_param;

/**
 * struct tch_call - what a client's OPEN and INVOKE have in common
 * @user_id: where the caller's structure keeps the message's id
 * @id: of the message, 0 before there is one
 * @deadline: CLOCK_MONOTONIC, 0 for none
 * @cancel_id: 0 for none
 * @kind: TEECHAN_KIND_OPEN or TEECHAN_KIND_INVOKE
 * @session: of an INVOKE: the client's number of it
 * @cmd: of an INVOKE
 * @ret: result (out)
 * @origin: of @ret (out)
 * @params: the caller's, in and out
 * @count: how many came in
 * @written: what of them is an output: TCH_NEW_A() and TCH_NEW_B()
 */
struct tch_call {
	u64 __user *user_id;
	u64 id;
	u64 deadline;
	u64 cancel_id;
	u32 kind;
	u32 session;
	u32 cmd;
	u32 ret;
	u32 origin;
	u32 count;
	u32 written;
	struct teechan_param *params;
};

/* The call is over and tch_call.ret tells how, but no TA was asked. */
#define TCH_OVER 1

int tch_call_begin(struct tch_session *session, struct tch_call *call);
int tch_call_send(struct tch_session *session, struct tch_call *call);
int tch_call_wait(struct tch_session *session, struct tch_call *call);
bool tch_call_cancel(struct tch_session *session, u64 cancel_id, ktime_t deadline);

#endif /* TCH_CALL_H */
