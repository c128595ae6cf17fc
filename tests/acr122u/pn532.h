/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_PN532_H
#define TEEPAY_ACR122U_PN532_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"
#include "timer.h"

/*
 * The chip of the reader, as its host sees it: commands D4 xx, answers D5 xx+1 (PN532 user manual, chapter 7).  One command runs at a time; the next
 * one cancels it, which is how libnfc ends a wait.
 */
#define PN532_ANSWER_MAX	300
#define PN532_ATS_MAX		53	/* TL T0 TA TB TC and 48 historical bytes */
#define PN532_UID_LEN		4

enum pn532_command {
	PN_DIAGNOSE = 0x00, PN_FIRMWARE = 0x02, PN_GENERAL_STATUS = 0x04, PN_READ_REGISTER = 0x06, PN_WRITE_REGISTER = 0x08,
	PN_SET_PARAMETERS = 0x12, PN_SAM = 0x14, PN_POWER_DOWN = 0x16, PN_RF_CONFIGURATION = 0x32,
	PN_EXCHANGE = 0x40, PN_THRU = 0x42, PN_DESELECT = 0x44, PN_LIST_TARGET = 0x4A, PN_RELEASE = 0x52, PN_SELECT = 0x54,
	PN_TG_GET_DATA = 0x86, PN_TG_GET_COMMAND = 0x88, PN_TG_STATUS = 0x8A, PN_TG_INIT = 0x8C, PN_TG_SET_DATA = 0x8E,
	PN_TG_RESPONSE = 0x90,
};

enum pn532_status {
	PN_OK = 0x00, PN_TIMEOUT = 0x01, PN_CONTEXT = 0x27, PN_RELEASED = 0x29,
};

enum pn532_target {
	TG_OFF,
	TG_ARMED,		/* TgInitAsTarget waits for a field */
	TG_ACTIVE,
	TG_GONE,		/* it was active: the next command hears of it */
};

/* @len 0: the chip is silent, or knows no such command. */
typedef void (*pn532_done)(void *ctx, const uint8_t *answer, size_t len);

struct pn532 {
	struct field *field;
	struct clock *clock;
	uint8_t registers[0x10000];
	uint8_t retries;		/* MxRtyPassiveActivation */

	uint8_t pending;		/* the command that waits, 0 for none: Diagnose never does */
	pn532_done done;
	void *ctx;
	struct timer timeout;		/* of a command over the air */
	void (*changed)(void *ctx);	/* the field may have another card, or none */
	void *changed_ctx;

	/* As initiator. */
	bool rf;
	bool selected;
	uint8_t uid[PN532_UID_LEN], sens[2], sak, ats[PN532_ATS_MAX];
	size_t ats_len;

	/* As target. */
	enum pn532_target tg;
	uint8_t tg_uid[PN532_UID_LEN], tg_sens[2], tg_sak;
	uint8_t tg_history[48];
	size_t tg_history_len;
	uint8_t command[FIELD_APDU_MAX];
	size_t command_len;		/* one that the host has not fetched yet */
	bool owes;			/* the host has a command that it did not answer */
	struct timer extension;		/* S(WTX) */
};

void pn532_init(struct pn532 *p, struct clock *clock);
/* Power-on reset, as a USB reset of the reader gives it. */
void pn532_reset(struct pn532 *p);
/* @command is what follows D4.  @done is called once, at once or later, unless the command is cancelled before. */
void pn532_run(struct pn532 *p, const uint8_t *command, size_t len, pn532_done done, void *ctx);
void pn532_cancel(struct pn532 *p);
/* A short answer D5 xx+1 status, or the whole of it. */
void pn532_answer(struct pn532 *p, const uint8_t *answer, size_t len);
void pn532_answer_status(struct pn532 *p, uint8_t status);

/* Between the chips. */
void pn532_arrived(struct pn532 *p, const uint8_t *apdu, size_t len);
void pn532_link_lost(struct pn532 *p);
void pn532_field_changed(struct pn532 *p);
void pn532_target_activated(struct pn532 *p);
void pn532_target_released(struct pn532 *p);
/* Its ATS with the length byte (ISO 14443-4 §5.2); @out may be NULL. */
size_t pn532_target_ats(const struct pn532 *p, uint8_t out[PN532_ATS_MAX]);

/* The reader itself uses the chip for its own polling and for APDUs of CCID. */
bool pn532_select(struct pn532 *p);
/* Inside pn532.c and pn532_target.c. */
bool pn532_target_command(struct pn532 *p, const uint8_t *command, size_t len);
void pn532_target_cancel(struct pn532 *p);
void pn532_target_setup(struct pn532 *p);

#endif
