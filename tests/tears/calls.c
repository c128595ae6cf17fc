// SPDX-License-Identifier: BSD-2-Clause
/*
 * System call user dispatch: the kernel turns each system call of this process into a SIGSYS, except those made from the few instructions below, from where
 * the handler makes them itself.  So the real libraries are watched whole, SQLite's own file layer included, without a debugger's rights.  x86-64 only.
 */
#include "shared.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH	59
#define PR_SYS_DISPATCH_ON		1
#endif
#define SECTOR		512
#define SA_RESTORER_BIT	0x04000000	/* the kernel's SA_RESTORER */

struct shared *shared;
int calls_party = -1;

/* System V arguments of a function (number, six arguments) to those of a system call; and the return from a signal. */
long calls_raw(long nr, long a, long b, long c, long d, long e, long f);
void calls_restore(void);
extern const char calls_begin[], calls_end[];
__asm__(".text\n"
	".globl calls_begin, calls_raw, calls_restore, calls_end\n"
	"calls_begin:\n"
	"calls_raw:\n"
	"	endbr64\n"
	"	mov %rdi, %rax\n	mov %rsi, %rdi\n	mov %rdx, %rsi\n	mov %rcx, %rdx\n"
	"	mov %r8, %r10\n	mov %r9, %r8\n	mov 8(%rsp), %r9\n	syscall\n	ret\n"
	"calls_restore:\n"
	"	mov $15, %rax\n	syscall\n	ud2\n"	/* rt_sigreturn; the address behind the instruction must be in the range, too */
	"calls_end:\n");

/* Lint-free spelling of a pointer that is an argument. */
static long raw3(long nr, long a, long b, long c)
{
	return calls_raw(nr, a, b, c, 0, 0, 0);
}

/* --- what a descriptor is --- */

static bool is_file(long fd)
{
	struct stat st;

	return raw3(SYS_fstat, fd, (long)&st, 0) == 0 && S_ISREG(st.st_mode);
}

/* The name below the scene's folder, or false. */
static bool strip(const char *path, char name[OP_NAME])
{
	size_t n = strlen(shared->dir);

	if (n == 0 || strncmp(path, shared->dir, n) != 0 || path[n] != '/' || strlen(path + n + 1) >= OP_NAME)
		return false;
	strcpy(name, path + n + 1);
	return true;
}

static bool link_name(long dirfd, char path[2 * OP_NAME])
{
	char proc[40] = "/proc/self/fd/";
	char digits[16];
	size_t n = 0, at = strlen(proc);
	long got;

	do
		digits[n++] = (char)('0' + dirfd % 10);
	while ((dirfd /= 10) > 0);
	while (n > 0)
		proc[at++] = digits[--n];
	got = raw3(SYS_readlink, (long)proc, (long)path, 2 * OP_NAME - 1);
	if (got <= 0)
		return false;
	path[got] = '\0';
	return true;
}

static bool fd_name(long fd, char name[OP_NAME])
{
	char path[2 * OP_NAME];

	return link_name(fd, path) && strip(path, name);
}

/* @path of an ...at() call. */
static bool at_name(long dirfd, const char *path, char name[OP_NAME])
{
	char folder[2 * OP_NAME], whole[4 * OP_NAME];

	if (path[0] == '/')
		return strip(path, name);
	if ((int)dirfd == AT_FDCWD || !link_name(dirfd, folder) || strlen(path) >= OP_NAME)
		return false;
	strcpy(whole, folder);
	strcat(whole, "/");
	strcat(whole, path);
	return strip(whole, name);
}

/* --- recording --- */

static struct file_op *op_new(enum op_kind kind)
{
	uint32_t i = __atomic_fetch_add(&shared->n_ops, 1, __ATOMIC_SEQ_CST);

	if (i >= OPS_MAX) {
		shared->overflow = 1;
		shared->n_ops = OPS_MAX;
		return NULL;
	}
	memset(&shared->ops[i], 0, sizeof(shared->ops[i]));
	shared->ops[i].kind = (uint8_t)kind;
	shared->ops[i].party = (uint8_t)calls_party;
	return &shared->ops[i];
}

static void record_named(enum op_kind kind, const char *name, const char *to, uint64_t offset)
{
	struct file_op *op = op_new(kind);

	if (!op)
		return;
	strcpy(op->name, name);
	if (to)
		strcpy(op->to, to);
	op->offset = offset;
}

static void record_write(long fd, const void *data, size_t len, uint64_t offset)
{
	uint32_t at = __atomic_fetch_add(&shared->pool_used, (uint32_t)len, __ATOMIC_SEQ_CST);
	char name[OP_NAME];
	struct file_op *op;

	if (at + len > POOL_SIZE) {
		shared->overflow = 1;
		return;
	}
	if (!fd_name(fd, name))
		return;
	op = op_new(OP_WRITE);
	if (!op)
		return;
	memcpy(shared->pool + at, data, len);
	strcpy(op->name, name);
	op->offset = offset;
	op->len = (uint32_t)len;
	op->data = at;
}

