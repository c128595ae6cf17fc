/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways for a trusted application to end. */
#ifndef LIBTEE_INTERNAL_PANIC_H
#define LIBTEE_INTERNAL_PANIC_H

#include <sysexits.h>

/*
 * Exit codes (sysexits.h). After the last three a human must look first: the unit keeps systemd from starting the
 * application again (RestartPreventExitStatus=).
 */
enum tee_exit {
	TEE_EXIT_DONE = EX_OK,
	TEE_EXIT_FAILED = 1,			/* could not start; said why */
	TEE_EXIT_USAGE = 2,
	TEE_EXIT_PANIC = EX_SOFTWARE,		/* TEE_Panic, or a use of the API that panics */
	TEE_EXIT_STORAGE_DAMAGED = EX_DATAERR,	/* the storage log is damaged or was altered */
	TEE_EXIT_STORAGE_FAILED = EX_IOERR,	/* the disk failed to write */
	TEE_EXIT_CONFIG = EX_CONFIG,		/* no device key, or not the one of the log */
};

/* Misuse of the API by the application: "function: why" to the log, then TEE_EXIT_PANIC. GP Core 1.3 §2.3.3. */
void tee_panic_misuse(const char *function, const char *why) __attribute__((noreturn));

/* The device under the storage failed: nothing may be written any more, and nothing be trusted (TEE_EXIT_STORAGE_FAILED). */
void tee_panic_storage(const char *why) __attribute__((noreturn));

#define TEE_MISUSE(why) tee_panic_misuse(__func__, why)
#define TEE_MISUSE_IF(condition, why) \
	do { \
		if (condition) \
			TEE_MISUSE(why); \
	} while (0)

#endif
