/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions of this trusted application to other ones: GP Core 1.3 §4.9. */
#ifndef LIBTEE_INTERNAL_TA_SESSION_H
#define LIBTEE_INTERNAL_TA_SESSION_H

/*
 * Opens the client's side of the channel, which a sandboxed process cannot do any more. An application whose user may
 * not open it has no sessions to others: TEE_OpenTASession says TEE_ERROR_ACCESS_DENIED then.
 */
void tee_ta_session_init(void);

/* Closes all sessions (end of an instance). */
void tee_ta_session_close_all(void);

/* And the channel (end of the process). */
void tee_ta_session_fini(void);

#endif
