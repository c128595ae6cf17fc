// SPDX-License-Identifier: BSD-2-Clause
/* What anybody can do: memory, processes, descriptors, netlink, and what steps of all kinds need. */
#include "tests/fuzz/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uintptr_t step_place(unsigned int place)
{
	return ARENA + place * ARENA_PLACE;
}

void step_uuid(struct thread *t, uint8_t uuid[TEECHAN_UUID_LEN])
{
	static const uint8_t base[TEECHAN_UUID_LEN] = "teechan fuzz    ";

	memcpy(uuid, base, TEECHAN_UUID_LEN);
	/* The last is nobody's. */
	uuid[15] = (uint8_t)(dice_bet(&t->dice, 97) ? dice_roll(&t->dice, 6) : 9);
}

uint64_t step_odd(struct thread *t, uint64_t number)
{
	if (dice_bet(&t->dice, 98))
		return number;
	return dice_bet(&t->dice, 50) ? number + 1 : dice_next(&t->dice) >> dice_roll(&t->dice, 64);
}

uint64_t step_deadline(struct thread *t)
{
	const uint32_t kind = dice_roll(&t->dice, 100);
	const uint64_t later = dice_roll(&t->dice, (dice_bet(&t->dice, 60) ? 4 : 60) * t->world->slow) * 1000000ull;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (kind < 15)
		return 0;
	if (kind < 25)
		return 1;
	if (kind < 27)
		return dice_next(&t->dice);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + later;
}

/* Errors that any ioctl may have: a descriptor that another thread closed or replaced, another process's, wrong members. */
static bool is_common(int error)
{
	return error == EBADF || error == ENOTTY || error == EPERM || error == EINVAL || error == EFAULT;
}

int step_ioctl(struct thread *t, enum kind kind, int fd, unsigned long cmd, void *arg, size_t size, const int *allowed)
{
	const uint32_t where = dice_roll(&t->dice, 200);
	void *at = arg;
	int error;

	if (where == 0)
		at = NULL;
	else if (where == 1)
		at = t->buf + BUF - dice_roll(&t->dice, (uint32_t)size + 1);	/* partly where it may not be written */
	else if (where == 2)
		at = t->buf + BUF + PAGE - dice_roll(&t->dice, (uint32_t)size + 1);	/* and not read either */
	else if (where == 3)
		at = (void *)(step_place(dice_roll(&t->dice, LIFE_MAPS)) + dice_roll(&t->dice, 2 * PAGE));
	life_try(t, kind);
	error = ioctl(fd, cmd, at) ? errno : 0;
	if (!error) {
		life_worked(t, kind);
		/* The results are elsewhere, and nobody looks at them. */
		return at == arg ? 0 : EFAULT;
	}
	for (; *allowed; allowed++)
		if (*allowed == error)
			return error;
	if (!is_common(error))
		life_wrong(t, kind, "errno", error);
	return error;
}

static int some_fd(struct thread *t)
{
	const uint32_t i = dice_roll(&t->dice, LIFE_CLIENTS + LIFE_TAS);

	return i < LIFE_CLIENTS ? t->world->client[i] : t->world->ta[i - LIFE_CLIENTS];
}

/* ---- any ioctl with any bytes ---- */

