/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every call runs through stands together, in as few pages as it needs:
 * two processes take turns, so each call meets cold caches of addresses.
 */
#ifndef TCH_HOT_H
#define TCH_HOT_H

#define __tch_hot __attribute__((__hot__))

#endif /* TCH_HOT_H */
