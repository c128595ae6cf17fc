/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_ISSUER_H
#define TEEPAY_PAY_ISSUER_H

#include "link.h"

/* The issuer, HTTP and JSON on its Unix socket. */
#define ISSUER_SOCKET	"/run/teepay/issuer.sock"

struct issuer;

/* @path of the socket stays the caller's.  enum pay_exit. */
int issuer_new(struct issuer **issuer, const char *path, struct pay_error *e) __attribute__((warn_unused_result));
void issuer_free(struct issuer **issuer);
/* See struct link. */
int issuer_call(struct issuer *is, const char *path, const json_t *body, json_t **answer, struct pay_error *e);

#endif
