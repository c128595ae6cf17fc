// SPDX-License-Identifier: BSD-2-Clause
#include "control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vhci.h"

#define WORDS_MAX	6
#define NUMBER_MAX	1000000000ul

const char control_help[] =
	"  in | out                     the card is at the reader, or away from it\n"
	"  cut BYTES                    take it away after so many bytes of blocks from now; 0: never\n"
	"  corrupt N                    the Nth block from now arrives damaged\n"
	"  delay N MS                   the Nth block from now is late\n"
	"  fault READER KIND [N]        at the Nth command from now: mute, desync, released, dead, stall; off\n"
	"  calm                         the card is at the reader, and what did not happen yet will not: says how much of it there was\n"
	"  plug READER | unplug READER  the USB plug\n"
	"  late READER yes|no           each answer comes when a host that cuts its waits, as libnfc does, gives up the read for it\n"
	"  where READER                 its name in sysfs, bus and device\n"
	"  state READER                 what it thinks\n"
	"  counts | reset               what went over the air since the last reset, as JSON\n";

static int say(char *reply, const char *text)
{
	snprintf(reply, CONTROL_REPLY_MAX, "%s\n", text);
	return 0;
}

static int wrong(char *reply, const char *text)
{
	say(reply, text);
	return -1;
}

static bool number(const char *text, unsigned long least, unsigned long *out)
{
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	*out = strtoul(text, &end, 10);
	return *end == '\0' && *out >= least && *out <= NUMBER_MAX;
}

static int find_reader(const struct bench *b, const char *name)
{
	for (int i = 0; name && i < FIELD_SIDES; i++)
		if (strcmp(b->names[i], name) == 0)
			return i;
	return -1;
}

int control_plug(struct bench *b, unsigned int side)
{
	int fd;

	if (b->plugs[side].fd >= 0)
		return 0;
	fd = vhci_plug(b->ports[side]);
	if (fd < 0)
		return fd;
	usbip_plug(&b->plugs[side], fd);
	return 0;
}

/* --- commands; words[0] is their own --- */

static int do_move(struct bench *b, char **words, char *reply)
{
	field_move(&b->field, strcmp(words[0], "in") == 0);
	return say(reply, "ok");
}

static int do_cut(struct bench *b, char **words, char *reply)
{
	unsigned long n;

	if (!number(words[1], 0, &n))
		return wrong(reply, "cut needs a number of bytes");
	b->field.cut_after = n;
	return say(reply, "ok");
}

static int do_corrupt(struct bench *b, char **words, char *reply)
{
	unsigned long n;

	if (!number(words[1], 1, &n))
		return wrong(reply, "corrupt needs the number of a block, from 1");
	b->field.corrupt_block = n;
	return say(reply, "ok");
}

static int do_delay(struct bench *b, char **words, char *reply)
{
	unsigned long n, ms;

	if (!number(words[1], 1, &n) || !number(words[2], 1, &ms))
		return wrong(reply, "delay needs the number of a block, from 1, and milliseconds");
	b->field.delay_block = n;
	b->field.delay_ms = ms;
	return say(reply, "ok");
}

static int do_fault(struct bench *b, char **words, char *reply)
{
	int side = find_reader(b, words[1]), kind = words[2] ? fault_find(words[2]) : -1;
	unsigned long n = 1;

	if (side < 0 || kind < 0 || (words[3] && !number(words[3], 1, &n)))
		return wrong(reply, "fault needs a reader, a kind and the number of a command, from 1");
	fault_ask(&b->readers[side].fault, (enum fault_kind)kind, n);
	return say(reply, "ok");
}

/* So that the next payment is disturbed by nothing but what the last one left behind. */
static int do_calm(struct bench *b, char **words, char *reply)
{
	struct field *f = &b->field;
	int n = (f->cut_after > 0) + (f->corrupt_block > 0) + (f->delay_block > 0);

	(void)words;
	for (unsigned int i = 0; i < FIELD_SIDES; i++) {
		n += b->readers[i].fault.countdown > 0;
		fault_ask(&b->readers[i].fault, FAULT_NONE, 0);
	}
	f->cut_after = f->corrupt_block = f->delay_block = 0;
	field_move(f, true);
	snprintf(reply, CONTROL_REPLY_MAX, "%d\n", n);
	return 0;
}

