/* SPDX-License-Identifier: BSD-2-Clause */
/* teectl policy: shows, sets and seals who may bind as which trusted application. */
#ifndef TEECTL_POLICY_H
#define TEECTL_POLICY_H

#include <stdbool.h>

/* The words behind "policy". Returns teectl's exit status, after a message unless it is 0. */
int policy_command(int argc, char *const *argv, bool json, bool seal);

#endif
