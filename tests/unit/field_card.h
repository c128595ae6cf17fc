/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_FIELD_CARD_H
#define TEEPAY_TESTS_FIELD_CARD_H

#include "paper_card.h"
#include "tools/pos/reader.h"

/*
 * The card of paper_card.h in a terminal's field, behind the reader's table of functions, with a tamperer in between.  All state is in this struct, so that
 * it can lie in memory that outlives a killed terminal.
 */
#define FIELD_RECORDS	64

enum field_frame { FRAME_COMMAND, FRAME_ANSWER };

struct field_fault {
	uint8_t ins;			/* which command: APDU_INS_SELECT (the PPSE), 0xA5 (the AID), GET VCN, PAY, RECOVER */
	int count;			/* on its how manyth, 1 = the first; 0: no fault */
	enum {
		FAULT_TEAR,		/* the card leaves the field at @frame */
		FAULT_HANG,		/* nothing comes back in time, at @frame */
		FAULT_KILL,		/* the terminal dies at @frame */
		FAULT_FULL,		/* from @frame on nothing can be written to any file (RLIMIT_FSIZE) */
		FAULT_FLIP,		/* one bit of byte @at of the answer */
		FAULT_ANSWER,		/* @sw alone comes back; what the card did stays done */
		FAULT_SHORT,		/* the answer's last byte before the status word is missing */
		FAULT_LONG,		/* one more byte stands before the status word */
		FAULT_NONE,		/* an answer of no bytes */
	} kind;
	enum field_frame frame;
	size_t at;
	uint16_t sw;
};

#define FIELD_INS_AID	0xA5	/* SELECT of the application, to tell it from that of the PPSE */

struct field_record {
	uint8_t ttn[TTN_LEN], tid[TID_LEN], p[P_LEN];
	struct receipt receipt;
	bool lost;
};

struct field_card {
	struct pos_reader reader;	/* hand its address to the terminal */
	struct paper_card card;
	uint8_t kid[KID_LEN];
	uint8_t issuer_pk[ED25519_PK_LEN];
	uint16_t currency;
	uint16_t today;
	uint8_t flags;
	bool more_suites;		/* it speaks a second suite besides ours */
	uint16_t refuse;		/* a status word that PAY is refused with */
	bool rolled_back;		/* its "never" names a counter behind */
	bool lies;			/* its MACs hold, its signatures under receipt and "never" do not */
	int wait_error;			/* what wait() says */
	struct field_fault fault;
	struct field_record records[FIELD_RECORDS];	/* by counter */
	unsigned int debits;
	/* of the session */
	bool open;
	struct transcript keys;
	uint8_t tid[TID_LEN];
	uint32_t shown;			/* the counter of its GET VCN */
	unsigned int frames, seen[256];	/* commands so far, all and by instruction */
};

/* @card is taken over.  The caller sets what it wants to be different. */
void field_card_init(struct field_card *f, const struct paper_card *card, const uint8_t issuer_pk[ED25519_PK_LEN], const uint8_t kid[KID_LEN],
		     uint16_t currency, uint16_t today);
/* The card comes to the field anew: the session is gone, and the commands are counted from one again. */
void field_card_tap(struct field_card *f, const struct field_fault *fault);

#endif
