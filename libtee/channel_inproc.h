/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests can ask of the in-process channel beside the operations. */
#ifndef LIBTEE_CHANNEL_INPROC_H
#define LIBTEE_CHANNEL_INPROC_H

#include "libtee/channel.h"

/* Who the clients are from now on (the session sets the login). */
void channel_inproc_client(const struct teechan_identity *client);

/* The next so many waits for an answer that is not there yet end with -EINTR. */
void channel_inproc_interrupt(unsigned int waits);

/* Ends the wait of each trusted application with -EINTR, as a signal would. */
void channel_inproc_wake(void);

#endif
