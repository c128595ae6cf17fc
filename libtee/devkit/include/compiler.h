/* SPDX-License-Identifier: BSD-2-Clause */
/* Short names for what the compiler can be told, as OP-TEE's trusted applications use them (GCC and Clang). */
#ifndef COMPILER_H
#define COMPILER_H

#ifndef __aligned
#define __aligned(n)		__attribute__((aligned(n)))
#endif
#ifndef __alias
#define __alias(name)		__attribute__((alias(name)))
#endif
#ifndef __attr_const
#define __attr_const		__attribute__((const))
#endif
#ifndef __cold
#define __cold			__attribute__((cold))
#endif
#ifndef __deprecated
#define __deprecated		__attribute__((deprecated))
#endif
#ifndef __maybe_unused
#define __maybe_unused		__attribute__((unused))
#endif
#ifndef __must_check
#define __must_check		__attribute__((warn_unused_result))
#endif
#ifndef __noinline
#define __noinline		__attribute__((noinline))
#endif
#ifndef __noreturn
#define __noreturn		__attribute__((noreturn))
#endif
#ifndef __packed
#define __packed		__attribute__((packed))
#endif
#ifndef __printf
#define __printf(text, first)	__attribute__((format(printf, text, first)))
#endif
#ifndef __pure
#define __pure			__attribute__((pure))
#endif
#ifndef __section
#define __section(name)		__attribute__((section(name)))
#endif
#ifndef __unused
#define __unused		__attribute__((unused))
#endif
#ifndef __used
#define __used			__attribute__((used))
#endif
#ifndef __weak
#define __weak			__attribute__((weak))
#endif
#if !defined(fallthrough) && !defined(__cplusplus)
#define fallthrough		__attribute__((fallthrough))
#endif

#define __compiler_bswap16(x)	__builtin_bswap16(x)
#define __compiler_bswap32(x)	__builtin_bswap32(x)
#define __compiler_bswap64(x)	__builtin_bswap64(x)

#define __compiler_add_overflow(a, b, result)	__builtin_add_overflow(a, b, result)
#define __compiler_sub_overflow(a, b, result)	__builtin_sub_overflow(a, b, result)
#define __compiler_mul_overflow(a, b, result)	__builtin_mul_overflow(a, b, result)

#define barrier()		__asm__ volatile("" : : : "memory")

#endif
