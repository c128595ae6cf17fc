/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call is compared with: a process that answers over an eventfd, a futex or a SOCK_SEQPACKET socket, as fast as
 * these can be used, or over an eventfd after it read memory that both share. Like the trusted application it is a process
 * of its own, so that either side changes address space.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum peer_kind { PEER_EVENTFD, PEER_FUTEX, PEER_SEQPACKET, PEER_SHARED };

#define PEER_BYTES_MAX 4096

struct peer {
	enum peer_kind kind;
	size_t bytes;			/* SEQPACKET: of a request, and of its answer; SHARED: of the memory */
	pid_t pid;
	int to, from;			/* eventfds, or the one socket */
	struct peer_words *words;	/* futexes */
	uint64_t *shared;		/* of SHARED; one word more behind it for the sum that the peer read */
};

void peer_start(struct peer *peer, enum peer_kind kind, size_t bytes);
/* One request and its answer: bytes there and back for SEQPACKET, nothing else. */
void peer_call(struct peer *peer, void *bytes);
void peer_stop(struct peer *peer);

#endif