/* After a call that succeeded with @ret. */
static void record(long nr, const long a[6], long ret)
{
	char name[OP_NAME], to[OP_NAME];

	switch (nr) {
	case SYS_write:
		record_write(a[0], (const void *)a[1], (size_t)ret, (uint64_t)(raw3(SYS_lseek, a[0], 0, SEEK_CUR) - ret));
		break;
	case SYS_pwrite64:
		record_write(a[0], (const void *)a[1], (size_t)ret, (uint64_t)a[3]);
		break;
	case SYS_ftruncate:
		if (fd_name(a[0], name))
			record_named(OP_TRUNCATE, name, NULL, (uint64_t)a[1]);
		break;
	case SYS_fallocate:
		/* Only ever from the end on, to make room. */
		if (fd_name(a[0], name))
			record_named(OP_TRUNCATE, name, NULL, (uint64_t)a[2] + (uint64_t)a[3]);
		break;
	case SYS_fsync:
	case SYS_fdatasync:
		if (fd_name(a[0], name))
			record_named(OP_SYNC, name, NULL, 0);
		break;
	case SYS_openat:
		if ((a[2] & O_CREAT) && fd_name(ret, name))
			record_named((a[2] & O_TRUNC) ? OP_TRUNCATE : OP_CREATE, name, NULL, 0);
		break;
	case SYS_renameat:
	case SYS_renameat2:
		if (at_name(a[0], (const char *)a[1], name) && at_name(a[2], (const char *)a[3], to))
			record_named(OP_RENAME, name, to, 0);
		break;
	case SYS_unlink:
		if (at_name(AT_FDCWD, (const char *)a[0], name))
			record_named(OP_UNLINK, name, NULL, 0);
		break;
	case SYS_unlinkat:
		if (at_name(a[0], (const char *)a[1], name))
			record_named(OP_UNLINK, name, NULL, 0);
		break;
	default:
		break;
	}
}

/* --- faults --- */

static bool is_class(uint32_t kind, long nr)
{
	switch (kind) {
	case FAULT_KILL:
		return true;
	case FAULT_READ:
		return nr == SYS_read || nr == SYS_pread64;
	case FAULT_WRITE:
		return nr == SYS_write || nr == SYS_pwrite64 || nr == SYS_ftruncate || nr == SYS_fallocate;
	case FAULT_SHORT:
		return nr == SYS_write || nr == SYS_pwrite64;
	case FAULT_SYNC:
		return nr == SYS_fsync || nr == SYS_fdatasync;
	case FAULT_KILL_CHANGE:
		return is_class(FAULT_WRITE, nr) || is_class(FAULT_SYNC, nr) || nr == SYS_unlink || nr == SYS_unlinkat || nr == SYS_renameat2;
	default:
		return false;
	}
}

/* True: *@ret is the answer and the call is not made. */
static bool faulted(long nr, long a[6], long *ret)
{
	struct party_fault *f = &shared->fault[calls_party];

	/* Of what transfers bytes only what does it with files. */
	if (!is_class(f->kind, nr) || (f->kind != FAULT_KILL && (is_class(FAULT_READ, nr) || is_class(FAULT_SHORT, nr)) && !is_file(a[0])))
		return false;
	if (++f->seen != f->at)
		return false;
	f->hit = 1;
	switch (f->kind) {
	case FAULT_KILL:
	case FAULT_KILL_CHANGE:
		(void)raw3(SYS_kill, raw3(SYS_getpid, 0, 0, 0), SIGKILL, 0);
		for (;;)
			(void)raw3(SYS_pause, 0, 0, 0);
	case FAULT_WRITE:
		*ret = -ENOSPC;
		return true;
	case FAULT_SHORT:
		/* A file of whole sectors is cut between two of them, as disk and page cache do. */
		a[2] = a[2] % SECTOR == 0 ? a[2] / 2 / SECTOR * SECTOR : a[2] / 2;
		return false;
	default:
		*ret = -EIO;
		return true;
	}
}

static void on_call(int sig, siginfo_t *info, void *context)
{
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	long nr = r[REG_RAX], a[6] = { r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9] }, ret;

	(void)sig;
	(void)info;
	if (!faulted(nr, a, &ret)) {
		ret = calls_raw(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		if (shared->recording && ret >= 0)
			record(nr, a, ret);
	}
	r[REG_RAX] = ret;
}

int calls_watch(enum party_id me)
{
	/* The kernel's own struct sigaction: the C library's would put a restorer of its own in, whose call would be caught too. */
	struct {
		void (*handler)(int sig, siginfo_t *info, void *context);
		unsigned long flags;
		void (*restorer)(void);
		unsigned long mask;
	} action = { on_call, SA_SIGINFO | SA_NODEFER | SA_RESTORER_BIT, calls_restore, 0 };
	static char block = 1;	/* PR_SYS_DISPATCH's SYSCALL_DISPATCH_FILTER_BLOCK */

	calls_party = (int)me;
	if (syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, 8) != 0)
		return -1;
	return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, (unsigned long)calls_begin, (unsigned long)(calls_end - calls_begin), &block);
}
