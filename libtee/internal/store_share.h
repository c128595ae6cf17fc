/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One storage for several processes: those of a multi-instance application, forked from the one that opened it.
 *
 * All have the files open. A page that they share has a lock, a count of changes and the handles that are open in any of
 * them (GP Core 1.3 §5.7.3 holds for all instances together). Who has the lock reads the log anew if another one changed
 * it meanwhile. One that dies with the lock leaves at most an unfinished record, as after a power cut.
 */
#ifndef LIBTEE_INTERNAL_STORE_SHARE_H
#define LIBTEE_INTERNAL_STORE_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Before the processes are forked. 0 or -1. */
int tee_share_init(void);
/* Without processes any more. */
void tee_share_fini(void);
bool tee_share_is_on(void);

/* Taken by one process at a time, again by the same as often as it likes. True: what it knows of the log is old. */
bool tee_share_lock(void);
void tee_share_unlock(void);

/* With the lock: this process has changed the log, or read it anew. */
void tee_share_changed(void);
void tee_share_read(void);

/* A handle of this process on an object: the table's number of it, or -1 when the table is full. With the lock. */
int tee_share_open(const void *id, size_t id_size, uint32_t access);
void tee_share_close(int number);
void tee_share_rename(int number, const void *id, size_t id_size);

/* Of all handles on the object in other processes: which access any has, and what all share. False: there are none. */
bool tee_share_others(const void *id, size_t id_size, uint32_t *access, uint32_t *shared);

/* A process has ended: its handles are closed. */
void tee_share_forget(pid_t pid);

#endif
