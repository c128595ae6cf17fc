// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor's and the policy's requests with every allocation and user copy failing once: each says so, works when it is made again,
 * and a policy is set whole or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/fault.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"

#define SHARED (TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION)
#define ENTRIES 40

static struct genl asking;

/* ---- the monitor ---- */

static uint8_t question;
static uint16_t flags;

static void ask_before(void)
{
	CHECK(genl_open(&asking) == 0);
}

static int ask_run(void)
{
	return question ? genl_ask(&asking, flags, question, NULL) : genl_listen(&asking, 1);
}

static void ask_after(int error)
{
	unsigned int messages = 0;

	genl_close(&asking);
	if (!error)
		return;
	ask_before();
	CHECK(question ? genl_ask(&asking, flags, question, &messages) == 0 && messages > 0 : genl_listen(&asking, 1) == 0);
	genl_close(&asking);
}

static void monitor(void)
{
	struct ta_process ta;
	struct region region;
	static const struct {
		uint8_t question;
		uint16_t flags;
		unsigned int least;
	} rows[] = {
		{ TEECHAN_CMD_GET_INFO, 0, 3 }, { TEECHAN_CMD_GET_TA, NLM_F_DUMP, 3 }, { TEECHAN_CMD_GET_SESSION, NLM_F_DUMP, 3 },
		{ TEECHAN_CMD_GET_REGION, NLM_F_DUMP, 3 }, { 0, 0, 1 },
	};

	int fd;

	ta_start(&ta, uuid_a, SHARED);
	fd = client_open();
	client_session(fd, uuid_a);
	region_make(fd, &region, PAGE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fault_op op = { "netlink", ask_before, ask_run, ask_after, { ENOMEM, ENOBUFS, EFAULT }, rows[i].least };

		question = rows[i].question;
		flags = rows[i].flags;
		fault_try(&op);
	}
}

/* ---- the policy ---- */

static uint8_t entries[ENTRIES * 80];
static size_t entries_len;
static unsigned int entries_before, entries_wanted;

/* So that there is no policy. No file of the module is open here. */
static void module_anew(void)
{
	const int fd = open("/test/module.ko", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && syscall(SYS_delete_module, "teechan", O_NONBLOCK) == 0 && syscall(SYS_finit_module, fd, "", 0) == 0);
	close(fd);
}

static unsigned int policy_entries(void)
{
	unsigned int count;

	CHECK(genl_count(TEECHAN_CMD_GET_POLICY, &count) == 0);
	return count;
}

/* Of as many entries as there are not now. */
static void set_before(void)
{
	static const uint8_t digest[TEECHAN_DIGEST_LEN] = { 1 };

	entries_before = policy_entries();
	entries_wanted = entries_before == ENTRIES ? 1 : ENTRIES;
	entries_len = 0;
	for (uint32_t uid = 0; uid < entries_wanted; uid++) {
		uint8_t entry[80];
		size_t len = genl_put(entry, TEECHAN_A_TA_UUID, uuid_a, TEECHAN_UUID_LEN);

		len += genl_put(entry + len, TEECHAN_A_TA_UID, &uid, sizeof(uid));
		len += genl_put(entry + len, TEECHAN_A_TA_DIGEST, digest, sizeof(digest));
		entries_len += genl_put(entries + entries_len, TEECHAN_A_POLICY_ENTRY | NLA_F_NESTED, entry, len);
	}
	CHECK(genl_open(&asking) == 0);
}

static int set_run(void)
{
	const int error = genl_send(&asking, NLM_F_ACK, TEECHAN_CMD_SET_POLICY, entries, entries_len);

	return error ? error : genl_receive(&asking, NULL);
}

/* When only the acknowledgement had no room (ENOBUFS), it is set. */
static void set_after(int error)
{
	const unsigned int now = policy_entries();

	genl_close(&asking);
	CHECK(now == entries_wanted || (error && now == entries_before));
	CHECK(error != ENOMEM || now == entries_before);
	if (!error)
		return;
	CHECK(genl_open(&asking) == 0 && set_run() == 0 && policy_entries() == entries_wanted);
	genl_close(&asking);
}

static void setting(void)
{
	static const struct fault_op dump = { "GET_POLICY", ask_before, ask_run, ask_after, { ENOMEM, ENOBUFS, EFAULT }, 3 };
	static const struct fault_op op = { "SET_POLICY", set_before, set_run, set_after, { ENOMEM, ENOBUFS, EFAULT }, 4 };

	module_anew();
	fault_try(&op);
	question = TEECHAN_CMD_GET_POLICY;
	flags = NLM_F_DUMP;
	fault_try(&dump);
}

static void seal_before(void)
{
	module_anew();
	set_before();
	CHECK(set_run() == 0);
}

static int seal_run(void)
{
	return genl_ask(&asking, NLM_F_ACK, TEECHAN_CMD_SEAL_POLICY, NULL);
}

static void seal_after(int error)
{
	genl_close(&asking);
	CHECK(genl_open(&asking) == 0);
	if (error) {
		const int again = seal_run();

		CHECK(again == 0 || again == EALREADY);
	}
	CHECK(set_run() == EALREADY && policy_entries() == entries_wanted);
	genl_close(&asking);
}

static void sealing(void)
{
	static const struct fault_op op = { "SEAL_POLICY", seal_before, seal_run, seal_after, { ENOMEM, ENOBUFS, EFAULT }, 3 };

	fault_try(&op);
	module_anew();
	CHECK(policy_entries() == 0);
}

static void count_of_places(void)
{
	printf("# %u faults injected in all\n", fault_count());
	CHECK(fault_count() > 60);
}

static const struct tap_test tests[] = {
	{ "faults in the monitor's answers", monitor },
	{ "faults while a policy is set, whole or not at all, and shown", setting },
	{ "faults while a policy is sealed", sealing },
	{ "every operation had its faults", count_of_places },
};

int main(void)
{
	if (!fault_prepare()) {
		printf("1..1\nnot ok 1 - this kernel can inject faults\n");
		return 1;
	}
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
