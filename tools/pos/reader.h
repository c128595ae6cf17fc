/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_POS_READER_H
#define TEEPAY_POS_READER_H

#include <stddef.h>
#include <stdint.h>

/*
 * A card reader as the terminal sees it: one table of functions, so that PC/SC, libnfc and a test's own card look alike.
 * Every call ends within the time it is given, whatever the card, the driver or the reader's service does.
 */
enum reader_err {
	READER_ERR_SERVICE = -1,	/* the reader's service (pcscd) cannot be reached */
	READER_ERR_NO_READER = -2,	/* no reader, or none of that name */
	READER_ERR_NO_CARD = -3,	/* no card came in time */
	READER_ERR_CARD = -4,		/* the card went away or does not answer */
	READER_ERR_TIMEOUT = -5,	/* it hangs: the reader is of no more use to this process */
	READER_ERR_RESET = -6,		/* likewise, and it was reset: another process can use it */
};

struct pos_reader;

struct pos_reader_ops {
	/* Waits up to @ms for a card and powers it. */
	int (*wait)(struct pos_reader *r, unsigned int ms);
	/* One command, one response with its status word: *@got bytes in @out, at most @room. */
	int (*transmit)(struct pos_reader *r, const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t *got, unsigned int ms);
	/* Lets go of card and reader, at most for a few seconds: 0, or -1 when it hangs and a thread stays behind (worker.h). */
	int (*close)(struct pos_reader **r);
};

/* The head of every implementation's own struct. */
struct pos_reader {
	const struct pos_reader_ops *ops;
};

/* NULL is fine: 0. */
int reader_close(struct pos_reader **r);

/* What went wrong and what to do; static. */
const char *reader_strerror(int err);

/*
 * A reader of PC/SC whose name contains @name, or any.  Nothing is opened before wait().  NULL without memory.
 */
struct pos_reader *reader_pcsc_open(const char *name) __attribute__((warn_unused_result));
/*
 * A reader that libnfc drives, without pcscd: a connection string of libnfc or port:1-2 (common/nfc_name.h), or any when @name is empty.  As above.
 */
struct pos_reader *reader_nfc_open(const char *name) __attribute__((warn_unused_result));

#endif
