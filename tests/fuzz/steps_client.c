// SPDX-License-Identifier: BSD-2-Clause
/* What a client can do. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/steps.h"

static int some_client(struct thread *t, unsigned int i)
{
	return t->world->client[(dice_bet(&t->dice, 95) ? i : dice_roll(&t->dice, LIFE_CLIENTS)) % LIFE_CLIENTS];
}

static void open_client(struct thread *t)
{
	const unsigned int i = dice_roll(&t->dice, LIFE_CLIENTS);
	int fd;

	if (t->world->client[i] >= 0 && dice_bet(&t->dice, 90))
		return;
	life_try(t, KIND_OPEN);
	fd = open(TEECHAN_CLIENT_NODE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	life_worked(t, KIND_OPEN);
	fd = atomic_exchange(&t->world->client[i], fd);
	if (fd >= 0) {
		life_try(t, KIND_CLOSE);
		close(fd);
	}
}

static void close_client(struct thread *t)
{
	const int fd = atomic_exchange(&t->world->client[dice_roll(&t->dice, LIFE_CLIENTS)], -1);

	if (fd < 0)
		return;
	life_try(t, KIND_CLOSE);
	if (close(fd) == 0)
		life_worked(t, KIND_CLOSE);
}

static void fill_memory(struct thread *t, struct teechan_param *p)
{
	const uint32_t kind = dice_roll(&t->dice, 100);

	p->b = dice_bet(&t->dice, 80) ? dice_roll(&t->dice, 600) : dice_roll(&t->dice, 5 * PAGE);
	p->a = (uintptr_t)t->buf + dice_roll(&t->dice, BUF - 5 * PAGE);
	if (kind < 4)
		p->a = (uintptr_t)t->buf + BUF - dice_roll(&t->dice, 100);
	else if (kind < 8)
		p->a = step_place(dice_roll(&t->dice, LIFE_MAPS)) + dice_roll(&t->dice, PAGE);
	else if (kind < 12)
		p->a = p->b = 0;
	else if (kind < 14)
		p->a = dice_next(&t->dice);
}

static void fill_region(struct thread *t, struct teechan_param *p, unsigned int client)
{
	const unsigned int i = client + LIFE_CLIENTS * dice_roll(&t->dice, LIFE_REGIONS / LIFE_CLIENTS);
	const uint32_t size = t->world->sizes[i];

	p->c = step_odd(t, t->world->regions[i]);
	if (!size)
		return;
	p->a = dice_roll(&t->dice, size);
	p->b = dice_roll(&t->dice, size - (uint32_t)p->a + 1);
	if (dice_bet(&t->dice, 15)) {
		p->a = 0;
		p->b = size;
	}
	if (dice_bet(&t->dice, 3))
		p->b += dice_bet(&t->dice, 50) ? PAGE : dice_next(&t->dice);
}

/* Returns how many are told of. */
static uint32_t fill_params(struct thread *t, struct teechan_param *params, unsigned int client)
{
	for (int i = 0; i < TEECHAN_PARAMS; i++) {
		struct teechan_param *p = &params[i];

		*p = (struct teechan_param){ 0 };
		if (dice_bet(&t->dice, 35))
			continue;
		p->type = 1 + dice_roll(&t->dice, 3);
		switch (dice_roll(&t->dice, 3)) {
		case 0:
			if (p->type != TEECHAN_VALUE_OUT) {
				p->a = dice_next(&t->dice);
				p->b = dice_next(&t->dice);
			}
			break;
		case 1:
			p->type += TEECHAN_MEM_IN - TEECHAN_VALUE_IN;
			fill_memory(t, p);
			break;
		default:
			p->type += TEECHAN_REGION_IN - TEECHAN_VALUE_IN;
			fill_region(t, p, client);
		}
		if (dice_bet(&t->dice, 1))
			p->type = (uint32_t)dice_next(&t->dice) & 31;
		if (dice_bet(&t->dice, 1))
			p->flags = 1;
	}
	return (uint32_t)step_odd(t, dice_bet(&t->dice, 70) ? TEECHAN_PARAMS : dice_roll(&t->dice, TEECHAN_PARAMS));
}

static uint64_t some_id(struct thread *t)
{
	if (dice_bet(&t->dice, 94))
		return 0;
	return dice_bet(&t->dice, 70) ? t->world->last_id : dice_next(&t->dice) & 0x0000000f0000001f;
}

static void check_end(struct thread *t, enum kind kind, uint64_t id, uint32_t ret, uint32_t origin)
{
	if (id)
		life_wrong(t, kind, "over, with an id", (int64_t)id);
	if (origin < TEECHAN_ORIGIN_API || origin > TEECHAN_ORIGIN_TA)
		life_wrong(t, kind, "origin", origin);
	if (!ret && origin == TEECHAN_ORIGIN_TA)
		atomic_fetch_add_explicit(&t->world->tally->answered, 1, memory_order_relaxed);
}

