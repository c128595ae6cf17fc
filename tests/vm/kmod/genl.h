/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor's netlink family without any library: requests, attributes, counters. */
#ifndef GENL_H
#define GENL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int genl_socket(void);
/* The family's number, or 0 when there is none. */
uint16_t genl_family(int sock);
/* Sends a request with one attribute, or none (0), and gives what netlink answers first. */
ssize_t genl_ask(int sock, uint16_t family, uint16_t flags, uint8_t cmd, uint16_t attr, const char *value, void *answer,
		 size_t room);
/* The attribute of a message, or NULL. */
const struct nlattr *genl_attr(const struct nlmsghdr *head, uint16_t type);

/* One of the counters of TEECHAN_CMD_GET_INFO. */
uint64_t genl_counter(uint16_t attr);
/* How many objects a dump has. */
unsigned int genl_count(uint8_t cmd);

#endif
