// SPDX-License-Identifier: BSD-2-Clause
/* Who the module says that a client or a TA is: above all, which executable. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
/* There is one of each width. */
#if __SIZEOF_LONG__ == 8
#define SELF "/test/identity"
#else
#define SELF "/test/identity-32"
#endif
#define OTHER "/bin/busybox"
#define USER 1001u	/* as in the maps below */

static const uint8_t none[TEECHAN_DIGEST_LEN];
static const uint8_t uuid_c[TEECHAN_UUID_LEN] = { 0xcc, 3 };

/* ---- files ---- */

/* Another program's word for the digest of a file. */
static void file_digest(const char *path, uint8_t digest[TEECHAN_DIGEST_LEN])
{
	char command[256];
	FILE *f;

	snprintf(command, sizeof(command), "busybox sha256sum %s", path);
	f = popen(command, "r");
	CHECK(f);
	for (int i = 0; i < TEECHAN_DIGEST_LEN; i++) {
		unsigned int byte;

		CHECK(fscanf(f, "%2x", &byte) == 1);
		digest[i] = (uint8_t)byte;
	}
	CHECK(pclose(f) == 0);
}

static void file_copy(const char *from, int to)
{
	static uint8_t bytes[1 << 16];
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	CHECK(fd >= 0);
	while ((len = read(fd, bytes, sizeof(bytes))) > 0)
		CHECK(write(to, bytes, (size_t)len) == len);
	CHECK(len == 0);
	close(fd);
}

/* A copy of this program, padded with zeros to a size or to one byte more than it has; it runs like this one. */
static void program_make(const char *path, off_t size)
{
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	CHECK(fd >= 0);
	file_copy(SELF, fd);
	if (size == 1)
		size += lseek(fd, 0, SEEK_CUR);
	CHECK(!size || ftruncate(fd, size) == 0);
	CHECK(fchmod(fd, 0755) == 0);
	close(fd);
}

/* ---- clients: this program, run from any file as any user ---- */

struct question {
	uint32_t login;
	uint32_t gid;
	uint32_t pretend;	/* first claim to run OTHER */
};

struct answer {
	int error;		/* of OPEN_SESSION */
	uint32_t ret;
	uint64_t cpu_us;	/* what opening took in the kernel */
	struct teechan_identity who;
};

/* A client's own numbers of the pipes. */
#define QUESTIONS 100
#define ANSWERS 101

struct client {
	pid_t pid;
	int in, out;
};

static uint64_t cpu_us(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
}

static void client_answer(int fd, const struct question *question, struct answer *answer)
{
	struct teechan_open arg = { .login = question->login, .gid = question->gid };
	struct teechan_param p[4] = { param_mem(TEECHAN_MEM_OUT, &answer->who, sizeof(answer->who)) };
	const uint64_t before = cpu_us();

	memcpy(arg.uuid, uuid_a, sizeof(arg.uuid));
	answer->error = ioctl(fd, TEECHAN_OPEN_SESSION, &arg) ? errno : 0;
	answer->cpu_us = cpu_us() - before;
	answer->ret = arg.ret;
	if (!answer->error && !answer->ret)
		CHECK(client_call(fd, arg.session, CMD_WHO, p) == 0);
}

static void pretend_other(void);

static void client_serve(void)
{
	const int fd = client_open();
	struct question question;

	CHECK(write(ANSWERS, "", 1) == 1);
	while (read(QUESTIONS, &question, sizeof(question)) == (ssize_t)sizeof(question)) {
		struct answer answer = { 0 };

		if (question.pretend)
			pretend_other();
		client_answer(fd, &question, &answer);
		CHECK(write(ANSWERS, &answer, sizeof(answer)) == (ssize_t)sizeof(answer));
	}
}