/* A TA of this run has this program's digest, which whoever sets a policy needs. */
static void ta_info(struct thread *t, unsigned int i)
{
	static const int allowed[] = { ENOENT, 0 };
	static const uint8_t none[TEECHAN_DIGEST_LEN];
	struct tally *tally = t->world->tally;
	struct teechan_ta_info arg = { .session = (uint32_t)step_odd(t, t->world->sessions[i]) };

	arg.reserved[dice_roll(&t->dice, 2)] = step_odd(t, 0);
	if (step_ioctl(t, KIND_TA_INFO, some_client(t, i), TEECHAN_TA_INFO, &arg, sizeof(arg), allowed))
		return;
	if (memcmp(arg.uuid, "teechan fuzz", 12) || !memcmp(arg.digest, none, sizeof(none)))
		life_wrong(t, KIND_TA_INFO, "uuid or digest", arg.session);
	else if (!tally->digest_known) {
		/* Who else does so meanwhile writes the same bytes. */
		memcpy(tally->digest, arg.digest, sizeof(arg.digest));
		tally->digest_known = true;
	}
	if (tally->digest_known && memcmp(tally->digest, arg.digest, sizeof(arg.digest)))
		life_wrong(t, KIND_TA_INFO, "another digest", arg.session);
}

static void open_session(struct thread *t)
{
	static const int allowed[] = { ENOENT, EBUSY, EINTR, E2BIG, ENXIO, EDQUOT, ENOMEM, ENOSPC, 0 };
	static const uint32_t logins[] = { TEECHAN_LOGIN_PUBLIC, TEECHAN_LOGIN_USER_APPLICATION, TEECHAN_LOGIN_USER, TEECHAN_LOGIN_GROUP,
					   TEECHAN_LOGIN_APPLICATION };
	const unsigned int i = dice_roll(&t->dice, LIFE_SESSIONS);
	struct teechan_open arg = { .id = some_id(t), .deadline_ns = step_deadline(t), .cancel_id = dice_roll(&t->dice, 6) };
	int error;

	step_uuid(t, arg.uuid);
	arg.login = (uint32_t)step_odd(t, logins[dice_bet(&t->dice, 90) ? 0 : dice_roll(&t->dice, 5)]);
	arg.gid = arg.login == TEECHAN_LOGIN_GROUP ? dice_roll(&t->dice, 2) * 1001 : 0;
	arg.reserved[0] = step_odd(t, 0);
	if (dice_bet(&t->dice, 30))
		arg.count = fill_params(t, arg.params, i % LIFE_CLIENTS);
	error = step_ioctl(t, KIND_OPEN_SESSION, some_client(t, i), TEECHAN_OPEN_SESSION, &arg, sizeof(arg), allowed);
	if (arg.id)
		t->world->last_id = arg.id;
	if (error)
		return;
	check_end(t, KIND_OPEN_SESSION, arg.id, arg.ret, arg.origin);
	if (arg.ret)
		return;
	t->world->sessions[i] = arg.session;
	if (dice_bet(&t->dice, 30))
		ta_info(t, i);
}

static void invoke(struct thread *t)
{
	static const int allowed[] = { ENOENT, EBUSY, EINTR, E2BIG, ENXIO, ENOMEM, 0 };
	const unsigned int i = dice_roll(&t->dice, LIFE_SESSIONS);
	struct teechan_invoke arg = { .id = some_id(t), .deadline_ns = step_deadline(t), .cancel_id = dice_roll(&t->dice, 6) };

	/* Mostly there is one. */
	if (!t->world->sessions[i] && dice_bet(&t->dice, 90)) {
		open_session(t);
		return;
	}
	arg.session = (uint32_t)step_odd(t, t->world->sessions[i]);
	arg.cmd = dice_roll(&t->dice, 8);
	arg.reserved = step_odd(t, 0);
	arg.count = fill_params(t, arg.params, i % LIFE_CLIENTS);
	for (unsigned int again = 0; again < 4; again++) {
		const int error = step_ioctl(t, KIND_INVOKE, some_client(t, i), TEECHAN_INVOKE, &arg, sizeof(arg), allowed);

		if (arg.id)
			t->world->last_id = arg.id;
		if (!error)
			check_end(t, KIND_INVOKE, arg.id, arg.ret, arg.origin);
		if (error == ENOENT || (!error && arg.ret == TEECHAN_ERROR_TARGET_DEAD && dice_bet(&t->dice, 70)))
			t->world->sessions[i] = 0;
		/* Mostly it is made again after a signal, as it should be. */
		if (error != EINTR || dice_bet(&t->dice, 20))
			break;
	}
}

