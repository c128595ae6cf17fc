/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts what teectl top shows onto a canvas of any size. */
#ifndef TEECTL_DRAW_H
#define TEECTL_DRAW_H

#include "canvas.h"
#include "view.h"

/* live: with what only a screen has that keeps moving: the keys, what they act on, and how it went lately. */
void draw_view(struct canvas *c, const struct view *v, bool live);

#endif
