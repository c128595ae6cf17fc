// SPDX-License-Identifier: BSD-2-Clause
#include "link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MS	10000	/* the trusted application may be starting; no terminal waits longer */

static void put(const struct link *l, const void *packet, size_t len)
{
	/* A full socket is a walletd that hangs: it will notice that we are silent. */
	(void)!send(l->fd, packet, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void link_report(struct link *l, enum nfc_state state)
{
	struct nfc_report r = { .packet = NFC_STATE, .state = (uint8_t)state, .counts = l->counts };

	l->state = (uint8_t)state;
	put(l, &r, sizeof(r));
}

void link_reset(const struct link *l)
{
	const uint8_t packet = NFC_RESET;

	put(l, &packet, 1);
}

int link_exchange(struct link *l, const uint8_t *command, size_t len, uint8_t *response, size_t room)
{
	uint8_t packet[1 + NFC_APDU_MAX];
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	ssize_t n;

	if (len > NFC_APDU_MAX)
		return -EMSGSIZE;
	packet[0] = NFC_COMMAND;
	memcpy(packet + 1, command, len);
	put(l, packet, 1 + len);
	if (poll(&p, 1, ANSWER_MS) != 1)
		return -ETIMEDOUT;
	n = recv(l->fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (n < 2 || packet[0] != NFC_RESPONSE || (size_t)n - 1 > room)
		return -EPIPE;
	memcpy(response, packet + 1, (size_t)n - 1);
	return (int)n - 1;
}
