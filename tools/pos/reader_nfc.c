// SPDX-License-Identifier: BSD-2-Clause
/*
 * The terminal's reader through libnfc.  libnfc gives up each wait by itself, but what it does on a reader that is dead adds up to seconds: so it runs
 * behind a deadline as PC/SC does.
 */
#include "reader.h"

#include <nfc/nfc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/nfc_name.h"
#include "worker.h"

#define READERS_MAX	8
#define APDU_MAX_NFC	264
#define SLACK_MS	4000	/* opening a reader that does not answer */
#define CLOSE_MS	5000
#define POLL_MS		100
#define NO_READER_MS	3000	/* a reader that cannot be opened by then is not there */

/* As in reader_pcsc.c: all of it is the worker's while a call runs. */
struct nfc {
	struct pos_reader base;
	struct worker *worker;
	nfc_connstring want;
	nfc_context *context;
	nfc_device *device;
	bool has_card;
	uint64_t begin, end;		/* of the running wait, monotonic ms */
	int apdu_ms;
	uint8_t in[APDU_MAX_NFC], out[APDU_MAX_NFC];
	size_t in_len, out_len;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void drop_device(struct nfc *n)
{
	if (n->device)
		nfc_close(n->device);
	n->device = NULL;
}

static nfc_device *open_wanted(struct nfc *n)
{
	nfc_connstring found[READERS_MAX];
	nfc_device *device = NULL;
	size_t count;

	if (n->want[0] != '\0')
		return nfc_name_resolve(n->want, found[0], sizeof(found[0])) ? nfc_open(n->context, found[0]) : NULL;
	count = nfc_list_devices(n->context, found, READERS_MAX);
	for (size_t i = 0; !device && i < count; i++)
		device = nfc_open(n->context, found[i]);
	return device;
}

/* A reader that makes a field, tries once for each question, and speaks ISO 14443-4 by itself. */
static bool open_device(struct nfc *n)
{
	n->device = open_wanted(n);
	if (!n->device)
		return false;
	if (nfc_initiator_init(n->device) >= 0 && nfc_device_set_property_bool(n->device, NP_INFINITE_SELECT, false) >= 0)
		return true;
	drop_device(n);
	return false;
}

/* 1 card, 0 go on, or enum reader_err. */
static int wait_round(struct nfc *n)
{
	const nfc_modulation type_a = { .nmt = NMT_ISO14443A, .nbr = NBR_106 };
	nfc_target target;
	int r;

	if (!n->device && !open_device(n))
		return now_ms() >= n->end || now_ms() - n->begin > NO_READER_MS ? READER_ERR_NO_READER : 0;
	r = nfc_initiator_select_passive_target(n->device, type_a, NULL, 0, &target);
	/* Only a card of ISO 14443-4 takes APDUs. */
	if (r > 0 && target.nti.nai.btSak & 0x20)
		return 1;
	if (r < 0 && r != NFC_ETIMEOUT && r != NFC_ERFTRANS && r != NFC_ETGRELEASED)
		drop_device(n);
	return now_ms() >= n->end ? READER_ERR_NO_CARD : 0;
}

static int do_wait(void *arg)
{
	struct nfc *n = arg;
	int r;

	if (!n->context)
		nfc_init(&n->context);
	if (!n->context)
		return READER_ERR_NO_READER;
	while ((r = wait_round(n)) == 0)
		usleep(POLL_MS * 1000);
	return r;
}

static int do_transmit(void *arg)
{
	struct nfc *n = arg;
	int r = nfc_initiator_transceive_bytes(n->device, n->in, n->in_len, n->out, sizeof(n->out), n->apdu_ms);

	if (r < 0)
		return READER_ERR_CARD;
	n->out_len = (size_t)r;
	return 0;
}

static int do_close(void *arg)
{
	struct nfc *n = arg;

	if (n->has_card)
		nfc_initiator_deselect_target(n->device);
	drop_device(n);
	if (n->context)
		nfc_exit(n->context);
	return 0;
}

static int nfc_wait(struct pos_reader *r, unsigned int ms)
{
	struct nfc *n = (struct nfc *)r;
	int result;

	if (n->has_card)
		return READER_ERR_CARD;
	n->begin = now_ms();
	n->end = n->begin + ms;
	if (!worker_call(n->worker, do_wait, n, ms + SLACK_MS, &result))
		return READER_ERR_TIMEOUT;
	n->has_card = result > 0;
	return result > 0 ? 0 : result;
}

static int nfc_transmit(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms)
{
	struct nfc *n = (struct nfc *)r;
	int result;

	*got = 0;
	if (worker_lost(n->worker))
		return READER_ERR_TIMEOUT;
	if (!n->has_card || len > sizeof(n->in))
		return READER_ERR_CARD;
	memcpy(n->in, in, len);
	n->in_len = len;
	n->apdu_ms = (int)ms;
	/* libnfc gives up a little before @ms; the worker is there for what does not. */
	if (!worker_call(n->worker, do_transmit, n, ms + SLACK_MS, &result))
		return READER_ERR_TIMEOUT;
	if (result < 0)
		return result;
	if (n->out_len > room)
		return READER_ERR_CARD;
	memcpy(out, n->out, n->out_len);
	*got = n->out_len;
	return 0;
}

static int nfc_shut(struct pos_reader **r)
{
	struct nfc *n = (struct nfc *)*r;
	int result;

	*r = NULL;
	if (worker_lost(n->worker) || !worker_call(n->worker, do_close, n, CLOSE_MS, &result))
		return -1;
	worker_stop(&n->worker);
	free(n);
	return 0;
}

static const struct pos_reader_ops nfc_ops = { .wait = nfc_wait, .transmit = nfc_transmit, .close = nfc_shut };

struct pos_reader *reader_nfc_open(const char *name)
{
	struct nfc *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->base.ops = &nfc_ops;
	snprintf(n->want, sizeof(n->want), "%s", name ? name : "");
	/* Its own words would mix with ours; what they mean is in the return codes. */
	setenv("LIBNFC_LOG_LEVEL", "0", 0);
	n->worker = worker_start();
	if (n->worker)
		return &n->base;
	free(n);
	return NULL;
}
