// SPDX-License-Identifier: BSD-2-Clause
#include "tui_user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <tee_internal_api.h>

static struct {
	const struct tui_act *acts;
	size_t n, next;
	enum tui_status away;
	bool connected, open;
	struct tui_screen screen;
	struct tui_owner owner;
} user;

static TEE_Result user_open(void)
{
	assert_false(user.connected);
	if (user.away == TUI_VERB_UNKNOWN)
		return TEE_ERROR_COMMUNICATION;
	user.connected = true;
	return TEE_SUCCESS;
}

static void user_close(void)
{
	user.connected = false;
	user.open = false;
}

static TEE_Result act(const struct tui_body *body, struct tui_entry *entry, enum tui_status *status)
{
	const struct tui_act *a = &user.acts[user.next];

	assert_true(tui_screen_read(body, &user.screen));
	if (user.next == user.n)
		fail_msg("a screen that was not expected: %s", user.screen.text);
	for (size_t i = 0; i < 4 && a->says[i]; i++)
		if (!strstr(user.screen.text, a->says[i]))
			fail_msg("screen %zu does not say '%s': %s", user.next, a->says[i], user.screen.text);
	user.next++;
	*entry = (struct tui_entry){ .button = (uint8_t)a->button, .nfields = user.screen.nfields };
	for (unsigned int i = 0; i < user.screen.nfields && a->types[i]; i++)
		strcpy(entry->content[i], a->types[i]);
	*status = a->status;
	return a->instead;
}

static TEE_Result user_exchange(uint8_t frame[TUI_FRAME_MAX], size_t *len, uint32_t timeout_ms)
{
	const struct tui_info info = { .columns = 80, .lines = 25, .timeout = 60 };
	struct tui_entry entry = { 0 };
	enum tui_status status;
	struct tui_body body;
	TEE_Result res = TEE_SUCCESS;
	uint8_t verb;

	assert_true(user.connected && timeout_ms > 0);
	status = tui_request_read(frame, *len, &verb, &body);
	assert_int_equal(status, TUI_DONE);
	switch (verb) {
	case TUI_OPEN:
		assert_false(user.open);
		assert_true(tui_owner_read(&body, &user.owner));
		status = user.away;
		user.open = status == TUI_DONE;
		break;
	case TUI_SHOW:
		assert_true(user.open);
		res = act(&body, &entry, &status);
		break;
	case TUI_CLOSE:
		assert_true(user.open);
		user.open = false;
		break;
	}
	*len = tui_answer_write((enum tui_verb)verb, status, verb == TUI_INFO ? (const void *)&info : &entry, frame);
	assert_true(*len > 0);
	return res;
}

static const struct tee_tui_link user_link = { .open = user_open, .exchange = user_exchange, .close = user_close };

void tui_user_will(const struct tui_act *acts, size_t n)
{
	memset(&user, 0, sizeof(user));
	user.acts = acts;
	user.n = n;
	tee_tui_link = &user_link;
}

void tui_user_is_done(void)
{
	if (user.next != user.n)
		fail_msg("%zu screens came, %zu were expected", user.next, user.n);
	assert_false(user.connected);
}

void tui_user_is_away(enum tui_status status)
{
	tui_user_will(NULL, 0);
	user.away = status;
}

const struct tui_screen *tui_user_saw(void)
{
	return &user.screen;
}

const struct tui_owner *tui_user_was_asked_by(void)
{
	return &user.owner;
}

void tui_user_leaves(void)
{
	tee_tui_link = &tee_tui_socket;
}
