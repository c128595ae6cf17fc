// SPDX-License-Identifier: BSD-2-Clause
#include "words.h"

#include <stddef.h>
#include <stdio.h>

#include "include/uapi/teechan.h"

static const char *word(const char *const *words, size_t count, uint64_t number)
{
	return number < count && words[number] ? words[number] : "?";
}

#define WORD(words, number) word(words, sizeof(words) / sizeof((words)[0]), number)

const char *words_login(uint64_t login)
{
	static const char *const words[] = {
		"public", "user", "group", NULL, "application", "user+application", "group+application",
	};

	return WORD(words, login);
}

const char *words_state(uint64_t state)
{
	static const char *const words[] = { "opening", "idle", "queued", "running", "closing" };

	return WORD(words, state);
}

const char *words_origin(uint64_t origin)
{
	static const char *const words[] = { NULL, "api", "channel", "tee", "ta" };

	return WORD(words, origin);
}

const char *words_event(uint64_t event)
{
	static const char *const words[] = {
		NULL, "bind", "open", "call", "close", "lend", "cancel", "refusal", "death",
	};

	return WORD(words, event);
}

const char *words_result(uint64_t result)
{
	switch (result) {
	case TEECHAN_SUCCESS:
		return "ok";
	case TEECHAN_ERROR_ACCESS_DENIED:
		return "access denied";
	case TEECHAN_ERROR_CANCEL:
		return "cancelled";
	case TEECHAN_ERROR_BAD_STATE:
		return "bad state";
	case TEECHAN_ERROR_ITEM_NOT_FOUND:
		return "no such TA";
	case TEECHAN_ERROR_NOT_SUPPORTED:
		return "not supported";
	case TEECHAN_ERROR_OUT_OF_MEMORY:
		return "out of memory";
	case TEECHAN_ERROR_BUSY:
		return "busy";
	case TEECHAN_ERROR_TARGET_DEAD:
		return "TA died";
	case TEECHAN_ERROR_TIMEOUT:
		return "deadline passed";
	default:
		return NULL;
	}
}

const char *words_outcome(uint64_t result, uint64_t origin, char text[WORDS_RESULT])
{
	static const char *const who[] = { "", "", ", said the channel", ", said the kernel", ", said the TA" };
	const char *name = words_result(result);
	const char *by = result && origin < sizeof(who) / sizeof(who[0]) ? who[origin] : "";

	if (name)
		snprintf(text, WORDS_RESULT, "%s%s", name, by);
	else
		snprintf(text, WORDS_RESULT, "0x%08x%s", (unsigned int)result, by);
	return text;
}

const char *words_kind_of_ta(uint64_t flags)
{
	if (flags & TEECHAN_TA_MULTI_SESSION)
		return "multi-session";
	return flags & TEECHAN_TA_SINGLE_INSTANCE ? "single-session" : "multi-instance";
}

const char *words_uuid(const uint8_t *uuid, char text[WORDS_UUID])
{
	char *at = text;

	for (int i = 0; i < TEECHAN_UUID_LEN; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		snprintf(at, 3, "%02x", uuid[i]);
		at += 2;
	}
	return text;
}
