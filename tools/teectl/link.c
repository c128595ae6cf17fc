// SPDX-License-Identifier: BSD-2-Clause
#include "link.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "include/uapi/teechan.h"
#include "stop.h"

/* Room for events that come while a line is printed. */
#define EVENT_ROOM (1 << 20)

struct link {
	struct nl_sock *sock;
	int family;
	link_record_fn *fn;
	void *data;
	bool malformed;
	bool unloaded;
	char refusal[100];	/* the kernel's own words for its last error */
};

static int fail(struct link_error *e, int error)
{
	e->exit_status = 1;
	switch (error) {
	case -NLE_PERM:
		snprintf(e->text, sizeof(e->text), "only root may watch the channel; run it with sudo");
		break;
	case -NLE_OBJ_NOTFOUND:
		e->exit_status = 5;
		snprintf(e->text, sizeof(e->text), "the module teechan is not loaded; run: modprobe teechan");
		break;
	default:
		snprintf(e->text, sizeof(e->text), "the module did not answer: %s; look at the kernel's log with dmesg",
			 nl_geterror(error));
	}
	return -1;
}

/* What the kernel says with an error that it sends. */
static int fail_said(const struct link *link, struct link_error *e, int error)
{
	fail(e, error);
	if (link->refusal[0] && error != -NLE_PERM)
		snprintf(e->text, sizeof(e->text), "the module refused: %s", link->refusal);
	return -1;
}

/* The kernel tells all who want to hear it that a family of generic netlink is gone. */
static bool tells_unloading(struct nlmsghdr *header)
{
	struct nlattr *attrs[CTRL_ATTR_MAX + 1];

	return header->nlmsg_type == GENL_ID_CTRL && genlmsg_valid_hdr(header, 0) &&
	       genlmsg_hdr(header)->cmd == CTRL_CMD_DELFAMILY && !genlmsg_parse(header, 0, attrs, CTRL_ATTR_MAX, NULL) &&
	       attrs[CTRL_ATTR_FAMILY_NAME] && !nla_strcmp(attrs[CTRL_ATTR_FAMILY_NAME], TEECHAN_GENL_NAME);
}

static int take_message(struct nl_msg *msg, void *data)
{
	struct link *link = data;
	struct record r;

	if (nlmsg_hdr(msg)->nlmsg_type != link->family)
		link->unloaded = link->unloaded || tells_unloading(nlmsg_hdr(msg));
	else if (record_parse(&r, nlmsg_hdr(msg)))
		link->malformed = true;
	else if (link->fn)
		link->fn(&r, link->data);
	return NL_OK;
}

/* An error can bring a sentence with it, behind the header of what it answers. */
static int take_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *data)
{
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	const size_t skip = NLMSG_ALIGN(sizeof(*error));
	struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1] = { NULL };
	struct link *link = data;

	(void)from;
	/* NLM_F_CAPPED: only the header of the request is repeated. */
	if ((header->nlmsg_flags & NLM_F_ACK_TLVS) && (header->nlmsg_flags & NLM_F_CAPPED) &&
	    header->nlmsg_len > NLMSG_HDRLEN + skip &&
	    !nla_parse(attrs, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)error + skip),
		       (int)(header->nlmsg_len - NLMSG_HDRLEN - skip), NULL) &&
	    attrs[NLMSGERR_ATTR_MSG])
		snprintf(link->refusal, sizeof(link->refusal), "%s", nla_get_string(attrs[NLMSGERR_ATTR_MSG]));
	return -nl_syserr2nlerr(error->error);
}

static int link_setup(struct link *link)
{
	const int on = 1;
	int fd = nl_socket_get_fd(link->sock);
	int error;

	/* Without these an error is told by its number alone. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	error = nl_socket_modify_err_cb(link->sock, NL_CB_CUSTOM, take_error, link);
	return error ? error : nl_socket_modify_cb(link->sock, NL_CB_VALID, NL_CB_CUSTOM, take_message, link);
}

int link_open(struct link **out, struct link_error *e)
{
	struct link *link = calloc(1, sizeof(*link));
	int error = -NLE_NOMEM;

	if (!link)
		return fail(e, error);
	link->sock = nl_socket_alloc();
	if (!link->sock)
		goto out;
	error = genl_connect(link->sock);
	if (error)
		goto out;
	error = genl_ctrl_resolve(link->sock, TEECHAN_GENL_NAME);
	if (error < 0)
		goto out;
	link->family = error;
	error = link_setup(link);
out:
	if (error < 0) {
		link_close(&link);
		return fail(e, error);
	}
	*out = link;
	return 0;
}

void link_close(struct link **link)
{
	if (!*link)
		return;
	nl_socket_free((*link)->sock);
	free(*link);
	*link = NULL;
}

static int send_request(struct link *link, int command, int flags, const uint8_t *ta)
{
	struct nl_msg *msg = nlmsg_alloc();
	int error = -NLE_NOMEM;

	if (!msg)
		return error;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, link->family, 0, flags, (uint8_t)command, TEECHAN_GENL_VERSION) &&
	    (!ta || !nla_put(msg, TEECHAN_A_TA_UUID, TEECHAN_UUID_LEN, ta)))
		error = nl_send_auto(link->sock, msg);
	nlmsg_free(msg);
	return error;
}

int link_ask_ta(struct link *link, int command, const uint8_t *ta, link_record_fn *fn, void *data, struct link_error *e)
{
	const int flags = command == TEECHAN_CMD_GET_INFO ? 0 : NLM_F_DUMP;
	int error;

	link->fn = fn;
	link->data = data;
	link->malformed = false;
	link->refusal[0] = 0;
	error = send_request(link, command, flags, ta);
	if (error >= 0)
		error = nl_recvmsgs_default(link->sock);
	/* A request that is no dump is acknowledged after its answer. */
	if (error >= 0 && !flags)
		error = nl_wait_for_ack(link->sock);
	if (error < 0)
		return fail_said(link, e, error);
	return link->malformed ? fail(e, -NLE_PARSE_ERR) : 0;
}

