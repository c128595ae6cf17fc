// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who may bind, once root has said so. A seal holds until the module is unloaded, so each test begins with a module of its own, and leaves one
 * without a policy behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/kmod/chan.h"
#include "tests/vm/kmod/genl.h"
#include "tests/vm/kmod/tap.h"
#include "tests/vm/kmod/teectl.h"

/* There is one of each width. */
#if __SIZEOF_LONG__ == 8
#define SELF "/test/policy"
#else
#define SELF "/test/policy-32"
#endif
#define LONGER "/tmp/longer"
#define FILE_NAME "/tmp/policy.conf"
#define USER 1001u

/* ---- the module, teectl and TAs ---- */

static void module_anew(void)
{
	int fd = open("/test/module.ko", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(syscall(SYS_delete_module, "teechan", O_NONBLOCK) == 0);
	CHECK(syscall(SYS_finit_module, fd, "", 0) == 0);
	close(fd);
	CHECK(chmod(TEECHAN_TA_NODE, 0666) == 0);
}

static void file_put(const char *content)
{
	FILE *f = fopen(FILE_NAME, "w");

	CHECK(f && fputs(content, f) >= 0 && fclose(f) == 0 && chmod(FILE_NAME, 0644) == 0);
}

static bool load(const char *content, const char *option)
{
	char command[128];

	file_put(content);
	snprintf(command, sizeof(command), TEECTL " policy load " FILE_NAME " %s 2>&1", option);
	return teectl_capture(command) == 0;
}

static void longer_make(void)
{
	CHECK(teectl_capture("cat " SELF " >" LONGER " && echo >>" LONGER " && chmod 755 " LONGER) == 0);
}

static void become(uint32_t uid)
{
	CHECK(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0);
}

/* This program's other half: the errno of one BIND is its exit status. */
static int bind_once(const char *which)
{
	struct teechan_bind bind = { .flags = SHARED };
	int fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC);

	memcpy(bind.uuid, *which == 'a' ? uuid_a : uuid_b, sizeof(bind.uuid));
	return fd < 0 || ioctl(fd, TEECHAN_BIND, &bind) ? errno : 0;
}

static int try_bind(const char *path, uint32_t uid, const char *which)
{
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		become(uid);
		execl(path, "ta", "bind", which, NULL);
		_exit(126);
	}
	status = await_end(pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* ---- bare netlink ---- */

struct request {
	uint8_t cmd;
	size_t len;
	uint8_t attrs[(TEECHAN_POLICY_MAX + 1) * 72];
};

static void request_begin(struct request *r, uint8_t cmd)
{
	r->cmd = cmd;
	r->len = 0;
}

static void request_put(struct request *r, uint16_t type, const void *data, size_t len)
{
	r->len += genl_put(r->attrs + r->len, type, data, len);
}

/* An entry whose parts have the sizes given; 0 leaves one out. */
static void request_entry(struct request *r, uint32_t uid, size_t uuid_len, size_t uid_len, size_t digest_len, uint16_t flag)
{
	static const uint8_t digest[40] = { 1 };
	uint8_t uuid[24] = { 0 }, number[8] = { 0 }, entry[96];
	size_t len = 0;

	memcpy(uuid, uuid_a, TEECHAN_UUID_LEN);
	memcpy(number, &uid, sizeof(uid));
	if (uuid_len)
		len += genl_put(entry + len, TEECHAN_A_TA_UUID, uuid, uuid_len);
	if (uid_len)
		len += genl_put(entry + len, TEECHAN_A_TA_UID, number, uid_len);
	if (digest_len)
		len += genl_put(entry + len, TEECHAN_A_TA_DIGEST, digest, digest_len);
	request_put(r, (uint16_t)(TEECHAN_A_POLICY_ENTRY | flag), entry, len);
}

/* The errno that the kernel acknowledges with. */
static int request_send(const struct genl *genl, const struct request *r)
{
	CHECK(genl_send(genl, NLM_F_ACK, r->cmd, r->attrs, r->len) == 0);
	return genl_receive(genl, NULL);
}

/* ---- tests ---- */

static void without_a_policy(void)
{
	module_anew();
	CHECK(teectl_capture(TEECTL " policy show 2>&1") == 0 && teectl_says("No policy is set"));
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0);
	CHECK(strcmp(teectl_text, "{\"policy\":\"none\",\"entries\":[]}\n") == 0);
	CHECK(try_bind(SELF, 0, "a") == 0 && try_bind(SELF, USER, "b") == 0);
	CHECK(teectl_capture(TEECTL " policy seal 2>&1") == 1 && teectl_says("there is no policy to seal"));
}

