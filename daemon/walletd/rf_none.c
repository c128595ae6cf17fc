// SPDX-License-Identifier: BSD-2-Clause
/* No front end: no terminal is answered. */
#include "rf.h"

#include <errno.h>

static int none_open(void **self, const struct rf_config *config)
{
	(void)config;
	*self = NULL;
	return -EOPNOTSUPP;
}

static int none_fd(const void *self)
{
	(void)self;
	return -1;
}

static uint32_t none_events(const void *self)
{
	(void)self;
	return 0;
}

static int none_receive(void *self, uint8_t *apdu, size_t room, size_t *len)
{
	(void)self;
	(void)apdu;
	(void)room;
	*len = 0;
	return -EOPNOTSUPP;
}

static int none_send(void *self, const uint8_t *apdu, size_t len)
{
	(void)self;
	(void)apdu;
	(void)len;
	return -EOPNOTSUPP;
}

static const char *none_state(const void *self)
{
	(void)self;
	return "off by configuration";
}

static void none_close(void **self)
{
	*self = NULL;
}

const struct rf_ops rf_none_ops = {
	.name = "none", .open = none_open, .fd = none_fd, .events = none_events, .receive = none_receive, .send = none_send,
	.state = none_state, .close = none_close,
};
