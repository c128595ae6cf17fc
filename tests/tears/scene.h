/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_SCENE_H
#define TEEPAY_TESTS_TEARS_SCENE_H

#include <stdbool.h>

#include "party.h"

/*
 * One world: a folder with the files of all parties, the parties that run, and the field between terminal and device.  The harness passes every message on, so
 * it can end the field at any byte, and sees who died.
 */

/* Where the field vanishes in a tap: while byte @at of APDU @apdu (0 is the first) is on its way; all commands and answers of the tap behind it are lost. */
struct field_cut {
	bool set;
	unsigned int apdu;
	bool answer;		/* on the way back */
	unsigned int at;	/* bytes that still arrive */
	bool handed_over;	/* the reader does not notice and gives what arrived to the terminal */
};

/* What the field carried in the last tap. */
#define SCENE_APDUS	48
struct field_log {
	unsigned int n;
	struct {
		uint16_t command, answer;	/* bytes */
	} apdu[SCENE_APDUS];
	bool cut;
};

#define SCENE_TOLD	1024

struct scene_party {
	pid_t pid;		/* 0: does not run */
	int fd;
};

struct scene {
	char dir[64];
	struct scene_party party[PARTIES];
	int field;		/* our end of the virtual reader, or -1 */
	struct field_cut cut;
	struct field_log log;
	/* What was said, and must hold from then on. */
	uint64_t asked, loaded;	/* top-ups that were begun, and that pay called done */
	uint8_t told[SCENE_TOLD][TTN_LEN];	/* payments that the terminal called paid */
	unsigned int n_told;
};

/* Fork, so that nothing of a party's libraries is ever open in the harness.  Everything that cannot fail ends the program with a sentence. */
void scene_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* A fresh world with an issuer, a terminal and a card of @balance, all parties running. */
void scene_make(struct scene *s, uint64_t balance);
/* Ends the parties and removes the folder. */
void scene_end(struct scene *s);
/* An empty scene in a fresh folder with the parties' sub-folders. */
void scene_folder(struct scene *s);

/* False: it did not start (a fault struck). */
bool scene_start(struct scene *s, enum party_id who);
void scene_kill(struct scene *s, enum party_id who);
/* Takes the fault off all, starts all that do not run, and waits until walletd has caught up. */
void scene_heal(struct scene *s);

#define SCENE_DEAD	(-1000)
/* Asks @who and answers its questions in between: its result, or SCENE_DEAD.  The whole answer stays in scene_answer. */
int scene_ask(struct scene *s, enum party_id who, enum ask what, const void *data, size_t len);
extern struct message scene_answer;

/* A new field; then one tap for @amount (0: recover), as scene_ask(): enum purchase_outcome. */
#define TAP_PAID	0
#define TAP_SETTLED	6
int scene_tap(struct scene *s, uint64_t amount);
/* What the terminal or pay said beside the result of the last call, for people. */
const char *scene_reason(void);
int scene_topup(struct scene *s, uint64_t amount);

/* Sets the fault of @who: its @at'th call from now on. */
void fault_set(enum party_id who, enum fault_kind kind, uint32_t at);
void fault_clear(void);
bool fault_hit(void);

const char *party_name(enum party_id who);
const char *fault_name(enum fault_kind kind);

#endif
