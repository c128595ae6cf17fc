// SPDX-License-Identifier: BSD-2-Clause
/*
 * The place of the ACR122U's front end (libnfc, card emulation).  It has its name in the configuration and its row in the status, and says plainly
 * that it does not work yet.
 */
#include "rf.h"

#include <errno.h>

static int libnfc_open(void **self, const struct rf_config *config)
{
	(void)config;
	*self = NULL;
	return -EOPNOTSUPP;
}

static int none_open(void **self, const struct rf_config *config)
{
	return libnfc_open(self, config);
}

static int nowhere_fd(const void *self)
{
	(void)self;
	return -1;
}

static uint32_t nowhere_events(const void *self)
{
	(void)self;
	return 0;
}

static int nowhere_receive(void *self, uint8_t *apdu, size_t room, size_t *len)
{
	(void)self;
	(void)apdu;
	(void)room;
	*len = 0;
	return -EOPNOTSUPP;
}

static int nowhere_send(void *self, const uint8_t *apdu, size_t len)
{
	(void)self;
	(void)apdu;
	(void)len;
	return -EOPNOTSUPP;
}

static const char *libnfc_state(const void *self)
{
	(void)self;
	return "not yet: the radio reader comes with a later version; set frontend = vpcd";
}

static const char *none_state(const void *self)
{
	(void)self;
	return "off by configuration";
}

static void nowhere_close(void **self)
{
	*self = NULL;
}

const struct rf_ops rf_libnfc_ops = {
	.name = "libnfc", .open = libnfc_open, .fd = nowhere_fd, .events = nowhere_events, .receive = nowhere_receive, .send = nowhere_send,
	.state = libnfc_state, .close = nowhere_close,
};

const struct rf_ops rf_none_ops = {
	.name = "none", .open = none_open, .fd = nowhere_fd, .events = nowhere_events, .receive = nowhere_receive, .send = nowhere_send,
	.state = none_state, .close = nowhere_close,
};