static void cancel(struct thread *t)
{
	static const int allowed[] = { ENOENT, 0 };
	struct teechan_cancel arg = { .cancel_id = step_odd(t, 1 + dice_roll(&t->dice, 5)), .deadline_ns = step_deadline(t) };

	step_ioctl(t, KIND_CANCEL, some_client(t, dice_roll(&t->dice, LIFE_CLIENTS)), TEECHAN_CANCEL, &arg, sizeof(arg), allowed);
}

static void close_session(struct thread *t)
{
	static const int allowed[] = { ENOENT, 0 };
	const unsigned int i = dice_roll(&t->dice, LIFE_SESSIONS);
	struct teechan_close arg = { .session = (uint32_t)step_odd(t, t->world->sessions[i]), .reserved = step_odd(t, 0) };

	step_ioctl(t, KIND_CLOSE_SESSION, some_client(t, i), TEECHAN_CLOSE_SESSION, &arg, sizeof(arg), allowed);
}

static void any_ta_info(struct thread *t)
{
	ta_info(t, dice_roll(&t->dice, LIFE_SESSIONS));
}

static void region_alloc(struct thread *t)
{
	static const int allowed[] = { EDQUOT, ENOMEM, ENOSPC, 0 };
	const unsigned int i = dice_roll(&t->dice, LIFE_REGIONS);
	struct teechan_region_alloc arg = { .size = 1 + dice_roll(&t->dice, dice_bet(&t->dice, 90) ? 40 * PAGE : 4 << 20) };

	arg.size = step_odd(t, arg.size);
	arg.flags = (uint32_t)step_odd(t, 0);
	if (step_ioctl(t, KIND_REGION_ALLOC, some_client(t, i), TEECHAN_REGION_ALLOC, &arg, sizeof(arg), allowed))
		return;
	if (!arg.id || arg.size % PAGE || arg.offset % PAGE)
		life_wrong(t, KIND_REGION_ALLOC, "id, size or offset", arg.id);
	t->world->regions[i] = arg.id;
	t->world->offsets[i] = arg.offset;
	t->world->sizes[i] = arg.size <= 16 << 20 ? (uint32_t)arg.size : 0;
}

static void region_free(struct thread *t)
{
	static const int allowed[] = { ENXIO, 0 };
	const unsigned int i = dice_roll(&t->dice, LIFE_REGIONS);
	struct teechan_region_free arg = { .id = (uint32_t)step_odd(t, t->world->regions[i]) };

	step_ioctl(t, KIND_REGION_FREE, some_client(t, i), TEECHAN_REGION_FREE, &arg, sizeof(arg), allowed);
}

static void region_map(struct thread *t)
{
	const unsigned int i = dice_roll(&t->dice, LIFE_REGIONS), place = dice_roll(&t->dice, LIFE_MAPS);
	uint64_t offset = t->world->offsets[i];
	size_t size = t->world->sizes[i];
	int prot = PROT_READ | PROT_WRITE, kind = MAP_SHARED;

	if (dice_bet(&t->dice, 20) && size > PAGE) {
		const uint32_t skip = dice_roll(&t->dice, (uint32_t)(size / PAGE)) * PAGE;

		offset += skip;
		size -= skip;
	}
	if (dice_bet(&t->dice, 5))
		size += PAGE;
	if (dice_bet(&t->dice, 3))
		offset = dice_next(&t->dice) & ~(uint64_t)(PAGE - 1) & INT64_MAX;
	if (dice_bet(&t->dice, 5))
		kind = MAP_PRIVATE;
	if (dice_bet(&t->dice, 10))
		prot = (int)dice_roll(&t->dice, 8);
	if (dice_bet(&t->dice, 5))
		kind |= MAP_POPULATE;
	life_try(t, KIND_MMAP);
	if (mmap((void *)step_place(place), size, prot, kind | MAP_FIXED, some_client(t, i), (off_t)offset) == MAP_FAILED)
		return;
	life_worked(t, KIND_MMAP);
	if ((kind & MAP_TYPE) == MAP_PRIVATE && t->world->client[i % LIFE_CLIENTS] >= 0)
		life_wrong(t, KIND_MMAP, "a private mapping", prot);
	t->world->maps[place] = (uint32_t)size;
}

const struct step client_steps[] = {
	{ open_client, { 12, 1, 8 } },
	{ close_client, { 2, 1, 2 } },
	{ open_session, { 30, 2, 15 } },
	{ invoke, { 120, 2, 50 } },
	{ cancel, { 25, 1, 12 } },
	{ close_session, { 10, 1, 6 } },
	{ any_ta_info, { 6, 1, 4 } },
	{ region_alloc, { 25, 1, 12 } },
	{ region_free, { 16, 1, 8 } },
	{ region_map, { 30, 1, 14 } },
	{ NULL, { 0 } },
};
