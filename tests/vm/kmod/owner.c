// SPDX-License-Identifier: BSD-2-Clause
/* Rule 9: a file is its opener's, whoever else holds it: by fork, exec, a socket, or taken from outside. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)

/* Rule 9: a child that holds the TA's file does not keep it alive, nor can it use it. */
static void forked_child_of_ta(void)
{
	int ready[2], child_says[2];
	struct calling calling;
	struct ta_process ta;
	int fd, got = 0;
	char c = 0;

	CHECK(pipe(ready) == 0 && pipe(child_says) == 0);
	ta.pid = fork();
	CHECK(ta.pid >= 0);
	if (ta.pid == 0) {
		int never[2];
		struct ta own;

		ta_make(&own, uuid_a, SHARED);
		CHECK(pipe(never) == 0);
		if (fork() == 0) {
			struct teechan_reply_recv rr = { 0 };

			errno = 0;
			ioctl(own.fd, TEECHAN_REPLY_RECV, &rr);
			got = errno;
			CHECK(write(child_says[1], &got, sizeof(got)) == sizeof(got));
			/* Alive, with the file, until the test ends. */
			pause();
		}
		ta_serve(&own, ready[1], never[0]);
	}
	CHECK(read(child_says[0], &got, sizeof(got)) == sizeof(got));
	CHECK(got == EPERM);
	fd = client_open();
	call_start(&calling, fd, client_session(fd, uuid_a), CMD_HOLD, NULL);
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(kill(ta.pid, SIGKILL) == 0);
	await_end(ta.pid);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_TARGET_DEAD);
}

/* Which shares the table of files, so that the TA's end closes none of them. */
static pid_t child_with_our_files(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void child_with_files_of_ta(void)
{
	struct calling calling;
	int ready[2], fd;
	pid_t pid;
	char c = 0;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		int never[2];
		struct ta own;

		ta_make(&own, uuid_a, SHARED);
		CHECK(pipe(never) == 0);
		if (child_with_our_files() == 0)
			pause();
		CHECK(write(ready[1], &c, 1) == 1);
		ta_serve(&own, ready[1], never[0]);
	}
	CHECK(read(ready[0], &c, 1) == 1);
	fd = client_open();
	call_start(&calling, fd, client_session(fd, uuid_a), CMD_HOLD, NULL);
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_TARGET_DEAD);
}

/* The child can neither use the session nor end it. */
static void child_with_files_of_client(void)
{
	struct teechan_invoke call = { .cmd = CMD_ECHO };
	struct ta_process ta;
	pid_t pid;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	call.session = client_session(fd, uuid_a);
	pid = child_with_our_files();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EPERM);
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
	CHECK(client_invoke(fd, &call) == 0 && call.ret == 0);
}

/* A TA without its windows cannot serve: it counts as dead. */
static void ta_that_unmaps_a_window(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct ta ta;

	ta_make(&ta, uuid_a, SHARED);
	CHECK_ERRNO(munmap(ta.rw, PAGE), EINVAL);
	CHECK(munmap(ta.rw, ta.size) == 0);
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), ESHUTDOWN);
	/* Nor can it answer any more. */
	rr.reply_id = 1;
	CHECK_ERRNO(ioctl(ta.fd, TEECHAN_REPLY_RECV, &rr), ESHUTDOWN);
}

/* Exec: the new program has the file, if it was not O_CLOEXEC, but not the TA. */
static void ta_that_execs(void)
{
	struct teechan_open arg = { 0 };
	int bound[2], fd;
	pid_t pid;
	char c = 0;

	CHECK(pipe(bound) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct ta ta;

		ta_make(&ta, uuid_a, SHARED);
		CHECK(fcntl(ta.fd, F_SETFD, 0) == 0);
		CHECK(write(bound[1], &c, 1) == 1);
		execl("/proc/self/exe", "owner", "sleep", NULL);
		_exit(1);
	}
	CHECK(read(bound[0], &c, 1) == 1);
	fd = client_open();
	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	CHECK(ioctl(fd, TEECHAN_OPEN_SESSION, &arg) == 0);
	CHECK(arg.ret == TEECHAN_ERROR_TARGET_DEAD || arg.ret == TEECHAN_ERROR_ITEM_NOT_FOUND);
	CHECK(waitpid(pid, NULL, WNOHANG) == 0);
}

