/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYTA_COMMAND_H
#define TEEPAY_PAYTA_COMMAND_H

#include <tee_internal_api.h>

#include "proto/cursor.h"

/*
 * One call as a command sees it.  Inputs are copies and outputs are copied out when the command is done: no command touches memory that a client has lent
 * (GP Core 1.3 §4.11.1), and none can fail for want of room behind a debit.
 */
struct command {
	uint32_t a, b;			/* value parameter: in (a), and out where the command has one */
	struct bytes in[TEE_NUM_PARAMS];
	uint8_t *out[TEE_NUM_PARAMS];	/* as large as payta.c's table says */
	size_t out_len[TEE_NUM_PARAMS];	/* 0 at first */
};

#define COMMAND_P1(c)	((uint8_t)((c)->a >> 8))
#define COMMAND_P2(c)	((uint8_t)(c)->a)

/* get_vcn.c */
TEE_Result command_get_vcn(struct command *c) __attribute__((warn_unused_result));
/* pay.c */
TEE_Result command_pay(struct command *c) __attribute__((warn_unused_result));
/* recover.c */
TEE_Result command_recover(struct command *c) __attribute__((warn_unused_result));
/* message.c */
TEE_Result command_message(struct command *c) __attribute__((warn_unused_result));
/* verify.c */
TEE_Result command_verify(struct command *c) __attribute__((warn_unused_result));
TEE_Result command_pin(struct command *c) __attribute__((warn_unused_result));
TEE_Result command_limits(struct command *c) __attribute__((warn_unused_result));

#endif
