/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor's generic netlink without a library. Whatever fails is an errno: nothing here ends a test. */
#ifndef GENL_H
#define GENL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

struct genl {
	int sock;
	uint16_t family;
	uint16_t reserved;	/* of the header of what is sent: 0 is right */
	uint32_t group;		/* of the events */
};

/* Returns 0 or an errno. */
int genl_open(struct genl *genl);
void genl_close(struct genl *genl);
/* Writes an attribute, and returns how many bytes it takes. */
size_t genl_put(void *at, uint16_t type, const void *value, size_t len);
/* Sends one request; attrs are bytes behind the header, often none. Returns 0 or an errno. */
int genl_send(const struct genl *genl, uint16_t flags, uint8_t cmd, const void *attrs, size_t len);
/* Reads one answer or one whole dump, and counts its messages. Returns 0 or an errno: the system call's or the answer's. */
int genl_receive(const struct genl *genl, unsigned int *messages);
/* Both, without attributes. */
int genl_ask(const struct genl *genl, uint16_t flags, uint8_t cmd, unsigned int *messages);
/* In the group of the events, or no longer. Returns 0 or an errno. */
int genl_join(const struct genl *genl, int yes);
/* The same, and misses no event from then on. */
int genl_listen(const struct genl *genl, int yes);

/* An attribute among those from one place to another, or NULL. */
const struct nlattr *genl_find(const void *from, const void *end, uint16_t type);
/* The attribute of a message, or NULL. */
const struct nlattr *genl_attr(const struct nlmsghdr *head, uint16_t type);

/* On a socket of their own: one of the counters of TEECHAN_CMD_GET_INFO; how many objects a dump has. Return 0 or an errno. */
int genl_counter(uint16_t attr, uint64_t *value);
int genl_count(uint8_t cmd, unsigned int *count);

#endif
