/* SPDX-License-Identifier: BSD-2-Clause */
/* The cage that a trusted application locks itself into before it serves anybody. */
#ifndef LIBTEE_INTERNAL_SANDBOX_H
#define LIBTEE_INTERNAL_SANDBOX_H

#include <stdbool.h>

/* Defined in tui_socket.c, so there in an application that is linked with the Trusted UI API: it may connect to trustuid, others may not connect at all. */
extern const bool tee_tui_used __attribute__((weak));

/*
 * Locks all memory, forbids dumps and new privileges, and allows only the system calls and ioctl commands of the
 * serving loop (seccomp), and no file by name (Landlock, where the kernel has it), except that two files in the folder
 * of the storage can swap their names. For good.
 * @storage_dir: that folder, open; -1: none
 * 0, or -1 after saying in the log what failed and how to mend it.
 */
int tee_sandbox_enter(int storage_dir);

#endif
