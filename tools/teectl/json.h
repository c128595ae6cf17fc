/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as one flat JSON object, with the same names in every command. */
#ifndef TEECTL_JSON_H
#define TEECTL_JSON_H

#include <stdio.h>

#include "record.h"

/* Prints { ... } without a line's end. */
void json_record(FILE *f, const struct record *r);

/* Prints printable text in quotes. */
void json_text(FILE *f, const char *text);

#endif
