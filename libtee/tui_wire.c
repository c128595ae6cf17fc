// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/tui_wire.h"

#include <string.h>

#include "libtee/internal/bytes.h"

/* --- text --- */

size_t tui_character(const char *p, size_t left)
{
	const uint8_t *c = (const uint8_t *)p;

	if (left > 0 && c[0] >= 0x20 && c[0] < 0x7F)
		return 1;
	/* U+00A0 to U+00FF: C2 A0 to C3 BF (RFC 3629 §3). */
	if (left > 1 && ((c[0] == 0xC2 && c[1] >= 0xA0) || (c[0] == 0xC3 && c[1] >= 0x80)) && c[1] <= 0xBF)
		return 2;
	return 0;
}

bool tui_text_valid(const char *text, size_t len, bool lines)
{
	size_t at = 0, n;

	while (at < len) {
		n = lines && text[at] == '\n' ? 1 : tui_character(text + at, len - at);
		if (!n)
			return false;
		at += n;
	}
	return true;
}

/* --- writing --- */

struct writer {
	uint8_t *at;
	size_t left;
	bool bad;
};

static void write_bytes(struct writer *w, const void *p, size_t len)
{
	if (w->bad || len > w->left) {
		w->bad = true;
		return;
	}
	memcpy(w->at, p, len);
	w->at += len;
	w->left -= len;
}

static void write_u8(struct writer *w, uint8_t v)
{
	write_bytes(w, &v, 1);
}

static void write_u16(struct writer *w, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	write_bytes(w, b, sizeof(b));
}

/* @size: of the length in front, 1 or 2. */
static void write_text(struct writer *w, const char *text, size_t max, unsigned int size, bool lines)
{
	size_t len = strnlen(text, max + 1);

	if (len > max || !tui_text_valid(text, len, lines))
		w->bad = true;
	if (size == 1)
		write_u8(w, (uint8_t)len);
	else
		write_u16(w, (uint16_t)len);
	write_bytes(w, text, len);
}

static uint16_t read_u16(struct tee_reader *r)
{
	uint16_t high = tee_read_u8(r);

	return (uint16_t)(high << 8 | tee_read_u8(r));
}

static void read_text(struct tee_reader *r, char *text, size_t max, unsigned int size, bool lines)
{
	size_t len = size == 1 ? tee_read_u8(r) : read_u16(r);
	const uint8_t *p;

	text[0] = '\0';
	if (len > max)
		r->bad = true;
	p = tee_read(r, len);
	if (!p)
		return;
	if (!tui_text_valid((const char *)p, len, lines)) {
		r->bad = true;
		return;
	}
	memcpy(text, p, len);
	text[len] = '\0';
}

/* --- the bodies, encoder and decoder side by side --- */

static void info_write(struct writer *w, const struct tui_info *info)
{
	write_u16(w, info->columns);
	write_u16(w, info->lines);
	write_u16(w, info->timeout);
}

static void info_read(struct tee_reader *r, struct tui_info *info)
{
	info->columns = read_u16(r);
	info->lines = read_u16(r);
	info->timeout = read_u16(r);
}

static void owner_write(struct writer *w, const struct tui_owner *owner)
{
	write_bytes(w, owner->uuid, TUI_UUID_LEN);
	write_bytes(w, owner->digest, TUI_DIGEST_LEN);
	write_text(w, owner->name, TUI_NAME_MAX, 1, false);
}

static void owner_read(struct tee_reader *r, struct tui_owner *owner)
{
	const uint8_t *uuid = tee_read(r, TUI_UUID_LEN);
	const uint8_t *digest = tee_read(r, TUI_DIGEST_LEN);

	if (digest) {
		memcpy(owner->uuid, uuid, TUI_UUID_LEN);
		memcpy(owner->digest, digest, TUI_DIGEST_LEN);
	}
	read_text(r, owner->name, TUI_NAME_MAX, 1, false);
}

/* At least one button that ends the screen, and fields that can be filled. */
static bool screen_sound(const struct tui_screen *s)
{
	if (s->buttons >> TUI_BUTTONS || !(s->buttons & ~(1u << TUI_CORRECTION)) || s->nfields > TUI_FIELDS_MAX)
		return false;
	for (unsigned int i = 0; i < s->nfields; i++) {
		const struct tui_field *f = &s->fields[i];

		if (f->mode >= TUI_MODES || f->type >= TUI_TYPES || f->max == 0 || f->max > TUI_CONTENT_MAX || f->min > f->max)
			return false;
	}
	return true;
}

static void screen_write(struct writer *w, const struct tui_screen *s)
{
	if (!screen_sound(s)) {
		w->bad = true;
		return;
	}
	write_u8(w, s->buttons);
	write_text(w, s->text, TUI_TEXT_MAX, 2, true);
	write_u8(w, s->nfields);
	for (unsigned int i = 0; i < s->nfields; i++) {
		write_u8(w, s->fields[i].mode);
		write_u8(w, s->fields[i].type);
		write_u8(w, s->fields[i].min);
		write_u8(w, s->fields[i].max);
		write_text(w, s->fields[i].label, TUI_LABEL_MAX, 1, false);
	}
}

