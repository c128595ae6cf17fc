/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers that a seed decides, one sequence a thread. */
#ifndef DICE_H
#define DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t dice_next(struct dice *dice)
{
	uint64_t x = dice->state += 0x9e3779b97f4a7c15u;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* A sequence of its own for each pair of numbers. */
static inline struct dice dice_make(uint64_t seed, uint64_t number)
{
	struct dice dice = { seed };

	dice.state = dice_next(&dice) ^ number * 0xd6e8feb86659fd93u;
	dice.state = dice_next(&dice);
	return dice;
}

/* 0 to count - 1; count is not 0. */
static inline uint32_t dice_roll(struct dice *dice, uint32_t count)
{
	return (uint32_t)((dice_next(dice) >> 32) * count >> 32);
}

/* True in so many cases of a hundred. */
static inline bool dice_bet(struct dice *dice, uint32_t percent)
{
	return dice_roll(dice, 100) < percent;
}

#endif
