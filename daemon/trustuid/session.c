// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "common/log.h"
#include "form.h"
#include "keyboard.h"
#include "layout.h"
#include "paint.h"
#include "vt.h"

#define IDLE_MS		20000	/* an application that holds the connection and shows nothing */
#define LOOK_MS		1000	/* the time that is left, and keyboards that were plugged in */

struct session {
	const struct session_config *config;
	int fd;
	bool open;			/* screen and keyboards are ours */
	bool showing;			/* a form waits for the user */
	int64_t until_ms;		/* of the form, or of the silence */
	struct asker asker;
	struct keyboards keyboards;
	struct form form;
	unsigned int columns, lines;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void draw(struct session *s)
{
	static struct layout layout;
	int64_t left = s->until_ms - now_ms();

	layout_draw(&layout, s->columns, s->lines, &s->asker, s->showing ? &s->form : NULL, left > 0 ? (unsigned int)((left + 999) / 1000) : 0);
	paint(&layout);
	explicit_bzero(&layout, sizeof(layout));
}

/* --- taking and giving back --- */

static bool screen_fits(const struct session *s)
{
	if (s->columns >= LAYOUT_COLUMNS_MIN && s->lines >= LAYOUT_LINES_MIN)
		return true;
	log_error("the console has %u columns and %u lines; the trusted screen needs %d and %d", s->columns, s->lines, LAYOUT_COLUMNS_MIN, LAYOUT_LINES_MIN);
	return false;
}

static void give_back(struct session *s)
{
	form_wipe(&s->form);
	s->showing = false;
	if (!s->open)
		return;
	s->open = false;
	paint_end();
	/* The keyboards last: what is typed until the user sees his own screen is for nobody. */
	vt_give(s->config->terminal, s->config->folder);
	keyboards_release(&s->keyboards);
	log_notice("screen and keyboards are given back");
}

/* The keyboards first, so that from the moment the screen is seen nobody else reads a key. */
static enum tui_status take(struct session *s)
{
	if (!vt_size(s->config->terminal, &s->columns, &s->lines) || !screen_fits(s))
		return TUI_NO_SCREEN;
	if (!keyboards_grab(&s->keyboards, s->config->terminal))
		return TUI_NO_SCREEN;
	if (!vt_take(s->config->terminal, s->config->folder)) {
		keyboards_release(&s->keyboards);
		return TUI_NO_SCREEN;
	}
	s->open = true;
	if (!paint_begin(s->config->terminal)) {
		log_error("ncurses cannot drive the terminal; is the package ncurses-base there?");
		give_back(s);
		return TUI_NO_SCREEN;
	}
	log_notice("screen and keyboards are taken");
	draw(s);
	return TUI_DONE;
}

/* --- requests --- */

static bool answer(struct session *s, enum tui_verb verb, enum tui_status status, const void *what)
{
	uint8_t frame[TUI_FRAME_MAX];
	size_t len = tui_answer_write(verb, status, what, frame);
	bool sent = len > 0 && send(s->fd, frame, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;

	explicit_bzero(frame, sizeof(frame));
	return sent;
}

static bool show(struct session *s, const struct tui_body *body)
{
	uint8_t random[10], keypad[10];
	struct tui_screen screen;

	if (!tui_screen_read(body, &screen))
		return answer(s, TUI_SHOW, TUI_MALFORMED, NULL);
	if (!s->open || s->showing)
		return answer(s, TUI_SHOW, TUI_STATE, NULL);
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	form_keypad(random, keypad);
	form_begin(&s->form, &screen, s->config->scrambled, keypad);
	explicit_bzero(random, sizeof(random));
	explicit_bzero(keypad, sizeof(keypad));
	explicit_bzero(&screen, sizeof(screen));
	s->showing = true;
	s->until_ms = now_ms() + s->config->seconds * 1000;
	draw(s);
	return true;
}

static bool info(struct session *s)
{
	struct tui_info i = { .timeout = (uint16_t)s->config->seconds };
	unsigned int columns, lines;

	if (!vt_size(s->config->terminal, &columns, &lines))
		return answer(s, TUI_INFO, TUI_NO_SCREEN, NULL);
	i.columns = (uint16_t)columns;
	i.lines = (uint16_t)lines;
	return answer(s, TUI_INFO, TUI_DONE, &i);
}

static bool open_session(struct session *s, const struct tui_body *body)
{
	if (s->open)
		return answer(s, TUI_OPEN, TUI_STATE, NULL);
	if (!tui_owner_read(body, &s->asker.owner))
		return answer(s, TUI_OPEN, TUI_MALFORMED, NULL);
	return answer(s, TUI_OPEN, take(s), NULL);
}

/* False: the connection is to end. */
static bool serve_request(struct session *s)
{
	uint8_t frame[TUI_FRAME_MAX + 1], verb;
	ssize_t n = recv(s->fd, frame, sizeof(frame), MSG_DONTWAIT);
	enum tui_status status;
	struct tui_body body;

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	if (!s->showing)
		s->until_ms = now_ms() + IDLE_MS;
	status = tui_request_read(frame, (size_t)n, &verb, &body);
	if (status != TUI_DONE)
		return answer(s, TUI_CLOSE, status, NULL) && status == TUI_VERB_UNKNOWN;
	switch (verb) {
	case TUI_INFO:
		return info(s);
	case TUI_OPEN:
		return open_session(s, &body);
	case TUI_SHOW:
		return show(s, &body);
	default:
		give_back(s);
		return answer(s, TUI_CLOSE, TUI_DONE, NULL);
	}
}

/* --- the user --- */

static bool finish(struct session *s)
{
	bool sent = answer(s, TUI_SHOW, TUI_DONE, &s->form.entry);

	form_wipe(&s->form);
	s->showing = false;
	s->until_ms = now_ms() + IDLE_MS;
	draw(s);
	return sent;
}

/* Keys of one device, and of a form at most those until its end: what is typed on is not for the next one. */
static bool read_keys(struct session *s, unsigned int i)
{
	struct key key;

	while (keyboards_read(&s->keyboards, i, &key)) {
		if (s->showing)
			form_key(&s->form, &key);
		explicit_bzero(&key, sizeof(key));
		if (s->showing && s->form.done)
			return finish(s);
	}
	if (s->showing)
		draw(s);
	return true;
}

/* Time that has passed. False: that was the end. */
static bool tick(struct session *s)
{
	if (s->open && !keyboards_look(&s->keyboards)) {
		log_error("a keyboard was plugged in that cannot be had; the trusted screen ends");
		return false;
	}
	if (now_ms() < s->until_ms) {
		if (s->showing)
			draw(s);
		return true;
	}
	if (s->showing)
		(void)answer(s, TUI_SHOW, TUI_TIMED_OUT, NULL);
	return false;
}

static bool step(struct session *s)
{
	struct pollfd fds[1 + KEYBOARDS_MAX] = { { .fd = s->fd, .events = POLLIN } };
	unsigned int n = s->open ? keyboards_poll(&s->keyboards, fds + 1) : 0;
	int r = poll(fds, 1 + n, LOOK_MS);

	if (r < 0)
		return errno == EINTR;
	if (fds[0].revents && !serve_request(s))
		return false;
	/* From the last on: one that was unplugged is replaced by the last. */
	for (unsigned int i = n; s->open && i > 0; i--)
		if (fds[i].revents && !read_keys(s, i - 1))
			return false;
	return tick(s);
}

void session_serve(int fd, const char *user, const struct session_config *config)
{
	struct session s = { .config = config, .fd = fd, .until_ms = now_ms() + IDLE_MS };

	snprintf(s.asker.user, sizeof(s.asker.user), "%s", user);
	while (!*config->stop && step(&s))
		;
	give_back(&s);
	explicit_bzero(&s, sizeof(s));
}
