// SPDX-License-Identifier: BSD-2-Clause
/*
 * A trusted application's persistent time: GP Core 1.3 §7.2.3 and §7.2.4, with gpd.tee.TAPersistentTime.protectionLevel 100: a reference in trusted
 * storage, and the machine's real-time clock, which root can set.  The clock is believed as long as it does not go back: not behind the reference, and
 * while this process runs not behind the latest time that it saw and what CLOCK_BOOTTIME says has passed since.
 */
#include <time.h>

#include <tee_internal_api.h>

#include "libtee/internal/bytes.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

/* What time synchronisation may take back, in milliseconds: that is no deceit. */
#define SLACK_MS	2000u

/* Longer than any object id of the application's, so that it has no name for it and never sees it. */
static const uint8_t reference_id[TEE_STORE_ID_MAX] = "TEE_SetTAPersistentTime: the reference";
_Static_assert(sizeof(reference_id) > TEE_OBJECT_ID_MAX_LEN, "no application's object has this id");

/* Stored big-endian: the time that was set, the real-time clock then, and whether it can be trusted still; milliseconds. */
struct reference {
	uint64_t set_ms;
	uint64_t clock_ms;
	bool needs_reset;
};
#define REFERENCE_LEN	17u

/* Both clocks when the real-time clock was furthest ahead of the other, in this process. */
static struct {
	uint64_t real_ms, boot_ms;
	bool known;
} seen;

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		tee_panic_misuse("TEE_GetTAPersistentTime", "the machine has no clock");
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The real-time clock, and whether it went back, at once or little by little. */
static bool went_back(uint64_t *real_ms)
{
	const uint64_t real = clock_ms(CLOCK_REALTIME), boot = clock_ms(CLOCK_BOOTTIME);
	/* CLOCK_BOOTTIME begins anew with the machine, and what was seen before says nothing then. */
	const uint64_t least = seen.known && boot >= seen.boot_ms ? seen.real_ms + (boot - seen.boot_ms) : 0;

	*real_ms = real;
	if (real < least)
		return real + SLACK_MS < least;
	seen.real_ms = real;
	seen.boot_ms = boot;
	seen.known = true;
	return false;
}

static TEE_Result reference_put(const struct reference *r)
{
	uint8_t bytes[REFERENCE_LEN];
	const struct tee_stored_content content = {
		.meta = { .type = TEE_TYPE_DATA, .usage = UINT32_MAX }, .data = bytes, .size = sizeof(bytes),
	};
	struct tee_stored *stored;

	tee_put_be64(bytes, r->set_ms);
	tee_put_be64(bytes + 8, r->clock_ms);
	bytes[16] = r->needs_reset;
	return tee_store_result(tee_store_put(reference_id, sizeof(reference_id), &content, &stored));
}

static bool reference_get(struct reference *r)
{
	const struct tee_stored *stored = tee_store_find(reference_id, sizeof(reference_id));

	if (!stored || stored->size != REFERENCE_LEN)
		return false;
	*r = (struct reference){ tee_get_be64(stored->data), tee_get_be64(stored->data + 8), stored->data[16] };
	return true;
}

/* §7.2.3: zero in *time with every result but TEE_SUCCESS and TEE_ERROR_OVERFLOW. */
TEE_Result TEE_GetTAPersistentTime(TEE_Time *time)
{
	TEE_STORAGE_GUARD();
	struct reference r;
	uint64_t real_ms, now_ms;
	bool back;

	TEE_OUT(time, sizeof(*time));
	*time = (TEE_Time){ 0 };
	if (tee_store_available(TEE_STORAGE_PRIVATE))
		return TEE_ERROR_TIME_NOT_SET;
	back = went_back(&real_ms);
	if (!reference_get(&r))
		return TEE_ERROR_TIME_NOT_SET;
	if (!r.needs_reset && (back || real_ms + SLACK_MS < r.clock_ms)) {
		r.needs_reset = true;
		/* It stays so until it is set anew. If it cannot be written now, it is found out again. */
		(void)reference_put(&r);
	}
	if (r.needs_reset)
		return TEE_ERROR_TIME_NEEDS_RESET;
	now_ms = r.set_ms + (real_ms > r.clock_ms ? real_ms - r.clock_ms : 0);
	time->seconds = (uint32_t)(now_ms / 1000);
	time->millis = (uint32_t)(now_ms % 1000);
	return now_ms / 1000 > UINT32_MAX ? TEE_ERROR_OVERFLOW : TEE_SUCCESS;
}

/* §7.2.4 */
TEE_Result TEE_SetTAPersistentTime(const TEE_Time *time)
{
	TEE_STORAGE_GUARD();
	struct reference r;
	TEE_Result result;

	TEE_IN(time, sizeof(*time));
	TEE_MISUSE_IF(time->millis > 999, "a second has 1000 milliseconds");
	result = tee_store_available(TEE_STORAGE_PRIVATE);
	if (result)
		return result;
	seen.known = false;
	(void)went_back(&r.clock_ms);
	r.set_ms = (uint64_t)time->seconds * 1000 + time->millis;
	r.needs_reset = false;
	return reference_put(&r);
}
