/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every call runs through stands together, in one page for each side: two
 * processes take turns, so each of them meets cold caches of addresses.
 * __tch_hot_page is for the first function of a side: the page begins with it.
 */
#ifndef TCH_HOT_H
#define TCH_HOT_H

#include <linux/compiler_attributes.h>

#define __tch_hot_client __attribute__((__hot__)) __section(".text.hot.client")
#define __tch_hot_ta __attribute__((__hot__)) __section(".text.hot.ta")
#define __tch_hot_page __aligned(4096)

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
