// SPDX-License-Identifier: BSD-2-Clause
/* The Trusted User Interface API, GP TUI 1.0 §4: what a screen says is checked here, what the user does is trustuid's. */
#include <tee_tui_api.h>

#include <string.h>

#include <openssl/crypto.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/internal/log.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/ta_digest.h"
#include "libtee/internal/tui_link.h"
#include "libtee/internal/uuid.h"

/* trustuid starts within this, and takes the screen; the wait for a user is the screen's own time and this. */
#define ANSWER_MS 20000

/* The console's character cell, in pixels: what the API's sizes are given in. */
#define CELL_WIDTH 8
#define CELL_HEIGHT 16

_Static_assert(TUI_BUTTONS == TEE_TUI_NUMBER_BUTTON_TYPES && TUI_CORRECTION == (int)TEE_TUI_CORRECTION && TUI_OK == (int)TEE_TUI_OK &&
	       TUI_CANCEL == (int)TEE_TUI_CANCEL && TUI_VALIDATE == (int)TEE_TUI_VALIDATE && TUI_PREVIOUS == (int)TEE_TUI_PREVIOUS &&
	       TUI_NEXT == (int)TEE_TUI_NEXT, "buttons have the API's numbers on the wire");
_Static_assert(TUI_HIDDEN == (int)TEE_TUI_HIDDEN_MODE && TUI_CLEAR == (int)TEE_TUI_CLEAR_MODE &&
	       TUI_TEMPORARY_CLEAR == (int)TEE_TUI_TEMPORARY_CLEAR_MODE && TUI_NUMERICAL == (int)TEE_TUI_NUMERICAL &&
	       TUI_ALPHANUMERICAL == (int)TEE_TUI_ALPHANUMERICAL, "so have modes and types");

const struct tee_tui_link *tee_tui_link = &tee_tui_socket;

static struct {
	bool open;
	struct tui_info info;
} session;

static void session_end(void)
{
	tee_tui_link->close();
	session.open = false;
}

static const struct {
	enum tui_status status;
	TEE_Result result;
} results[] = {
	{ TUI_DONE, TEE_SUCCESS },
	{ TUI_VERB_UNKNOWN, TEE_ERROR_NOT_SUPPORTED },
	{ TUI_VERSION_UNKNOWN, TEE_ERROR_NOT_SUPPORTED },
	{ TUI_MALFORMED, TEE_ERROR_BAD_PARAMETERS },
	{ TUI_STATE, TEE_ERROR_BAD_STATE },
	{ TUI_NO_SCREEN, TEE_ERROR_NOT_SUPPORTED },
	{ TUI_TIMED_OUT, TEE_ERROR_EXTERNAL_CANCEL },
};

static TEE_Result status_result(enum tui_status status)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].status == status)
			return results[i].result;
	return TEE_ERROR_COMMUNICATION;
}

/* One request and its answer, into @out if it has one. A failure on the way ends the connection and with it the session. */
static TEE_Result request(enum tui_verb verb, const void *what, void *out, uint32_t timeout_ms)
{
	uint8_t frame[TUI_FRAME_MAX];
	size_t len = tui_request_write(verb, what, frame);
	enum tui_status status;
	TEE_Result result;

	if (!len)
		return TEE_ERROR_BAD_PARAMETERS;
	result = tee_tui_link->exchange(frame, &len, timeout_ms);
	if (!result)
		result = tui_answer_read(verb, frame, len, &status, out) ? status_result(status) : TEE_ERROR_COMMUNICATION;
	OPENSSL_cleanse(frame, sizeof(frame));
	return result;
}

/* What can be asked without a session, over a connection of its own if there is none. */
static TEE_Result info_get(struct tui_info *info)
{
	TEE_Result result;

	if (session.open) {
		*info = session.info;
		return TEE_SUCCESS;
	}
	result = tee_tui_link->open();
	if (result)
		return result;
	result = request(TUI_INFO, NULL, info, ANSWER_MS);
	tee_tui_link->close();
	return result;
}

/* --- text --- */

