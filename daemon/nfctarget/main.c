// SPDX-License-Identifier: BSD-2-Clause
/*
 * nfctarget: the part of walletd's front end libnfc that has libnfc in it.  A process of its own, for libnfc calls abort() on an answer that it does not
 * like, leaks when an open fails, and waits where nobody can end it; walletd starts another when this one ends.  It opens a reader once: to open one
 * again is to be started again.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device.h"
#include "link.h"
#include "target.h"

#define LOOK_MS		1000	/* how often to look for a reader while there is none */

static volatile sig_atomic_t stop;
static nfc_device *reader;

/* Ends the wait in libnfc, which looks every 200 ms: for the readers that it drives, this sets a flag and no more. */
static void on_signal(int number)
{
	(void)number;
	stop = 1;
	if (reader)
		nfc_abort_command(reader);
}

static void handle_signals(void)
{
	struct sigaction a = { .sa_handler = on_signal };

	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGINT, &a, NULL);
	/* Without walletd there is no card. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static bool walletd_is_there(void)
{
	struct pollfd p = { .fd = STDIN_FILENO };

	return poll(&p, 1, LOOK_MS) == 0;
}

/*
 * One that was just plugged in is nobody's until udev has given it to us, and may be somebody's who only looks: such trouble is told when the next look finds
 * it too.
 */
static nfc_device *wait_for_reader(nfc_context *context, char **wanted, size_t n, struct link *l)
{
	enum nfc_state why, last = NFC_STARTING, told = NFC_STARTING;
	nfc_device *found;

	while (!(found = device_open(context, wanted, n, &why)) && !stop) {
		if (why != told && (why == last || why == NFC_NO_READER)) {
			link_report(l, why);
			told = why;
		}
		last = why;
		if (!walletd_is_there())
			return NULL;
	}
	return found;
}

int main(int argc, char **argv)
{
	struct link l = { .fd = STDIN_FILENO };
	nfc_context *context = NULL;
	int type = 0;
	socklen_t len = sizeof(type);

	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	int o = getopt_long(argc, argv, "", options, NULL);

	if (o == 'V')
		return puts("nfctarget " TEEPAY_VERSION) < 0;
	if (o == 'h')
		return puts("usage: nfctarget [--help] [--version]\nThe reader behind walletd's front end libnfc: walletd starts it, with the names of readers.") < 0;
	if (o != -1)
		return 2;
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) < 0 || type != SOCK_SEQPACKET) {
		fputs("nfctarget is started by walletd\n", stderr);
		return 2;
	}
	handle_signals();
	/* Its errors are counted; on standard error it would repeat itself in the journal. */
	setenv("LIBNFC_LOG_LEVEL", "0", 0);
	nfc_init(&context);
	if (!context)
		return EXIT_FAILURE;
	reader = wait_for_reader(context, argv + optind, (size_t)(argc - optind), &l);
	if (reader && !stop) {
		link_report(&l, NFC_READY);
		target_serve(reader, &l, &stop);
	}
	/* Not nfc_close(): on a reader that is dead it takes seconds, and the kernel does the same at once. */
	_exit(EXIT_SUCCESS);
}