static void become(uint32_t uid)
{
	CHECK(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
}

/* Runs a file, or the file behind fd; prepare runs before in the new process. */
static void client_start(struct client *client, const char *path, int fd, uint32_t uid, void (*prepare)(void))
{
	char name[] = "client", mode[] = "serve", *argv[] = { name, mode, NULL }, *env[] = { NULL };
	int in[2], out[2];
	char c;

	CHECK(chmod(TEECHAN_CLIENT_NODE, 0666) == 0);
	CHECK(pipe(in) == 0 && pipe(out) == 0);
	client->pid = fork();
	CHECK(client->pid >= 0);
	if (client->pid == 0) {
		CHECK(dup2(in[0], QUESTIONS) >= 0 && dup2(out[1], ANSWERS) >= 0);
		close(in[1]);
		close(out[0]);
		become(uid);
		if (prepare)
			prepare();
		if (path)
			execve(path, argv, env);
		else
			fexecve(fd, argv, env);
		_exit(3);
	}
	close(in[0]);
	close(out[1]);
	client->in = in[1];
	client->out = out[0];
	CHECK(read(client->out, &c, 1) == 1);
	CHECK(chmod(TEECHAN_CLIENT_NODE, 0600) == 0);
}

static void client_send(const struct client *client, uint32_t login, uint32_t gid, bool pretend)
{
	const struct question question = { login, gid, pretend };

	CHECK(write(client->in, &question, sizeof(question)) == (ssize_t)sizeof(question));
}

static struct answer client_ask(const struct client *client, uint32_t login, uint32_t gid, bool pretend)
{
	struct answer answer;

	client_send(client, login, gid, pretend);
	CHECK(read(client->out, &answer, sizeof(answer)) == (ssize_t)sizeof(answer));
	return answer;
}

static void client_end(struct client *client)
{
	close(client->in);
	close(client->out);
	CHECK(await_end(client->pid) == 0);
}

/* Asks once with APPLICATION, and the digest must be that of a file. */
static void client_is(struct client *client, const uint8_t digest[TEECHAN_DIGEST_LEN])
{
	const struct answer answer = client_ask(client, TEECHAN_LOGIN_APPLICATION, 0, false);

	CHECK(answer.error == 0 && answer.ret == 0);
	CHECK(memcmp(answer.who.digest, digest, TEECHAN_DIGEST_LEN) == 0);
	CHECK(answer.who.uid == USER && answer.who.login == TEECHAN_LOGIN_APPLICATION);
}

/* ---- tests ---- */

static void digest_of_a_client(void)
{
	uint8_t self[TEECHAN_DIGEST_LEN], longer[TEECHAN_DIGEST_LEN];
	struct client client;
	struct ta_process ta;

	ta_start(&ta, uuid_a, SHARED);
	program_make("/tmp/copy", 0);
	program_make("/tmp/longer", 1);
	file_digest(SELF, self);
	file_digest("/tmp/longer", longer);
	CHECK(memcmp(self, longer, sizeof(self)) != 0);
	client_start(&client, SELF, -1, USER, NULL);
	client_is(&client, self);
	client_end(&client);
	client_start(&client, "/tmp/copy", -1, USER, NULL);
	client_is(&client, self);
	client_end(&client);
	client_start(&client, "/tmp/longer", -1, USER, NULL);
	client_is(&client, longer);
	client_end(&client);
}

/* Each login's UUID is the one that Linux's name space gives its name; only APPLICATION has a digest. */
static void uuids_of_the_logins(void)
{
	struct answer app, user, group, other, plain;
	struct client client;
	struct ta_process ta;

	ta_start(&ta, uuid_a, SHARED);
	client_start(&client, SELF, -1, USER, NULL);
	plain = client_ask(&client, TEECHAN_LOGIN_USER, 0, false);
	CHECK(plain.ret == 0 && memcmp(plain.who.digest, none, sizeof(none)) == 0);
	app = client_ask(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	user = client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, 0, false);
	group = client_ask(&client, TEECHAN_LOGIN_GROUP_APPLICATION, USER, false);
	CHECK(app.ret == 0 && user.ret == 0 && group.ret == 0);
	CHECK(memcmp(app.who.digest, none, sizeof(none)) != 0);
	CHECK(memcmp(app.who.digest, user.who.digest, sizeof(none)) == 0);
	CHECK(memcmp(app.who.digest, group.who.digest, sizeof(none)) == 0);
	CHECK(app.who.uuid[6] >> 4 == 5 && app.who.uuid[8] >> 6 == 2);
	CHECK(memcmp(app.who.uuid, user.who.uuid, 16) && memcmp(app.who.uuid, group.who.uuid, 16));
	CHECK(memcmp(user.who.uuid, group.who.uuid, 16) && memcmp(user.who.uuid, plain.who.uuid, 16));
	CHECK(client_ask(&client, TEECHAN_LOGIN_GROUP_APPLICATION, 0, false).ret == TEECHAN_ERROR_ACCESS_DENIED);
	CHECK(client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, USER, false).error == EINVAL);
	CHECK(client_ask(&client, 7, 0, false).error == EINVAL);
	client_end(&client);
	/* The same file as another user: the application is the same, the user's application is not. */
	client_start(&client, SELF, -1, USER + 1, NULL);
	other = client_ask(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	CHECK(other.ret == 0 && memcmp(app.who.uuid, other.who.uuid, 16) == 0);
	other = client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, 0, false);
	CHECK(other.ret == 0 && memcmp(user.who.uuid, other.who.uuid, 16) != 0);
	client_end(&client);
}

