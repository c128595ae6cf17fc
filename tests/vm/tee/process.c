// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/tee/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/tap.h"

#define LOG TA_FOLDER "/ta.log"

void ta_write_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

void ta_folders_make(void)
{
	static const char key[32] = "a device key for tests, 32 bytes";

	CHECK(!system("rm -rf " TA_FOLDER " && mkdir -p " TA_FOLDER "/state " TA_FOLDER "/credentials"));
	ta_write_file(TA_FOLDER "/credentials/devicekey", key, sizeof(key));
}

int ta_notify_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TA_FOLDER "/notify" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(address.sun_path);
	CHECK(fd >= 0 && !bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	return fd;
}

static void ta_path(char path[4096], const char *program)
{
	ssize_t n = readlink("/proc/self/exe", path, 4000);
	char *slash;

	CHECK(n > 0);
	path[n] = '\0';
	slash = strrchr(path, '/');
	CHECK(strlen(program) < 90);
	strcpy(slash + 1, program);
}

_Noreturn void ta_exec(const char *program, const char *extra)
{
	char path[4096];
	int log = open(LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	ta_path(path, program);
	dup2(log, STDERR_FILENO);
	setenv("STATE_DIRECTORY", TA_FOLDER "/state", 1);
	setenv("CREDENTIALS_DIRECTORY", TA_FOLDER "/credentials", 1);
	setenv("NOTIFY_SOCKET", TA_FOLDER "/notify", 1);
	if (extra)
		putenv(strdup(extra));
	execl(path, path, (char *)NULL);
	_exit(127);
}

void ta_start_as(struct ta *ta, const char *program, const char *extra)
{
	char text[64] = "";

	ta->notify = ta_notify_socket();
	ta->pid = fork();
	CHECK(ta->pid >= 0);
	if (!ta->pid)
		ta_exec(program, extra);
	CHECK(recv(ta->notify, text, sizeof(text) - 1, 0) > 0);
	CHECK(!strcmp(text, "READY=1"));
}

int ta_end(struct ta *ta)
{
	int status;

	CHECK(waitpid(ta->pid, &status, 0) == ta->pid);
	close(ta->notify);
	return status;
}

void ta_stop(struct ta *ta)
{
	CHECK(!kill(ta->pid, SIGTERM));
	CHECK(ta_end(ta) == 0);
}

bool ta_log_has(const char *text)
{
	static char log[65536];
	int fd = open(LOG, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, log, sizeof(log) - 1);

	CHECK(n >= 0);
	close(fd);
	log[n] = '\0';
	return strstr(log, text);
}
