// SPDX-License-Identifier: BSD-2-Clause
#include "frame.h"

#include <string.h>

enum tui_status tui_request_decode(struct bytes in, struct tui_request *request)
{
	struct reader r;
	uint8_t version;
	uint16_t len;

	*request = (struct tui_request){ 0 };
	reader_init(&r, in.p, in.len);
	version = reader_u8(&r);
	if (r.err)
		return TUI_MALFORMED;
	if (version != TUI_VERSION)
		return TUI_VERSION_UNKNOWN;
	request->verb = reader_u8(&r);
	len = reader_u16(&r);
	if (len > TUI_BODY_MAX)
		return TUI_MALFORMED;
	request->body = reader_take(&r, len);
	return reader_end(&r) == 0 ? TUI_DONE : TUI_MALFORMED;
}

size_t tui_answer_encode(enum tui_status status, const char *text, uint8_t *out, size_t room)
{
	struct writer w;
	size_t len;

	writer_init(&w, out, room);
	writer_u8(&w, TUI_VERSION);
	writer_u8(&w, (uint8_t)status);
	writer_u16(&w, (uint16_t)strlen(text));
	writer_copy(&w, text, strlen(text));
	return writer_end(&w, &len) == 0 ? len : 0;
}

int tui_answer_decode(struct bytes in, enum tui_status *status, struct bytes *text)
{
	struct reader r;
	uint8_t version, code;

	reader_init(&r, in.p, in.len);
	version = reader_u8(&r);
	code = reader_u8(&r);
	*text = reader_take(&r, reader_u16(&r));
	*status = (enum tui_status)code;
	return reader_end(&r) == 0 && version == TUI_VERSION && code <= TUI_MALFORMED && text->len <= TUI_BODY_MAX ? 0 : -1;
}
