// SPDX-License-Identifier: BSD-2-Clause
#include "pending.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME	"pending.json"
#define FILE_NEW	"pending.json.new"
#define LOST_NAME	"lost-card"
#define LOST_NEW	"lost-card.new"
#define FILE_MAX	4096
#define FILE_VERSION	1

struct pending_store {
	int dir;
	char path[PATH_MAX];
};

static const char *const names[] = {
	[PENDING_NONE] = "none", [PENDING_APPLY] = "application", [PENDING_TOPUP] = "top-up", [PENDING_TRANSFER] = "transfer",
};

#define KINDS	(sizeof(names) / sizeof(names[0]))

const char *pending_name(enum pending_kind kind)
{
	return names[kind];
}

/* $HOME, unless it is somebody else's, as runuser(1) and su(1) -m leave it behind; then what the user database says. */
static const char *home_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *pw;
	struct stat st;

	if (home && *home == '/' && stat(home, &st) == 0 && st.st_uid == geteuid())
		return home;
	pw = getpwuid(geteuid());
	return pw ? pw->pw_dir : "/";
}

/* The XDG base directory specification's folder for state. */
static int default_folder(char *path, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME");
	int n = state && *state == '/' ? snprintf(path, size, "%s/teepay", state) : snprintf(path, size, "%s/.local/state/teepay", home_folder());

	return (size_t)n < size ? 0 : -1;
}

/* mkdir -p, for this user alone. */
static int make_folder(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			*p = '/';
			return -1;
		}
		*p = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

static int open_and_lock(struct pending_store *s, struct pay_error *e)
{
	if (make_folder(s->path) < 0)
		return pay_fail(e, PAY_FAILED, "cannot make the folder %s: %s; give another with --state", s->path, strerror(errno));
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return pay_fail(e, PAY_FAILED, "cannot open the folder %s: %s; give another with --state", s->path, strerror(errno));
	/* The kernel lets go of it when this process ends, however it ends. */
	if (flock(s->dir, LOCK_EX | LOCK_NB) < 0)
		return pay_fail(e, PAY_FAILED, "another pay is at work; try again when it is done");
	return PAY_DONE;
}

int pending_open(struct pending_store **out, const char *folder, struct pay_error *e)
{
	struct pending_store *s = calloc(1, sizeof(*s));
	int r;

	*out = s;
	if (!s)
		return pay_fail(e, PAY_FAILED, "out of memory");
	s->dir = -1;
	r = folder ? (size_t)snprintf(s->path, sizeof(s->path), "%s", folder) < sizeof(s->path) ? 0 : -1 : default_folder(s->path, sizeof(s->path));
	r = r < 0 ? pay_fail(e, PAY_USAGE, "the name of the state folder is too long") : open_and_lock(s, e);
	if (r != PAY_DONE)
		pending_close(out);
	return r;
}

void pending_close(struct pending_store **store)
{
	if (!*store)
		return;
	if ((*store)->dir >= 0)
		close((*store)->dir);
	free(*store);
	*store = NULL;
}

static int io_error(const struct pending_store *s, struct pay_error *e, const char *what)
{
	return pay_fail(e, PAY_FAILED, "cannot %s %s/" FILE_NAME ": %s; nothing was sent", what, s->path, strerror(errno));
}

static bool take_text(const json_t *o, const char *name, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text && (size_t)snprintf(to, size, "%s", text) < size;
}

static bool from_json(const json_t *o, struct pending *p)
{
	char kind[16];

	*p = (struct pending){ .kind = PENDING_NONE };
	if (json_integer_value(json_object_get(o, "version")) != FILE_VERSION || !take_text(o, "kind", kind, sizeof(kind)))
		return false;
	for (size_t i = 1; i < KINDS; i++)
		if (strcmp(kind, names[i]) == 0)
			p->kind = (enum pending_kind)i;
	p->created = (uint64_t)json_integer_value(json_object_get(o, "created"));
	p->amount = (uint64_t)json_integer_value(json_object_get(o, "amount"));
	return p->kind != PENDING_NONE && take_text(o, "key", p->key, sizeof(p->key)) && take_text(o, "cid", p->cid, sizeof(p->cid)) &&
	       take_text(o, "payee", p->payee, sizeof(p->payee)) && take_text(o, "challenge", p->challenge, sizeof(p->challenge)) &&
	       take_text(o, "application", p->application, sizeof(p->application)) && take_text(o, "holder", p->holder, sizeof(p->holder));
}

