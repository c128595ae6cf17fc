// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/genl.h"

#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "include/uapi/teechan.h"
#include "tests/vm/kmod/tap.h"

/* NLA_ALIGN() is one of signed numbers. */
#define ATTR_ALIGN(len) (((uint32_t)(len) + 3u) & ~3u)

int genl_socket(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	CHECK(sock >= 0);
	return sock;
}

ssize_t genl_ask(int sock, uint16_t family, uint16_t flags, uint8_t cmd, uint16_t attr, const char *value, void *answer,
		 size_t room)
{
	struct {
		struct nlmsghdr head;
		struct genlmsghdr genl;
		struct nlattr attr;
		char value[16];
	} request = { .head = { .nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST | flags } };
	const size_t len = strlen(value) + 1;

	CHECK(len <= sizeof(request.value));
	request.head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	request.genl = (struct genlmsghdr){ .cmd = cmd, .version = 1 };
	if (attr) {
		request.attr = (struct nlattr){ .nla_len = (uint16_t)(sizeof(struct nlattr) + len), .nla_type = attr };
		memcpy(request.value, value, len);
		request.head.nlmsg_len += ATTR_ALIGN(request.attr.nla_len);
	}
	CHECK(send(sock, &request, request.head.nlmsg_len, 0) == (ssize_t)request.head.nlmsg_len);
	return recv(sock, answer, room, 0);
}

const struct nlattr *genl_attr(const struct nlmsghdr *head, uint16_t type)
{
	const uint8_t *at = (const uint8_t *)NLMSG_DATA(head) + GENL_HDRLEN;
	const uint8_t *end = (const uint8_t *)head + head->nlmsg_len;

	while (at + sizeof(struct nlattr) <= end) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_type == type)
			return attr;
		at += ATTR_ALIGN(attr->nla_len);
	}
	return NULL;
}

uint16_t genl_family(int sock)
{
	static _Alignas(8) uint8_t answer[4096];
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlattr *attr;
	uint16_t id;

	CHECK(genl_ask(sock, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, TEECHAN_GENL_NAME, answer,
		       sizeof(answer)) > 0);
	if (head->nlmsg_type == NLMSG_ERROR)
		return 0;
	attr = genl_attr(head, CTRL_ATTR_FAMILY_ID);
	CHECK(attr);
	memcpy(&id, attr + 1, sizeof(id));
	return id;
}

uint64_t genl_counter(uint16_t attr)
{
	static _Alignas(8) uint8_t answer[4096];
	const int sock = genl_socket();
	const struct nlattr *found;
	uint64_t value;

	CHECK(genl_ask(sock, genl_family(sock), 0, TEECHAN_CMD_GET_INFO, 0, "", answer, sizeof(answer)) > 0);
	close(sock);
	found = genl_attr((const void *)answer, attr);
	CHECK(found);
	memcpy(&value, found + 1, sizeof(value));
	return value;
}

unsigned int genl_count(uint8_t cmd)
{
	static _Alignas(8) uint8_t answer[1 << 15];
	const int sock = genl_socket();
	ssize_t got = genl_ask(sock, genl_family(sock), NLM_F_DUMP, cmd, 0, "", answer, sizeof(answer));
	unsigned int count = 0;

	for (;;) {
		size_t len = (size_t)got;

		CHECK(got > 0);
		for (const struct nlmsghdr *head = (const void *)answer; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
			CHECK(head->nlmsg_type != NLMSG_ERROR);
			if (head->nlmsg_type == NLMSG_DONE) {
				close(sock);
				return count;
			}
			count++;
		}
		got = recv(sock, answer, sizeof(answer), 0);
	}
}
