// SPDX-License-Identifier: BSD-2-Clause
#include "reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

#include "reader_usb.h"
#include "worker.h"

#define READERS_MAX	16
#define APDU_BUFFER	258
#define SLACK_MS	2000	/* what pcscd itself may take beyond a wait that it was told the end of */
#define CLOSE_MS	3000
#define POLL_MS		500	/* a card that is there but cannot be powered is tried again after this */
#define NO_READER_MS	3000	/* a reader that pcscd does not have by then is not plugged in */

/* All of it belongs to the worker while a call runs, and for ever when one did not come back. */
struct pcsc {
	struct pos_reader base;
	struct worker *worker;
	char want[MAX_READERNAME];
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;
	bool has_context, has_card;
	char names[READERS_MAX * MAX_READERNAME];
	SCARD_READERSTATE states[READERS_MAX + 1];
	_Atomic uint32_t where;		/* on the USB, the reader that was tried last; read when the worker is lost, too */
	bool revived;
	unsigned int n;			/* readers in states */
	uint64_t begin, end;		/* of the running wait, monotonic ms */
	uint8_t in[APDU_BUFFER], out[APDU_BUFFER];
	size_t in_len, out_len;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static unsigned int ms_left(const struct pcsc *p)
{
	uint64_t now = now_ms();

	return now < p->end ? (unsigned int)(p->end - now) : 0;
}

/* Fills the states with the readers that fit, and behind them the one that stands for readers coming and going (winscard.h). */
static int list_readers(struct pcsc *p)
{
	static const char plug_and_play[] = "\\\\?PnP?\\Notification";
	DWORD len = sizeof(p->names);
	LONG r = SCardListReaders(p->context, NULL, p->names, &len);

	if (r != SCARD_S_SUCCESS && r != SCARD_E_NO_READERS_AVAILABLE)
		return READER_ERR_SERVICE;
	memset(p->states, 0, sizeof(p->states));
	p->n = 0;
	for (const char *s = p->names; r == SCARD_S_SUCCESS && *s != '\0' && p->n < READERS_MAX; s += strlen(s) + 1)
		if (p->want[0] == '\0' || strstr(s, p->want))
			p->states[p->n++].szReader = s;
	p->states[p->n].szReader = plug_and_play;
	return 0;
}

/* A reader that answers pcscd no more, or out of step, does so for ever: nothing there resets it.  Once in each wait. */
static void revive(struct pcsc *p, const char *reader)
{
	if (!p->revived)
		reader_usb_reset(reader_usb_find(USB_DEVICES, reader));
	p->revived = true;
}

/* Powers the card of one reader: 1, or 0 when it cannot be had now. */
static int connect_card(struct pcsc *p, const char *reader)
{
	LONG r;

	p->where = reader_usb_find(USB_DEVICES, reader);
	r = SCardConnect(p->context, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &p->card, &p->protocol);
	p->has_card = r == SCARD_S_SUCCESS;
	return p->has_card;
}

/* One round: 1 card, 0 go on, or enum reader_err. */
static int wait_round(struct pcsc *p)
{
	unsigned int left = ms_left(p);
	bool tried = false;
	LONG r;

	for (unsigned int i = 0; i < p->n; i++) {
		SCARD_READERSTATE *s = &p->states[i];

		if (s->dwEventState & SCARD_STATE_UNAVAILABLE)
			revive(p, s->szReader);
		/*
		 * One that pcscd calls mute as well: a card whose last reset failed and that came back before pcscd looked again stays so until somebody
		 * powers it, which is what a connection does.
		 */
		if (!(s->dwEventState & SCARD_STATE_PRESENT))
			continue;
		if (connect_card(p, s->szReader))
			return 1;
		tried = true;
	}
	if (p->n == 0 && (left == 0 || now_ms() - p->begin > NO_READER_MS))
		return READER_ERR_NO_READER;
	if (left == 0)
		return READER_ERR_NO_CARD;
	/* One that is there and could not be powered changes no state: it is tried again. */
	if ((tried || p->n == 0) && left > POLL_MS)
		left = POLL_MS;
	r = SCardGetStatusChange(p->context, left, p->states, p->n + 1);
	if (r != SCARD_S_SUCCESS && r != SCARD_E_TIMEOUT)
		return r == SCARD_E_UNKNOWN_READER || r == SCARD_E_READER_UNAVAILABLE ? list_readers(p) : READER_ERR_SERVICE;
	if (p->n == 0 || p->states[p->n].dwEventState & SCARD_STATE_CHANGED)
		return list_readers(p);
	for (unsigned int i = 0; i <= p->n; i++)
		p->states[i].dwCurrentState = p->states[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	return 0;
}

static int do_wait(void *arg)
{
	struct pcsc *p = arg;
	int r = 0;

	if (!p->has_context && SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context) != SCARD_S_SUCCESS)
		return READER_ERR_SERVICE;
	p->has_context = true;
	r = list_readers(p);
	while (r == 0)
		r = wait_round(p);
	return r;
}

static int do_transmit(void *arg)
{
	struct pcsc *p = arg;
	const SCARD_IO_REQUEST *pci = p->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	DWORD len = sizeof(p->out);

	if (SCardTransmit(p->card, pci, p->in, p->in_len, NULL, p->out, &len) != SCARD_S_SUCCESS)
		return READER_ERR_CARD;
	p->out_len = len;
	return 0;
}

static int do_close(void *arg)
{
	struct pcsc *p = arg;

	/* Reset: what the card holds of this session ends with it. */
	if (p->has_card)
		SCardDisconnect(p->card, SCARD_RESET_CARD);
	if (p->has_context)
		SCardReleaseContext(p->context);
	return 0;
}

/* The call is lost, but pcscd's wait for the reader behind it ends, and the next process finds it well. */
static int hangs(const struct pcsc *p)
{
	return reader_usb_reset(p->where) ? READER_ERR_RESET : READER_ERR_TIMEOUT;
}

static int pcsc_wait(struct pos_reader *r, unsigned int ms)
{
	struct pcsc *p = (struct pcsc *)r;
	int result;

	if (p->has_card)
		return READER_ERR_CARD;
	p->begin = now_ms();
	p->end = p->begin + ms;
	p->revived = false;
	if (!worker_call(p->worker, do_wait, p, ms + SLACK_MS, &result))
		return hangs(p);
	return result > 0 ? 0 : result;
}

static int pcsc_transmit(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms)
{
	struct pcsc *p = (struct pcsc *)r;
	int result;

	*got = 0;
	if (worker_lost(p->worker))
		return READER_ERR_TIMEOUT;
	if (!p->has_card || len > sizeof(p->in))
		return READER_ERR_CARD;
	memcpy(p->in, in, len);
	p->in_len = len;
	if (!worker_call(p->worker, do_transmit, p, ms, &result))
		return hangs(p);
	if (result < 0)
		return result;
	if (p->out_len > room)
		return READER_ERR_CARD;
	memcpy(out, p->out, p->out_len);
	*got = p->out_len;
	return 0;
}

static int pcsc_close(struct pos_reader **r)
{
	struct pcsc *p = (struct pcsc *)*r;
	int result;

	*r = NULL;
	/* Lost: it all stays behind, see worker.h. */
	if (worker_lost(p->worker))
		return -1;
	if (!worker_call(p->worker, do_close, p, CLOSE_MS, &result)) {
		(void)hangs(p);
		return -1;
	}
	worker_stop(&p->worker);
	free(p);
	return 0;
}

static const struct pos_reader_ops pcsc_ops = { .wait = pcsc_wait, .transmit = pcsc_transmit, .close = pcsc_close };

struct pos_reader *reader_pcsc_open(const char *name)
{
	struct pcsc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->base.ops = &pcsc_ops;
	snprintf(p->want, sizeof(p->want), "%s", name ? name : "");
	p->worker = worker_start();
	if (p->worker)
		return &p->base;
	free(p);
	return NULL;
}
