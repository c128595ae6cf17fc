/* SPDX-License-Identifier: BSD-2-Clause */
/* The parameters of a message of the in-process channel, and what of them is lent. Callers hold the channel's lock. */
#ifndef LIBTEE_INPROC_PARAMS_H
#define LIBTEE_INPROC_PARAMS_H

#include "libtee/channel.h"
#include "libtee/inproc_memory.h"

#define INPROC_INBOX_SIZE 65536u

/* A client's region. */
struct inproc_region {
	struct inproc_region *next;
	uint32_t id;
	struct inproc_block block;
};

struct inproc_params {
	uint32_t count;
	struct teechan_param client[TEECHAN_PARAMS];	/* as the client sent them, and gets them back */
	struct teechan_param ta[TEECHAN_PARAMS];	/* as the trusted side sees them */
	uint64_t inbox_at[TEECHAN_PARAMS];
	struct inproc_loan loans[TEECHAN_PARAMS];
};

/*
 * Copies temporary references into the inbox, and shows them and the regions in the window. params->client and count are set.
 * 0 or what the kernel would answer; then nothing is lent.
 */
int inproc_params_take(struct inproc_params *params, struct inproc_window *window, struct inproc_block *inbox,
		       struct inproc_region *regions);

/* What was lent goes home. */
void inproc_params_return(struct inproc_params *params, struct inproc_window *window);

/* Takes the outputs of the trusted side's answer; those that it does not carry are zero. */
void inproc_params_answer(struct inproc_params *params, const struct teechan_param *answer, uint32_t count);

/* Copies the outputs into the client's memory and parameters. */
void inproc_params_give(struct inproc_params *params, const struct inproc_block *inbox);

#endif
