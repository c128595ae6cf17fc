// SPDX-License-Identifier: BSD-2-Clause
#include "policy.h"

#include <errno.h>
#include <inttypes.h>
#include <netlink/genl/genl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "include/uapi/teechan.h"
#include "link.h"
#include "policy_file.h"

/* ---- show ---- */

struct shown {
	bool json;
	uint64_t state;
	size_t count;
	bool malformed;
};

static void take_state(const struct record *r, void *data)
{
	struct shown *shown = data;

	shown->state = record_number(r, TEECHAN_A_POLICY);
}

static const char *user_name(uint32_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user ? user->pw_name : "-";
}

static void print_digest(const uint8_t *digest)
{
	for (int i = 0; i < TEECHAN_DIGEST_LEN; i++)
		printf("%02x", digest[i]);
}

static void print_uuid(const uint8_t *uuid)
{
	for (int i = 0; i < TEECHAN_UUID_LEN; i++)
		printf(i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", uuid[i]);
}

static void print_entry(const struct record *r, void *data)
{
	struct nlattr *attrs[TEECHAN_A_TA_DIGEST + 1], *entry = r->attrs[TEECHAN_A_POLICY_ENTRY];
	struct shown *shown = data;
	uint32_t uid;

	if (!entry || nla_parse_nested(attrs, TEECHAN_A_TA_DIGEST, entry, NULL) || !attrs[TEECHAN_A_TA_UUID] ||
	    nla_len(attrs[TEECHAN_A_TA_UUID]) != TEECHAN_UUID_LEN || !attrs[TEECHAN_A_TA_UID] ||
	    nla_len(attrs[TEECHAN_A_TA_UID]) != (int)sizeof(uid) || !attrs[TEECHAN_A_TA_DIGEST] ||
	    nla_len(attrs[TEECHAN_A_TA_DIGEST]) != TEECHAN_DIGEST_LEN) {
		shown->malformed = true;
		return;
	}
	uid = nla_get_u32(attrs[TEECHAN_A_TA_UID]);
	if (shown->json)
		fputs(shown->count ? ",{\"ta\":\"" : "{\"ta\":\"", stdout);
	else if (!shown->count)
		printf("\n%-36s %10s %-16s %s\n", "MAY BIND AS", "UID", "USER", "SHA-256 OF THE EXECUTABLE");
	print_uuid(nla_data(attrs[TEECHAN_A_TA_UUID]));
	if (shown->json)
		printf("\",\"uid\":%" PRIu32 ",\"digest\":\"", uid);
	else
		printf(" %10" PRIu32 " %-16s ", uid, user_name(uid));
	print_digest(nla_data(attrs[TEECHAN_A_TA_DIGEST]));
	fputs(shown->json ? "\"}" : "\n", stdout);
	shown->count++;
}

static int show(struct link *link, bool json, struct link_error *e)
{
	static const char *const words[] = { "none", "open", "sealed" };
	static const char *const sentences[] = {
		"No policy is set: whoever can open the device may bind.",
		"A policy is in force; it is not sealed, so root may still replace it.",
		"A policy is in force, and sealed until the module is unloaded.",
	};
	struct shown shown = { .json = json };

	if (link_ask(link, TEECHAN_CMD_GET_INFO, take_state, &shown, e))
		return e->exit_status;
	if (shown.state > TEECHAN_POLICY_SEALED) {
		snprintf(e->text, sizeof(e->text), "the module is newer than this teectl; use the teectl that came with it");
		return 1;
	}
	if (json)
		printf("{\"policy\":\"%s\",\"entries\":[", words[shown.state]);
	else
		puts(sentences[shown.state]);
	if (link_ask(link, TEECHAN_CMD_GET_POLICY, print_entry, &shown, e))
		return e->exit_status;
	if (json)
		puts("]}");
	if (!shown.malformed)
		return 0;
	snprintf(e->text, sizeof(e->text), "the module gave an entry that makes no sense; is it of another version?");
	return 1;
}

/* ---- load and seal ---- */

struct load {
	const struct policy *policy;
	bool seal;
};

static int fill(struct nl_msg *msg, void *data)
{
	const struct load *load = data;

	for (size_t i = 0; i < load->policy->count; i++) {
		const struct policy_entry *entry = &load->policy->entries[i];
		struct nlattr *nest = nla_nest_start(msg, TEECHAN_A_POLICY_ENTRY);

		if (!nest || nla_put(msg, TEECHAN_A_TA_UUID, sizeof(entry->uuid), entry->uuid) ||
		    nla_put_u32(msg, TEECHAN_A_TA_UID, entry->uid) ||
		    nla_put(msg, TEECHAN_A_TA_DIGEST, sizeof(entry->digest), entry->digest))
			return -1;
		nla_nest_end(msg, nest);
	}
	return load->seal ? nla_put_flag(msg, TEECHAN_A_POLICY_SEAL) : 0;
}

/* Why the module did not do it. */
static int refused(int error, struct link_error *e)
{
	const char *why;

	switch (error) {
	case -EPERM:
		why = "only root may set the policy (it takes CAP_SYS_MODULE); run it with sudo";
		break;
	case -EALREADY:
		why = "the policy is sealed until the module is unloaded; end all clients and run: modprobe -r teechan";
		break;
	case -EBUSY:
		why = "a trusted application is bound that this policy forbids; see teectl status, and stop it or add it";
		break;
	case -ENOENT:
		why = "there is no policy to seal; run: teectl policy load FILE --seal";
		break;
	case -EOPNOTSUPP:
		why = "the module is older than this teectl and knows no policy; install the one that came with it";
		break;
	default:
		snprintf(e->text, sizeof(e->text), "the module refuses the policy: %s; nothing has changed", strerror(-error));
		return 1;
	}
	snprintf(e->text, sizeof(e->text), "%s", why);
	return 1;
}

static int load(struct link *link, const char *path, bool seal, struct link_error *e)
{
	static struct policy policy;
	char error[POLICY_ERROR_LEN];
	int ret;

	if (policy_read(&policy, path, error)) {
		fprintf(stderr, "teectl: %s\n", error);
		e->text[0] = 0;
		return 1;
	}
	ret = link_change(link, TEECHAN_CMD_SET_POLICY, fill, &(struct load){ &policy, seal });
	if (ret)
		return refused(ret, e);
	printf("%zu %s in force%s\n", policy.count, policy.count == 1 ? "entry is" : "entries are",
	       seal ? ", and sealed until the module is unloaded" : "; not sealed yet");
	return 0;
}

static int seal_it(struct link *link, struct link_error *e)
{
	int ret = link_change(link, TEECHAN_CMD_SEAL_POLICY, NULL, NULL);

	if (ret)
		return refused(ret, e);
	puts("the policy is sealed until the module is unloaded");
	return 0;
}

static int usage(void)
{
	fputs("teectl: policy takes show, load FILE or seal; see teectl --help\n", stderr);
	return 2;
}

int policy_command(int argc, char *const *argv, bool json, bool seal)
{
	const char *verb = argc ? argv[0] : "";
	struct link_error e = { .exit_status = 1 };
	struct link *link = NULL;
	int status;

	if (strcmp(verb, "load") ? argc != 1 || seal || (strcmp(verb, "show") && strcmp(verb, "seal")) : argc != 2)
		return usage();
	if (link_open(&link, &e))
		status = e.exit_status;
	else if (!strcmp(verb, "show"))
		status = show(link, json, &e);
	else if (!strcmp(verb, "load"))
		status = load(link, argv[1], seal, &e);
	else
		status = seal_it(link, &e);
	link_close(&link);
	if (status && e.text[0])
		fprintf(stderr, "teectl: %s\n", e.text);
	if (!status && fflush(stdout)) {
		perror("teectl: cannot write the output");
		status = 1;
	}
	return status;
}