static void in_force_at_once(void)
{
	struct ta_process ta;

	module_anew();
	longer_make();
	CHECK(load(TEXT_A " 1001 " SELF "\n", "") && teectl_says("1 entry is in force; not sealed yet"));
	CHECK(try_bind(SELF, USER, "a") == 0);
	CHECK(try_bind(SELF, 0, "a") == EACCES);
	CHECK(try_bind(SELF, USER, "b") == EACCES);
	CHECK(try_bind(LONGER, USER, "a") == EACCES);
	CHECK(teectl_capture(TEECTL " policy show 2>&1") == 0 && teectl_says("not sealed") && teectl_says(TEXT_A "       1001"));
	/* Another in its place, as a whole; the TA of another UUID at the same time. */
	CHECK(load(TEXT_A " 0 " LONGER "\n" TEXT_B " 0 " SELF "\n" TEXT_A " 1001 " LONGER "\n", "") && teectl_says("3 entries are"));
	CHECK(try_bind(SELF, USER, "a") == EACCES && try_bind(LONGER, 0, "b") == EACCES);
	CHECK(try_bind(LONGER, USER, "a") == 0 && try_bind(LONGER, 0, "a") == 0 && try_bind(SELF, 0, "b") == 0);
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("{\"policy\":\"open\",\"entries\":[{\"ta\":\"" TEXT_A));
	CHECK(teectl_says("},{\"ta\":\"" TEXT_B "\",\"uid\":0,\"digest\":\""));
	ta_start(&ta, uuid_b, SHARED);
	client_session(client_open(), uuid_b);
}

static void sealed_until_unloaded(void)
{
	module_anew();
	CHECK(load(TEXT_A " 0 " SELF "\n", ""));
	CHECK(teectl_capture(TEECTL " policy seal 2>&1") == 0 && teectl_says("sealed until"));
	CHECK(teectl_capture(TEECTL " policy seal 2>&1") == 1 && teectl_says("sealed until the module is unloaded"));
	CHECK(!load(TEXT_B " 0 " SELF "\n", "") && teectl_says("sealed until the module is unloaded"));
	CHECK(!load(TEXT_A " 0 " SELF "\n", "--seal"));
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("{\"policy\":\"sealed\",\"entries\":[{") && !strstr(teectl_text, "},{"));
	CHECK(try_bind(SELF, 0, "a") == 0 && try_bind(SELF, 0, "b") == EACCES);
	module_anew();
	CHECK(try_bind(SELF, 0, "b") == 0);
	CHECK(load(TEXT_A " 0 " SELF "\n", "--seal") && teectl_says("1 entry is in force, and sealed"));
	CHECK(!load(TEXT_A " 0 " SELF "\n", "") && try_bind(SELF, 0, "b") == EACCES);
}

/* Without a policy it binds, without a digest; that is in no policy. */
static void a_ta_that_cannot_be_vouched_for(void)
{
	module_anew();
	CHECK(teectl_capture("cat " SELF " >/tmp/large && chmod 755 /tmp/large") == 0);
	CHECK(truncate("/tmp/large", (65 << 20) + 1) == 0);
	CHECK(try_bind("/tmp/large", 0, "a") == 0);
	CHECK(teectl_capture(TEECTL " policy show 2>&1") == 0 && teectl_says("No policy is set"));
	CHECK(load(TEXT_A " 0 " SELF "\n" TEXT_A " 0 /tmp/large\n", "") && teectl_says("2 entries"));
	CHECK(try_bind("/tmp/large", 0, "a") == EACCES && try_bind(SELF, 0, "a") == 0);
	CHECK(unlink("/tmp/large") == 0);
}

static void a_refusal_is_an_event(void)
{
	FILE *f;

	module_anew();
	CHECK(load(TEXT_A " 0 " SELF "\n", "--seal"));
	f = popen("exec " TEECTL " --json monitor 2>&1", "r");
	CHECK(f && fgets(teectl_text, sizeof(teectl_text), f) && teectl_says("listening"));
	CHECK(try_bind(SELF, USER, "a") == EACCES);
	CHECK(fgets(teectl_text, sizeof(teectl_text), f));
	CHECK(teectl_says("\"event\":\"refusal\"") && teectl_says(TEXT_A) && teectl_says("\"ta_uid\":1001") && teectl_says("\"errno\":13"));
	CHECK(teectl_capture(TEECTL " --json status 2>&1") == 0 && teectl_says("\"refusals\":1") && teectl_says("\"tas\":[]"));
}

