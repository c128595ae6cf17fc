// SPDX-License-Identifier: BSD-2-Clause
/* teectl: watches the channel between clients and trusted applications. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "policy.h"
#include "show.h"

static int not_yet(struct link *link, bool json, struct link_error *e)
{
	(void)link;
	(void)json;
	snprintf(e->text, sizeof(e->text), "this command is not in this version yet; use status or monitor");
	return 4;
}

static const struct command {
	const char *name;
	int (*run)(struct link *link, bool json, struct link_error *e);
	const char *what;
} commands[] = {
	{ "status", show_status, "print counters, trusted applications, sessions and regions" },
	{ "monitor", show_events, "print each event as it happens, one a line" },
	{ "top", not_yet, "(not yet) show the same on a screen that keeps moving" },
	{ "trace", not_yet, "(not yet) follow the calls of one session" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	fputs("usage: teectl [OPTION]... COMMAND\nWatches the channel between clients and trusted applications.\n\nCommands:\n",
	      f);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-12s %s\n", commands[i].name, commands[i].what);
	fputs("  policy show  print who may bind as which trusted application\n"
	      "  policy load FILE  set that from a file, as a whole; with --seal for good\n"
	      "  policy seal  keep it as it is until the module is unloaded\n",
	      f);
	fputs("\nOptions:\n"
	      "  --json       print JSON: one object, or one a line for monitor\n"
	      "  --seal       policy load: seal it in the same step\n"
	      "  --help, --version\n\n"
	      "Exit status: 0 done, 1 failed or refused, 2 usage, 4 not in this version yet, 5 the module is not loaded.\n",
	      f);
}

static int usage_error(const char *what, const char *which)
{
	fprintf(stderr, "teectl: %s%s; see teectl --help\n", what, which);
	return 2;
}

static int run(const struct command *command, bool json)
{
	struct link_error e = { .exit_status = 1 };
	struct link *link = NULL;
	int status;

	if (command->run == not_yet)
		status = not_yet(NULL, json, &e);
	else
		status = link_open(&link, &e) ? e.exit_status : command->run(link, json, &e);
	link_close(&link);
	if (status)
		fprintf(stderr, "teectl: %s\n", e.text);
	if (!status && fflush(stdout)) {
		perror("teectl: cannot write the output");
		status = 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "seal", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false, seal = false;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			json = true;
			break;
		case 's':
			seal = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("teectl " TEEPAY_VERSION);
			return 0;
		default:
			return usage_error("unknown option ", argv[optind - 1]);
		}
	}
	if (optind == argc)
		return usage_error("no command", "");
	if (!strcmp(argv[optind], "policy"))
		return policy_command(argc - optind - 1, argv + optind + 1, json, seal);
	if (seal)
		return usage_error("--seal is an option of policy load", "");
	if (optind + 1 < argc)
		return usage_error("unexpected operand ", argv[optind + 1]);
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[optind], commands[i].name))
			return run(&commands[i], json);
	return usage_error("unknown command ", argv[optind]);
}