/* GP TUI 1.0 §4.2: the size that @text needs, in pixels; NOT_SUPPORTED at the first character that no console font has, which *lastIndex names. */
TEE_Result TEE_TUICheckTextFormat(const char *text, uint32_t *width, uint32_t *height, uint32_t *lastIndex)
{
	uint32_t columns = 0;
	uint32_t widest = 0;
	uint32_t lines = 1;
	size_t length;
	size_t at = 0;

	TEE_IN(text, 1);
	TEE_OUT(width, sizeof(*width));
	TEE_OUT(height, sizeof(*height));
	TEE_OUT(lastIndex, sizeof(*lastIndex));
	length = strlen(text);
	while (at < length) {
		size_t n = text[at] == '\n' ? 1 : tui_character(text + at, length - at);

		if (!n)
			break;
		columns = text[at] == '\n' ? 0 : columns + 1;
		lines += text[at] == '\n';
		widest = columns > widest ? columns : widest;
		at += n;
	}
	*width = widest * CELL_WIDTH;
	*height = lines * CELL_HEIGHT;
	*lastIndex = (uint32_t)at;
	return at < length ? TEE_ERROR_NOT_SUPPORTED : TEE_SUCCESS;
}

/* GP TUI 1.0 §4.3. A text console has one orientation, and its buttons are keys with fixed names. */
TEE_Result TEE_TUIGetScreenInfo(TEE_TUIScreenOrientation screenOrientation, uint32_t nbEntryFields,
				TEE_TUIScreenInfo *screenInfo)
{
	static char names[TUI_BUTTONS][12] = { "Backspace", "Enter", "Esc", "Enter", "Page up", "Page down" };
	struct tui_info info = { 0 };
	TEE_Result result;

	TEE_OUT(screenInfo, sizeof(*screenInfo));
	if (screenOrientation != TEE_TUI_LANDSCAPE || nbEntryFields > TUI_FIELDS_MAX)
		return TEE_ERROR_NOT_SUPPORTED;
	result = info_get(&info);
	if (result)
		return result;
	*screenInfo = (TEE_TUIScreenInfo){
		.grayscaleBitsDepth = 1, .redBitsDepth = 1, .greenBitsDepth = 1, .blueBitsDepth = 1, .widthInch = 96, .heightInch = 96,
		.maxEntryFields = TUI_FIELDS_MAX, .entryFieldLabelWidth = TUI_LABEL_MAX * CELL_WIDTH, .entryFieldLabelHeight = CELL_HEIGHT,
		.maxEntryFieldLength = TUI_CONTENT_MAX, .labelColor = { 0xFF, 0xFF, 0xFF }, .labelWidth = info.columns * CELL_WIDTH,
		.labelHeight = info.lines * CELL_HEIGHT,
	};
	for (unsigned int i = 0; i < TUI_BUTTONS; i++)
		screenInfo->buttonInfo[i] = (TEE_TUIScreenButtonInfo){
			.buttonText = names[i], .buttonWidth = (uint32_t)strlen(names[i]) * CELL_WIDTH, .buttonHeight = CELL_HEIGHT,
		};
	return TEE_SUCCESS;
}

/* --- the session --- */

/* GP TUI 1.0 §4.4 */
TEE_Result TEE_TUIInitSession(void)
{
	struct tui_owner owner = { .name = "" };
	const char *name = ta_head.description ? ta_head.description : "";
	TEE_Result result;

	if (session.open)
		return TEE_ERROR_BUSY;
	tee_uuid_bytes(&ta_head.uuid, owner.uuid);
	if (tee_ta_digest())
		memcpy(owner.digest, tee_ta_digest(), TUI_DIGEST_LEN);
	/* A name that cannot be shown is left out; UUID and digest say it all the same. */
	if (strlen(name) <= TUI_NAME_MAX && tui_text_valid(name, strlen(name), false))
		memcpy(owner.name, name, strlen(name));
	result = tee_tui_link->open();
	if (result)
		return result;
	result = request(TUI_INFO, NULL, &session.info, ANSWER_MS);
	if (!result)
		result = request(TUI_OPEN, &owner, NULL, ANSWER_MS);
	if (result)
		tee_tui_link->close();
	session.open = !result;
	return result;
}

/* GP TUI 1.0 §4.5 */
TEE_Result TEE_TUICloseSession(void)
{
	TEE_Result result;

	if (!session.open)
		return TEE_ERROR_BAD_STATE;
	/* The answer comes when the screen is the user's again. */
	result = request(TUI_CLOSE, NULL, NULL, ANSWER_MS);
	session_end();
	return result == TEE_ERROR_CANCEL ? TEE_SUCCESS : result;
}

