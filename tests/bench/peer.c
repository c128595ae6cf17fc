// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/peer.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/tap.h"

/* Each side waits for its own word to change. */
struct peer_words {
	_Atomic uint32_t request;
	char apart[60];
	_Atomic uint32_t answer;
};

static void eventfd_send(int fd)
{
	const uint64_t one = 1;

	CHECK(write(fd, &one, sizeof(one)) == sizeof(one));
}

static void eventfd_wait(int fd)
{
	uint64_t count;

	CHECK(read(fd, &count, sizeof(count)) == sizeof(count));
}

static void futex_send(_Atomic uint32_t *word)
{
	atomic_fetch_add(word, 1);
	CHECK(syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) >= 0);
}

/* Without spinning: a trusted application does not spin either. */
static void futex_wait(_Atomic uint32_t *word, uint32_t old)
{
	while (atomic_load(word) == old)
		CHECK(!syscall(SYS_futex, word, FUTEX_WAIT, old, NULL, NULL, 0) || errno == EAGAIN || errno == EINTR);
}

static void shared_read(struct peer *peer)
{
	const size_t count = peer->bytes / sizeof(uint64_t);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += peer->shared[i];
	peer->shared[count] = sum;
}

static void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

static _Noreturn void serve(struct peer *peer)
{
	uint8_t bytes[PEER_BYTES_MAX];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (uint32_t turn = 0;; turn++) {
		switch (peer->kind) {
		case PEER_EVENTFD:
			eventfd_wait(peer->to);
			eventfd_send(peer->from);
			break;
		case PEER_SHARED:
			eventfd_wait(peer->to);
			shared_read(peer);
			eventfd_send(peer->from);
			break;
		case PEER_FUTEX:
			futex_wait(&peer->words->request, turn);
			futex_send(&peer->words->answer);
			break;
		case PEER_SEQPACKET:
			CHECK(recv(peer->from, bytes, sizeof(bytes), 0) == (ssize_t)peer->bytes);
			CHECK(send(peer->from, bytes, peer->bytes, 0) == (ssize_t)peer->bytes);
			break;
		}
	}
}

void peer_start(struct peer *peer, enum peer_kind kind, size_t bytes)
{
	int pair[2];

	*peer = (struct peer){ .kind = kind, .bytes = bytes, .to = -1, .from = -1 };
	switch (kind) {
	case PEER_SHARED:
		peer->shared = shared_memory(bytes + sizeof(uint64_t));
		/* fallthrough */
	case PEER_EVENTFD:
		peer->to = eventfd(0, EFD_CLOEXEC);
		peer->from = eventfd(0, EFD_CLOEXEC);
		CHECK(peer->to >= 0 && peer->from >= 0);
		break;
	case PEER_FUTEX:
		peer->words = shared_memory(sizeof(*peer->words));
		break;
	case PEER_SEQPACKET:
		CHECK(bytes && bytes <= PEER_BYTES_MAX && !socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
		peer->to = pair[0];
		peer->from = pair[1];
		break;
	}
	peer->pid = fork();
	CHECK(peer->pid >= 0);
	if (!peer->pid)
		serve(peer);
}

void peer_call(struct peer *peer, void *bytes)
{
	uint32_t answer;

	switch (peer->kind) {
	case PEER_SHARED:
	case PEER_EVENTFD:
		eventfd_send(peer->to);
		eventfd_wait(peer->from);
		break;
	case PEER_FUTEX:
		answer = atomic_load(&peer->words->answer);
		futex_send(&peer->words->request);
		futex_wait(&peer->words->answer, answer);
		break;
	case PEER_SEQPACKET:
		CHECK(send(peer->to, bytes, peer->bytes, 0) == (ssize_t)peer->bytes);
		CHECK(recv(peer->to, bytes, peer->bytes, 0) == (ssize_t)peer->bytes);
		break;
	}
}

void peer_stop(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	if (peer->to >= 0)
		close(peer->to);
	if (peer->from >= 0)
		close(peer->from);
	if (peer->words)
		munmap(peer->words, sizeof(*peer->words));
	if (peer->shared)
		munmap(peer->shared, peer->bytes + sizeof(uint64_t));
}
