// SPDX-License-Identifier: BSD-2-Clause
/* The live view: watch. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "listen.h"
#include "notify.h"
#include "watch.h"

struct view {
	const struct cmd *cmd;
	struct notify *notify;
	struct wallet_state state;
	bool away;		/* walletd does not answer */
};

static int put_line(const struct view *v, const char *text, json_t *json, struct pay_error *e)
{
	char when[16];
	time_t now = time(NULL);
	struct tm tm;

	if (v->cmd->json)
		return json ? cmd_print_json(json, e) : PAY_DONE;
	json_decref(json);
	if (*text == '\0')
		return PAY_DONE;
	if (!localtime_r(&now, &tm) || strftime(when, sizeof(when), "%H:%M:%S", &tm) == 0)
		strcpy(when, "?");
	printf("%s  %s\n", when, text);
	return fflush(stdout) == EOF ? pay_fail(e, PAY_FAILED, "cannot write the result") : PAY_DONE;
}

/* Asks for the state and says what is new in it; a walletd that is away is said once. */
static int refresh(struct view *v, bool first, struct pay_error *e)
{
	struct wallet_state now;
	struct pay_error why = { "" };
	char text[WATCH_TEXT];
	int code = v->cmd->link->state(v->cmd->link->ctx, &now, &why);

	if (code == PAY_DONE) {
		watch_changes(first || v->away ? NULL : &v->state, &now, text);
		v->state = now;
		v->away = false;
		return put_line(v, text, *text ? watch_state_json(&now) : NULL, e);
	}
	if (code != PAY_UNREACHABLE) {
		*e = why;
		return code;
	}
	if (v->away)
		return PAY_DONE;
	v->away = true;
	return put_line(v, why.text, json_pack("{s:s, s:s}", "event", "away", "reason", why.text), e);
}

static int started(void *ctx, struct pay_error *e)
{
	return refresh(ctx, true, e);
}

static int heard(void *ctx, const struct watch_event *event, struct pay_error *e)
{
	struct view *v = ctx;
	char text[WATCH_TEXT];
	const char *title;

	if (event->kind == WATCH_CHANGED)
		return refresh(v, false, e);
	watch_text(event, &v->state, text);
	if (watch_notifies(event, &title))
		notify_show(v->notify, title, text);
	return put_line(v, text, watch_json(event, &v->state), e);
}

int cmd_watch(const struct cmd *c, struct pay_error *e)
{
	struct view v = { .cmd = c, .notify = notify_open() };
	int code = listen_run(started, heard, &v, e);

	notify_close(&v.notify);
	return code;
}