static bool field_from(const TEE_TUIEntryField *from, struct tui_field *to)
{
	if (from->maxExpectedLength > TUI_CONTENT_MAX || from->minExpectedLength > from->maxExpectedLength || !from->buffer ||
	    from->bufferLength <= from->maxExpectedLength || (from->label && strlen(from->label) > TUI_LABEL_MAX))
		return false;
	to->mode = (uint8_t)from->mode;
	to->type = (uint8_t)from->type;
	to->min = (uint8_t)from->minExpectedLength;
	to->max = (uint8_t)from->maxExpectedLength;
	if (from->label)
		memcpy(to->label, from->label, strlen(from->label));
	return true;
}

/* No images and no wording of buttons: GetScreenInfo says so. */
static bool screen_from(const TEE_TUIScreenConfiguration *from, const TEE_TUIEntryField *fields, uint32_t count, struct tui_screen *to)
{
	const char *text = from->label.text ? from->label.text : "";

	if (count > TUI_FIELDS_MAX || strlen(text) > TUI_TEXT_MAX || from->label.image.source != TEE_TUI_NO_SOURCE)
		return false;
	memcpy(to->text, text, strlen(text));
	for (unsigned int i = 0; i < TUI_BUTTONS; i++)
		to->buttons |= (uint8_t)(from->requestedButtons[i] ? 1u << i : 0);
	to->nfields = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++)
		if (!field_from(&fields[i], &to->fields[i]))
			return false;
	return true;
}

/* An answer that does not fit the question is none. */
static TEE_Result entry_take(const struct tui_entry *entry, const struct tui_screen *screen, TEE_TUIEntryField *fields, TEE_TUIButtonType *button)
{
	if (entry->nfields != screen->nfields || !(screen->buttons >> entry->button & 1))
		return TEE_ERROR_COMMUNICATION;
	for (unsigned int i = 0; i < screen->nfields; i++) {
		size_t len = strlen(entry->content[i]);

		if (len >= fields[i].bufferLength)
			return TEE_ERROR_COMMUNICATION;
		memcpy(fields[i].buffer, entry->content[i], len + 1);
		fields[i].bufferLength = len;
	}
	*button = (TEE_TUIButtonType)entry->button;
	return TEE_SUCCESS;
}

/*
 * GP TUI 1.0 §4.6. A buffer has room for the longest content and a closing zero; bufferLength becomes the length of what was entered.
 * EXTERNAL_CANCEL: the user did nothing in time, or screen and keyboards were taken away; CANCEL: the client has cancelled. Either ends the session.
 */
TEE_Result TEE_TUIDisplayScreen(const TEE_TUIScreenConfiguration *screenConfiguration, bool closeTUISession,
				TEE_TUIEntryField *entryFields, uint32_t entryFieldCount,
				TEE_TUIButtonType *selectedButton)
{
	struct tui_screen screen = { 0 };
	struct tui_entry entry = { 0 };
	TEE_Result result;

	TEE_IN(screenConfiguration, sizeof(*screenConfiguration));
	TEE_IN(entryFields, entryFieldCount * sizeof(*entryFields));
	TEE_OUT(selectedButton, sizeof(*selectedButton));
	if (!session.open)
		return TEE_ERROR_BAD_STATE;
	if (!screen_from(screenConfiguration, entryFields, entryFieldCount, &screen))
		return TEE_ERROR_BAD_PARAMETERS;
	result = request(TUI_SHOW, &screen, &entry, session.info.timeout * 1000u + ANSWER_MS);
	if (!result)
		result = entry_take(&entry, &screen, entryFields, selectedButton);
	OPENSSL_cleanse(&entry, sizeof(entry));
	if (result == TEE_ERROR_BAD_PARAMETERS)
		return result;
	/* Without an answer nobody knows what the screen shows: a session that goes on would. */
	if (result) {
		session_end();
		return result == TEE_ERROR_COMMUNICATION ? TEE_ERROR_EXTERNAL_CANCEL : result;
	}
	return closeTUISession ? TEE_TUICloseSession() : TEE_SUCCESS;
}
