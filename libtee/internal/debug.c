// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/debug.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "libtee/internal/log.h"

#define SWITCH "TEEPAY_TA_NO_SANDBOX"
#define RUN_DIR "/run/teepay-ta-debug"

bool tee_debug_on(void)
{
	const char *value = getenv(SWITCH);

	return value && !strcmp(value, "1");
}

/* Standard error may be another thing than what systemd gave to the shell or the debugger: systemd.exec(5), JOURNAL_STREAM. */
static bool journal_has_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st))
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return !strcmp(stream, own);
}

void tee_debug_warn(void)
{
	static const char *const lines[] = {
		"************************************************************",
		SWITCH "=1: NO SANDBOX. For debugging only: what",
		"this process holds can be swapped, dumped and read. It has",
		"neither the device key nor what was stored with it.",
		"************************************************************",
	};
	bool told = journal_has_stderr();
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		tee_log(TEE_LOG_WARNING, "%s", lines[i]);
		/* Started from a shell or by a debugger, it is heard of in the journal all the same. */
		if (!told)
			syslog(LOG_AUTHPRIV | LOG_WARNING, "%s", lines[i]);
	}
	closelog();
}

void tee_debug_key(uint8_t key[TEE_DEVICE_KEY_SIZE])
{
	memset(key, 0, TEE_DEVICE_KEY_SIZE);
}

int tee_debug_folder(const char *state_dir, char *dir, size_t size)
{
	int n = state_dir && *state_dir ? snprintf(dir, size, "%s/debug", state_dir) : snprintf(dir, size, RUN_DIR);

	if (n < 0 || (size_t)n >= size) {
		tee_log(TEE_LOG_ERR, "$STATE_DIRECTORY is too long");
		return -1;
	}
	if (!mkdir(dir, 0700) || errno == EEXIST)
		return 0;
	tee_log(TEE_LOG_ERR, "%s: %s; set STATE_DIRECTORY to a folder of yours", dir, strerror(errno));
	return -1;
}
