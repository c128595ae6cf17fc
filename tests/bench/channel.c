// SPDX-License-Identifier: BSD-2-Clause
/*
 * Benchmarks of the channel: what a call costs, as ratios. All loads take turns in one run, a sample of each a round, and a
 * ratio is made of two samples of one round: so what else the machine does falls on both. Printed is the median over the
 * rounds, and between which values its middle half lies. Times of one run mean nothing for another.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/load.h"
#include "tests/bench/stats.h"
#include "tests/vm/kmod/tap.h"

#define ROUNDS_MAX 1000
#define SAMPLE_NS 10000000	/* a sample takes about so long */

static const struct ratio {
	const char *key;
	enum load_id load, per;
	const char *what;
} ratios[] = {
	{ "invoke_value_per_eventfd", LOAD_VALUE, LOAD_EVENTFD, "call with a value / eventfd ping-pong" },
	{ "invoke_value_per_futex", LOAD_VALUE, LOAD_FUTEX, "call with a value / futex ping-pong" },
	{ "invoke_value_per_seqpacket", LOAD_VALUE, LOAD_SEQPACKET, "call with a value / SEQPACKET, 16 bytes" },
	{ "invoke_256_per_seqpacket_256", LOAD_TEMP_256, LOAD_SEQPACKET_256, "call with 256 bytes / SEQPACKET, 256 bytes" },
	{ "invoke_4k_per_seqpacket_4k", LOAD_TEMP_4K, LOAD_SEQPACKET_4K, "call with 4 KiB / SEQPACKET, 4 KiB" },
	{ "lend_4k_per_invoke_value", LOAD_LEND_4K, LOAD_VALUE, "call that lends 4 KiB / with a value" },
	{ "lend_64k_per_invoke_value", LOAD_LEND_64K, LOAD_VALUE, "call that lends 64 KiB, one page touched / with a value" },
	{ "lend_1m_per_invoke_value", LOAD_LEND_1M, LOAD_VALUE, "call that lends 1 MiB, one page touched / with a value" },
	{ "open_session_per_invoke_value", LOAD_OPEN, LOAD_VALUE, "session opened / call with a value" },
	{ "open_close_session_per_invoke_value", LOAD_OPEN_CLOSE, LOAD_VALUE, "session opened and closed / call with a value" },
	{ "lend_1m_per_copy_1m", LOAD_WHOLE_1M, LOAD_COPY_1M, "1 MiB lent, all of it used / the same, copied there and back" },
};

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct run {
	struct bench *bench;
	unsigned int rounds;
	unsigned int loops[LOAD_COUNT];		/* of one sample */
	double samples[LOAD_COUNT][ROUNDS_MAX];	/* nanoseconds of one turn */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double sample(struct run *run, enum load_id id)
{
	const uint64_t start = now_ns();

	const uint64_t not_counted = load_run(run->bench, id, run->loops[id]);

	return (double)(now_ns() - start - not_counted) / run->loops[id];
}

/* How many turns fill a sample; what comes first warms up. */
static void calibrate(struct run *run)
{
	for (int id = 0; id < LOAD_COUNT; id++) {
		double turn;

		run->loops[id] = 4;
		(void)sample(run, id);
		turn = sample(run, id);
		run->loops[id] = turn < SAMPLE_NS / 4.0 ? (unsigned int)(SAMPLE_NS / turn) : 4;
	}
}

static void measure(struct run *run)
{
	calibrate(run);
	for (unsigned int round = 0; round < run->rounds; round++)
		for (int i = 0; i < LOAD_COUNT; i++) {
			const int id = (int)((unsigned int)i + round) % LOAD_COUNT;

			run->samples[id][round] = sample(run, id);
		}
}

static struct stats ratio(const struct run *run, enum load_id load, enum load_id per)
{
	double values[ROUNDS_MAX];

	for (unsigned int round = 0; round < run->rounds; round++)
		values[round] = run->samples[load][round] / run->samples[per][round];
	return stats_of(values, run->rounds);
}

static double median(const struct run *run, enum load_id load)
{
	double values[ROUNDS_MAX];

	memcpy(values, run->samples[load], run->rounds * sizeof(values[0]));
	return stats_of(values, run->rounds).median;
}

static void key(FILE *json, const char *name, const char *suffix, double value)
{
	fprintf(json, "%s  \"%s%s\": %.4g", ftell(json) > 2 ? ",\n" : "", name, suffix, value);
}

static void print_ratios(const struct run *run, const char *title, FILE *json, const char *suffix)
{
	printf("\n%s; medians of %u rounds, and their middle half\n", title, run->rounds);
	for (size_t i = 0; i < ROWS(ratios); i++) {
		const struct stats s = ratio(run, ratios[i].load, ratios[i].per);

		printf("  %-64s %6.2f  (%.2f to %.2f)\n", ratios[i].what, s.median, s.low, s.high);
		key(json, ratios[i].key, suffix, s.median);
	}
}

static const char *size_text(size_t size, char text[24])
{
	if (size >= 1u << 20)
		snprintf(text, 24, "%zu MiB", size >> 20);
	else if (size >= 1024)
		snprintf(text, 24, "%zu KiB", size >> 10);
	else
		snprintf(text, 24, "%zu bytes", size);
	return text;
}

/* From which size on lending is cheaper. The two cross once. */
static void print_sizes(const struct run *run, FILE *json)
{
	char text[24];
	size_t from = 0;

	printf("\nMemory that the client writes and the application reads, whole; a call with a value is 1\n"
	       "  %-12s %14s %14s\n", "", "lent region", "temporary");
	for (unsigned int i = 0; i < LOAD_SIZES; i++) {
		const double lent = ratio(run, LOAD_LENT + i, LOAD_VALUE).median;
		const double copied = ratio(run, LOAD_COPIED + i, LOAD_VALUE).median;
		char name[48];

		printf("  %-12s %14.2f %14.2f\n", size_text(load_sizes[i], text), lent, copied);
		snprintf(name, sizeof(name), "whole_%zu_lent_per_invoke_value", load_sizes[i]);
		key(json, name, "", lent);
		snprintf(name, sizeof(name), "whole_%zu_temporary_per_invoke_value", load_sizes[i]);
		key(json, name, "", copied);
		if (!from && lent < copied)
			from = load_sizes[i];
	}
	if (from)
		printf("  Lending is cheaper from %s on.\n", size_text(from, text));
	key(json, "lending_cheaper_from_bytes", "", (double)from);
}

static void measure_times(struct run *run, FILE *json)
{
	double client, ta;

	load_syscalls(run->bench, 50, &client, &ta);
	load_pin(run->bench, true);
	measure(run);
	print_ratios(run, "All processes on one CPU", json, "");
	print_sizes(run, json);
	load_pin(run->bench, false);
	measure(run);
	print_ratios(run, "On any CPU", json, "_unpinned");
	printf("\nSystem calls of a call with a value, counted by a tracer: client %.2f, application %.2f\n", client, ta);
	key(json, "syscalls_per_call_client", "", client);
	key(json, "syscalls_per_call_ta", "", ta);
}

/* In a machine whose clock counts instructions a nanosecond is one. */
static void measure_instructions(struct run *run, FILE *json)
{
	static const struct {
		const char *key;
		enum load_id load;
	} rows[] = {
		{ "invoke_value_instructions", LOAD_VALUE },
		{ "eventfd_instructions", LOAD_EVENTFD },
		{ "futex_instructions", LOAD_FUTEX },
		{ "seqpacket_instructions", LOAD_SEQPACKET },
		{ "lend_4k_instructions", LOAD_LEND_4K },
		{ "lend_1m_instructions", LOAD_LEND_1M },
		{ "open_session_instructions", LOAD_OPEN },
		{ "open_close_session_instructions", LOAD_OPEN_CLOSE },
	};

	measure(run);
	printf("\nInstructions there and back, both sides, kernel and user, by the emulator's own count\n");
	for (size_t i = 0; i < ROWS(rows); i++) {
		const double count = median(run, rows[i].load);

		printf("  %-32s %10.0f\n", rows[i].key, count);
		key(json, rows[i].key, "", count);
	}
}

static int usage(FILE *f, int status)
{
	fputs("usage: channel [--rounds N] [--instructions] --json FILE\n"
	      "Measures the channel in a machine with the module, as root. --instructions: the clock counts instructions.\n", f);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "instructions", no_argument, NULL, 'i' },
		{ "json", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct run run = { .rounds = 21 };
	bool instructions = false;
	FILE *json = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			run.rounds = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'i':
			instructions = true;
			break;
		case 'j':
			json = fopen(optarg, "w");
			break;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (!json || !run.rounds || run.rounds > ROUNDS_MAX)
		return usage(stderr, 2);
	fputs("{\n", json);
	run.bench = load_start("bench_ta");
	if (instructions)
		measure_instructions(&run, json);
	else
		measure_times(&run, json);
	load_stop(run.bench);
	fputs("\n}\n", json);
	return fclose(json) ? 1 : 0;
}
