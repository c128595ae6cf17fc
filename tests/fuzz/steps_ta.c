// SPDX-License-Identifier: BSD-2-Clause
/* What a trusted application can do. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/steps.h"

/* Windows are mapped at the end of the arena, two places a TA. */
static unsigned int window_place(unsigned int i, bool ro)
{
	return LIFE_MAPS + 2 * i + ro;
}

static void map_window(struct thread *t, unsigned int i, const struct teechan_bind *bind, bool ro)
{
	int prot = ro ? PROT_READ : PROT_READ | PROT_WRITE;
	size_t size = bind->window_size;

	if (dice_bet(&t->dice, 4))
		prot ^= PROT_WRITE;
	if (dice_bet(&t->dice, 4))
		size -= PAGE;
	if (!size || size > ARENA_PLACE)
		return;
	life_try(t, KIND_MMAP);
	if (mmap((void *)step_place(window_place(i, ro)), size, prot, MAP_SHARED | MAP_FIXED, t->world->ta[i],
		 (off_t)(ro ? bind->ro_offset : bind->rw_offset)) != MAP_FAILED)
		life_worked(t, KIND_MMAP);
}

static bool bind_it(struct thread *t, unsigned int i)
{
	static const int allowed[] = { EADDRINUSE, EALREADY, EACCES, ENOMEM, EINTR, 0 };
	static const uint32_t flags[] = { TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION, TEECHAN_TA_SINGLE_INSTANCE, 0 };
	struct teechan_bind arg = { .flags = flags[dice_bet(&t->dice, 80) ? 0 : dice_roll(&t->dice, 3)] };

	step_uuid(t, arg.uuid);
	arg.flags = (uint32_t)step_odd(t, arg.flags);
	if (dice_bet(&t->dice, 50))
		arg.window_size = step_odd(t, (1 + dice_roll(&t->dice, 2000)) * (uint64_t)PAGE);
	if (step_ioctl(t, KIND_BIND, t->world->ta[i], TEECHAN_BIND, &arg, sizeof(arg), allowed))
		return false;
	t->world->windows[i] = arg.window_size;
	/* As TAs do, and some only the one. */
	if (!dice_bet(&t->dice, 3))
		map_window(t, i, &arg, false);
	if (!dice_bet(&t->dice, 3))
		map_window(t, i, &arg, true);
	return true;
}

static void bind_ta(struct thread *t)
{
	bind_it(t, dice_roll(&t->dice, LIFE_TAS));
}

static void open_ta(struct thread *t)
{
	const unsigned int i = dice_roll(&t->dice, LIFE_TAS);
	int fd;

	if (t->world->ta[i] >= 0 && dice_bet(&t->dice, 97))
		return;
	life_try(t, KIND_OPEN);
	fd = open(TEECHAN_TA_NODE, O_RDWR | O_CLOEXEC | (dice_bet(&t->dice, 30) ? O_NONBLOCK : 0));
	if (fd < 0)
		return;
	life_worked(t, KIND_OPEN);
	fd = atomic_exchange(&t->world->ta[i], fd);
	if (fd >= 0) {
		life_try(t, KIND_CLOSE);
		close(fd);
	}
	bind_it(t, i);
}

static void close_it(struct thread *t, unsigned int i)
{
	const int fd = atomic_exchange(&t->world->ta[i], -1);

	if (fd < 0)
		return;
	life_try(t, KIND_CLOSE);
	if (close(fd) == 0)
		life_worked(t, KIND_CLOSE);
	/* The windows hold the file, and are the end of a TA themselves. */
	if (dice_bet(&t->dice, 80)) {
		life_try(t, KIND_MUNMAP);
		munmap((void *)step_place(window_place(i, dice_bet(&t->dice, 50))), ARENA_PLACE);
	}
}

static void close_ta(struct thread *t)
{
	if (dice_bet(&t->dice, 20))
		close_it(t, dice_roll(&t->dice, LIFE_TAS));
}

static uintptr_t memory_of(struct thread *t, unsigned int i, const struct teechan_param *p)
{
	const uintptr_t base = step_place(window_place(i, p->flags & TEECHAN_PARAM_RO));
	const uint64_t size = t->world->windows[i];

	return base + (p->b ? p->a + dice_next(&t->dice) % p->b : p->a) % (size ? size : PAGE);
}

/* Looks at some of what came, and writes, mostly where it may. */
static void work(struct thread *t, unsigned int i, const struct teechan_param *params, uint32_t count)
{
	for (uint32_t n = 0; n < count; n++) {
		const struct teechan_param *p = &params[n];

		if (p->type < TEECHAN_MEM_IN || p->flags & TEECHAN_PARAM_NULL || dice_bet(&t->dice, 40))
			continue;
		life_touch(t, memory_of(t, i, p), dice_bet(&t->dice, 60));
	}
}

