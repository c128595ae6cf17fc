// SPDX-License-Identifier: BSD-2-Clause
/* main() of every trusted application: prepares, binds, sandboxes itself, serves. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <user_ta_header.h>

#include "libtee/channel.h"
#include "libtee/internal/debug.h"
#include "libtee/internal/device_key.h"
#include "libtee/internal/host.h"
#include "libtee/internal/log.h"
#include "libtee/internal/notify.h"
#include "libtee/internal/nudge.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/pool.h"
#include "libtee/internal/sandbox.h"
#include "libtee/internal/serve.h"
#include "libtee/internal/store_share.h"
#include "libtee/internal/ta_session.h"
#include "libtee/internal/uuid.h"

#define STATE_DIR "/var/lib/teepay/ta"
/* What libtee and OpenSSL need of the stack under an entry point, in bytes. */
#define STACK_OWN (512u << 10)

static volatile sig_atomic_t stop;
static char line[512];

/* The signal may come between the look at stop and the system call that waits: so others follow until the loop is out. */
static void on_stop(int signal)
{
	(void)signal;
	stop = 1;
	tee_nudge_keep();
}

static void signals_set(void)
{
	/* No SA_RESTART: the wait must end. */
	struct sigaction action = { .sa_handler = on_stop };

	tee_nudge_init();
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void usage(FILE *out, const char *name)
{
	fprintf(out,
		"usage: %s [--help] [--version]\n"
		"A trusted application: serves clients through " TEECHAN_TA_NODE ". Meant to be started by systemd.\n"
		"\n"
		"  $STATE_DIRECTORY          folder of the storage log (default " STATE_DIR ")\n"
		"  $CREDENTIALS_DIRECTORY    folder with the file devicekey, 32 bytes\n"
		"  TEEPAY_TA_NO_SANDBOX=1    for debugging: no sandbox, no device key, a storage of its own\n",
		name);
}

/* Returns an exit code, or -1 to go on. */
static int options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];

	switch (getopt_long(argc, argv, "", known, NULL)) {
	case -1:
		if (optind == argc)
			return -1;
		break;
	case 'h':
		usage(stdout, name);
		return TEE_EXIT_DONE;
	case 'V':
		printf("%s %s (teepay " TEEPAY_VERSION ")\n", name, ta_head.version);
		return TEE_EXIT_DONE;
	}
	usage(stderr, name);
	return TEE_EXIT_USAGE;
}

static bool is_multi_instance(void)
{
	return !(ta_head.flags & TA_FLAG_SINGLE_INSTANCE);
}

/* In this process, or, of a multi-instance application, in the one that the others are forked from. */
static int storage_open(void)
{
	const char *dir = getenv("STATE_DIRECTORY");
	char debug_dir[PATH_MAX];
	uint8_t key[TEE_DEVICE_KEY_SIZE];
	struct tee_host_config config = {
		.state_dir = dir && *dir ? dir : STATE_DIR, .device_key = key, .shared = is_multi_instance(),
	};
	enum tee_store_err err;

	if (tee_debug_on()) {
		tee_debug_warn();
		tee_debug_key(key);
		if (tee_debug_folder(dir, debug_dir, sizeof(debug_dir)))
			return TEE_EXIT_FAILED;
		config.state_dir = debug_dir;
	} else if (tee_device_key_read(key)) {
		return TEE_EXIT_CONFIG;
	}
	err = tee_host_start(&config);
	OPENSSL_cleanse(key, sizeof(key));
	switch (err) {
	case TEE_STORE_OK:
		return TEE_EXIT_DONE;
	case TEE_STORE_CORRUPT:
		return TEE_EXIT_STORAGE_DAMAGED;
	case TEE_STORE_FAILED:
		return TEE_EXIT_STORAGE_FAILED;
	case TEE_STORE_KEY:
		return TEE_EXIT_CONFIG;
	default:
		return TEE_EXIT_FAILED;
	}
}