static void what_is_bound_must_be_allowed(void)
{
	struct ta_process ta;

	module_anew();
	ta_start(&ta, uuid_a, SHARED);
	CHECK(!load(TEXT_B " 0 " SELF "\n", "--seal") && teectl_says("a trusted application is bound that this policy forbids"));
	CHECK(!load(TEXT_A " 1001 " SELF "\n", "--seal"));
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("\"none\""));
	CHECK(load(TEXT_A " 0 " SELF "\n", "--seal"));
	ta_kill(&ta);
	ta_start(&ta, uuid_a, SHARED);
}

/* Each in a process of its own, with fewer rights than root. */
static void an_ordinary_user(void)
{
	become(USER);
}

static void in_a_user_namespace(void)
{
	become(USER);
	CHECK(unshare(CLONE_NEWUSER) == 0);
}

static void root_who_may_only_watch(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = 1u << CAP_NET_ADMIN, .permitted = 1u << CAP_NET_ADMIN } };

	CHECK(syscall(SYS_capset, &head, data) == 0);
}

static int request_policy(const struct genl *genl, uint8_t cmd)
{
	static struct request r;

	request_begin(&r, cmd);
	if (cmd == TEECHAN_CMD_SET_POLICY)
		request_entry(&r, 0, 16, 4, 32, NLA_F_NESTED);
	return request_send(genl, &r);
}

static void rights(void)
{
	static void (*const drops[])(void) = { an_ordinary_user, in_a_user_namespace, root_who_may_only_watch };
	struct genl genl;
	int status;
	pid_t pid;

	module_anew();
	CHECK(genl_open(&genl) == 0);
	for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
		pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			drops[i]();
			/* Neither on a socket of root's nor on one of his own. */
			CHECK(request_policy(&genl, TEECHAN_CMD_SET_POLICY) == EPERM);
			CHECK(genl_open(&genl) == 0);
			CHECK(request_policy(&genl, TEECHAN_CMD_SET_POLICY) == EPERM);
			CHECK(request_policy(&genl, TEECHAN_CMD_SEAL_POLICY) == EPERM);
			if (i == 2)
				CHECK(teectl_capture(TEECTL " policy show 2>&1") == 0 && teectl_says("No policy is set"));
			else
				CHECK(teectl_capture(TEECTL " policy show 2>&1") == 1 && teectl_says("only root"));
			_exit(0);
		}
		status = await_end(pid);
		CHECK(status == 0);
	}
	CHECK(request_policy(&genl, TEECHAN_CMD_SET_POLICY) == 0);
	CHECK(request_policy(&genl, TEECHAN_CMD_SEAL_POLICY) == 0);
	CHECK(request_policy(&genl, TEECHAN_CMD_SET_POLICY) == EALREADY);
}

static void all_or_nothing(void)
{
	static const struct {
		const char *name;
		uint32_t uid;
		size_t uuid, id, digest;
		uint16_t flag;
	} rows[] = {
		{ "no UUID", 1, 0, 4, 32, NLA_F_NESTED },
		{ "no uid", 1, 16, 0, 32, NLA_F_NESTED },
		{ "no digest", 1, 16, 4, 0, NLA_F_NESTED },
		{ "short UUID", 1, 15, 4, 32, NLA_F_NESTED },
		{ "long UUID", 1, 17, 4, 32, NLA_F_NESTED },
		{ "short uid", 1, 16, 2, 32, NLA_F_NESTED },
		{ "long uid", 1, 16, 8, 32, NLA_F_NESTED },
		{ "short digest", 1, 16, 4, 31, NLA_F_NESTED },
		{ "long digest", 1, 16, 4, 33, NLA_F_NESTED },
		{ "invalid uid", ~0u, 16, 4, 32, NLA_F_NESTED },
		{ "not said to be nested", 1, 16, 4, 32, 0 },
	};
	static struct request r;
	struct genl genl;
	int error;

	module_anew();
	CHECK(genl_open(&genl) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		request_begin(&r, TEECHAN_CMD_SET_POLICY);
		request_entry(&r, 0, 16, 4, 32, NLA_F_NESTED);
		request_entry(&r, rows[i].uid, rows[i].uuid, rows[i].id, rows[i].digest, rows[i].flag);
		error = request_send(&genl, &r);
		if (error != EINVAL && error != ERANGE) {
			printf("# %s: %s\n", rows[i].name, strerror(error));
			CHECK(!"it is refused");
		}
	}
	request_begin(&r, TEECHAN_CMD_SET_POLICY);
	CHECK(request_send(&genl, &r) == EINVAL);
	request_put(&r, TEECHAN_A_POLICY_SEAL, NULL, 0);
	CHECK(request_send(&genl, &r) == EINVAL);
	request_entry(&r, 1, 16, 4, 32, NLA_F_NESTED);
	request_put(&r, TEECHAN_A_CMD, "1234", 4);
	CHECK(request_send(&genl, &r) == EINVAL);
	request_begin(&r, TEECHAN_CMD_SET_POLICY);
	request_entry(&r, 1, 16, 4, 32, NLA_F_NESTED);
	request_entry(&r, 1, 16, 4, 32, NLA_F_NESTED);
	CHECK(request_send(&genl, &r) == EEXIST);
	request_begin(&r, TEECHAN_CMD_SET_POLICY);
	for (uint32_t i = 0; i <= TEECHAN_POLICY_MAX; i++)
		request_entry(&r, i, 16, 4, 32, NLA_F_NESTED);
	CHECK(request_send(&genl, &r) == E2BIG);
	request_begin(&r, TEECHAN_CMD_SEAL_POLICY);
	request_put(&r, TEECHAN_A_POLICY_SEAL, NULL, 0);
	CHECK(request_send(&genl, &r) == EINVAL);
	/* None of it left anything behind. */
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("{\"policy\":\"none\",\"entries\":[]}"));
	CHECK(try_bind(SELF, USER, "a") == 0);
}

