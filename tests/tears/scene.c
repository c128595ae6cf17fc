// SPDX-License-Identifier: BSD-2-Clause
#include "scene.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/pos/reader.h"

#define PARTY_SECONDS	60	/* nothing here takes a hundredth of it: a party that is silent so long hangs, which is a finding */

struct message scene_answer;

static const struct {
	const char *name, *folder;
	party_main *run;
} parties[PARTIES] = {
	[PARTY_PAYTA] = { "payta", "ta", party_payta },	      [PARTY_WALLETD] = { "walletd", "walletd", party_walletd },
	[PARTY_POS] = { "pos", "pos", party_pos },	      [PARTY_PAY] = { "pay", "pay", party_pay },
	[PARTY_ISSUER] = { "payissuer", "issuer", party_issuer },
};

static const char *const faults[FAULTS] = {
	"none", "SIGKILL at a system call", "a read fails", "a write fails", "a write is cut short", "a flush fails",
	"SIGKILL at a change of a file", "no memory",
};

const char *party_name(enum party_id who)
{
	return parties[who].name;
}

const char *fault_name(enum fault_kind kind)
{
	return faults[kind];
}

void scene_die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "tears: ");
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(99);
}

/* --- faults --- */

void fault_set(enum party_id who, enum fault_kind kind, uint32_t at)
{
	struct party_fault *f = &shared->fault[who];

	f->kind = FAULT_NONE;
	f->seen = 0;
	f->hit = 0;
	f->at = at;
	f->kind = kind;
}

void fault_clear(void)
{
	for (int i = 0; i < PARTIES; i++)
		shared->fault[i].kind = FAULT_NONE;
}

bool fault_hit(void)
{
	for (int i = 0; i < PARTIES; i++)
		if (shared->fault[i].hit)
			return true;
	return false;
}

/* --- life and death --- */

static int listen_for_walletd(const struct scene *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/" TA_SOCKET, s->dir);
	unlink(at.sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4) < 0)
		scene_die("%s: %s", at.sun_path, strerror(errno));
	return fd;
}

static void reap(struct scene *s, enum party_id who)
{
	struct scene_party *p = &s->party[who];
	int status;

	if (p->pid == 0)
		return;
	close(p->fd);
	if (waitpid(p->pid, &status, 0) != p->pid)
		scene_die("waitpid: %s", strerror(errno));
	p->pid = 0;
	/*
	 * The ends that a party may come to: killed by the harness or by a fault, or by its own decision, which OpenSSL's secure heap takes by abort() when there is
	 * no memory for it.  A crash is none of them.
	 */
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGABRT)
		scene_die("%s died of signal %d", party_name(who), WTERMSIG(status));
}

static void child(struct scene *s, enum party_id who, int fd)
{
	/* Nothing of the harness survives in it but its end of the socket. */
	for (int i = 0; i < PARTIES; i++)
		if (s->party[i].pid != 0)
			close(s->party[i].fd);
	if (s->field >= 0)
		close(s->field);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* What a fault makes a party say is many times the same; TEARS_VERBOSE lets it through. */
	if (!getenv("TEARS_VERBOSE") && !freopen("/dev/null", "w", stderr))
		_exit(98);
	if (calls_watch(who) != 0) {
		fprintf(stderr, "tears: the kernel has no system call user dispatch (Linux 5.11 on x86-64)\n");
		_exit(97);
	}
	parties[who].run(fd, s->dir);
}

/* The next message of @who to scene_answer: false when it is dead. */
static bool hear(struct scene *s, enum party_id who)
{
	struct pollfd p = { s->party[who].fd, POLLIN, 0 };
	int r;

	do
		r = poll(&p, 1, PARTY_SECONDS * 1000);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		scene_die("%s hangs", party_name(who));
	if (wire_receive(s->party[who].fd, &scene_answer, NULL) == 0)
		return true;
	reap(s, who);
	return false;
}

bool scene_start(struct scene *s, enum party_id who)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		scene_die("socketpair: %s", strerror(errno));
	if (who == PARTY_PAYTA)
		party_listener = listen_for_walletd(s);
	pid = fork();
	if (pid < 0)
		scene_die("fork: %s", strerror(errno));
	if (pid == 0) {
		close(pair[0]);
		child(s, who, pair[1]);
		_exit(0);
	}
	close(pair[1]);
	if (who == PARTY_PAYTA) {
		close(party_listener);
		party_listener = -1;
	}
	s->party[who].pid = pid;
	s->party[who].fd = pair[0];
	return hear(s, who);
}

void scene_kill(struct scene *s, enum party_id who)
{
	if (s->party[who].pid == 0)
		return;
	kill(s->party[who].pid, SIGKILL);
	reap(s, who);
}