/* Opens a session from here and gives its result; who is what the TA was told. */
static uint32_t ask_here(int fd, uint32_t login, struct teechan_identity *who)
{
	const struct question question = { .login = login };
	struct answer answer = { 0 };

	client_answer(fd, &question, &answer);
	CHECK(answer.error == 0);
	*who = answer.who;
	return answer.ret;
}

static void ask_in_a_child(void)
{
	struct teechan_identity who;

	CHECK(ask_here(client_open(), TEECHAN_LOGIN_TRUSTED_APP, &who) == TEECHAN_ERROR_ACCESS_DENIED);
}

/* GP Core 1.3 §4.1.1: the process that is bound speaks as the TA, and no other. */
static void trusted_application_as_client(void)
{
	const int fd = client_open();
	struct teechan_open bad = { .login = TEECHAN_LOGIN_TRUSTED_APP, .gid = 1 };
	struct teechan_identity who;
	struct ta_process other;
	struct ta ta, second;
	pid_t child;

	ta_start(&other, uuid_a, SHARED);
	CHECK(ask_here(fd, TEECHAN_LOGIN_TRUSTED_APP, &who) == TEECHAN_ERROR_ACCESS_DENIED);
	ta_make(&ta, uuid_b, SHARED);
	CHECK(ask_here(fd, TEECHAN_LOGIN_TRUSTED_APP, &who) == 0);
	CHECK(who.login == TEECHAN_LOGIN_TRUSTED_APP && memcmp(who.uuid, uuid_b, sizeof(who.uuid)) == 0);
	CHECK(who.pid == (uint32_t)getpid() && memcmp(who.digest, none, sizeof(none)) == 0);
	CHECK_ERRNO(ioctl(fd, TEECHAN_OPEN_SESSION, &bad), EINVAL);
	/* Not its child. */
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		ask_in_a_child();
		_exit(0);
	}
	CHECK(await_end(child) == 0);
	/* As which of two it cannot say. */
	ta_make(&second, uuid_c, SHARED);
	CHECK(ask_here(fd, TEECHAN_LOGIN_TRUSTED_APP, &who) == TEECHAN_ERROR_ACCESS_DENIED);
	/* Without its windows it is no TA any more; the kernel may need a moment for that. */
	CHECK(munmap(second.rw, second.size) == 0);
	while (ask_here(fd, TEECHAN_LOGIN_TRUSTED_APP, &who))
		sched_yield();
	CHECK(memcmp(who.uuid, uuid_b, sizeof(who.uuid)) == 0);
	CHECK(munmap(ta.rw, ta.size) == 0);
	while (!ask_here(fd, TEECHAN_LOGIN_TRUSTED_APP, &who))
		sched_yield();
}

