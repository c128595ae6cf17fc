// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tears: everything that can be cut off is cut off everywhere, and money is counted after each.  TAP; the last line is "points: N, violations: N".
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "tally.h"

static uint64_t seed;

static void field(void) { part_field(); }
static void kills(void) { part_strike(FAULT_KILL); }
static void reads(void) { part_strike(FAULT_READ); }
static void writes(void) { part_strike(FAULT_WRITE); }
static void shorts(void) { part_strike(FAULT_SHORT); }
static void flushes(void) { part_strike(FAULT_SYNC); }
static void memory(void) { part_strike(FAULT_MALLOC); }
static void power(void) { part_power(); }
static void model(void) { part_model(seed); }

static const struct part {
	const char *name, *what;
	void (*run)(void);
} parts[] = {
	/* The longest first, since as many run at a time as there are processors. */
	{ "power", "power cut at every write: lost, torn, reordered up to its flush", power },
	{ "memory", "every allocation fails once", memory },
	{ "kill", "SIGKILL at every system call", kills },
	{ "read", "every read fails once", reads },
	{ "field", "the field vanishes at every byte of every APDU", field },
	{ "model", "random commands, the real code beside a model", model },
	{ "write", "every write fails once", writes },
	{ "short", "every write is cut short once", shorts },
	{ "flush", "every flush fails once", flushes },
};

#define N_PARTS	(sizeof(parts) / sizeof(parts[0]))

static void usage(FILE *f)
{
	fputs("usage: tears [--whole] [--only PART]... [--seed N]\n\nParts:\n", f);
	for (size_t i = 0; i < N_PARTS; i++)
		fprintf(f, "  %-8s %s\n", parts[i].name, parts[i].what);
	fputs("\nWithout --whole a sample of the points.  The worlds' files are in TEARS_DIR, default /dev/shm.\n", f);
}

/* What a part's process leaves for the first one. */
static struct result {
	unsigned int points, violations;
	long seconds;
	bool done;
} *results;

static void *share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		scene_die("out of memory");
	return p;
}

/* One part in a process of its own, with a world of its own. */
static void run(const struct part *p, struct result *r)
{
	struct timespec a, b;
	uint8_t drawn;

	shared = share(sizeof(*shared));
	/* Loaded once, so that each party need not. */
	if (!OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) || RAND_bytes(&drawn, 1) != 1)
		scene_die("OpenSSL does not start");
	clock_gettime(CLOCK_MONOTONIC, &a);
	p->run();
	clock_gettime(CLOCK_MONOTONIC, &b);
	*r = (struct result){ tally.points, tally.violations, b.tv_sec - a.tv_sec, true };
}

static void show(FILE *f)
{
	char line[512];

	rewind(f);
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	fclose(f);
}

/* Runs the wanted parts, as many at a time as there are processors, and shows what they say in their order. */
static bool run_all(const bool wanted[])
{
	long room = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int number = 0, points = 0, violations = 0;
	FILE *said[N_PARTS] = { NULL };
	bool good = true;

	for (size_t i = 0; i < N_PARTS; i++) {
		pid_t pid;

		if (!wanted[i])
			continue;
		said[i] = tmpfile();
		if (room-- <= 0)
			(void)wait(NULL);
		pid = said[i] ? fork() : -1;
		if (pid < 0)
			scene_die("cannot start a part");
		if (pid == 0) {
			if (dup2(fileno(said[i]), STDOUT_FILENO) < 0)
				_exit(99);
			run(&parts[i], &results[i]);
			exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	for (size_t i = 0; i < N_PARTS; i++) {
		const struct result *r = &results[i];
		bool ok = r->done && r->violations == 0 && r->points > 0;

		if (!wanted[i])
			continue;
		show(said[i]);
		printf("%sok %u - %s: %u points\n# %s: %ld s\n", ok ? "" : "not ", ++number, parts[i].what, r->points, parts[i].name, r->seconds);
		points += r->points;
		violations += r->violations;
		good = good && ok;
	}
	printf("points: %u, violations: %u\n", points, violations);
	return good;
}

static bool choose(const char *name, bool wanted[])
{
	for (size_t i = 0; i < N_PARTS; i++)
		if (strcmp(parts[i].name, name) == 0)
			return wanted[i] = true;
	fprintf(stderr, "tears: there is no part '%s'; see --help\n", name);
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "whole", no_argument, NULL, 'w' }, { "only", required_argument, NULL, 'o' }, { "seed", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	bool wanted[N_PARTS] = { false }, any = false;
	unsigned int n = 0;
	int o;

	tally.reduced = true;
	seed = (uint64_t)time(NULL);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (o) {
		case 'w':
			tally.reduced = false;
			break;
		case 'o':
			if (!choose(optarg, wanted))
				return 2;
			any = true;
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	for (size_t i = 0; i < N_PARTS; i++)
		n += wanted[i] = !any || wanted[i];
	results = share(N_PARTS * sizeof(*results));
	printf("1..%u\n", n);
	fflush(stdout);
	return run_all(wanted) ? 0 : 1;
}