static int channel_bind(struct tee_serve_config *config)
{
	struct teechan_bind bind = { .flags = 0 };
	char uuid[TEE_UUID_TEXT];
	int err;

	tee_uuid_bytes(&ta_head.uuid, bind.uuid);
	if (ta_head.flags & TA_FLAG_SINGLE_INSTANCE)
		bind.flags |= TEECHAN_TA_SINGLE_INSTANCE;
	if (ta_head.flags & TA_FLAG_MULTI_SESSION)
		bind.flags |= TEECHAN_TA_MULTI_SESSION;
	err = channel_ta_open(&config->chan, &bind, &config->window);
	if (!err)
		return 0;
	tee_uuid_text(&ta_head.uuid, uuid);
	tee_log(TEE_LOG_ERR, "cannot serve %s on " TEECHAN_TA_NODE ": %s; %s", uuid, strerror(-err),
		err == -ENOENT ? "load the module teechan" :
		err == -EACCES ? "only members of the group teeta may" :
		err == -EADDRINUSE || err == -EBUSY ? "another process serves it" : "see the system log");
	return -1;
}

static int sandbox_enter(void)
{
	return tee_debug_on() ? 0 : tee_sandbox_enter(tee_host_storage_dir());
}

static void ready(void)
{
	tee_log(TEE_LOG_INFO, "serving");
	tee_notify_send("READY=1");
}

static void tick(void)
{
	tee_notify_send("WATCHDOG=1");
}

/* The stack grows no further than the application asked for: one that goes wild ends. */
static void stack_limit(void)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)ta_head.stack_size + STACK_OWN;

	if (getrlimit(RLIMIT_STACK, &limit))
		return;
	if (limit.rlim_max != RLIM_INFINITY && wanted > limit.rlim_max)
		wanted = limit.rlim_max;
	limit.rlim_cur = wanted;
	if (setrlimit(RLIMIT_STACK, &limit))
		tee_log(TEE_LOG_WARNING, "cannot limit the stack: %s", strerror(errno));
}

/*
 * Restartable sequences serve threads that share data by CPU. There is one thread here, which would pay for them: the
 * kernel writes down the CPU's number on the way out of each call that slept. glibc then asks for the number itself.
 */
static void rseq_leave(void)
{
#if __has_include(<sys/rseq.h>)
	void *area = (char *)__builtin_thread_pointer() + __rseq_offset;

	/* A kernel or a C library with another size keeps it: that costs a little time. */
	if (__rseq_size)
		(void)syscall(SYS_rseq, area, sizeof(struct rseq), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
#endif
}

/* Everything after the storage: in this process, or in each of a multi-instance application. */
static int serve(struct tee_serve_config *config)
{
	int code;

	if (channel_bind(config))
		return TEE_EXIT_FAILED;
	tee_ta_session_init();
	rseq_leave();
	/* A buffer of the C library's own would ask the kernel what standard output is, which the sandbox forbids. */
	if (setvbuf(stdout, line, _IOLBF, sizeof(line)) || sandbox_enter())
		return TEE_EXIT_FAILED;
	code = tee_serve(config) ? TEE_EXIT_FAILED : TEE_EXIT_DONE;
	tee_ta_session_fini();
	channel_ta_close(config->chan);
	tee_host_stop();
	return code;
}

static int serve_in_pool(void)
{
	struct tee_serve_config config = {
		.stop = &stop,
		.tick_ns = tee_notify_watchdog_ns(),
		.ready = tee_pool_serves,
		.tick = tee_pool_alive,
		.has_session = tee_pool_has_session,
	};

	tee_host_forked();
	return serve(&config);
}

int main(int argc, char **argv)
{
	int code = options(argc, argv);

	if (code >= 0)
		return code;
	umask(0077);
	/* A sanitizer's frames are larger. */
	if (!tee_debug_on())
		stack_limit();
	signals_set();
	if (tee_notify_open())
		return TEE_EXIT_FAILED;
	code = storage_open();
	if (code)
		return code;
	if (is_multi_instance()) {
		const struct tee_pool_config config = {
			.serve = serve_in_pool,
			.gone = tee_share_forget,
			.stop = &stop,
			.tick_ns = tee_notify_watchdog_ns(),
			.ready = ready,
			.tick = tick,
		};

		code = tee_pool_run(&config);
		tee_host_stop();
	} else {
		struct tee_serve_config config = {
			.stop = &stop,
			.tick_ns = tee_notify_watchdog_ns(),
			.ready = ready,
			.tick = tick,
		};

		code = serve(&config);
	}
	tee_notify_send("STOPPING=1");
	return code;
}