static void wrong_ioctl(struct thread *t)
{
	const uint32_t number = dice_bet(&t->dice, 70) ? 0x40 + dice_roll(&t->dice, 0x14) : dice_roll(&t->dice, 256);
	const uint32_t magic = dice_bet(&t->dice, 95) ? TEECHAN_IOC_MAGIC : dice_roll(&t->dice, 256);
	unsigned long cmd = _IOC(_IOC_READ | _IOC_WRITE, magic, number, dice_roll(&t->dice, 400));
	uint64_t words[64];

	if (magic == TEECHAN_IOC_MAGIC) {
		static const unsigned long all[] = { TEECHAN_VERSION, TEECHAN_OPEN_SESSION, TEECHAN_INVOKE, TEECHAN_CANCEL,
						     TEECHAN_CLOSE_SESSION, TEECHAN_REGION_ALLOC, TEECHAN_REGION_FREE,
						     TEECHAN_TA_INFO, TEECHAN_BIND, TEECHAN_REPLY_RECV, TEECHAN_CANCELLED };

		if (dice_bet(&t->dice, 60))
			cmd = all[dice_roll(&t->dice, sizeof(all) / sizeof(all[0]))];
	} else if (magic == 'T' || number < 0x40) {
		/* Some of the kernel's own, such as FIONREAD and FIOASYNC, that are no business of ours. */
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = dice_bet(&t->dice, 70) ? 0 : dice_next(&t->dice) >> dice_roll(&t->dice, 64);
	/* A number that waits would wait for ever. */
	words[1] = 1;
	life_try(t, KIND_WRONG_IOCTL);
	if (ioctl(some_fd(t), cmd, words) == 0)
		life_worked(t, KIND_WRONG_IOCTL);
}

static void ask_version(struct thread *t)
{
	static const int allowed[] = { 0 };
	struct teechan_version arg = { .reserved0 = (uint32_t)step_odd(t, 0) };

	if (!step_ioctl(t, KIND_VERSION, some_fd(t), TEECHAN_VERSION, &arg, sizeof(arg), allowed) && arg.abi != TEECHAN_ABI_VERSION)
		life_wrong(t, KIND_VERSION, "abi", arg.abi);
}

/* ---- memory ---- */

/* Some part of some mapping. */
static uintptr_t some_part(struct thread *t, size_t *len)
{
	unsigned int place = dice_roll(&t->dice, LIFE_MAPS);
	uint32_t pages, from;

	for (int i = 0; i < 3 && !t->world->maps[place]; i++)
		place = dice_roll(&t->dice, LIFE_MAPS);
	pages = t->world->maps[place] / PAGE + 1;
	from = dice_roll(&t->dice, pages);
	*len = (1 + dice_roll(&t->dice, pages)) * (size_t)PAGE;
	return step_place(place) + from * (uintptr_t)PAGE;
}

static void unmap_part(struct thread *t)
{
	size_t len;
	const uintptr_t at = some_part(t, &len);

	life_try(t, KIND_MUNMAP);
	if (munmap((void *)at, len) == 0)
		life_worked(t, KIND_MUNMAP);
}

static void move_part(struct thread *t)
{
	const int flags = dice_bet(&t->dice, 50) ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
	size_t len;
	const uintptr_t at = some_part(t, &len), to = step_place(dice_roll(&t->dice, LIFE_MAPS));
	const size_t want = dice_bet(&t->dice, 60) ? len : (1 + dice_roll(&t->dice, 50)) * (size_t)PAGE;

	life_try(t, KIND_MREMAP);
	if (mremap((void *)at, dice_bet(&t->dice, 5) ? 0 : len, want, flags, to) != MAP_FAILED)
		life_worked(t, KIND_MREMAP);
}

static void protect_part(struct thread *t)
{
	size_t len;
	const uintptr_t at = dice_bet(&t->dice, 90) ? some_part(t, &len) :
			     (len = PAGE, step_place(LIFE_MAPS + dice_roll(&t->dice, 2 * LIFE_TAS)));

	life_try(t, KIND_MPROTECT);
	if (mprotect((void *)at, len, (int)dice_roll(&t->dice, 8)) == 0)
		life_worked(t, KIND_MPROTECT);
}

static void advise_part(struct thread *t)
{
	static const int advice[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_FREE, MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_DODUMP,
				      MADV_DONTDUMP, MADV_MERGEABLE, MADV_HUGEPAGE, MADV_POPULATE_READ, MADV_POPULATE_WRITE,
				      MADV_COLD, MADV_PAGEOUT, MADV_SEQUENTIAL, MADV_WIPEONFORK };
	size_t len;
	const uintptr_t at = some_part(t, &len);

	life_try(t, KIND_MADVISE);
	if (madvise((void *)at, len, advice[dice_roll(&t->dice, sizeof(advice) / sizeof(advice[0]))]) == 0)
		life_worked(t, KIND_MADVISE);
}

static void lock_part(struct thread *t)
{
	unsigned char seen[64];
	size_t len;
	const uintptr_t at = some_part(t, &len);

	life_try(t, KIND_MADVISE);
	switch (dice_roll(&t->dice, 4)) {
	case 0:
		mlock((void *)at, len);
		break;
	case 1:
		munlock((void *)at, len);
		break;
	case 2:
		msync((void *)at, len, MS_SYNC);
		break;
	default:
		mincore((void *)at, len < 64 * PAGE ? len : 64 * PAGE, seen);
	}
}

static void touch_part(struct thread *t)
{
	size_t len;
	const uintptr_t at = some_part(t, &len);

	life_touch(t, at + dice_roll(&t->dice, PAGE), dice_bet(&t->dice, 60));
}

/* The kernel copies from a region or to it: it may, unless the page is lent. By another way than its page tables nobody reads it. */
static void copy_part(struct thread *t)
{
	struct iovec here = { t->buf, 64 }, there = { NULL, 64 };
	size_t len;
	ssize_t done = 0;

	there.iov_base = (void *)some_part(t, &len);
	life_try(t, KIND_COPY);
	switch (dice_roll(&t->dice, 4)) {
	case 0:
		done = write(t->world->pipes[1], there.iov_base, 64);
		break;
	case 1:
		done = read(t->world->pipes[0], there.iov_base, 64);
		break;
	case 2:
		if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) > 0)
			life_wrong(t, KIND_COPY, "process_vm_readv read", (int64_t)(uintptr_t)there.iov_base);
		break;
	default:
		if (vmsplice(t->world->pipes[1], &there, 1, SPLICE_F_NONBLOCK) > 0)
			life_wrong(t, KIND_COPY, "vmsplice took", (int64_t)(uintptr_t)there.iov_base);
	}
	if (done > 0)
		life_worked(t, KIND_COPY);
}