int link_ask(struct link *link, int command, link_record_fn *fn, void *data, struct link_error *e)
{
	return link_ask_ta(link, command, NULL, fn, data, e);
}

int link_listen(struct link *link, struct link_error *e)
{
	int group = genl_ctrl_resolve_grp(link->sock, TEECHAN_GENL_NAME, TEECHAN_GENL_EVENTS);
	int error;

	if (group < 0)
		return fail(e, group);
	error = nl_socket_add_membership(link->sock, group);
	if (error)
		return fail(e, error);
	/* So that it ends when the module goes. Without it, it would wait for good, no more. */
	group = genl_ctrl_resolve_grp(link->sock, "nlctrl", "notify");
	if (group >= 0)
		(void)nl_socket_add_membership(link->sock, group);
	/* Less room than asked for loses events sooner, no more. */
	(void)nl_socket_set_buffer_size(link->sock, EVENT_ROOM, 0);
	nl_socket_disable_seq_check(link->sock);
	return 0;
}

int link_hear(struct link *link, link_record_fn *fn, void *data, struct link_error *e)
{
	struct pollfd pfd = { .fd = nl_socket_get_fd(link->sock), .events = POLLIN };
	int error;

	link->fn = fn;
	link->data = data;
	error = stop_poll(&pfd, 1, stop_time() ? 0 : -1);
	if (error <= 0)
		return !error || errno == EINTR ? 0 : fail(e, -NLE_FAILURE);
	error = nl_recvmsgs_default(link->sock);
	/* libnl's name for ENOBUFS. */
	if (error == -NLE_NOMEM)
		return 1;
	if (link->unloaded) {
		e->exit_status = 5;
		snprintf(e->text, sizeof(e->text), "the module teechan was unloaded");
		return -1;
	}
	return error < 0 && error != -NLE_INTR && error != -NLE_AGAIN ? fail(e, error) : 0;
}

/* ---- changes ---- */

/* A policy of TEECHAN_POLICY_MAX entries takes a third of it. */
#define CHANGE_ROOM 65536

struct outcome {
	bool known;
	int error;
};

static int take_errno(struct sockaddr_nl *from, struct nlmsgerr *error, void *data)
{
	(void)from;
	*(struct outcome *)data = (struct outcome){ true, error->error };
	return NL_STOP;
}

static int take_ack(struct nl_msg *msg, void *data)
{
	(void)msg;
	*(struct outcome *)data = (struct outcome){ true, 0 };
	return NL_STOP;
}

/* The acknowledgement's own number: libnl's for it are fewer. */
static int change_outcome(struct link *link)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct outcome outcome = { false, 0 };

	if (!cb)
		return -ENOMEM;
	nl_cb_err(cb, NL_CB_CUSTOM, take_errno, &outcome);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, take_ack, &outcome);
	while (!outcome.known && nl_recvmsgs(link->sock, cb) >= 0)
		continue;
	nl_cb_put(cb);
	return outcome.known ? outcome.error : -EIO;
}

int link_change(struct link *link, int command, int (*fill)(struct nl_msg *msg, void *data), void *data)
{
	struct nl_msg *msg = nlmsg_alloc_size(CHANGE_ROOM);
	int ret = -ENOMEM;

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, link->family, 0, NLM_F_ACK, (uint8_t)command,
			       TEECHAN_GENL_VERSION) && (!fill || !fill(msg, data)))
		ret = nl_send_auto(link->sock, msg) < 0 ? -EIO : change_outcome(link);
	nlmsg_free(msg);
	return ret;
}
