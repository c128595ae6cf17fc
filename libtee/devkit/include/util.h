/* SPDX-License-Identifier: BSD-2-Clause */
/* Small macros with OP-TEE's names. Arguments of MIN, MAX and the ROUND family are evaluated once, types permitting. */
#ifndef UTIL_H
#define UTIL_H

#include <stddef.h>
#include <stdint.h>

#include <compiler.h>

#define SIZE_4K		UINTPTR_C(0x1000)
#define SIZE_1M		UINTPTR_C(0x100000)
#define SIZE_2M		UINTPTR_C(0x200000)
#define SIZE_4M		UINTPTR_C(0x400000)
#define SIZE_8M		UINTPTR_C(0x800000)
#define SIZE_2G		UINTPTR_C(0x80000000)

/* sys/param.h has these two as well, where arguments are evaluated twice. */
#undef MAX
#undef MIN
#define MAX(a, b) \
	__extension__({ __typeof__(a) max_a_ = (a); __typeof__(b) max_b_ = (b); max_a_ > max_b_ ? max_a_ : max_b_; })
#define MIN(a, b) \
	__extension__({ __typeof__(a) min_a_ = (a); __typeof__(b) min_b_ = (b); min_a_ < min_b_ ? min_a_ : min_b_; })
/* For constant expressions, where a statement is not allowed. */
#define MAX_UNSAFE(a, b)	((a) > (b) ? (a) : (b))
#define MIN_UNSAFE(a, b)	((a) < (b) ? (a) : (b))

#undef ARRAY_SIZE
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* The nearest multiple of y at or above, at or below x; the second pair for powers of two. */
#undef ROUNDUP
#undef ROUNDDOWN
#define ROUNDUP(x, y)		((((x) + (__typeof__(x))(y) - 1) / (__typeof__(x))(y)) * (__typeof__(x))(y))
#define ROUNDDOWN(x, y)		(((x) / (__typeof__(x))(y)) * (__typeof__(x))(y))
#define ROUNDUP2(x, y)		(((x) + (__typeof__(x))(y) - 1) & ~((__typeof__(x))(y) - 1))
#define ROUNDDOWN2(x, y)	((x) & ~((__typeof__(x))(y) - 1))
#define ROUNDUP_DIV(x, y)	(((x) + (__typeof__(x))(y) - 1) / (__typeof__(x))(y))
#define DIV_ROUND_UP(x, y)	(((x) + (y) - 1) / (y))
#define UDIV_ROUND_NEAREST(x, y) (((x) + ((y) / 2)) / (y))
/* Into *result; true if it does not fit there. */
#define ROUNDUP_OVERFLOW(x, y, result) __extension__({ \
	__typeof__(*(result)) round_sum_ = 0; \
	int round_lost_ = __builtin_add_overflow((x), (__typeof__(*(result)))(y) - 1, &round_sum_); \
	*(result) = round_sum_ / (__typeof__(*(result)))(y) * (__typeof__(*(result)))(y); \
	round_lost_; })

#define IS_POWER_OF_TWO(x)	((x) != 0 && ((x) & ((x) - 1)) == 0)
#define IS_ALIGNED(x, y)	(((x) & ((y) - 1)) == 0)
#define IS_ALIGNED_WITH_TYPE(pointer, type) (((uintptr_t)(pointer) % _Alignof(type)) == 0)

#define TO_STR(x)		TO_STR_(x)
#define TO_STR_(x)		#x
#define CONCAT(x, y)		CONCAT_(x, y)
#define CONCAT_(x, y)		x##y

#undef container_of
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(uintptr_t)(pointer) - offsetof(type, member)))
#define MEMBER_SIZE(type, member) sizeof(((type *)0)->member)

#define BIT32(n)		(UINT32_C(1) << (n))
#define BIT64(n)		(UINT64_C(1) << (n))
#define BIT(n)			BIT32(n)
#define SHIFT_U32(value, n)	((uint32_t)(value) << (n))
#define SHIFT_U64(value, n)	((uint64_t)(value) << (n))
/* Bits high to low, both included. */
#define GENMASK_32(high, low)	((UINT32_MAX << (low)) & (UINT32_MAX >> (31 - (high))))
#define GENMASK_64(high, low)	((UINT64_MAX << (low)) & (UINT64_MAX >> (63 - (high))))

/* Into *result; true if it does not fit there. */
#define ADD_OVERFLOW(a, b, result) __builtin_add_overflow((a), (b), (result))
#define SUB_OVERFLOW(a, b, result) __builtin_sub_overflow((a), (b), (result))
#define MUL_OVERFLOW(a, b, result) __builtin_mul_overflow((a), (b), (result))

/* -1, 0 or 1. */
#define CMP_TRILEAN(a, b)	(((a) > (b)) - ((a) < (b)))

static inline uint64_t reg_pair_to_64(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

static inline void reg_pair_from_64(uint64_t value, uint32_t *high, uint32_t *low)
{
	*high = (uint32_t)(value >> 32);
	*low = (uint32_t)value;
}

#endif
