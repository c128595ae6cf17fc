/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every call runs through stands together, in as few pages as it needs:
 * two processes take turns, so each call meets cold caches of addresses.
 */
#ifndef TCH_HOT_H
#define TCH_HOT_H

#define __tch_hot __attribute__((__hot__))

/*
 * Not filled with zeros first, where the kernel is built so that all else is: for
 * what a call fills in by itself, and then uses no more of than that.
 */
#if __has_attribute(__uninitialized__)
#define __tch_uninit __attribute__((__uninitialized__))
#else
#define __tch_uninit
#endif

#endif /* TCH_HOT_H */