/* As many as may be: set at once, and dumped in several messages, each entry once. */
static void as_many_as_may_be(void)
{
	static struct request r;
	struct genl genl;
	char want[64];

	module_anew();
	CHECK(genl_open(&genl) == 0);
	request_begin(&r, TEECHAN_CMD_SET_POLICY);
	for (uint32_t i = 0; i < TEECHAN_POLICY_MAX; i++)
		request_entry(&r, 5000 + i, 16, 4, 32, NLA_F_NESTED);
	CHECK(request_send(&genl, &r) == 0);
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0);
	for (uint32_t i = 0; i < TEECHAN_POLICY_MAX; i++) {
		const char *at;

		snprintf(want, sizeof(want), "\"uid\":%u,", 5000 + i);
		at = strstr(teectl_text, want);
		CHECK(at && !strstr(at + 1, want));
	}
}

static void teectl_says_what_is_wrong(void)
{
	module_anew();
	CHECK(!load("# nothing\n" TEXT_A " 0 *\n", "--seal") && teectl_says("teectl: " FILE_NAME ":2: ") && teectl_says("would allow all"));
	CHECK(chmod(FILE_NAME, 0666) == 0);
	CHECK(teectl_capture(TEECTL " policy load " FILE_NAME " 2>&1") == 1 && teectl_says("others than root can change"));
	CHECK(teectl_capture(TEECTL " policy load /tmp/none 2>&1") == 1 && teectl_says("/tmp/none: No such file"));
	CHECK(teectl_capture(TEECTL " policy load 2>&1") == 2 && teectl_capture(TEECTL " policy 2>&1") == 2);
	CHECK(teectl_capture(TEECTL " policy seal now 2>&1") == 2 && teectl_capture(TEECTL " policy show --seal 2>&1") == 2);
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("\"none\""));
}

/* For the programs that come after this one. */
static void leaves_no_policy(void)
{
	module_anew();
	CHECK(chmod(TEECHAN_TA_NODE, 0600) == 0);
	CHECK(teectl_capture(TEECTL " --json policy show 2>&1") == 0 && teectl_says("\"none\""));
}

static const struct tap_test tests[] = {
	{ "without a policy, who can open the device binds", without_a_policy },
	{ "UUID, uid and digest must be in the policy", in_force_at_once },
	{ "a seal holds until the module is unloaded", sealed_until_unloaded },
	{ "a TA that cannot be vouched for is in no policy", a_ta_that_cannot_be_vouched_for },
	{ "a TA that is refused is an event", a_refusal_is_an_event },
	{ "what is bound already must be allowed", what_is_bound_must_be_allowed },
	{ "only root sets and seals, whoever opened the socket", rights },
	{ "a policy is taken whole or not at all", all_or_nothing },
	{ "256 entries are set and shown", as_many_as_may_be },
	{ "teectl policy says what is wrong, and where", teectl_says_what_is_wrong },
	{ "a new module has no policy", leaves_no_policy },
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "bind"))
		return bind_once(argv[2]);
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
