/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of users and processes, as far as the machine knows them, safe to print. */
#ifndef TEECTL_NAMES_H
#define TEECTL_NAMES_H

#include <stdint.h>

#define NAMES_ROOM 33

/* The user's name, or the number. Asked for once and kept. */
const char *names_user(uint32_t uid, char text[NAMES_ROOM]);
/* The process's name, as `ps -o comm` has it, or "-" when it is gone. */
const char *names_process(uint32_t pid, char text[NAMES_ROOM]);

#endif