int pending_load(const struct pending_store *s, struct pending *p, struct pay_error *e)
{
	char text[FILE_MAX];
	int fd = openat(s->dir, FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	json_t *o;
	ssize_t n;
	bool ok;

	*p = (struct pending){ .kind = PENDING_NONE };
	if (fd < 0)
		return errno == ENOENT ? PAY_DONE : io_error(s, e, "read");
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n < 0)
		return io_error(s, e, "read");
	o = json_loadb(text, (size_t)n, 0, NULL);
	ok = from_json(o, p);
	json_decref(o);
	if (ok)
		return PAY_DONE;
	/* Written whole or not at all, so this was not us: what it was for cannot be told, and a guess could move money twice. */
	return pay_fail(e, PAY_FAILED, "%s/" FILE_NAME " is damaged or of a newer pay; look at pay history, then remove it", s->path);
}

static json_t *to_json(const struct pending *p)
{
	return json_pack("{s:i, s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "version", FILE_VERSION, "kind", names[p->kind], "created",
			 (json_int_t)p->created, "amount", (json_int_t)p->amount, "key", p->key, "cid", p->cid, "payee", p->payee, "challenge",
			 p->challenge, "application", p->application, "holder", p->holder);
}

int pending_save(const struct pending_store *s, const struct pending *p, struct pay_error *e)
{
	json_t *o = to_json(p);
	int fd = openat(s->dir, FILE_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = PAY_DONE;

	if (!o || fd < 0 || json_dumpfd(o, fd, JSON_INDENT(1)) < 0 || fsync(fd) < 0)
		r = io_error(s, e, "write");
	if (fd >= 0 && close(fd) < 0 && r == PAY_DONE)
		r = io_error(s, e, "write");
	if (r == PAY_DONE && (renameat(s->dir, FILE_NEW, s->dir, FILE_NAME) < 0 || fsync(s->dir) < 0))
		r = io_error(s, e, "replace");
	json_decref(o);
	return r;
}

int pending_clear(const struct pending_store *s, struct pay_error *e)
{
	if (unlinkat(s->dir, FILE_NAME, 0) < 0 && errno != ENOENT)
		return io_error(s, e, "remove");
	return fsync(s->dir) < 0 ? io_error(s, e, "remove") : PAY_DONE;
}

/* --- the lost card: its id and a newline --- */

int pending_lost_load(const struct pending_store *s, char cid[HEX_CID], struct pay_error *e)
{
	char text[HEX_CID + 1] = "";
	int fd = openat(s->dir, LOST_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	*cid = '\0';
	if (fd < 0)
		return errno == ENOENT ? PAY_DONE : pay_fail(e, PAY_FAILED, "cannot read %s/" LOST_NAME ": %s", s->path, strerror(errno));
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n != HEX_CID || text[HEX_CID - 1] != '\n' || strspn(text, "0123456789abcdef") != HEX_CID - 1)
		return pay_fail(e, PAY_FAILED, "%s/" LOST_NAME " is damaged; remove it, and give the lost card's id: pay recover CID", s->path);
	memcpy(cid, text, HEX_CID - 1);
	cid[HEX_CID - 1] = '\0';
	return PAY_DONE;
}

int pending_lost_save(const struct pending_store *s, const char *cid, struct pay_error *e)
{
	int fd = openat(s->dir, LOST_NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && dprintf(fd, "%s\n", cid) == HEX_CID && fsync(fd) == 0;

	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok && renameat(s->dir, LOST_NEW, s->dir, LOST_NAME) == 0 && fsync(s->dir) == 0)
		return PAY_DONE;
	return pay_fail(e, PAY_FAILED, "cannot write %s/" LOST_NAME ": %s", s->path, strerror(errno));
}

int pending_lost_clear(const struct pending_store *s, struct pay_error *e)
{
	if ((unlinkat(s->dir, LOST_NAME, 0) < 0 && errno != ENOENT) || fsync(s->dir) < 0)
		return pay_fail(e, PAY_FAILED, "cannot remove %s/" LOST_NAME ": %s", s->path, strerror(errno));
	return PAY_DONE;
}