static int do_plug(struct bench *b, char **words, char *reply)
{
	int side = find_reader(b, words[1]), r;

	if (side < 0)
		return wrong(reply, "no such reader");
	if (strcmp(words[0], "unplug") == 0) {
		usbip_unplug(&b->plugs[side]);
		return say(reply, "ok");
	}
	r = control_plug(b, (unsigned int)side);
	return r < 0 ? wrong(reply, strerror(-r)) : say(reply, "ok");
}

static int do_late(struct bench *b, char **words, char *reply)
{
	int side = find_reader(b, words[1]);

	if (side < 0 || !words[2])
		return wrong(reply, "late needs a reader, and yes or no");
	b->plugs[side].late = strcmp(words[2], "yes") == 0;
	return say(reply, "ok");
}

static int do_where(struct bench *b, char **words, char *reply)
{
	int side = find_reader(b, words[1]);
	unsigned int bus, device;
	char name[16];

	if (side < 0)
		return wrong(reply, "no such reader");
	if (b->plugs[side].fd < 0 || vhci_where(b->ports[side], name, &bus, &device) < 0)
		return wrong(reply, "it is not plugged in");
	snprintf(reply, CONTROL_REPLY_MAX, "%s %03u:%03u\n", name, bus, device);
	return 0;
}

/* What a reader thinks, for who looks why nothing goes on. */
static int do_state(struct bench *b, char **words, char *reply)
{
	int side = find_reader(b, words[1]);
	const struct reader *r = side < 0 ? NULL : &b->readers[side];

	if (!r)
		return wrong(reply, "no such reader");
	snprintf(reply, CONTROL_REPLY_MAX, "plugged %d, polls %d, present %d, powered %d, selected %d, target %d, pending %02X, dead %d, stalled %d, shifted %d, waiting reads %u, answers %u\n",
		 b->plugs[side].fd >= 0, r->polls, r->present, r->powered, r->chip.selected, (int)r->chip.tg, r->chip.pending, r->fault.dead,
		 r->fault.stalled, r->fault.shifted, b->plugs[side].nurbs, b->plugs[side].nqueue);
	return 0;
}

static int do_counts(struct bench *b, char **words, char *reply)
{
	const struct air *a = &b->field.air;

	(void)words;
	snprintf(reply, CONTROL_REPLY_MAX,
		 "{\"apdus\": %" PRIu64 ", \"apdu_bytes\": %" PRIu64 ", \"block_bytes\": %" PRIu64 ", \"blocks\": %" PRIu64 ", \"repeats\": %" PRIu64
		 ", \"activations\": %" PRIu64 ", \"activation_bytes\": %" PRIu64 ", \"air_us\": %" PRIu64 ", \"extensions\": %" PRIu64
		 ", \"near\": %s, \"card_commands\": %" PRIu64 ", \"pos_commands\": %" PRIu64 ", \"card_losses\": %" PRIu64 ", \"pos_losses\": %" PRIu64 "}\n",
		 a->apdus, a->apdu_bytes, a->block_bytes, a->blocks, a->repeats, a->activations, a->activation_bytes, a->ns / 1000, a->extensions,
		 b->field.near ? "true" : "false", b->readers[0].commands, b->readers[1].commands, b->plugs[0].losses, b->plugs[1].losses);
	return 0;
}

static int do_reset(struct bench *b, char **words, char *reply)
{
	(void)words;
	b->field.air = (struct air){ 0 };
	for (unsigned int i = 0; i < FIELD_SIDES; i++)
		b->readers[i].commands = 0;
	return say(reply, "ok");
}

static const struct {
	const char *name;
	int (*run)(struct bench *b, char **words, char *reply);
} commands[] = {
	{ "in", do_move }, { "out", do_move }, { "cut", do_cut }, { "corrupt", do_corrupt }, { "delay", do_delay }, { "fault", do_fault }, { "calm", do_calm },
	{ "plug", do_plug }, { "unplug", do_plug }, { "late", do_late }, { "where", do_where }, { "state", do_state }, { "counts", do_counts }, { "reset", do_reset },
};

int control_run(struct bench *b, char *line, char reply[CONTROL_REPLY_MAX])
{
	char *words[WORDS_MAX + 1] = { NULL }, *save = NULL;

	for (int i = 0; i < WORDS_MAX; i++) {
		words[i] = strtok_r(i == 0 ? line : NULL, " \r\n", &save);
		if (!words[i])
			break;
	}
	for (size_t i = 0; words[0] && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, words[0]) == 0)
			return commands[i].run(b, words, reply);
	return wrong(reply, "no such command; see acr122u --help");
}
