/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TRUSTUID_PAINT_H
#define TEEPAY_TRUSTUID_PAINT_H

#include "layout.h"

/*
 * Brings a layout onto the terminal, with ncurses.
 */

/* @fd: the terminal.  False: ncurses cannot drive it. */
bool paint_begin(int fd) __attribute__((warn_unused_result));
void paint(const struct layout *l);
/* Leaves the terminal empty: what stood there is nobody's business. */
void paint_end(void);

#endif