/* ---- the monitor ---- */

static void watch(struct thread *t)
{
	static const uint8_t cmds[] = { TEECHAN_CMD_GET_INFO, TEECHAN_CMD_GET_TA, TEECHAN_CMD_GET_SESSION, TEECHAN_CMD_GET_REGION,
					TEECHAN_CMD_GET_POLICY };
	const uint32_t which = dice_roll(&t->dice, 5);
	uint8_t attrs[64], bytes[56];
	uint32_t type;
	uint16_t flags = which ? NLM_F_DUMP : 0;

	if (!t->world->root)
		return;
	if (t->genl.sock < 0 && genl_open(&t->genl))
		return;
	life_try(t, KIND_NETLINK);
	switch (dice_roll(&t->dice, 8)) {
	case 0:
		genl_listen(&t->genl, dice_bet(&t->dice, 70));
		break;
	case 1:
		genl_close(&t->genl);
		break;
	case 2:
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)(dice_bet(&t->dice, 50) ? 0 : dice_next(&t->dice));
		/* Whole, and not nested: of bytes that are no attribute the kernel warns in its log. */
		type = dice_roll(&t->dice, TEECHAN_A_POLICY_ENTRY);
		genl_send(&t->genl, (uint16_t)dice_next(&t->dice), (uint8_t)dice_roll(&t->dice, 8), attrs,
			  genl_put(attrs, (uint16_t)type, bytes, dice_roll(&t->dice, sizeof(bytes) + 1)));
		break;
	case 3:
		/* Left half read. */
		genl_send(&t->genl, flags, cmds[which], NULL, 0);
		break;
	default:
		fcntl(t->genl.sock, F_SETFL, O_NONBLOCK);
		if (genl_ask(&t->genl, flags, cmds[which], NULL) == 0)
			life_worked(t, KIND_NETLINK);
	}
}

/* An entry that allows this program, or in a policy that has faults, sometimes something else. */
static size_t put_entry(struct thread *t, uint8_t *at, uint8_t last, uint32_t uid, bool faulty)
{
	const uint32_t fault = faulty ? dice_roll(&t->dice, 60) : UINT32_MAX;
	uint8_t entry[96], uuid[TEECHAN_UUID_LEN], digest[TEECHAN_DIGEST_LEN];
	size_t len = 0;

	step_uuid(t, uuid);
	uuid[15] = last;
	if (fault == 0)
		uid = (uint32_t)dice_next(&t->dice);
	memcpy(digest, t->world->tally->digest, sizeof(digest));
	digest[0] ^= fault == 1;
	if (fault != 2)
		len += genl_put(entry + len, TEECHAN_A_TA_UUID, uuid, sizeof(uuid));
	if (fault != 3)
		len += genl_put(entry + len, TEECHAN_A_TA_UID, &uid, sizeof(uid));
	if (fault != 4)
		len += genl_put(entry + len, TEECHAN_A_TA_DIGEST, digest, sizeof(digest) - (fault == 5));
	return fault == 6 ? 0 : genl_put(at, TEECHAN_A_POLICY_ENTRY | NLA_F_NESTED, entry, len);
}

/*
 * A policy for TAs of this program: mostly all of them, sometimes not, so that those which are bound forbid it or others are refused
 * until the next one comes. It is never sealed, which could not be taken back: a request to seal has something that is refused.
 */