static void client_that_forks(void)
{
	struct teechan_version version = { 0 };
	struct ta_process ta;
	struct region region;
	pid_t pid;
	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK_ERRNO(ioctl(fd, TEECHAN_VERSION, &version), EPERM);
		CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)region.offset) == MAP_FAILED &&
		      errno == EPERM);
		_exit(0);
	}
	CHECK(await_end(pid) == 0);
	CHECK(ioctl(fd, TEECHAN_VERSION, &version) == 0);
}

static void send_fd(int to, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	CHECK(sendmsg(to, &msg, 0) == 1);
}

static int receive_fd(int from)
{
	char space[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space) };
	int fd;

	CHECK(recvmsg(from, &msg, 0) == 1);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* A file that was handed on is worth nothing, and holds nothing up when its opener is gone. */
static void passed_file_is_refused(void)
{
	struct teechan_version version = { 0 };
	int pair[2], fd;
	struct ta_process ta;
	pid_t pid;

	ta_start(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		fd = client_open();
		client_session(fd, uuid_a);
		send_fd(pair[1], fd);
		_exit(0);
	}
	fd = receive_fd(pair[0]);
	CHECK(await_end(pid) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_VERSION, &version), EPERM);
	/* Its session is closed, although the file is open: the TA's only one is free. */
	client_session(client_open(), uuid_a);
}

/* Every way to use a client's file, from another process. */
static void client_file_is_refused(int fd, uint64_t offset)
{
	struct teechan_version version = { 0 };
	struct teechan_invoke call = { .count = TEECHAN_PARAMS };
	struct teechan_open open_arg = { 0 };
	struct teechan_region_alloc alloc = { .size = PAGE };

	CHECK_ERRNO(ioctl(fd, TEECHAN_VERSION, &version), EPERM);
	CHECK_ERRNO(ioctl(fd, TEECHAN_INVOKE, &call), EPERM);
	CHECK_ERRNO(ioctl(fd, TEECHAN_OPEN_SESSION, &open_arg), EPERM);
	CHECK_ERRNO(ioctl(fd, TEECHAN_REGION_ALLOC, &alloc), EPERM);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)offset) == MAP_FAILED && errno == EPERM);
}

/* Exec of a client: its session is the old program's, and the new one has no use of the file. */
static void client_that_execs(void)
{
	struct ta_process ta;
	pid_t pid;

	ta_start(&ta, uuid_a, SHARED);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		char number[16], offset[32];
		struct region region;
		const int fd = client_open();

		client_session(fd, uuid_a);
		region_make(fd, &region, PAGE);
		CHECK(fcntl(fd, F_SETFD, 0) == 0);
		snprintf(number, sizeof(number), "%d", fd);
		snprintf(offset, sizeof(offset), "%llu", (unsigned long long)region.offset);
		execl("/proc/self/exe", "owner", number, offset, NULL);
		_exit(1);
	}
	CHECK(await_end(pid) == 0);
}

/* A descriptor taken out of another process: refused, and no reason for the opener's session to stay. */
static void taken_file_is_refused(void)
{
	struct ta_process ta;
	struct region region;
	int pipes[2], fd[2], pidfd, taken;
	pid_t pid;

	ta_start(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		fd[0] = client_open();
		fd[1] = (int)client_session(fd[0], uuid_a);
		region_make(fd[0], &region, PAGE);
		CHECK(write(pipes[1], fd, sizeof(fd)) == sizeof(fd) &&
		      write(pipes[1], &region.offset, sizeof(region.offset)) == sizeof(region.offset));
		pause();
	}
	CHECK(read(pipes[0], fd, sizeof(fd)) == sizeof(fd) &&
	      read(pipes[0], &region.offset, sizeof(region.offset)) == sizeof(region.offset));
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	CHECK(pidfd >= 0);
	taken = (int)syscall(SYS_pidfd_getfd, pidfd, fd[0], 0);
	CHECK(taken >= 0);
	client_file_is_refused(taken, region.offset);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
	client_file_is_refused(taken, region.offset);
	client_session(client_open(), uuid_a);
}

