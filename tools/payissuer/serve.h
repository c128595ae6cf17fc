/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_SERVE_H
#define TEEPAY_PAYISSUER_SERVE_H

#include "issuer.h"

#define SERVE_SOCKET_DEFAULT	"/run/teepay/issuer.sock"
#define SERVE_GROUP_DEFAULT	"teepay"

/*
 * Serves until SIGTERM or SIGINT, on the socket that systemd hands over (sd_listen_fds(3)) or else on one made at @path for @group.  Tells systemd
 * when it is ready, and feeds its watchdog.  An exit code of the program.
 */
int serve_run(struct issuer *is, const char *path, const char *group) ISSUER_MUST_CHECK;

#endif
