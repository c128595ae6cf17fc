// SPDX-License-Identifier: BSD-2-Clause
#include "tests/vm/kmod/genl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "include/uapi/teechan.h"

/* NLA_ALIGN() is one of signed numbers. */
static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

size_t genl_put(void *at, uint16_t type, const void *value, size_t len)
{
	const struct nlattr attr = { .nla_len = (uint16_t)(sizeof(attr) + len), .nla_type = type };
	uint8_t *to = at;

	memcpy(to, &attr, sizeof(attr));
	if (len)
		memcpy(to + sizeof(attr), value, len);
	memset(to + attr.nla_len, 0, aligned(attr.nla_len) - attr.nla_len);
	return aligned(attr.nla_len);
}

int genl_send(const struct genl *genl, uint16_t flags, uint8_t cmd, const void *attrs, size_t len)
{
	struct {
		struct nlmsghdr head;
		struct genlmsghdr genl;
	} request = { .head = { .nlmsg_len = (uint32_t)(NLMSG_LENGTH(GENL_HDRLEN) + len), .nlmsg_type = genl->family,
				.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags), .nlmsg_seq = 1 },
		      .genl = { .cmd = cmd, .version = TEECHAN_GENL_VERSION, .reserved = genl->reserved } };
	struct iovec parts[] = { { &request, sizeof(request) }, { (void *)(uintptr_t)attrs, len } };
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(genl->sock, &message, 0) < 0 ? errno : 0;
}

int genl_receive(const struct genl *genl, unsigned int *messages)
{
	static _Thread_local _Alignas(8) uint8_t buf[1 << 15];

	for (;;) {
		const ssize_t got = recv(genl->sock, buf, sizeof(buf), 0);
		const struct nlmsghdr *head = (const void *)buf;
		size_t left;

		if (got < 0)
			return errno;
		for (left = (size_t)got; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
			/* Events come in between, unasked. */
			if (head->nlmsg_seq != 1)
				continue;
			if (head->nlmsg_type == NLMSG_ERROR)
				return -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
			if (head->nlmsg_type == NLMSG_DONE) {
				int error;

				memcpy(&error, NLMSG_DATA(head), sizeof(error));
				return error < 0 ? -error : 0;
			}
			if (messages)
				++*messages;
			if (!(head->nlmsg_flags & NLM_F_MULTI))
				return 0;
		}
	}
}

int genl_ask(const struct genl *genl, uint16_t flags, uint8_t cmd, unsigned int *messages)
{
	const int error = genl_send(genl, flags, cmd, NULL, 0);

	return error ? error : genl_receive(genl, messages);
}

const struct nlattr *genl_find(const void *from, const void *end, uint16_t type)
{
	const uint8_t *at = from;

	while (at + sizeof(struct nlattr) <= (const uint8_t *)end) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < sizeof(*attr))
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		at += aligned(attr->nla_len);
	}
	return NULL;
}

const struct nlattr *genl_attr(const struct nlmsghdr *head, uint16_t type)
{
	return genl_find((const uint8_t *)NLMSG_DATA(head) + GENL_HDRLEN, (const uint8_t *)head + head->nlmsg_len, type);
}

/* What the kernel's own family tells of ours. */
static int read_family(struct genl *genl)
{
	static _Thread_local _Alignas(8) uint8_t buf[4096];
	const struct nlmsghdr *head = (const void *)buf;
	const struct nlattr *id, *groups, *first, *group;

	if (recv(genl->sock, buf, sizeof(buf), 0) < 0)
		return errno;
	if (head->nlmsg_type == NLMSG_ERROR)
		return -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
	id = genl_attr(head, CTRL_ATTR_FAMILY_ID);
	groups = genl_attr(head, CTRL_ATTR_MCAST_GROUPS);
	/* A list of groups, each with attributes of its own: there is one. */
	first = groups ? groups + 1 : NULL;
	group = first ? genl_find(first + 1, (const uint8_t *)first + first->nla_len, CTRL_ATTR_MCAST_GRP_ID) : NULL;
	if (!id || !group)
		return EPROTO;
	memcpy(&genl->family, id + 1, sizeof(genl->family));
	memcpy(&genl->group, group + 1, sizeof(genl->group));
	return 0;
}

int genl_open(struct genl *genl)
{
	uint8_t name[sizeof(struct nlattr) + sizeof(TEECHAN_GENL_NAME) + 3];
	int error;

	*genl = (struct genl){ .sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), .family = GENL_ID_CTRL };
	if (genl->sock < 0)
		return errno;
	error = genl_send(genl, 0, CTRL_CMD_GETFAMILY, name,
			  genl_put(name, CTRL_ATTR_FAMILY_NAME, TEECHAN_GENL_NAME, sizeof(TEECHAN_GENL_NAME)));
	if (!error)
		error = read_family(genl);
	if (error)
		genl_close(genl);
	return error;
}

void genl_close(struct genl *genl)
{
	if (genl->sock >= 0)
		close(genl->sock);
	genl->sock = -1;
}

int genl_join(const struct genl *genl, int yes)
{
	return setsockopt(genl->sock, SOL_NETLINK, yes ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &genl->group,
			  sizeof(genl->group)) < 0 ? errno : 0;
}

int genl_listen(const struct genl *genl, int yes)
{
	int error = genl_join(genl, yes);

	if (error)
		return error;
	/* Who asks after joining misses no call from then on. By this socket: where faults are injected, another would have some of its own. */
	return yes ? genl_ask(genl, 0, TEECHAN_CMD_GET_INFO, NULL) : 0;
}

int genl_counter(uint16_t attr, uint64_t *value)
{
	_Alignas(8) uint8_t buf[4096];
	const struct nlmsghdr *head = (const void *)buf;
	const struct nlattr *found;
	struct genl genl;
	int error = genl_open(&genl);

	if (error)
		return error;
	error = genl_send(&genl, 0, TEECHAN_CMD_GET_INFO, NULL, 0);
	if (!error && recv(genl.sock, buf, sizeof(buf), 0) < 0)
		error = errno;
	genl_close(&genl);
	if (error)
		return error;
	if (head->nlmsg_type == NLMSG_ERROR)
		return -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
	found = genl_attr(head, attr);
	if (!found)
		return EPROTO;
	memcpy(value, found + 1, sizeof(*value));
	return 0;
}

int genl_count(uint8_t cmd, unsigned int *count)
{
	struct genl genl;
	int error = genl_open(&genl);

	*count = 0;
	if (error)
		return error;
	error = genl_ask(&genl, NLM_F_DUMP, cmd, count);
	genl_close(&genl);
	return error;
}
