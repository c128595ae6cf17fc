// SPDX-License-Identifier: BSD-2-Clause
/* teectl: watches the channel between clients and trusted applications. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "monitor.h"
#include "policy.h"
#include "settings.h"
#include "show.h"
#include "top.h"
#include "trace.h"

static const struct command {
	const char *name;
	int (*run)(struct link *link, const struct settings *s, struct link_error *e);
	const char *options; /* letters of those that it takes */
	bool linked;	     /* it wants a link to the module, and fails without one */
	const char *what;
} commands[] = {
	{ "status", show_status, "jt", true, "print counters, trusted applications, sessions and regions" },
	{ "top", top_run, "oit", false, "show the same on a screen that keeps moving" },
	{ "monitor", monitor_run, "jtse", true, "print each event as it happens, one a line" },
	{ "trace", trace_run, "jts", true, "follow calls: one line each, with its stages and times" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	fputs("usage: teectl [OPTION]... COMMAND\nWatches the channel between clients and trusted applications (TAs).\n\nCommands:\n", f);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(f, "  %-18s %s\n", commands[i].name, commands[i].what);
	fputs("  policy show        print who may bind as which trusted application\n"
	      "  policy load FILE   set that from a file, as a whole; with --seal for good\n"
	      "  policy seal        keep it as it is until the module is unloaded\n",
	      f);
	fputs("\nOptions:\n"
	      "  --json         status, monitor, trace, policy show: print JSON, one object or one a line\n"
	      "  --ta UUID      only this trusted application\n"
	      "  --session N    monitor, trace: only sessions with this number\n"
	      "  --event LIST   monitor: only these, of bind,open,call,close,lend,cancel,refusal,death\n"
	      "  --interval S   top: seconds between readings (1)\n"
	      "  --once         top: print one screen as text, and end\n"
	      "  --seal         policy load: seal it in the same step\n"
	      "  --help, --version\n\n"
	      "Exit status: 0 done, 1 failed or refused, 2 usage, 5 the module is not loaded.\n",
	      f);
}

static int usage_error(const char *what, const char *which)
{
	fprintf(stderr, "teectl: %s%s; see teectl --help\n", what, which);
	return 2;
}

static int run(const struct command *command, const struct settings *s)
{
	struct link_error e = { .exit_status = 1 };
	struct link *link = NULL;
	int status;

	if (command->linked && link_open(&link, &e))
		status = e.exit_status;
	else
		status = command->run(link, s, &e);
	link_close(&link);
	if (status)
		fprintf(stderr, "teectl: %s\n", e.text);
	if (!status && fflush(stdout)) {
		perror("teectl: cannot write the output");
		status = 1;
	}
	return status;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "once", no_argument, NULL, 'o' },
	{ "seal", no_argument, NULL, 'S' },
	{ "ta", required_argument, NULL, 't' },
	{ "session", required_argument, NULL, 's' },
	{ "event", required_argument, NULL, 'e' },
	{ "interval", required_argument, NULL, 'i' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* What is wrong with an option's value, or NULL. */
static const char *take_option(struct settings *s, int c, const char *value)
{
	switch (c) {
	case 'j':
		s->json = true;
		return NULL;
	case 'o':
		s->once = true;
		return NULL;
	case 'S':
		s->seal = true;
		return NULL;
	case 't':
		return settings_ta(s, value) ? "--ta takes a UUID like 7ee9a100-0c1d-4f0e-9b5a-746565706179, not " : NULL;
	case 's':
		return settings_session(s, value) ? "--session takes the number of a session, not " : NULL;
	case 'e':
		return settings_events(s, value) ? "--event takes words of monitor with commas between, not " : NULL;
	default:
		return settings_interval(s, value) ? "--interval takes 0.1 to 3600 seconds, not " : NULL;
	}
}

static const char *option_name(char letter)
{
	const struct option *o = options;

	while (o->val != letter)
		o++;
	return o->name;
}

static int not_for(char letter, const char *command)
{
	char text[64];

	snprintf(text, sizeof(text), "--%s is not for %s", option_name(letter), command);
	return usage_error(text, "");
}

/* The one command that has operands. taken: letters of the options that were given. */
static int policy(int argc, char *const *argv, const char *taken, const struct settings *s)
{
	const size_t known = strspn(taken, "jS");

	return taken[known] ? not_for(taken[known], "policy") : policy_command(argc, argv, s->json, s->seal);
}

static int choose(const char *name, const char *taken, const struct settings *s)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		size_t known;

		if (strcmp(name, commands[i].name))
			continue;
		known = strspn(taken, commands[i].options);
		return taken[known] ? not_for(taken[known], name) : run(&commands[i], s);
	}
	return usage_error("unknown command ", name);
}

int main(int argc, char **argv)
{
	struct settings s = { .interval_ms = SETTINGS_INTERVAL_MS };
	const char *wrong = NULL, *value = NULL;
	char taken[16] = "";
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("teectl " TEEPAY_VERSION);
			return 0;
		case ':':
			return usage_error("a value is missing after ", argv[optind - 1]);
		case '?':
			return usage_error("unknown option ", argv[optind - 1]);
		}
		if (!wrong) {
			value = optarg;
			wrong = take_option(&s, c, value);
		}
		if (!strchr(taken, c) && strlen(taken) + 1 < sizeof(taken))
			taken[strlen(taken)] = (char)c;
	}
	if (wrong)
		return usage_error(wrong, value);
	if (optind == argc)
		return usage_error("no command", "");
	if (!strcmp(argv[optind], "policy"))
		return policy(argc - optind - 1, argv + optind + 1, taken, &s);
	if (optind + 1 < argc)
		return usage_error("unexpected operand ", argv[optind + 1]);
	return choose(argv[optind], taken, &s);
}