/* Starts what does not run.  A party that died unasked shows it a moment later than its socket does, so this comes again until all is at rest. */
static void start_all(struct scene *s)
{
	for (int i = 0; i < PARTIES; i++) {
		struct scene_party *p = &s->party[i];

		if (p->pid != 0 && waitpid(p->pid, NULL, WNOHANG) == p->pid) {
			close(p->fd);
			p->pid = 0;
		}
		if (p->pid == 0 && !scene_start(s, (enum party_id)i))
			scene_die("%s does not start again", party_name((enum party_id)i));
	}
}

void scene_heal(struct scene *s)
{
	static const enum party_id tools[] = { PARTY_POS, PARTY_PAY };
	struct timespec begin, now;

	fault_clear();
	/* One run of a tool is one process: what a failed allocation left behind in its libraries goes with it. */
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (shared->fault[tools[i]].hit)
			scene_kill(s, tools[i]);
	for (int i = 0; i < PARTIES; i++)
		shared->fault[i].hit = 0;
	memset(&s->cut, 0, sizeof(s->cut));
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > begin.tv_sec + PARTY_SECONDS)
			scene_die("walletd does not come to rest: %d", scene_answer.result);
		start_all(s);
	} while (scene_ask(s, PARTY_WALLETD, ASK_LOOK, NULL, 0) != 0);
}

/* --- messages --- */

/* Hands a question of one party to another, whose answer becomes ours. */
static int pass_on(struct scene *s, enum party_id to, enum ask what)
{
	static uint8_t copy[PARTY_DATA];
	size_t len = scene_answer.len;
	int r;

	memcpy(copy, scene_answer.data, len);
	r = scene_ask(s, to, what, copy, len);
	if (r == SCENE_DEAD) {
		scene_answer.len = 0;
		scene_answer.result = -1;
	}
	return r;
}

static void apdu(struct scene *s);

static const struct {
	enum ask back;
	enum party_id to;
	enum ask what;
} routes[] = {
	{ BACK_CALL, PARTY_ISSUER, ASK_CALL },	    { BACK_WALLET, PARTY_WALLETD, ASK_WALLET },	    { BACK_APPLY, PARTY_WALLETD, ASK_APPLY },
	{ BACK_TAKE, PARTY_WALLETD, ASK_TAKE },	    { BACK_MESSAGE, PARTY_WALLETD, ASK_MESSAGE }, { BACK_HISTORY, PARTY_WALLETD, ASK_HISTORY },
};

