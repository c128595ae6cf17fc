// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/sandbox.h"

#include <errno.h>
#include <stdbool.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "include/uapi/teechan.h"
#include "libtee/internal/log.h"

static int fail(const char *what, const char *mend)
{
	tee_log(TEE_LOG_ERR, "sandbox: %s: %s; %s", what, strerror(errno), mend);
	return -1;
}

/* What the serving loop, the storage and malloc() need once everything is open. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(fallocate),
	SCMP_SYS(fdatasync),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fstat),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	/* of the storage's files, which instances of one application share (store_share.h) */
	SCMP_SYS(newfstatat),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(setitimer),
	SCMP_SYS(tgkill),
	SCMP_SYS(uname),
};

/* Calls of which only some are allowed: ((argument & mask) == value). */
static const struct {
	int call;
	unsigned int argument;
	uint64_t mask;
	uint64_t value;
} conditional[] = {
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_REPLY_RECV },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_CANCELLED },
	/* to other trusted applications, if its user may be their client: then the device is open */
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_VERSION },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_OPEN_SESSION },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_INVOKE },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_CANCEL },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_CLOSE_SESSION },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_REGION_ALLOC },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TEECHAN_REGION_FREE },
	/* no code but what was loaded */
	{ SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	/* two files of the storage, by Landlock's rule (store_log.h) */
	{ SCMP_SYS(renameat2), 4, UINT32_MAX, RENAME_EXCHANGE },
	/* to systemd, on the socket that is connected */
	{ SCMP_SYS(sendto), 4, UINT64_MAX, 0 },
	/* the log, what the application prints, and what the C library says before it aborts */
	{ SCMP_SYS(write), 0, UINT32_MAX, STDERR_FILENO },
	{ SCMP_SYS(write), 0, UINT32_MAX, STDOUT_FILENO },
	{ SCMP_SYS(writev), 0, UINT32_MAX, STDERR_FILENO },
};

/* One connection at a time to the trusted user interface, only in an application that uses it. */
static const int allowed_tui[] = {
	SCMP_SYS(connect),
	SCMP_SYS(poll),
};

static int seccomp_fill_tui(scmp_filter_ctx filter)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(allowed_tui) / sizeof(allowed_tui[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_tui[i], 0);
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, SCMP_A0(SCMP_CMP_EQ, AF_UNIX),
				       SCMP_A1(SCMP_CMP_EQ, SOCK_SEQPACKET | SOCK_CLOEXEC));
	/* what comes back, and from nobody in particular */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), 1, SCMP_A4(SCMP_CMP_EQ, 0));
	return err;
}

static int seccomp_fill(scmp_filter_ctx filter)
{
	size_t i;
	int err = &tee_tui_used ? seccomp_fill_tui(filter) : 0;

	for (i = 0; !err && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (i = 0; !err && i < sizeof(conditional) / sizeof(conditional[0]); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, conditional[i].call, 1,
				       SCMP_CMP(conditional[i].argument, SCMP_CMP_MASKED_EQ, conditional[i].mask,
						conditional[i].value));
	return err;
}

static int seccomp_enter(void)
{
	/* Any other call is an attack or a bug: the kernel ends the process and writes an audit line. */
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = filter ? seccomp_fill(filter) : -ENOMEM;

	/* Looked for first: every call of a client is one. */
	if (!err)
		err = seccomp_syscall_priority(filter, SCMP_SYS(ioctl), UINT8_MAX);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	if (!err)
		return 0;
	errno = -err;
	return fail("seccomp", "the kernel needs CONFIG_SECCOMP_FILTER");
}

/* In the folder of the storage two files may swap their names. */
static int landlock_allow(int ruleset, int dir)
{
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE,
		.parent_fd = dir,
	};

	return dir < 0 ? 0 : (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* All rights that the kernel's version of Landlock knows, and one rule: no file can be opened or changed by name. */
static int landlock_enter(int dir)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1 };
	long fd;
	long err;

	if (abi < 1) {
		tee_log(TEE_LOG_WARNING, "sandbox: this kernel has no Landlock; seccomp stands alone");
		return 0;
	}
	if (abi >= 2)
		attr.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return fail("Landlock", "boot with lsm=…,landlock or without lsm=");
	err = landlock_allow((int)fd, dir);
	if (!err)
		err = syscall(SYS_landlock_restrict_self, fd, 0);
	close((int)fd);
	return err ? fail("Landlock", "report this") : 0;
}

int tee_sandbox_enter(int storage_dir)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return fail("locking memory", "raise LimitMEMLOCK= in the unit (ulimit -l)");
	if (prctl(PR_SET_DUMPABLE, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail("prctl", "report this");
	if (landlock_enter(storage_dir))
		return -1;
	return seccomp_enter();
}
