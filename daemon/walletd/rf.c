// SPDX-License-Identifier: BSD-2-Clause
#include "rf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/log.h"

#define RETRY_FIRST_USEC	(50 * 1000u)
#define RETRY_LAST_USEC		(500 * 1000u)

struct rf {
	const struct rf_ops *ops;
	void *self;			/* of the front end; NULL while closed */
	struct rf_config config;
	struct rf_handler handler;
	void *ctx;
	sd_event *event;
	sd_event_source *io, *timer;
	uint64_t retry;			/* usec until the next try */
	const char *told;		/* the last state that the owner heard of */
	bool never;			/* this front end does not exist yet */
	bool lost;			/* a send failed: close after this event */
};

const char *rf_name(const struct rf *rf)
{
	return rf->ops->name;
}

const char *rf_state(const struct rf *rf)
{
	return rf->ops->state(rf->self);
}

void rf_counts(const struct rf *rf, struct rf_counts *counts)
{
	*counts = (struct rf_counts){ 0 };
	if (rf->self && rf->ops->counts)
		rf->ops->counts(rf->self, counts);
}

static void tell(struct rf *rf)
{
	const char *now = rf_state(rf);

	if (rf->told && strcmp(rf->told, now) == 0)
		return;
	rf->told = now;
	log_notice("front end %s: %s", rf->ops->name, now);
	if (rf->handler.changed)
		rf->handler.changed(rf->ctx);
}

static void shut(struct rf *rf)
{
	rf->io = sd_event_source_disable_unref(rf->io);
	if (rf->self)
		rf->ops->close(&rf->self);
	rf->lost = false;
}

/* The connection is gone: so is the terminal's selection. */
static int retry_later(struct rf *rf)
{
	int r;

	shut(rf);
	rf->handler.reset(rf->ctx);
	tell(rf);
	r = sd_event_source_set_time_relative(rf->timer, rf->retry);
	if (r >= 0)
		r = sd_event_source_set_enabled(rf->timer, SD_EVENT_ONESHOT);
	rf->retry = rf->retry * 2 > RETRY_LAST_USEC ? RETRY_LAST_USEC : rf->retry * 2;
	return r < 0 ? r : 0;
}

void rf_send(struct rf *rf, const uint8_t *apdu, size_t len)
{
	if (!rf->self || rf->ops->send(rf->self, apdu, len) < 0)
		rf->lost = true;
}

/* One message a turn of the loop: a terminal that floods the card cannot starve the rest of it. */
static int on_io(sd_event_source *source, int fd, uint32_t revents, void *ctx)
{
	struct rf *rf = ctx;
	uint8_t apdu[RF_FRAME_MAX];
	size_t len = 0;
	int r;

	(void)fd;
	(void)revents;
	r = rf->ops->receive(rf->self, apdu, sizeof(apdu), &len);
	if (r < 0)
		return retry_later(rf);
	if (r == RF_COMMAND) {
		rf->retry = RETRY_FIRST_USEC;
		rf->handler.command(rf->ctx, apdu, len);
	} else if (r == RF_RESET) {
		rf->handler.reset(rf->ctx);
	}
	if (rf->lost)
		return retry_later(rf);
	tell(rf);
	return sd_event_source_set_io_events(source, rf->ops->events(rf->self));
}

static int try_open(struct rf *rf)
{
	int r = rf->ops->open(&rf->self, &rf->config);

	if (r == -EOPNOTSUPP) {
		rf->never = true;
		tell(rf);
		return 0;
	}
	if (r < 0)
		return retry_later(rf);
	r = sd_event_add_io(rf->event, &rf->io, rf->ops->fd(rf->self), rf->ops->events(rf->self), on_io, rf);
	if (r < 0)
		return r;
	tell(rf);
	return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *ctx)
{
	(void)source;
	(void)usec;
	return try_open(ctx);
}

int rf_start(struct rf **out, sd_event *event, const struct rf_ops *ops, const struct rf_config *config, const struct rf_handler *handler, void *ctx)
{
	struct rf *rf = calloc(1, sizeof(*rf));
	int r = -ENOMEM;

	*out = rf;
	if (!rf)
		return r;
	*rf = (struct rf){ .ops = ops, .config = *config, .handler = *handler, .ctx = ctx, .event = sd_event_ref(event), .retry = RETRY_FIRST_USEC };
	r = sd_event_add_time_relative(event, &rf->timer, CLOCK_MONOTONIC, 0, 0, on_timer, rf);
	if (r >= 0)
		r = sd_event_source_set_enabled(rf->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = try_open(rf);
	if (r < 0)
		rf_free(out);
	return r;
}

void rf_free(struct rf **rf)
{
	if (!*rf)
		return;
	shut(*rf);
	sd_event_source_disable_unref((*rf)->timer);
	sd_event_unref((*rf)->event);
	free(*rf);
	*rf = NULL;
}
