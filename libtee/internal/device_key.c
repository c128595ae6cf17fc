// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/device_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "libtee/internal/log.h"

#define CREDENTIAL "devicekey"

static int fail(const char *why)
{
	tee_log(TEE_LOG_ERR, "device key: %s; start me through my systemd unit, which loads the credential " CREDENTIAL
		", or put 32 random bytes in a file " CREDENTIAL " and its folder's name in $CREDENTIALS_DIRECTORY", why);
	return -1;
}

static int read_all(int fd, uint8_t key[TEE_DEVICE_KEY_SIZE])
{
	uint8_t more[TEE_DEVICE_KEY_SIZE + 1];
	size_t have = 0;
	ssize_t n;

	while (have < sizeof(more) && (n = read(fd, more + have, sizeof(more) - have)) > 0)
		have += (size_t)n;
	if (have == TEE_DEVICE_KEY_SIZE)
		memcpy(key, more, TEE_DEVICE_KEY_SIZE);
	OPENSSL_cleanse(more, sizeof(more));
	return have == TEE_DEVICE_KEY_SIZE ? 0 : -1;
}

int tee_device_key_read(uint8_t key[TEE_DEVICE_KEY_SIZE])
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[4096];
	int fd;
	int err;

	if (!dir)
		return fail("$CREDENTIALS_DIRECTORY is not set");
	if (snprintf(path, sizeof(path), "%s/" CREDENTIAL, dir) >= (int)sizeof(path))
		return fail("the path is too long");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(strerror(errno));
	err = read_all(fd, key);
	close(fd);
	return err ? fail("it does not have 32 bytes") : 0;
}
