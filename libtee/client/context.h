/* SPDX-License-Identifier: BSD-2-Clause */
/* What TEEC_Context.imp points to. What calls use of it does not change after it is made, so any thread may. */
#ifndef LIBTEE_CLIENT_CONTEXT_H
#define LIBTEE_CLIENT_CONTEXT_H

#include <stdint.h>

#include "libtee/channel.h"

struct context {
	struct context *next;		/* running.c's */
	struct channel *chan;
	struct staging *staging;	/* staging.c's */
	uint64_t inbox_size;		/* bytes that the temporary references of a call may have together */
};

/* Each temporary reference takes a multiple of this of the inbox: TEECHAN_VERSION. */
#define CONTEXT_INBOX_ALIGN 16

#endif
