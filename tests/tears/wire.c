// SPDX-License-Identifier: BSD-2-Clause
#include "party.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int party_listener = -1;

#define HEAD	offsetof(struct message, data)

int wire_send(int to, const struct message *m, int fd)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v = { (void *)(uintptr_t)m, HEAD + m->len };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		h.msg_control = room;
		h.msg_controllen = sizeof(room);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(to, &h, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int wire_receive(int from, struct message *m, int *fd)
{
	char room[CMSG_SPACE(sizeof(int))];
	struct iovec v = { m, sizeof(*m) };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room) };
	const struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(from, &h, 0);
	while (n < 0 && errno == EINTR);
	if (n < (ssize_t)HEAD || (size_t)n != HEAD + m->len)
		return -1;
	c = CMSG_FIRSTHDR(&h);
	if (fd)
		*fd = -1;
	if (fd && c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return 0;
}

void wire_answer(int fd, int32_t result, const void *data, size_t len)
{
	static struct message m;

	m.what = ANSWER;
	m.result = result;
	m.len = (uint32_t)len;
	if (len > 0)
		memcpy(m.data, data, len);
	if (wire_send(fd, &m, -1) < 0)
		_exit(0);
}

void wire_back(int fd, enum ask what, const void *data, size_t len, struct message *answer)
{
	answer->what = what;
	answer->result = 0;
	answer->len = (uint32_t)len;
	if (len > 0)
		memcpy(answer->data, data, len);
	if (wire_send(fd, answer, -1) < 0 || wire_receive(fd, answer, NULL) < 0)
		_exit(0);
}
