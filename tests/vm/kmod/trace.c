// SPDX-License-Identifier: BSD-2-Clause
/* The module's tracepoints, by the kernel's own files for them, and through teectl trace. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"
#include "tests/vm/kmod/teectl.h"

#define TRACING "/sys/kernel/tracing"
#define EVENTS TRACING "/events/teechan"
#define OURS TRACING "/instances/test"

static const char *const names[] = {
	"tch_send",  "tch_receive", "tch_reply", "tch_done",	"tch_open",	  "tch_close", "tch_cancel",
	"tch_lend",  "tch_return",  "tch_bind",	 "tch_death",	"tch_fault_wait", "tch_fault_waited", "tch_refusal",
};

/* A number that a client says. */
#define SECRET 0x5ec5e75ec5e7ull
#define SECRET_HEX "5ec5e75ec5e7"
#define SECRET_DECIMAL "104204083316199"

#define NAMES (sizeof(names) / sizeof(names[0]))

static void put(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, word, strlen(word)) == (ssize_t)strlen(word) && close(fd) == 0);
}

static void trace_begin(const char *enable)
{
	char path[128];

	CHECK(mkdir(OURS, 0700) == 0);
	/*
	 * Else the kernel changes its scheduler's code to record names, while other processors run it, and QEMU 7.2 without
	 * hardware virtualisation can go on with the old code for ever.
	 */
	put(OURS "/trace_options", "norecord-cmd");
	snprintf(path, sizeof(path), OURS "/%s", enable);
	put(path, "1");
}

/* What was traced, in teectl_text; nothing of the instance stays. */
static void trace_end(const char *enable)
{
	char path[128];

	snprintf(path, sizeof(path), OURS "/%s", enable);
	put(path, "0");
	CHECK(teectl_capture("cat " OURS "/trace") == 0);
	CHECK(rmdir(OURS) == 0);
}

/* Rule 14: numbers only, in entries that anybody who may trace can read without following a pointer. */
static void no_strings(void)
{
	for (size_t i = 0; i < NAMES; i++) {
		char command[128];

		snprintf(command, sizeof(command), "cat " EVENTS "/%s/format", names[i]);
		CHECK(teectl_capture(command) == 0 && teectl_says("print fmt:"));
		/* Every entry begins with four fields of the kernel's, of which two are of type unsigned char. */
		CHECK(teectl_count("field:char") == 0 && teectl_count("field:unsigned char") == 2);
		CHECK(!strstr(teectl_text, "__data_loc") && !strstr(teectl_text, "*"));
	}
}

/* Touches a lent page, which another process gives back when this one sleeps there. */
static void touch_lent(struct ta_process *ta, const struct region *region)
{
	const pid_t self = getpid();
	const pid_t helper = fork();

	CHECK(helper >= 0);
	if (helper == 0) {
		await_sleep(self, self);
		ta_go(ta);
		_exit(0);
	}
	CHECK(touch(region->mem, true) == 0);
	CHECK(await_end(helper) == 0);
}

struct canceller {
	struct ta_process *ta;
	int fd;
};

/* Cancels the call once the TA has it. */
static void *cancel_thread(void *data)
{
	const struct canceller *canceller = data;
	struct teechan_cancel cancel = { .cancel_id = 7 };

	ta_held(canceller->ta);
	CHECK(ioctl(canceller->fd, TEECHAN_CANCEL, &cancel) == 0);
	return NULL;
}

/* Sessions 1 and 2 of a client: message 2 of the first lends two pages, message 3 is cancelled. */
static void act_client(struct ta_process *ta)
{
	struct teechan_invoke cancelled = { .count = TEECHAN_PARAMS, .cmd = CMD_CANCEL, .cancel_id = 7 };
	struct teechan_open unknown = { .uuid = { 1 } };
	struct teechan_param p[4] = { 0 };
	struct canceller canceller = { .ta = ta, .fd = client_open() };
	struct calling calling;
	struct region region;
	pthread_t thread;
	const int fd = canceller.fd;
	const uint32_t session = client_session(fd, uuid_a);

	region_make(fd, &region, 2 * PAGE);
	p[0] = param_region(TEECHAN_REGION_INOUT, &region, 0, 2 * PAGE);
	p[1] = param_value(TEECHAN_VALUE_IN, SECRET, 1);
	call_start(&calling, fd, session, CMD_HOLD, p);
	ta_held(ta);
	touch_lent(ta, &region);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == 0);
	cancelled.session = session;
	CHECK(pthread_create(&thread, NULL, cancel_thread, &canceller) == 0);
	CHECK(client_invoke(fd, &cancelled) == 0 && cancelled.ret == TEECHAN_ERROR_CANCEL);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &unknown) == 0 && unknown.ret == TEECHAN_ERROR_ITEM_NOT_FOUND);
	client_close_session(fd, session);
	/* The close is carried out when the TA has answered it, which is before it answers another. */
	CHECK(client_call(fd, client_session(fd, uuid_a), CMD_ECHO, NULL) == 0);
}

/* A bit of everything that the module traces. */
static void act(void)
{
	struct ta_process ta;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		act_client(&ta);
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
	ta_kill(&ta);
}

