// SPDX-License-Identifier: BSD-2-Clause
#include "keyboard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <linux/keyboard.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#define INPUT_DIR	"/dev/input"
#define CODES		256		/* those of keyboards are below */
#define UP_WAIT_MS	1000		/* for keys that are down when we come: their release belongs to who saw them pressed */
#define UP_LOOK_MS	20
#define BITS(n)		(((n) + 7) / 8)

/* What the keys mean in the console's keymap: without a modifier, with shift, with AltGr. */
struct keymap {
	char text[3][CODES][3];
};

/* --- meaning --- */

/* A symbol of the kernel's keymap, keyboard.h: of the kinds that are characters, those that the screen has. */
static void symbol_text(unsigned short symbol, char out[3])
{
	unsigned int c = symbol ^ 0xF000u;

	if (KTYP(symbol) == KT_LATIN || KTYP(symbol) == KT_LETTER)
		c = KVAL(symbol);
	memset(out, 0, 3);
	if (c >= 0x20 && c < 0x7F) {
		out[0] = (char)c;
	} else if (c >= 0xA0 && c <= 0xFF) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
	}
}

static struct keymap *keymap_read(int console)
{
	static const unsigned char tables[3] = { K_NORMTAB, K_SHIFTTAB, K_ALTTAB };
	struct keymap *map = calloc(1, sizeof(*map));

	for (unsigned int t = 0; map && t < 3; t++)
		for (unsigned int code = 0; code < CODES; code++) {
			struct kbentry entry = { .kb_table = tables[t], .kb_index = (unsigned char)code };

			if (ioctl(console, KDGKBENT, &entry) == 0)
				symbol_text(entry.kb_value, map->text[t][code]);
		}
	return map;
}

/* The digits stand where they stand on every keyboard, also where the top row wants shift for them. */
static int8_t digit_of(unsigned int code)
{
	static const struct {
		unsigned int code;
		int8_t digit;
	} keypad[] = {
		{ KEY_KP0, 0 }, { KEY_KP1, 1 }, { KEY_KP2, 2 }, { KEY_KP3, 3 }, { KEY_KP4, 4 },
		{ KEY_KP5, 5 }, { KEY_KP6, 6 }, { KEY_KP7, 7 }, { KEY_KP8, 8 }, { KEY_KP9, 9 },
	};

	if (code >= KEY_1 && code <= KEY_0)
		return (int8_t)((code - KEY_1 + 1) % 10);
	for (size_t i = 0; i < sizeof(keypad) / sizeof(keypad[0]); i++)
		if (keypad[i].code == code)
			return keypad[i].digit;
	return -1;
}

static const struct {
	unsigned int code;
	enum press kind;
} commands[] = {
	{ KEY_ENTER, PRESS_CONFIRM }, { KEY_KPENTER, PRESS_CONFIRM }, { KEY_ESC, PRESS_LEAVE }, { KEY_BACKSPACE, PRESS_RUBOUT },
	{ KEY_DELETE, PRESS_RUBOUT }, { KEY_TAB, PRESS_FORWARD }, { KEY_DOWN, PRESS_FORWARD }, { KEY_UP, PRESS_BACK },
	{ KEY_PAGEUP, PRESS_PAGE_BACK }, { KEY_PAGEDOWN, PRESS_PAGE_ON }, { KEY_F2, PRESS_KEYPAD },
};

static bool modifier(struct keyboards *k, unsigned int code, bool down)
{
	const struct {
		unsigned int code;
		bool *is;
	} of[] = {
		{ KEY_LEFTSHIFT, &k->shift[0] }, { KEY_RIGHTSHIFT, &k->shift[1] }, { KEY_RIGHTALT, &k->altgr },
		{ KEY_LEFTALT, &k->chord[0] }, { KEY_LEFTCTRL, &k->chord[1] }, { KEY_RIGHTCTRL, &k->chord[2] },
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (of[i].code == code) {
			*of[i].is = down;
			return true;
		}
	return false;
}

static struct key meaning(const struct keyboards *k, unsigned int code)
{
	struct key key = { .kind = PRESS_TYPED, .digit = digit_of(code) };
	bool shift = k->shift[0] || k->shift[1];

	/* The secure attention key, or its beginning: the kernel's own is behind the grab, and would end us. */
	if (k->chord[0] && code == KEY_SYSRQ)
		return (struct key){ .kind = PRESS_LEAVE, .digit = -1 };
	/* Alt-F2 would be another terminal, not the digits in another order. */
	if (k->chord[0] || k->chord[1] || k->chord[2])
		return (struct key){ .kind = PRESS_NONE, .digit = -1 };
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].code == code) {
			key.kind = commands[i].kind;
			if (key.kind == PRESS_FORWARD && shift)
				key.kind = PRESS_BACK;
			return key;
		}
	if (code < CODES)
		memcpy(key.text, k->map->text[k->altgr ? 2 : shift ? 1 : 0][code], sizeof(key.text));
	/* The keypad's digits are digits also where the console takes them for arrows. */
	if (!*key.text && key.digit >= 0)
		key.text[0] = (char)('0' + key.digit);
	if (!*key.text)
		key.kind = PRESS_NONE;
	return key;
}

