// SPDX-License-Identifier: BSD-2-Clause
/* The trusted user interface at the other end of trustuid's socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>

#include "libtee/internal/log.h"
#include "libtee/internal/notify.h"
#include "libtee/internal/sandbox.h"
#include "libtee/internal/tui_link.h"

/* How often a wait for the user looks whether anybody still wants to know, and tells systemd that it is no hang. */
#define LOOK_MS 250

/* An application that is linked with this file may connect: see sandbox.c. */
const bool tee_tui_used = true;

static int tui_fd = -1;

static void socket_close(void)
{
	if (tui_fd >= 0)
		close(tui_fd);
	tui_fd = -1;
}

static TEE_Result socket_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = TUI_SOCKET };

	tui_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (tui_fd >= 0 && !connect(tui_fd, (const struct sockaddr *)&address, sizeof(address)))
		return TEE_SUCCESS;
	tee_log(TEE_LOG_WARNING, "trusted screen: " TUI_SOCKET ": %s; start teepay-trustuid.socket", strerror(errno));
	socket_close();
	return TEE_ERROR_COMMUNICATION;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static TEE_Result wait_answer(uint32_t timeout_ms)
{
	struct pollfd p = { .fd = tui_fd, .events = POLLIN };
	int64_t end = now_ms() + timeout_ms;
	int r;

	for (;;) {
		r = poll(&p, 1, LOOK_MS);
		if (r > 0)
			return TEE_SUCCESS;
		if (r < 0 && errno != EINTR)
			return TEE_ERROR_COMMUNICATION;
		if (TEE_GetCancellationFlag())
			return TEE_ERROR_CANCEL;
		if (now_ms() >= end)
			return TEE_ERROR_COMMUNICATION;
		tee_notify_send("WATCHDOG=1");
	}
}

static TEE_Result socket_exchange(uint8_t frame[TUI_FRAME_MAX], size_t *len, uint32_t timeout_ms)
{
	TEE_Result result;
	ssize_t n;

	n = send(tui_fd, frame, *len, MSG_NOSIGNAL);
	OPENSSL_cleanse(frame, *len);
	if (n != (ssize_t)*len)
		return TEE_ERROR_COMMUNICATION;
	result = wait_answer(timeout_ms);
	if (result)
		return result;
	n = recv(tui_fd, frame, TUI_FRAME_MAX, 0);
	if (n <= 0)
		return TEE_ERROR_COMMUNICATION;
	*len = (size_t)n;
	return TEE_SUCCESS;
}

const struct tee_tui_link tee_tui_socket = { .open = socket_open, .exchange = socket_exchange, .close = socket_close };
