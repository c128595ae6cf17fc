/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_HTTP_H
#define TEEPAY_PAYISSUER_HTTP_H

#include "issuer.h"

#define HTTP_BODY_MAX		16384	/* bytes of a request's body */
#define HTTP_CONNECTIONS_MAX	32
#define HTTP_TIMEOUT_SECONDS	10	/* of an idle connection */

struct http;

/*
 * Serves the issuer's resources (api.h) on the listening socket @fd, which it takes over, in a thread of its own: until http_stop() nobody else may
 * use @is.  NULL when it cannot.
 */
struct http *http_start(struct issuer *is, int fd) ISSUER_MUST_CHECK;
void http_stop(struct http **h);

/* Makes a listening Unix socket at @path (mode 0660, group @group when there is one); a dead one is replaced.  The descriptor, or -errno. */
int http_listen_unix(const char *path, const char *group) ISSUER_MUST_CHECK;

#endif