static void answer_back(struct scene *s)
{
	if (scene_answer.what == BACK_APDU) {
		apdu(s);
		return;
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (routes[i].back == scene_answer.what) {
			(void)pass_on(s, routes[i].to, routes[i].what);
			return;
		}
	scene_die("an unknown question %u", scene_answer.what);
}

int scene_ask(struct scene *s, enum party_id who, enum ask what, const void *data, size_t len)
{
	static struct message m;

	if (s->party[who].pid == 0)
		return SCENE_DEAD;
	m.what = what;
	m.len = (uint32_t)len;
	if (len > 0)
		memcpy(m.data, data, len);
	if (wire_send(s->party[who].fd, &m, -1) < 0) {
		reap(s, who);
		return SCENE_DEAD;
	}
	while (hear(s, who)) {
		if (scene_answer.what < ASK_BACK || scene_answer.what == ANSWER)
			return scene_answer.result;
		answer_back(s);
		scene_answer.what = ANSWER;
		if (wire_send(s->party[who].fd, &scene_answer, -1) < 0) {
			reap(s, who);
			break;
		}
	}
	return SCENE_DEAD;
}

/* --- the field --- */

static void field_off(struct scene *s)
{
	if (s->field >= 0)
		close(s->field);
	s->field = -1;
}

static void field_on(struct scene *s)
{
	static const struct message m = { .what = ASK_FIELD };
	int pair[2];

	field_off(s);
	if (s->party[PARTY_WALLETD].pid == 0)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		scene_die("socketpair: %s", strerror(errno));
	s->field = pair[0];
	if (wire_send(s->party[PARTY_WALLETD].fd, &m, pair[1]) < 0 || (close(pair[1]), !hear(s, PARTY_WALLETD)) || scene_answer.result != 0)
		field_off(s);
}

static bool field_write(const struct scene *s, const uint8_t *p, size_t len)
{
	return s->field >= 0 && send(s->field, p, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool field_read(const struct scene *s, uint8_t *p, size_t len)
{
	size_t have = 0;

	while (have < len) {
		struct pollfd w = { s->field, POLLIN, 0 };
		ssize_t n;

		if (poll(&w, 1, PARTY_SECONDS * 1000) == 0)
			scene_die("walletd hangs behind a command");
		n = recv(s->field, p + have, len - have, 0);
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

/* One command to the device and its answer back: @len bytes of it in @out, or -1 when the field vanished. */
static int field_exchange(struct scene *s, const uint8_t *in, size_t len, uint8_t *out)
{
	unsigned int i = s->log.n++;
	bool here = s->cut.set && s->cut.apdu == i;
	uint8_t frame[2 + PARTY_DATA];
	size_t got, arrives = here && !s->cut.answer ? 2 + s->cut.at : 2 + len;

	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + 2, in, len);
	if (i < SCENE_APDUS)
		s->log.apdu[i].command = (uint16_t)len;
	if (!field_write(s, frame, arrives))
		return -1;
	if (here && !s->cut.answer) {
		s->log.cut = true;
		field_off(s);
		return -1;
	}
	if (!field_read(s, frame, 2))
		return -1;
	got = (size_t)(frame[0] << 8 | frame[1]);
	if (i < SCENE_APDUS)
		s->log.apdu[i].answer = (uint16_t)got;
	if (got > APDU_MAX || !field_read(s, out, got))
		return -1;
	if (here) {
		s->log.cut = true;
		field_off(s);
		return s->cut.handed_over ? (int)s->cut.at : -1;
	}
	return (int)got;
}

static void apdu(struct scene *s)
{
	uint8_t out[APDU_MAX];
	int n = field_exchange(s, scene_answer.data, scene_answer.len, out);

	scene_answer.result = n < 0 ? READER_ERR_CARD : 0;
	scene_answer.len = n < 0 ? 0 : (uint32_t)n;
	if (n > 0)
		memcpy(scene_answer.data, out, (size_t)n);
}

int scene_tap(struct scene *s, uint64_t amount)
{
	struct tap_order order = { .amount = amount };
	int r;

	memset(&s->log, 0, sizeof(s->log));
	field_on(s);
	r = scene_ask(s, PARTY_POS, ASK_TAP, &order, sizeof(order));
	field_off(s);
	if (r == TAP_PAID && s->n_told < SCENE_TOLD)
		memcpy(s->told[s->n_told++], scene_answer.data, TTN_LEN);
	return r;
}

const char *scene_reason(void)
{
	const char *text = (const char *)scene_answer.data;

	return scene_answer.len > TTN_LEN ? text + TTN_LEN : "";
}

int scene_topup(struct scene *s, uint64_t amount)
{
	int r;

	s->asked += amount;
	r = scene_ask(s, PARTY_PAY, ASK_PAY_TOPUP, &amount, sizeof(amount));
	if (r == 0)
		s->loaded += amount;
	return r;
}

/* --- worlds --- */

void scene_folder(struct scene *s)
{
	const char *tmp = getenv("TEARS_DIR");
	char path[96];

	memset(s, 0, sizeof(*s));
	s->field = -1;
	snprintf(s->dir, sizeof(s->dir), "%.40s/tears-XXXXXX", tmp ? tmp : "/dev/shm");
	if (!mkdtemp(s->dir))
		scene_die("%s: %s; give a folder with TEARS_DIR", s->dir, strerror(errno));
	for (int i = 0; i < PARTIES; i++) {
		snprintf(path, sizeof(path), "%s/%s", s->dir, parties[i].folder);
		if (mkdir(path, 0700) < 0)
			scene_die("%s: %s", path, strerror(errno));
	}
	strcpy(shared->dir, s->dir);
	fault_clear();
}

static void make_issuer(const struct scene *s)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		party_issuer_make(s->dir);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		scene_die("the issuer was not made");
}

void scene_make(struct scene *s, uint64_t balance)
{
	scene_folder(s);
	make_issuer(s);
	for (int i = 0; i < PARTIES; i++)
		if (!scene_start(s, (enum party_id)i))
			scene_die("%s does not start", party_name((enum party_id)i));
	if (scene_ask(s, PARTY_PAY, ASK_PAY_APPLY, NULL, 0) != 0)
		scene_die("no card: %s", scene_reason());
	if (balance > 0 && scene_topup(s, balance) != 0)
		scene_die("no money: %s", scene_reason());
}

static void remove_folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	char name[384];

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
		if (unlink(name) < 0)
			remove_folder(name);
	}
	closedir(d);
	rmdir(path);
}

void scene_end(struct scene *s)
{
	fault_clear();
	for (int i = 0; i < PARTIES; i++)
		scene_kill(s, (enum party_id)i);
	field_off(s);
	remove_folder(s->dir);
}
