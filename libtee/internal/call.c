// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/call.h"

static struct {
	struct channel *chan;
	struct channel_window window;
} current;

struct tee_call *tee_call_now;

void tee_call_channel(struct channel *chan, const struct channel_window *window)
{
	current.chan = chan;
	current.window = window ? *window : (struct channel_window){ 0 };
}

bool tee_call_cancelled(void)
{
	struct teechan_cancelled arg = { 0 };

	if (!tee_call_now || !tee_call_now->message || !current.chan)
		return false;
	arg.id = tee_call_now->message;
	/* A message that the channel no longer knows has nobody who waits for it. */
	return channel_cancelled(current.chan, &arg) || arg.cancelled;
}

static bool overlaps(const void *buffer, size_t size, const void *window, size_t window_size)
{
	uintptr_t start = (uintptr_t)buffer;
	uintptr_t from = (uintptr_t)window;
	uintptr_t end;

	if (!window || !size)
		return false;
	if (__builtin_add_overflow(start, size, &end))
		return true;
	return start < from + window_size && end > from;
}

bool tee_call_is_client_memory(const void *buffer, size_t size)
{
	return overlaps(buffer, size, current.window.rw, current.window.size) ||
	       overlaps(buffer, size, current.window.ro, current.window.size);
}
