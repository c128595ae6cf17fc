// SPDX-License-Identifier: BSD-2-Clause
#include "http.h"

#include <errno.h>
#include <grp.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api.h"
#include "common/log.h"

struct http {
	struct issuer *is;
	struct MHD_Daemon *daemon;
};

/* A request whose body is still arriving. */
struct request {
	size_t len;
	bool too_long;
	char body[HTTP_BODY_MAX];
};

static enum MHD_Result send_json(struct MHD_Connection *c, unsigned int status, json_t *j)
{
	char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	struct MHD_Response *r;
	enum MHD_Result sent;

	json_decref(j);
	if (!text)
		return MHD_NO;
	r = MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	sent = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return sent;
}

static void take_body(struct request *req, const char *data, size_t len)
{
	if (req->too_long || len > sizeof(req->body) - req->len) {
		req->too_long = true;
		return;
	}
	memcpy(req->body + req->len, data, len);
	req->len += len;
}

/* libmicrohttpd calls this first with the headers alone, then with pieces of the body, at last with none. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version,
				  const char *data, size_t *len, void **state)
{
	struct http *h = arg;
	struct request *req = *state;
	json_t *answer = NULL;
	unsigned int status;

	(void)version;
	if (!req) {
		*state = calloc(1, sizeof(*req));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*len > 0) {
		take_body(req, data, *len);
		*len = 0;
		return MHD_YES;
	}
	if (req->too_long)
		return send_json(c, MHD_HTTP_CONTENT_TOO_LARGE, api_error("the body is too long", "send at most 16 KiB, in several requests"));
	status = api_answer(h->is, method, url, req->body, req->len, &answer);
	log_debug("%s %s: %u", method, url, status);
	return send_json(c, status, answer);
}

static void on_done(void *arg, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why)
{
	(void)arg;
	(void)c;
	(void)why;
	free(*state);
	*state = NULL;
}

struct http *http_start(struct issuer *is, int fd)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h) {
		close(fd);
		return NULL;
	}
	h->is = is;
	h->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, on_request, h,
				     MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_CONNECTION_LIMIT, (unsigned int)HTTP_CONNECTIONS_MAX,
				     MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)HTTP_TIMEOUT_SECONDS,
				     MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
				     MHD_OPTION_END);
	if (!h->daemon) {
		close(fd);
		free(h);
		return NULL;
	}
	return h;
}

void http_stop(struct http **h)
{
	if (!*h)
		return;
	MHD_stop_daemon((*h)->daemon);
	free(*h);
	*h = NULL;
}

/* A socket, and nobody answers there any more: of any other file connect() says the same. */
static bool socket_dead(const struct sockaddr_un *a)
{
	struct stat st;
	bool dead;
	int fd;

	if (lstat(a->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	dead = connect(fd, (const struct sockaddr *)a, sizeof(*a)) < 0 && errno == ECONNREFUSED;
	close(fd);
	return dead;
}

static int socket_share(const char *path, const char *group)
{
	const struct group *g = getgrnam(group);

	if (g && chown(path, (uid_t)-1, g->gr_gid) < 0)
		return -errno;
	if (!g)
		log_warning("no group \"%s\": only this user can reach %s", group, path);
	return chmod(path, g ? 0660 : 0600) < 0 ? -errno : 0;
}

int http_listen_unix(const char *path, const char *group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, r;

	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	strcpy(a.sun_path, path);
	if (socket_dead(&a))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0)
		r = socket_share(path, group);
	if (r == 0 && listen(fd, HTTP_CONNECTIONS_MAX) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}