static void screen_read(struct tee_reader *r, struct tui_screen *s)
{
	s->buttons = tee_read_u8(r);
	read_text(r, s->text, TUI_TEXT_MAX, 2, true);
	s->nfields = tee_read_u8(r);
	if (s->nfields > TUI_FIELDS_MAX)
		r->bad = true;
	for (unsigned int i = 0; !r->bad && i < s->nfields; i++) {
		s->fields[i].mode = tee_read_u8(r);
		s->fields[i].type = tee_read_u8(r);
		s->fields[i].min = tee_read_u8(r);
		s->fields[i].max = tee_read_u8(r);
		read_text(r, s->fields[i].label, TUI_LABEL_MAX, 1, false);
	}
	if (!r->bad && !screen_sound(s))
		r->bad = true;
}

static void entry_write(struct writer *w, const struct tui_entry *e)
{
	if (e->button >= TUI_BUTTONS || e->nfields > TUI_FIELDS_MAX) {
		w->bad = true;
		return;
	}
	write_u8(w, e->button);
	write_u8(w, e->nfields);
	for (unsigned int i = 0; i < e->nfields; i++)
		write_text(w, e->content[i], TUI_CONTENT_MAX, 1, false);
}

static void entry_read(struct tee_reader *r, struct tui_entry *e)
{
	e->button = tee_read_u8(r);
	e->nfields = tee_read_u8(r);
	if (e->button >= TUI_BUTTONS || e->nfields > TUI_FIELDS_MAX)
		r->bad = true;
	for (unsigned int i = 0; !r->bad && i < e->nfields; i++)
		read_text(r, e->content[i], TUI_CONTENT_MAX, 1, false);
}

/* --- frames --- */

/* The body stands behind the header already. */
static size_t frame_end(const struct writer *w, uint8_t second, uint8_t *frame)
{
	size_t len = (size_t)(w->at - frame) - TUI_HEADER_LEN;

	if (w->bad)
		return 0;
	frame[0] = TUI_VERSION;
	frame[1] = second;
	frame[2] = (uint8_t)(len >> 8);
	frame[3] = (uint8_t)len;
	return TUI_HEADER_LEN + len;
}

size_t tui_request_write(enum tui_verb verb, const void *what, uint8_t frame[TUI_FRAME_MAX])
{
	struct writer w = { frame + TUI_HEADER_LEN, TUI_BODY_MAX, false };

	if (verb == TUI_OPEN)
		owner_write(&w, what);
	else if (verb == TUI_SHOW)
		screen_write(&w, what);
	return frame_end(&w, (uint8_t)verb, frame);
}

size_t tui_answer_write(enum tui_verb verb, enum tui_status status, const void *what, uint8_t frame[TUI_FRAME_MAX])
{
	struct writer w = { frame + TUI_HEADER_LEN, TUI_BODY_MAX, false };

	if (status == TUI_DONE && verb == TUI_INFO)
		info_write(&w, what);
	else if (status == TUI_DONE && verb == TUI_SHOW)
		entry_write(&w, what);
	return frame_end(&w, (uint8_t)status, frame);
}

/* Version, second byte and body; false when the length does not fit. */
static bool frame_split(const uint8_t *frame, size_t len, uint8_t *version, uint8_t *second, struct tui_body *body)
{
	struct tee_reader r = { frame, len, false };
	uint16_t size;

	*version = tee_read_u8(&r);
	*second = tee_read_u8(&r);
	size = read_u16(&r);
	*body = (struct tui_body){ r.at, r.left };
	return !r.bad && size == r.left && size <= TUI_BODY_MAX;
}

enum tui_status tui_request_read(const uint8_t *frame, size_t len, uint8_t *verb, struct tui_body *body)
{
	uint8_t version;
	bool whole = frame_split(frame, len, &version, verb, body);

	if (len > 0 && version != TUI_VERSION)
		return TUI_VERSION_UNKNOWN;
	if (!whole)
		return TUI_MALFORMED;
	if (*verb < TUI_INFO || *verb > TUI_CLOSE)
		return TUI_VERB_UNKNOWN;
	return (*verb == TUI_INFO || *verb == TUI_CLOSE) && body->len ? TUI_MALFORMED : TUI_DONE;
}

bool tui_owner_read(const struct tui_body *body, struct tui_owner *owner)
{
	struct tee_reader r = { body->p, body->len, false };

	*owner = (struct tui_owner){ 0 };
	owner_read(&r, owner);
	return !r.bad && !r.left;
}

bool tui_screen_read(const struct tui_body *body, struct tui_screen *screen)
{
	struct tee_reader r = { body->p, body->len, false };

	*screen = (struct tui_screen){ 0 };
	screen_read(&r, screen);
	return !r.bad && !r.left;
}

bool tui_answer_read(enum tui_verb verb, const uint8_t *frame, size_t len, enum tui_status *status, void *what)
{
	struct tee_reader r;
	struct tui_body body;
	uint8_t version, second;

	*status = TUI_MALFORMED;
	if (!frame_split(frame, len, &version, &second, &body) || version != TUI_VERSION || second > TUI_TIMED_OUT)
		return false;
	r = (struct tee_reader){ body.p, body.len, false };
	if (second == TUI_DONE && verb == TUI_INFO)
		info_read(&r, what);
	else if (second == TUI_DONE && verb == TUI_SHOW)
		entry_read(&r, what);
	if (r.bad || r.left)
		return false;
	*status = (enum tui_status)second;
	return true;
}