/* --- devices --- */

static bool bit(const unsigned char *bits, unsigned int n)
{
	return bits[n / 8] >> n % 8 & 1;
}

/* Something to type on: letters, or digits of either kind. */
static bool is_keyboard(int fd)
{
	unsigned char keys[BITS(KEY_CNT)] = { 0 };

	return ioctl(fd, EVIOCGBIT(EV_KEY, sizeof(keys)), keys) >= 0 && (bit(keys, KEY_A) || bit(keys, KEY_1) || bit(keys, KEY_KP1));
}

static bool all_up(int fd)
{
	unsigned char keys[BITS(KEY_CNT)] = { 0 };

	if (ioctl(fd, EVIOCGKEY(sizeof(keys)), keys) < 0)
		return true;
	for (size_t i = 0; i < sizeof(keys); i++)
		if (keys[i])
			return false;
	return true;
}

static void wait_until_up(int fd)
{
	const struct timespec pause = { .tv_nsec = UP_LOOK_MS * 1000000L };

	for (int ms = 0; ms < UP_WAIT_MS && !all_up(fd); ms += UP_LOOK_MS)
		nanosleep(&pause, NULL);
}

static bool known(const struct keyboards *k, unsigned int number)
{
	for (unsigned int i = 0; i < k->n; i++)
		if (k->at[i].number == number)
			return true;
	return false;
}

/* False: a keyboard that cannot be had.  What is no keyboard is left alone. */
static bool take(struct keyboards *k, unsigned int number)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), INPUT_DIR "/event%u", number);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENODEV))
		return true;	/* unplugged meanwhile */
	if (fd < 0) {
		log_error("%s: %s; trustuid must be in the group input", path, strerror(errno));
		return false;
	}
	if (!is_keyboard(fd)) {
		close(fd);
		return true;
	}
	wait_until_up(fd);
	if (k->n == KEYBOARDS_MAX || ioctl(fd, EVIOCGRAB, 1) != 0) {
		log_error("%s: %s; somebody else would read what is typed", path, k->n == KEYBOARDS_MAX ? "too many keyboards" : strerror(errno));
		close(fd);
		return false;
	}
	k->at[k->n].fd = fd;
	k->at[k->n++].number = number;
	return true;
}

bool keyboards_look(struct keyboards *k)
{
	DIR *dir = opendir(INPUT_DIR);
	struct dirent *entry;
	bool all = dir != NULL;

	while (all && (entry = readdir(dir))) {
		unsigned int number;
		char rest;

		if (sscanf(entry->d_name, "event%u%c", &number, &rest) == 1 && !known(k, number))
			all = take(k, number);
	}
	if (dir)
		closedir(dir);
	return all;
}

bool keyboards_grab(struct keyboards *k, int console)
{
	*k = (struct keyboards){ .map = keymap_read(console) };
	if (k->map && keyboards_look(k)) {
		if (k->n > 0)
			return true;
		log_error("no keyboard below " INPUT_DIR "; plug one in, and see that the module evdev is loaded");
	}
	keyboards_release(k);
	return false;
}

unsigned int keyboards_poll(const struct keyboards *k, struct pollfd *fds)
{
	for (unsigned int i = 0; i < k->n; i++)
		fds[i] = (struct pollfd){ .fd = k->at[i].fd, .events = POLLIN };
	return k->n;
}

static void unplugged(struct keyboards *k, unsigned int i)
{
	close(k->at[i].fd);
	k->at[i] = k->at[--k->n];
}

bool keyboards_read(struct keyboards *k, unsigned int i, struct key *key)
{
	struct input_event event;
	bool any = false;
	ssize_t n;

	*key = (struct key){ .kind = PRESS_NONE, .digit = -1 };
	if (i >= k->n)
		return false;
	n = read(k->at[i].fd, &event, sizeof(event));
	if (n < 0 && errno == ENODEV)
		unplugged(k, i);
	if (n == (ssize_t)sizeof(event)) {
		any = true;
		/* 0 is up, 1 down, 2 a key that repeats, which a PIN has no use for. */
		if (event.type == EV_KEY && !modifier(k, event.code, event.value != 0) && event.value == 1)
			*key = meaning(k, event.code);
	}
	explicit_bzero(&event, sizeof(event));
	return any;
}

void keyboards_release(struct keyboards *k)
{
	while (k->n > 0)
		close(k->at[--k->n].fd);
	free(k->map);
	k->map = NULL;
}
