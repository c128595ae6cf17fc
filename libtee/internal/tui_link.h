/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to the trusted user interface: a table, so that unit tests can be the user. */
#ifndef LIBTEE_INTERNAL_TUI_LINK_H
#define LIBTEE_INTERNAL_TUI_LINK_H

#include <tee_api_types.h>

#include "libtee/tui_wire.h"

struct tee_tui_link {
	/* TEE_SUCCESS, or TEE_ERROR_COMMUNICATION: nobody is there. */
	TEE_Result (*open)(void);
	/*
	 * Sends the request in @frame and puts the answer there; *@len is the length of the one, then of the other. Waits up to @timeout_ms.
	 * TEE_ERROR_CANCEL: the call that is being served was cancelled, or its client is gone; TEE_ERROR_COMMUNICATION: no answer. Then close.
	 */
	TEE_Result (*exchange)(uint8_t frame[TUI_FRAME_MAX], size_t *len, uint32_t timeout_ms);
	/* Whatever is open at the other end ends. */
	void (*close)(void);
};

/* The one in use: trustuid's socket, unless a test has set another. */
extern const struct tee_tui_link *tee_tui_link;
extern const struct tee_tui_link tee_tui_socket;

#endif