/* The stages of one message stand in the order in which they happen. */
static void stages_in_order(void)
{
	static const char *const stages[] = { "tch_send:", "tch_receive:", "tch_reply:", "tch_done:" };
	const char *at;

	trace_begin("events/teechan/enable");
	act();
	trace_end("events/teechan/enable");
	at = strstr(teectl_text, "message=2 kind=invoke");
	CHECK(at && teectl_says("message=2 kind=invoke cmd=0x2 lent=8192"));
	while (at > teectl_text && at[-1] != '\n')
		at--;
	for (size_t i = 0; i < 4; i++) {
		const char *message;

		at = strstr(at, stages[i]);
		CHECK(at);
		message = strstr(at, " message=2");
		CHECK(message && message < strchr(at, '\n'));
	}
	for (size_t i = 0; i < NAMES; i++)
		CHECK(teectl_says(names[i]));
	CHECK(teectl_says("bytes=8192 write=1") && teectl_says("interrupted=0") && teectl_says("ta=" TEXT_A));
	/* What was said in the call is in no event. */
	CHECK(!strstr(teectl_text, SECRET_HEX) && !strstr(teectl_text, SECRET_DECIMAL));
	CHECK(teectl_count("tch_lend:") == teectl_count("tch_return:"));
}

/* One answer for each message that was sent, and one collection for each that somebody waited for. */
static void stages_add_up(void)
{
	struct ta_process ta;
	uint32_t session;
	int fd;

	trace_begin("events/teechan/enable");
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	for (int i = 0; i < 200; i++)
		CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	ta_kill(&ta);
	trace_end("events/teechan/enable");
	CHECK(teectl_count("tch_send:") == 201 && teectl_count("tch_receive:") == 201);
	CHECK(teectl_count("tch_reply:") == 201 && teectl_count("tch_done:") == 201);
}

/* Nobody listens: on the way of a call nothing is allocated. The same count sees what a listener costs. */
static void nothing_is_built_unheard(void)
{
	static const char *const arguments[] = { "monitor", NULL };
	struct teectl_running running;
	struct ta_process ta;
	uint32_t session;
	unsigned int heard;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	session = client_session(fd, uuid_a);
	CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);

	trace_begin("events/kmem/kmem_cache_alloc/enable");
	for (int i = 0; i < 50; i++)
		CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	trace_end("events/kmem/kmem_cache_alloc/enable");
	CHECK(teectl_count("alloc_skb") == 0);

	teectl_start(&running, arguments);
	trace_begin("events/kmem/kmem_cache_alloc/enable");
	/* One more, since the event of the last can still be on its way: the caller wakes first. */
	for (int i = 0; i < 51; i++)
		CHECK(client_call(fd, session, CMD_ECHO, NULL) == 0);
	trace_end("events/kmem/kmem_cache_alloc/enable");
	heard = teectl_count("alloc_skb");
	printf("# with a listener: %u buffers for 51 calls\n", heard);
	CHECK(heard >= 50);
	CHECK(teectl_stop(&running, SIGTERM) == 0);
}

/* ---- teectl trace ---- */

static unsigned int instances(void)
{
	DIR *dir = opendir(TRACING "/instances");
	const struct dirent *entry;
	unsigned int count = 0;

	CHECK(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static void teectl_follows_calls(void)
{
	static const char *const arguments[] = { "--ta", TEXT_A, "trace", NULL };
	static const char *const json[] = { "--json", "--ta", TEXT_A, "trace", NULL };
	struct teectl_running running;

	teectl_start(&running, arguments);
	act();
	teectl_await(&running, "is gone");
	CHECK(WEXITSTATUS(teectl_stop(&running, SIGINT)) == 0);
	CHECK(teectl_says("SENT") && teectl_says("TOGETHER") && teectl_says("0x2 ") && teectl_says("8 KiB") && teectl_says(" open "));
	CHECK(teectl_says(" close ") && teectl_says("cancelled, said the TA") && teectl_says("asks to cancel"));
	CHECK(teectl_says("is there") && teectl_says("a thread of it waited for a lent page"));
	CHECK(instances() == 0);

	teectl_start(&running, json);
	act();
	teectl_await(&running, "\"message\":2,\"kind\":\"call\"");
	teectl_await(&running, "\"kind\":\"close\"");
	CHECK(teectl_stop(&running, SIGTERM) == 0);
	CHECK(teectl_says("\"lent\":8192,") && teectl_says("\"late\":false,\"page_waits\":1}"));
	CHECK(teectl_number("took_ns") > 0 && teectl_number("took_ns") >= teectl_number("ran_ns") + teectl_number("queued_ns"));
	CHECK(instances() == 0);
}

/* However it ends, no trace stays; what only SIGKILL can leave is taken away by the next. */
static void teectl_cleans_up(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	static const char *const arguments[] = { "trace", NULL };
	struct teectl_running running;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		teectl_start(&running, arguments);
		CHECK(instances() == 1);
		CHECK(teectl_stop(&running, ends[i]) == 0);
		CHECK(instances() == 0);
	}
	/* Its reader goes away. */
	teectl_start(&running, arguments);
	close(running.out);
	act();
	CHECK(WIFEXITED(await_end(running.pid)));
	CHECK(instances() == 0);

	teectl_start(&running, arguments);
	teectl_stop(&running, SIGKILL);
	CHECK(instances() == 1);
	teectl_start(&running, arguments);
	CHECK(instances() == 1);
	CHECK(teectl_stop(&running, SIGTERM) == 0);
	CHECK(instances() == 0);
}

static const struct tap_test tests[] = {
	{ "rule 14: tracepoints have no strings", no_strings },
	{ "tracepoints tell the stages of a call in order, and nothing of what it says", stages_in_order },
	{ "each stage of each call is traced once", stages_add_up },
	{ "nothing is built when nobody listens", nothing_is_built_unheard },
	{ "teectl trace puts calls together", teectl_follows_calls },
	{ "teectl trace leaves nothing behind", teectl_cleans_up },
};

int main(void)
{
	if (access(TRACING "/events", F_OK))
		CHECK(mount("tracefs", TRACING, "tracefs", 0, NULL) == 0);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
