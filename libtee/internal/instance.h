/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The instance of the application in this process: GP Core 1.3 §2.1.3.
 *
 * One that is kept alive is made when the process starts and lives as long. Any other is made for its first session and
 * destroyed after its last: its handles, sessions and memory are gone then, and its variables are again what they were
 * at the start of the process, if the application was linked with libtee/devkit/mk/ta_data.ld. The process goes on, so that
 * whoever opens the next session finds somebody to answer.
 */
#ifndef LIBTEE_INTERNAL_INSTANCE_H
#define LIBTEE_INTERNAL_INSTANCE_H

#include <stdbool.h>

#include <tee_api_types.h>

/* Before the first instance: keeps what the application's variables are. -1 without memory. */
int tee_instance_init(void);

/* Whether it lives without sessions. */
bool tee_instance_is_kept(void);

/* Makes it, unless it is there, and returns what TA_CreateEntryPoint, which is create, does. */
TEE_Result tee_instance_make(TEE_Result (*create)(void));

/* Destroys it, if it is there, by TA_DestroyEntryPoint. */
void tee_instance_destroy(void (*destroy)(void));

#endif