static void set_policy(struct thread *t)
{
	static const uint32_t uids[] = { 0, LIFE_USER, LIFE_USER + 1 };
	const bool faulty = dice_bet(&t->dice, 40);
	uint8_t attrs[18 * 80];
	struct genl genl;
	size_t len = 0;
	int error;

	if (!t->world->root || !t->world->tally->digest_known || genl_open(&genl))
		return;
	life_try(t, KIND_POLICY);
	if (dice_bet(&t->dice, 10)) {
		error = genl_send(&genl, NLM_F_ACK, TEECHAN_CMD_SEAL_POLICY, attrs, genl_put(attrs, TEECHAN_A_POLICY_SEAL, NULL, 0));
	} else {
		for (uint32_t i = 0; i < 18; i++)
			len += put_entry(t, attrs + len, (uint8_t)(i / 3), uids[i % 3], faulty);
		error = genl_send(&genl, NLM_F_ACK, TEECHAN_CMD_SET_POLICY, attrs, len);
	}
	if (!error)
		error = genl_receive(&genl, NULL);
	genl_close(&genl);
	if (!error)
		life_worked(t, KIND_POLICY);
	else if (error != EBUSY && error != EINVAL && error != ERANGE && error != EEXIST && error != EINTR && error != ENOMEM)
		life_wrong(t, KIND_POLICY, "errno", error);
}

/* ---- processes and descriptors ---- */

/* Another address space: whatever it tries with the descriptors that it has is refused. */
static void in_the_child(struct thread *t)
{
	struct teechan_region_alloc alloc = { .size = PAGE };
	const int fd = some_fd(t);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ioctl(fd, TEECHAN_REGION_ALLOC, &alloc) == 0)
		life_wrong(t, KIND_FORK, "a child's ioctl worked on", fd);
	mmap((void *)step_place(0), PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t)t->world->offsets[0]);
	wrong_ioctl(t);
	if (dice_bet(&t->dice, 30)) {
		const struct timespec a_while = { .tv_nsec = (long)dice_roll(&t->dice, 50) * 1000000 };

		nanosleep(&a_while, NULL);
	}
	_exit(0);
}

static void fork_child(struct thread *t)
{
	pid_t pid;

	life_try(t, KIND_FORK);
	pid = fork();
	if (pid == 0)
		in_the_child(t);
	if (pid < 0)
		return;
	life_worked(t, KIND_FORK);
	if (dice_bet(&t->dice, 60)) {
		waitpid(pid, NULL, 0);
		return;
	}
	if (dice_bet(&t->dice, 50))
		kill(pid, SIGKILL);
	/* Whom nobody waits for is init's, or the fuzzer's. */
	waitpid(-1, NULL, WNOHANG);
}

static void poke_thread(struct thread *t)
{
	const int tid = t->world->tids[dice_roll(&t->dice, LIFE_THREADS)];

	if (tid <= 0)
		return;
	life_try(t, KIND_KILL);
	if (syscall(SYS_tgkill, getpid(), tid, dice_bet(&t->dice, 50) ? SIGUSR1 : SIGALRM) == 0)
		life_worked(t, KIND_KILL);
}

static void give_fd(struct thread *t)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	char c = 0;
	struct iovec iov = { &c, 1 };
	const struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	const int fd = some_fd(t);

	if (fd < 0)
		return;
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	life_try(t, KIND_PASS);
	if (sendmsg(t->world->bazaar[0], &msg, MSG_DONTWAIT) > 0)
		life_worked(t, KIND_PASS);
}

static void take_fd(struct thread *t)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = { { 0 } };
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	int fd;

	life_try(t, KIND_PASS);
	if (recvmsg(t->world->bazaar[1], &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0 || msg.msg_controllen < CMSG_LEN(sizeof(int)))
		return;
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	life_worked(t, KIND_PASS);
	if (dice_bet(&t->dice, 10))
		fd = atomic_exchange(&t->world->client[dice_roll(&t->dice, LIFE_CLIENTS)], fd);
	if (fd >= 0)
		close(fd);
}

/* The fuzzer itself has a file open, so the module cannot go. */
static void remove_module(struct thread *t)
{
	if (!t->world->root)
		return;
	life_try(t, KIND_REMOVE);
	if (syscall(SYS_delete_module, "teechan", O_NONBLOCK) == 0)
		life_wrong(t, KIND_REMOVE, "the module went", 0);
}

const struct step other_steps[] = {
	{ wrong_ioctl, { 60, 30, 40 } },
	{ ask_version, { 12, 8, 10 } },
	{ unmap_part, { 14, 2, 10 } },
	{ move_part, { 8, 2, 8 } },
	{ protect_part, { 8, 4, 8 } },
	{ advise_part, { 8, 2, 8 } },
	{ lock_part, { 6, 1, 4 } },
	{ touch_part, { 60, 4, 40 } },
	{ copy_part, { 20, 2, 15 } },
	{ watch, { 6, 6, 10 } },
	{ set_policy, { 2, 2, 2 } },
	{ fork_child, { 1, 1, 2 } },
	{ poke_thread, { 8, 8, 8 } },
	{ give_fd, { 3, 3, 3 } },
	{ take_fd, { 3, 3, 3 } },
	{ remove_module, { 1, 1, 1 } },
	{ NULL, { 0 } },
};