static void replaced_meanwhile(void)
{
	uint8_t self[TEECHAN_DIGEST_LEN], longer[TEECHAN_DIGEST_LEN];
	struct client old, fresh;
	struct ta_process ta;

	ta_start(&ta, uuid_a, SHARED);
	program_make("/tmp/program", 0);
	program_make("/tmp/new", 1);
	file_digest("/tmp/program", self);
	file_digest("/tmp/new", longer);
	client_start(&old, "/tmp/program", -1, USER, NULL);
	/* Who runs it keeps it from being written; a package is upgraded by rename. */
	CHECK_ERRNO(open("/tmp/program", O_WRONLY), ETXTBSY);
	CHECK_ERRNO(truncate("/tmp/program", 0), ETXTBSY);
	CHECK(rename("/tmp/new", "/tmp/program") == 0);
	client_start(&fresh, "/tmp/program", -1, USER, NULL);
	client_is(&fresh, longer);
	client_is(&old, self);
	CHECK(unlink("/tmp/program") == 0);
	client_is(&fresh, longer);
	client_end(&fresh);
	client_end(&old);
}

static void deleted_or_never_named(void)
{
	uint8_t self[TEECHAN_DIGEST_LEN];
	struct client client;
	struct ta_process ta;
	int fd, readable;
	char path[32];

	ta_start(&ta, uuid_a, SHARED);
	file_digest(SELF, self);
	program_make("/tmp/gone", 0);
	client_start(&client, "/tmp/gone", -1, USER, NULL);
	CHECK(unlink("/tmp/gone") == 0);
	client_is(&client, self);
	client_end(&client);

	fd = memfd_create("program", 0);
	CHECK(fd >= 0);
	file_copy(SELF, fd);
	CHECK(fchmod(fd, 0755) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readable = open(path, O_RDONLY);
	CHECK(readable >= 0 && close(fd) == 0);
	client_start(&client, NULL, readable, USER, NULL);
	client_is(&client, self);
	client_end(&client);
}

static uint32_t limit_mib(void)
{
	FILE *f = fopen("/sys/module/teechan/parameters/max_executable_mib", "r");
	uint32_t limit = 0;

	CHECK(f && fscanf(f, "%u", &limit) == 1 && fclose(f) == 0);
	return limit;
}

static void too_large(void)
{
	struct client client;
	struct ta_process ta;
	struct answer answer;

	ta_start(&ta, uuid_a, SHARED);
	program_make("/tmp/large", ((off_t)limit_mib() << 20) + 1);
	client_start(&client, "/tmp/large", -1, USER, NULL);
	answer = client_ask(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	CHECK(answer.error == 0 && answer.ret == TEECHAN_ERROR_ACCESS_DENIED);
	/* It may still say who it is by its user. */
	CHECK(client_ask(&client, TEECHAN_LOGIN_USER, 0, false).ret == 0);
	client_end(&client);
	CHECK(unlink("/tmp/large") == 0);
}

/* Kernel CPU time of another process, in clock ticks. */
static long stime_of(pid_t pid)
{
	char path[64], text[512], *paren;
	long ticks = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	CHECK(f && fgets(text, sizeof(text), f));
	fclose(f);
	paren = strrchr(text, ')');
	CHECK(paren && sscanf(paren + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %ld", &ticks) == 1);
	return ticks;
}

/* A large executable is read once for an open file; who is killed meanwhile ends at once. */
static void cached_and_killable(void)
{
	struct answer first, second;
	uint64_t killed_us;
	struct rusage usage;
	struct client client;
	struct ta_process ta;
	int status;

	ta_start(&ta, uuid_a, SHARED);
	program_make("/tmp/large", (off_t)32 << 20);
	client_start(&client, "/tmp/large", -1, USER, NULL);
	first = client_ask(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	second = client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, 0, false);
	CHECK(first.ret == 0 && second.ret == 0);
	CHECK(memcmp(first.who.digest, second.who.digest, sizeof(none)) == 0);
	client_end(&client);
	printf("# 32 MiB: first session %llu us of CPU, second %llu\n", (unsigned long long)first.cpu_us,
	       (unsigned long long)second.cpu_us);
	CHECK(second.cpu_us < first.cpu_us / 4);

	client_start(&client, "/tmp/large", -1, USER, NULL);
	client_send(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	for (const long before = stime_of(client.pid); stime_of(client.pid) < before + 2;)
		sched_yield();
	CHECK(kill(client.pid, SIGKILL) == 0);
	CHECK(wait4(client.pid, &status, 0, &usage) == client.pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	killed_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
	printf("# killed after %llu us of CPU\n", (unsigned long long)killed_us);
	CHECK(killed_us < first.cpu_us / 2);
	CHECK(unlink("/tmp/large") == 0);
}

/* A client may ask who serves it, even when that has died. */
static void digest_of_a_ta(void)
{
	struct teechan_ta_info info = { 0 };
	uint8_t self[TEECHAN_DIGEST_LEN];
	struct ta_process ta;
	int fd;

	file_digest(SELF, self);
	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	CHECK_ERRNO(ioctl(fd, TEECHAN_TA_INFO, &info), ENOENT);
	info.session = client_session(fd, uuid_a);
	CHECK(ioctl(fd, TEECHAN_TA_INFO, &info) == 0);
	CHECK(info.uid == 0 && memcmp(info.uuid, uuid_a, sizeof(info.uuid)) == 0);
	CHECK(memcmp(info.digest, self, sizeof(self)) == 0 && !info.reserved[0] && !info.reserved[1]);
	memset(info.digest, 0, sizeof(info.digest));
	ta_kill(&ta);
	CHECK(ioctl(fd, TEECHAN_TA_INFO, &info) == 0 && memcmp(info.digest, self, sizeof(self)) == 0);
	info.reserved[1] = 1;
	CHECK_ERRNO(ioctl(fd, TEECHAN_TA_INFO, &info), EINVAL);
	info.reserved[1] = 0;
	client_close_session(fd, info.session);
	CHECK_ERRNO(ioctl(fd, TEECHAN_TA_INFO, &info), ENOENT);
	CHECK_ERRNO(ioctl(fd, TEECHAN_TA_INFO, NULL), EFAULT);
}

/* ---- rule 8: what a user can do about it ---- */

static void file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void mount_own_file_system(void)
{
	/* Another user than the one that began: until now what /proc has of it is root's. */
	CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
	CHECK(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
	file_write("/proc/self/uid_map", "1001 1001 1");
	file_write("/proc/self/setgroups", "deny");
	file_write("/proc/self/gid_map", "1001 1001 1");
	CHECK(mount("own", "/mnt/host", "tmpfs", 0, NULL) == 0);
	program_make("/mnt/host/program", 0);
}

/* An executable on a file system that its user mounted is not vouched for. */
static void foreign_file_system(void)
{
	struct client client;
	struct ta_process ta;
	struct answer answer;

	ta_start(&ta, uuid_a, SHARED);
	client_start(&client, "/mnt/host/program", -1, USER, mount_own_file_system);
	answer = client_ask(&client, TEECHAN_LOGIN_APPLICATION, 0, false);
	CHECK(answer.error == 0 && answer.ret == TEECHAN_ERROR_ACCESS_DENIED);
	answer = client_ask(&client, TEECHAN_LOGIN_USER, 0, false);
	CHECK(answer.ret == 0 && answer.who.uid == USER);
	client_end(&client);
}

/* Puts anonymous memory with the same bytes in the place of every mapping of this program's file. */
static void leave_own_file(void)
{
	char line[512], own[256];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	FILE *maps = fopen("/proc/self/maps", "r");

	CHECK(len > 0 && maps);
	own[len] = 0;
	while (fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char prot[8];
		void *copy;

		if (!strstr(line, own))
			continue;
		CHECK(sscanf(line, "%lx-%lx %4s", &from, &to, prot) == 3);
		copy = mmap(NULL, to - from, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(copy != MAP_FAILED);
		memcpy(copy, (const void *)from, to - from);
		CHECK(mprotect(copy, to - from, (prot[0] == 'r' ? PROT_READ : 0) | (prot[1] == 'w' ? PROT_WRITE : 0) |
					       (prot[2] == 'x' ? PROT_EXEC : 0)) == 0);
		CHECK(mremap(copy, to - from, to - from, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)from) == (void *)from);
	}
	fclose(maps);
}

/* As a kernel of 64 bits wants it from either width; linux/prctl.h has a pointer in it. */
struct mm_map {
	uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	uint64_t arg_start, arg_end, env_start, env_end;
	uint64_t auxv;
	uint32_t auxv_size, exe_fd;
};

/* The numbers of /proc/self/stat that PR_SET_MM_MAP wants to have. */
static void read_own_map(struct mm_map *map)
{
	unsigned long long field[53] = { 0 };
	char text[1024], *at;
	FILE *f = fopen("/proc/self/stat", "r");

	CHECK(f && fgets(text, sizeof(text), f));
	fclose(f);
	at = strrchr(text, ')');
	CHECK(at);
	at += 4;
	for (int i = 4; i <= 52; i++)
		field[i] = strtoull(at, &at, 10);
	*map = (struct mm_map){
		.start_code = field[26], .end_code = field[27], .start_stack = field[28],
		.start_data = field[45], .end_data = field[46], .start_brk = field[47],
		.arg_start = field[48], .arg_end = field[49], .env_start = field[50], .env_end = field[51],
		.brk = (uintptr_t)sbrk(0),
	};
}

/* Debian's kernels have checkpoint/restore, which lets a user do this; the debugging kernel has not, nor this file. */
static bool can_pretend(void)
{
	return access("/proc/sys/kernel/ns_last_pid", F_OK) == 0;
}

static void pretend_other(void)
{
	struct mm_map map;

	/* For the capability that it takes. */
	CHECK(unshare(CLONE_NEWUSER) == 0);
	leave_own_file();
	read_own_map(&map);
	map.exe_fd = (uint32_t)open(OTHER, O_RDONLY | O_CLOEXEC);
	CHECK((prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0) == can_pretend());
}

/*
 * A user can make himself look like another executable. Not like another user: so a digest is worth what its uid is worth. What was measured
 * stays.
 */
static void another_executable_never_another_user(void)
{
	uint8_t self[TEECHAN_DIGEST_LEN], other[TEECHAN_DIGEST_LEN];
	struct client client;
	struct ta_process ta;
	struct answer answer;

	ta_start(&ta, uuid_a, SHARED);
	file_digest(SELF, self);
	file_digest(OTHER, other);
	client_start(&client, SELF, -1, USER, NULL);
	answer = client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, 0, true);
	CHECK(answer.error == 0 && answer.ret == 0);
	CHECK(memcmp(answer.who.digest, can_pretend() ? other : self, sizeof(other)) == 0 && answer.who.uid == USER);
	client_end(&client);

	client_start(&client, SELF, -1, USER, NULL);
	client_is(&client, self);
	answer = client_ask(&client, TEECHAN_LOGIN_USER_APPLICATION, 0, true);
	CHECK(answer.ret == 0 && memcmp(answer.who.digest, self, sizeof(self)) == 0 && answer.who.uid == USER);
	client_end(&client);
}

static const struct tap_test tests[] = {
	{ "rule 8: a client's digest is that of its executable", digest_of_a_client },
	{ "the logins' UUIDs", uuids_of_the_logins },
	{ "a trusted application as client", trusted_application_as_client },
	{ "rule 8: an executable that is replaced meanwhile", replaced_meanwhile },
	{ "rule 8: a deleted executable, and one in a memfd", deleted_or_never_named },
	{ "rule 8: an executable over the limit is not measured", too_large },
	{ "rule 8: measured once for an open file, and killable", cached_and_killable },
	{ "a TA's digest, as its client asks for it", digest_of_a_ta },
	{ "rule 8: a file system that a user mounted is not vouched for", foreign_file_system },
	{ "rule 8: another executable, but never another user", another_executable_never_another_user },
};

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "serve")) {
		client_serve();
		return 0;
	}
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