/* The TA's file in other hands: refused there, and no life beyond its process. */
static void passed_file_of_ta(void)
{
	struct teechan_reply_recv rr = { 0 };
	struct teechan_bind bind = { .flags = SHARED };
	struct pollfd ready = { .events = POLLIN };
	struct calling calling;
	int pair[2], fd, ta_fd;
	pid_t pid;

	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct ta own;

		ta_make(&own, uuid_a, SHARED);
		send_fd(pair[1], own.fd);
		ta_serve(&own, pair[1], pair[1]);
	}
	ta_fd = ready.fd = receive_fd(pair[0]);
	CHECK_ERRNO(ioctl(ta_fd, TEECHAN_REPLY_RECV, &rr), EPERM);
	CHECK(poll(&ready, 1, 0) == 1 && ready.revents == POLLERR);
	memcpy(bind.uuid, uuid_b, sizeof(bind.uuid));
	CHECK_ERRNO(ioctl(ta_fd, TEECHAN_BIND, &bind), EPERM);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ta_fd, 0) == MAP_FAILED && errno == EPERM);
	fd = client_open();
	call_start(&calling, fd, client_session(fd, uuid_a), CMD_HOLD, NULL);
	await_sleep(getpid(), calling.tid);
	CHECK(kill(pid, SIGKILL) == 0);
	await_end(pid);
	call_end(&calling);
	CHECK(calling.result == 0 && calling.call.ret == TEECHAN_ERROR_TARGET_DEAD);
	/* Its UUID is free, although its file is open here. */
	bind = (struct teechan_bind){ .flags = SHARED };
	memcpy(bind.uuid, uuid_a, sizeof(bind.uuid));
	fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0 && ioctl(fd, TEECHAN_BIND, &bind) == 0);
}

/* A client's descriptor in a forked child does not keep its sessions and regions. */
static void forked_child_of_client(void)
{
	struct ta_process ta;
	int pipes[2];
	pid_t pid;
	char c = 0;

	ta_start(&ta, uuid_a, TEECHAN_TA_SINGLE_INSTANCE);
	CHECK(pipe(pipes) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		client_session(client_open(), uuid_a);
		/* Alive, with the file, until the test ends. */
		if (fork() == 0)
			for (;;)
				pause();
		CHECK(write(pipes[1], &c, 1) == 1);
		_exit(0);
	}
	CHECK(read(pipes[0], &c, 1) == 1);
	CHECK(await_end(pid) == 0);
	client_session(client_open(), uuid_a);
}

static const struct tap_test tests[] = {
	{ "rule 9: a forked child keeps no TA alive", forked_child_of_ta },
	{ "rule 9: a forked child keeps no session of a client", forked_child_of_client },
	{ "rule 9: a child that shares the TA's files, not its memory, keeps no TA alive", child_with_files_of_ta },
	{ "rule 9: a child that shares a client's files, not its memory, is refused", child_with_files_of_client },
	{ "rule 9: a TA that unmaps a window is dead", ta_that_unmaps_a_window },
	{ "rule 9: a TA that starts another program is dead", ta_that_execs },
	{ "rule 9: a TA's file handed on is refused, and keeps no TA alive", passed_file_of_ta },
	{ "rule 9: a client's fork is refused", client_that_forks },
	{ "rule 9: a client that starts another program is refused", client_that_execs },
	{ "rule 9: a file handed on is refused, and closed with its opener", passed_file_is_refused },
	{ "rule 9: a file taken by pidfd_getfd is refused, and closed with its opener", taken_file_is_refused },
};

int main(int argc, char **argv)
{
	/* The programs that a TA and a client become. */
	if (argc == 2)
		pause();
	if (argc == 3) {
		client_file_is_refused((int)strtol(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
		return 0;
	}
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
