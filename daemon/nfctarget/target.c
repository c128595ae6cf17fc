// SPDX-License-Identifier: BSD-2-Clause
/*
 * libnfc's own nfc_emulate_target() is not used: it has buffers of its own, refuses nothing and gives up at the first error.  Return codes decide here;
 * libnfc's texts say "Success" at times when it was none.
 */
#include "target.h"

#include <string.h>
#include <sys/random.h>

/*
 * How long a wait for a terminal may take before it is begun anew, and for the command of one that is there: a reader that fell silent is noticed then, and
 * some readers end the wait by themselves earlier.  Not more often, as it costs wakeups, and as an answer that comes while the reader is asked whether it
 * lives is dropped.
 */
#define ARM_MS		5000
#define RECEIVE_MS	5000
#define SEND_MS		1000
#define COM_TIMEOUT_MS	52	/* libnfc's own value */

/* NFC_ETIMEOUT and this are no errors of the reader. */
static bool is_fatal(int r)
{
	switch (r) {
	case NFC_ETIMEOUT:
	case NFC_ETGRELEASED:	/* status 29: the terminal deselected us, or is out of reach */
	case NFC_ERFTRANS:	/* the chip says that the air was bad: begin anew */
	case NFC_EINVARG:	/* the chip says that this command does not fit now */
	case NFC_ECHIP:
		return false;
	default:
		return true;
	}
}

/*
 * ATQA and SAK of a card of ISO 14443-4, and a UID that says of itself that it is random (ISO 14443-3 §6.4.4): a new one for each terminal, so that
 * nobody is followed by it.  The chip makes the ATS by itself.
 */
static nfc_target new_card(void)
{
	nfc_target t = { .nm = { .nmt = NMT_ISO14443A, .nbr = NBR_UNDEFINED } };
	nfc_iso14443a_info *a = &t.nti.nai;

	a->abtAtqa[1] = 0x04;
	a->btSak = 0x20;
	a->szUidLen = 4;
	a->abtUid[0] = 0x08;
	if (getrandom(a->abtUid + 1, 3, GRND_NONBLOCK) != 3)
		memset(a->abtUid + 1, 0, 3);
	return t;
}

/* Until a terminal has activated the card: 0, NFC_ETIMEOUT, or what libnfc says. */
static int arm(nfc_device *reader)
{
	uint8_t first[NFC_APDU_MAX];
	nfc_target card = new_card();
	int r = nfc_target_init(reader, &card, first, sizeof(first), ARM_MS);

	return r < 0 ? r : 0;
}

/* One command and its response.  0: go on; 1: it was silence; otherwise what libnfc says. */
static int answer_one(nfc_device *reader, struct link *l)
{
	uint8_t command[NFC_APDU_MAX], response[NFC_APDU_MAX];
	int n = nfc_target_receive_bytes(reader, command, sizeof(command), RECEIVE_MS);

	if (n == NFC_ETIMEOUT)
		return 1;
	if (n < 0)
		return n;
	if (n == 0)
		return NFC_ERFTRANS;
	n = link_exchange(l, command, (size_t)n, response, sizeof(response));
	if (n < 0)
		return NFC_ESOFT;
	n = nfc_target_send_bytes(reader, response, (size_t)n, SEND_MS);
	/* The reader's word that it was sent may be lost, and the response not: the next command, or its absence, tells. */
	if (n == NFC_ETIMEOUT)
		return 1;
	if (n < 0) {
		l->counts.torn++;
		return n;
	}
	l->counts.commands++;
	return 0;
}

/* Does the reader answer at all?  A command that changes nothing: the time-out that it has. */
static bool alive(nfc_device *reader)
{
	return nfc_device_set_property_int(reader, NP_TIMEOUT_COM, COM_TIMEOUT_MS) >= 0;
}

/* With one terminal, until it goes. */
static int talk(nfc_device *reader, struct link *l, const volatile sig_atomic_t *stop)
{
	int r = 0;

	while (!*stop && (r == 0 || r == 1)) {
		r = answer_one(reader, l);
		if (r == 1 && !alive(reader))
			return NFC_EIO;
		/* walletd takes silence for a hang. */
		if (r == 1)
			link_report(l, l->state);
	}
	return r;
}

void target_serve(nfc_device *reader, struct link *l, const volatile sig_atomic_t *stop)
{
	while (!*stop) {
		int r = arm(reader);

		/* No terminal came, or the reader is dead: libnfc says the same of both. */
		if (r == NFC_ETIMEOUT && !*stop && !alive(reader))
			r = NFC_EIO;
		if (r == 0) {
			l->counts.activations++;
			link_reset(l);
			r = talk(reader, l, stop);
			link_reset(l);
		}
		if (*stop)
			return;
		if (r < 0 && r != NFC_ETIMEOUT && r != NFC_ETGRELEASED)
			l->counts.errors++;
		link_report(l, l->state);
		if (is_fatal(r))
			return;
	}
}
