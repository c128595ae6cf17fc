// SPDX-License-Identifier: BSD-2-Clause
/*
 * What the card's part of a payment costs, as ratios: to the bare OpenSSL operations and the one flush that it cannot do without, and with a long history to none.
 * On this machine and not in the virtual one: the channel is libtee's in-process one, everything else is the real thing.  The two devices are processes that take
 * turns, so what else the machine does falls on both; printed is the median over the rounds, and between which values the middle half lies.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bare.h"
#include "device.h"
#include "tests/bench/stats.h"

#define ROUNDS_MAX	2000
#define ROUNDS		400
#define HISTORY		1000000	/* a multiple of 32 */

static struct device {
	int fd;
	pid_t pid;
} empty, full;

/* A device in a process of its own: a byte asks for a turn, 'b' for the bare operations, 'p' for a payment; a double answers. */
static void serve(int fd, const char *dir, uint32_t history)
{
	double spent = 0;
	char what;

	device_make(dir, history);
	bare_make(dir);
	if (write(fd, &spent, sizeof(spent)) != sizeof(spent))
		exit(1);
	while (read(fd, &what, 1) == 1) {
		spent = what == 'b' ? bare_run() : device_pay();
		if (write(fd, &spent, sizeof(spent)) != sizeof(spent))
			exit(1);
	}
	_exit(0);
}

static double turn(const struct device *d, char what)
{
	double spent;

	if ((what && write(d->fd, &what, 1) != 1) || read(d->fd, &spent, sizeof(spent)) != sizeof(spent)) {
		fprintf(stderr, "bench: a device has ended\n");
		exit(1);
	}
	return spent;
}

static void start(struct device *d, const char *parent, uint32_t history)
{
	char dir[100];
	int pair[2];

	snprintf(dir, sizeof(dir), "%s/payment-XXXXXX", parent);
	if (!mkdtemp(dir) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || (d->pid = fork()) < 0) {
		perror(dir);
		exit(1);
	}
	if (d->pid == 0) {
		close(pair[0]);
		serve(pair[1], dir, history);
	}
	close(pair[1]);
	d->fd = pair[0];
	(void)turn(d, 0);
}

static void report(FILE *json, const char *key, const char *what, double *values, unsigned int n, bool last)
{
	struct stats s = stats_of(values, n);

	printf("  %-64s %6.3f  (%.3f to %.3f)\n", what, s.median, s.low, s.high);
	if (json)
		fprintf(json, "  \"%s\": %.4f%s\n", key, s.median, last ? "" : ",");
}

int main(int argc, char **argv)
{
	static double per_bare[ROUNDS_MAX], per_empty[ROUNDS_MAX], spent[ROUNDS_MAX];
	static const struct option options[] = { { "rounds", required_argument, NULL, 'r' }, { "json", required_argument, NULL, 'j' },
						 { "dir", required_argument, NULL, 'd' }, { NULL, 0, NULL, 0 } };
	unsigned int rounds = ROUNDS;
	const char *path = NULL, *dir = ".";
	FILE *json;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'r')
			rounds = (unsigned int)strtoul(optarg, NULL, 10);
		else if (o == 'j')
			path = optarg;
		else if (o == 'd')
			dir = optarg;
		else
			return 2;
	}
	if (rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	json = path ? fopen(path, "w") : NULL;
	start(&empty, dir, 0);
	start(&full, dir, HISTORY);
	for (unsigned int i = 0; i < rounds; i++) {
		/* In turns: neither always comes behind the other. */
		double bare = turn(&empty, 'b'), a, b;

		a = i % 2 ? turn(&empty, 'p') : 0;
		b = turn(&full, 'p');
		a = i % 2 ? a : turn(&empty, 'p');
		spent[i] = a / 1000;
		per_bare[i] = a / bare;
		per_empty[i] = b / a;
	}
	printf("\nThe card's part of a payment, GET VCN and PAY; medians of %u rounds, and their middle half\n", rounds);
	if (json)
		fputs("{\n", json);
	report(json, "card_payment_per_bare_crypto", "payment / bare OpenSSL operations and one flush", per_bare, rounds, false);
	report(json, "card_payment_1m_per_empty", "payment with 1,000,000 before it / with none", per_empty, rounds, true);
	if (json && (fputs("}\n", json) < 0 || fclose(json) != 0))
		return 1;
	printf("  one takes %.0f microseconds here\n", stats_of(spent, rounds).median);
	return 0;
}
