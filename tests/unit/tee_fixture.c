// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/tee_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <user_ta_header.h>

#include "libtee/internal/call.h"
#include "libtee/internal/panic.h"

const uint8_t fixture_key[32] = { "a device key for unit tests only" };

const struct ta_head ta_head = {
	.uuid = { 0x11223344, 0x5566, 0x7788, { 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x01 } },
	.flags = TA_FLAG_SINGLE_INSTANCE | TA_FLAG_MULTI_SESSION,
	.stack_size = 16384,
	.data_size = 16 << 20,
	.version = "1.2",
	.description = "unit test",
	.props = (const struct user_ta_property[]){
		{ "test.bool", USER_TA_PROP_TYPE_BOOL, &(const bool){ true } },
		{ "test.u32", USER_TA_PROP_TYPE_U32, &(const uint32_t){ 4711 } },
		{ "test.u64", USER_TA_PROP_TYPE_U64, &(const uint64_t){ 1ull << 40 } },
		{ "test.string", USER_TA_PROP_TYPE_STRING, "a text" },
		{ "test.block", USER_TA_PROP_TYPE_BINARY_BLOCK, "AQIDBA==" },
		{ "test.notblock", USER_TA_PROP_TYPE_BINARY_BLOCK, "AQID*" },
	},
	.num_props = 6,
};

static int nibble(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	assert_non_null(at);
	return (int)(at - digits);
}

size_t fixture_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	for (; *hex; hex += 2)
		out[n++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
	return n;
}

char *fixture_dir(void)
{
	char *dir = strdup("/tmp/teepay-test-XXXXXX");

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void fixture_dir_remove(char **dir)
{
	if (*dir)
		nftw(*dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*dir);
	*dir = NULL;
}

void fixture_host(const char *dir)
{
	const struct tee_host_config config = { .state_dir = dir, .device_key = fixture_key };

	assert_int_equal(tee_host_start(&config), TEE_STORE_OK);
}

int fixture_exit_code(void (*body)(void *arg), void *arg)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, STDERR_FILENO);
		body(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void fixture_panics(const char *name, void (*body)(void *arg), void *arg)
{
	int code = fixture_exit_code(body, arg);

	if (code != TEE_EXIT_PANIC)
		fail_msg("%s: exit code %d, not a panic", name, code);
}

uint8_t *fixture_client_window(void)
{
	static struct channel_window window;
	void *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	window = (struct channel_window){ .rw = pages, .ro = NULL, .size = 8192 };
	tee_call_channel(NULL, &window);
	return pages;
}
