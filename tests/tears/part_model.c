// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random commands to the real parties and to a model of a few lines, which must agree: what each undisturbed command says, and what the card holds behind it.
 * Behind a disturbed one the model allows two balances until the next undisturbed tap says which.
 */
#include "tally.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"

#define REFUSED		1	/* PURCHASE_REFUSED */
#define START		5000
#define COMMANDS	4000	/* of a whole run */
#define LIFE		150	/* commands of one world */

static struct model {
	uint64_t balance, other;	/* what the card may hold: the same while nothing is in doubt */
	uint64_t paid;			/* all payments */
	bool asked;			/* a top-up is pending, of this amount */
	uint64_t asking;
	unsigned int commands;
} model;

static uint64_t random_state;

/* xorshift64*: the same commands for the same seed. */
static uint32_t draw(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static const char *differs(const char *what, int64_t real, int64_t wanted)
{
	static char sentence[160];

	snprintf(sentence, sizeof(sentence), "%s: %lld, the model says %lld", what, (long long)real, (long long)wanted);
	return sentence;
}

static uint64_t card_balance(struct scene *s)
{
	struct payta_status status;

	if (scene_ask(s, PARTY_PAYTA, ASK_STATUS, NULL, 0) != 0 ||
	    payta_status_decode((struct bytes){ scene_answer.data, PAYTA_STATUS_LEN }, &status) != 0)
		scene_die("payta does not tell its state");
	return status.balance;
}

/*
 * After a recovery and a sync the card says which of the two it was.  And a top-up that was cut off may have come with the sync: the issuer signed it, or its
 * failed commit came back with its next start, which SQLite allows; pay asks again with the same key either way.
 */
static const char *resolve(struct scene *s)
{
	const char *what = tally_verdict(s);
	uint64_t now, rest;

	if (what)
		return what;
	now = rest = card_balance(s);
	if (model.asked && (now - model.asking == model.balance || now - model.asking == model.other)) {
		model.asked = false;
		rest = now - model.asking;
	}
	if (rest != model.balance && rest != model.other)
		return differs("balance", (int64_t)now, (int64_t)model.balance);
	model.paid += model.balance - rest;
	model.balance = model.other = now;
	return NULL;
}

/* What is paid is odd, what is loaded even: no sum of the one is one of the other. */
static uint64_t a_price(void)
{
	return 1 + 2 * draw(200);
}

static uint64_t a_load(void)
{
	return 2 + 2 * draw(450);
}

/* --- commands --- */

static const char *pay(struct scene *s)
{
	uint64_t amount = a_price();
	int want = amount <= model.balance ? TAP_PAID : REFUSED;
	int r = scene_tap(s, amount);

	if (r != want)
		return differs("a tap", r, want);
	if (want == TAP_PAID) {
		model.balance -= amount;
		model.paid += amount;
	}
	model.other = model.balance;
	return NULL;
}

static const char *recover(struct scene *s)
{
	int r = scene_tap(s, 0);

	return r == TAP_SETTLED ? NULL : differs("a recovery", r, TAP_SETTLED);
}

/* The pending one goes first, whatever is asked for. */
static const char *load(struct scene *s)
{
	uint64_t amount = a_load();
	int r = scene_topup(s, amount);

	if (r != 0)
		return differs("a top-up", r, 0);
	model.balance += amount;
	if (model.asked && card_balance(s) == model.balance + model.asking)
		model.balance += model.asking;
	model.asked = false;
	model.other = model.balance;
	return NULL;
}

static const char *settle(struct scene *s)
{
	int r = scene_ask(s, PARTY_POS, ASK_SETTLE, NULL, 0);
	json_t *books;
	int64_t got = -1;

	if (r < 0)
		return differs("a settlement", r, 0);
	if (scene_ask(s, PARTY_ISSUER, ASK_ACCOUNTS, NULL, 0) == 0) {
		books = json_loads((const char *)shared->mail, 0, NULL);
		got = json_integer_value(json_object_get(books, "merchants_total"));
		json_decref(books);
	}
	return got == (int64_t)model.paid ? NULL : differs("the merchant's account", got, (int64_t)model.paid);
}

static const char *restart(struct scene *s)
{
	for (int i = 0; i < PARTIES; i++)
		if (draw(2))
			scene_kill(s, (enum party_id)i);
	scene_heal(s);
	return NULL;
}

static const char *torn_pay(struct scene *s)
{
	uint64_t amount = a_price();

	s->cut = (struct field_cut){ true, draw(4), draw(2) == 1, draw(200), draw(4) == 0 };
	(void)scene_tap(s, amount);
	if (amount <= model.balance)
		model.other = model.balance - amount;
	return resolve(s);
}

static enum party_id a_party(bool of_tap)
{
	static const enum party_id tap[] = { PARTY_PAYTA, PARTY_WALLETD, PARTY_POS }, money[] = { PARTY_PAYTA, PARTY_WALLETD, PARTY_PAY, PARTY_ISSUER };

	return of_tap ? tap[draw(3)] : money[draw(4)];
}

static void strike(bool of_tap)
{
	static const uint32_t reach[FAULTS] = { 1, 150, 30, 25, 25, 8, 25, 900 };
	enum fault_kind kind = (enum fault_kind)(1 + draw(FAULTS - 1));

	fault_set(a_party(of_tap), kind, 1 + draw(reach[kind]));
}

static const char *struck_pay(struct scene *s)
{
	uint64_t amount = a_price();

	strike(true);
	(void)scene_tap(s, amount);
	if (amount <= model.balance)
		model.other = model.balance - amount;
	return resolve(s);
}

static const char *struck_load(struct scene *s)
{
	uint64_t amount = a_load();

	if (model.asked)
		return load(s);
	strike(false);
	model.asked = scene_topup(s, amount) != 0;
	model.asking = amount;
	if (!model.asked)
		model.balance = model.other = model.balance + amount;
	return resolve(s);
}

static const struct command {
	const char *name;
	const char *(*run)(struct scene *s);
	uint32_t weight;
} commands[] = {
	{ "pay", pay, 6 },	   { "recover", recover, 1 },	      { "load", load, 2 },		 { "settle", settle, 1 },
	{ "restart", restart, 2 }, { "pay, torn", torn_pay, 4 },      { "pay, struck", struck_pay, 6 }, { "load, struck", struck_load, 3 },
};

static const struct command *a_command(void)
{
	uint32_t sum = 0, at;
	size_t i = 0;

	for (size_t k = 0; k < sizeof(commands) / sizeof(commands[0]); k++)
		sum += commands[k].weight;
	for (at = draw(sum); at >= commands[i].weight; i++)
		at -= commands[i].weight;
	return &commands[i];
}

static void begin(struct scene *s)
{
	if (s->dir[0] != '\0')
		scene_end(s);
	scene_make(s, START);
	memset(&model, 0, sizeof(model));
	model.balance = model.other = START;
}

void part_model(uint64_t seed)
{
	unsigned int n = tally.reduced ? COMMANDS / 10 : COMMANDS;
	struct scene s = { 0 };

	printf("# seed: %llu\n", (unsigned long long)seed);
	random_state = seed ? seed : 1;
	begin(&s);
	for (unsigned int i = 0; i < n; i++) {
		const struct command *c = a_command();
		const char *what = c->run(&s);
		uint64_t now;

		if (!what) {
			scene_heal(&s);
			now = card_balance(&s);
			what = now == model.balance ? oracle(&s, true) : differs("balance", (int64_t)now, (int64_t)model.balance);
		}
		tally_count(what, "seed %llu, command %u: %s", (unsigned long long)seed, i, c->name);
		if (what || ++model.commands >= LIFE)
			begin(&s);
	}
	scene_end(&s);
}