static void check_message(struct thread *t, const struct teechan_reply_recv *rr)
{
	if (!rr->id || rr->reply_id || rr->count > TEECHAN_PARAMS || rr->reserved[0] || rr->reserved[1])
		life_wrong(t, KIND_REPLY_RECV, "a message with", (int64_t)rr->id);
	if (rr->kind < TEECHAN_KIND_OPEN || rr->kind > TEECHAN_KIND_CLOSE)
		life_wrong(t, KIND_REPLY_RECV, "kind", rr->kind);
	for (uint32_t i = 0; i < rr->count && i < TEECHAN_PARAMS; i++)
		if (rr->params[i].type > TEECHAN_MEM_INOUT || rr->params[i].c)
			life_wrong(t, KIND_REPLY_RECV, "type", rr->params[i].type);
}

static void fill_answer(struct thread *t, struct teechan_reply_recv *rr, const struct held *held)
{
	static const uint32_t results[] = { 0, 0, 0, 0, 0, 0, 0xffff0010u, TEECHAN_ERROR_CANCEL };

	memcpy(rr->params, held->params, sizeof(rr->params));
	rr->count = (uint32_t)step_odd(t, held->count);
	rr->ret = results[dice_roll(&t->dice, 8)];
	rr->origin = dice_bet(&t->dice, 95) ? 0 : dice_roll(&t->dice, 6);
	for (int i = 0; i < TEECHAN_PARAMS; i++) {
		rr->params[i].b = step_odd(t, rr->params[i].b);
		if (dice_bet(&t->dice, 10))
			rr->params[i].type = (uint32_t)dice_next(&t->dice);
	}
}

/* Answers what this process holds, mostly, and takes the next. Returns false when this is no TA. */
static bool serve_once(struct thread *t, unsigned int i)
{
	static const int allowed[] = { EINTR, ENOTCONN, ESHUTDOWN, EAGAIN, ETIMEDOUT, ENOENT, 0 };
	struct held *held = &t->world->held[dice_roll(&t->dice, LIFE_HELD)];
	struct teechan_reply_recv rr = { .deadline_ns = step_deadline(t) };
	int error;

	rr.reply_id = step_odd(t, atomic_exchange(&held->id, 0));
	if (rr.reply_id)
		fill_answer(t, &rr, held);
	rr.reserved[1] = step_odd(t, 0);
	error = step_ioctl(t, KIND_REPLY_RECV, t->world->ta[i], TEECHAN_REPLY_RECV, &rr, sizeof(rr), allowed);
	if (error)
		return error != ENOTCONN && error != EBADF && error != ESHUTDOWN;
	check_message(t, &rr);
	work(t, i, rr.params, rr.count);
	/* Some are never answered. */
	if (dice_bet(&t->dice, 1))
		return true;
	held = &t->world->held[dice_roll(&t->dice, LIFE_HELD)];
	memcpy(held->params, rr.params, sizeof(held->params));
	held->count = rr.count;
	rr.reply_id = atomic_exchange(&held->id, rr.id);
	/* Who had that place is answered at once. */
	if (!rr.reply_id)
		return true;
	rr.ret = 0;
	rr.deadline_ns = 1;
	if (!step_ioctl(t, KIND_REPLY_RECV, t->world->ta[i], TEECHAN_REPLY_RECV, &rr, sizeof(rr), allowed))
		held->id = rr.id;
	return true;
}

static void serve(struct thread *t)
{
	const unsigned int i = dice_roll(&t->dice, LIFE_TAS);
	uint32_t rounds = 1 + dice_roll(&t->dice, 8);

	while (rounds && serve_once(t, i))
		rounds--;
	/* One that is none is made one, or made anew. */
	if (rounds && !bind_it(t, i) && dice_bet(&t->dice, 50))
		close_it(t, i);
}

static void cancelled(struct thread *t)
{
	static const int allowed[] = { ENOENT, 0 };
	struct teechan_cancelled arg = { .id = step_odd(t, t->world->held[dice_roll(&t->dice, LIFE_HELD)].id) };

	if (!step_ioctl(t, KIND_CANCELLED, t->world->ta[dice_roll(&t->dice, LIFE_TAS)], TEECHAN_CANCELLED, &arg, sizeof(arg),
			allowed) && arg.cancelled > 1)
		life_wrong(t, KIND_CANCELLED, "cancelled", arg.cancelled);
}

static void touch_window(struct thread *t)
{
	const unsigned int i = dice_roll(&t->dice, LIFE_TAS);
	const uint64_t size = t->world->windows[i];

	life_touch(t, step_place(window_place(i, dice_bet(&t->dice, 50))) + dice_next(&t->dice) % (size ? size : PAGE) % (200 * PAGE),
		   dice_bet(&t->dice, 50));
}

static void poll_ta(struct thread *t)
{
	struct pollfd ready = { .fd = t->world->ta[dice_roll(&t->dice, LIFE_TAS)], .events = POLLIN };

	life_try(t, KIND_POLL);
	if (poll(&ready, 1, (int)dice_roll(&t->dice, 3)) > 0)
		life_worked(t, KIND_POLL);
}

const struct step ta_steps[] = {
	{ open_ta, { 1, 30, 10 } },
	{ bind_ta, { 1, 8, 3 } },
	{ close_ta, { 1, 4, 2 } },
	{ serve, { 1, 140, 40 } },
	{ cancelled, { 1, 20, 8 } },
	{ touch_window, { 1, 20, 8 } },
	{ poll_ta, { 1, 10, 5 } },
	{ NULL, { 0 } },
};
