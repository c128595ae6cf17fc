// SPDX-License-Identifier: BSD-2-Clause
/*
 * The power goes at every write of a recorded run, on each machine in turn: the device (payta, walletd, pay), the terminal, the issuer.  What that machine had
 * not flushed yet is then on its disk or not, whole or in part: all of it lost; each write alone lost, or alone kept; the last one torn behind and before each
 * of its sectors of 512 bytes.  The other machines go on.  A write counts as safe from the flush of its file on, a name from that of its folder.
 *
 * What was written is recorded below the real libraries, at the system calls, so it is SQLite's own order.
 */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

#define PRICE		7
#define LOAD		50
#define PAY_APDU	3
#define SECTOR		512

enum machine { DEVICE, TERMINAL, ISSUER, MACHINES };

static const char *const machine_names[] = { "the device", "the terminal", "the issuer" };

static enum machine machine_of(const struct file_op *op)
{
	switch (op->party) {
	case PARTY_POS:
		return TERMINAL;
	case PARTY_ISSUER:
		return ISSUER;
	default:
		return DEVICE;
	}
}

/* --- the recorded run --- */

static struct recorded {
	const char *name;
	struct files before;
	struct scene scene;		/* what was said before */
	struct scene after;		/* and behind */
	unsigned int n, told_at;	/* so many operations were made until something was said */
} run;

static void act_payment(struct scene *s)
{
	(void)scene_tap(s, PRICE);
}

static void act_topup(struct scene *s)
{
	(void)scene_topup(s, LOAD);
}

/* What a tap after a tear writes, starts of all three with it. */
static void act_recovery(struct scene *s)
{
	if (!scene_start(s, PARTY_PAYTA) || !scene_start(s, PARTY_WALLETD) || !scene_start(s, PARTY_POS))
		scene_die("an undisturbed start fails");
	(void)scene_tap(s, PRICE + 1);
}

static void prepare_recovery(struct scene *s)
{
	s->cut = (struct field_cut){ .set = true, .apdu = PAY_APDU, .answer = true };
	(void)scene_tap(s, PRICE);
	s->cut.set = false;
	scene_kill(s, PARTY_POS);
	scene_kill(s, PARTY_WALLETD);
	scene_kill(s, PARTY_PAYTA);
}

static const struct scenario {
	const char *name;
	void (*prepare)(struct scene *s);
	void (*act)(struct scene *s);
} scenarios[] = {
	{ "payment", NULL, act_payment },
	{ "top-up", NULL, act_topup },
	{ "recovery", prepare_recovery, act_recovery },
};

/* What follows an answer is done: walletd's purse is written, and the note that the terminal told the end. */
static void come_to_rest(struct scene *s)
{
	if (scene_ask(s, PARTY_WALLETD, ASK_LOOK, NULL, 0) != 0 || scene_ask(s, PARTY_POS, ASK_JOURNAL, NULL, 0) < 0)
		scene_die("an undisturbed run does not come to rest");
}

static void record(const struct scenario *c)
{
	struct scene s = { 0 };

	scene_make(&s, 100000);
	/* Not the first of their kind: the log and the databases have their usual size. */
	for (int i = 0; i < 3; i++)
		(void)scene_tap(&s, PRICE);
	come_to_rest(&s);
	if (c->prepare)
		c->prepare(&s);
	run.name = c->name;
	run.scene = s;
	files_read(&run.before, s.dir);
	shared->n_ops = shared->pool_used = shared->overflow = 0;
	shared->recording = 1;
	c->act(&s);
	run.told_at = shared->n_ops;
	come_to_rest(&s);
	shared->recording = 0;
	run.n = shared->n_ops;
	run.after = s;
	if (shared->overflow)
		scene_die("a run of more writes than there is room for");
	scene_end(&s);
	printf("# %s: %u operations recorded\n", c->name, run.n);
}

/* --- what is safe at a cut --- */

static bool is_folder_of(const char *folder, const char *name)
{
	size_t n = strlen(folder);

	return strncmp(folder, name, n) == 0 && name[n] == '/' && !strchr(name + n + 1, '/');
}

/* Was operation @i on the disk for sure when the power went behind the first @cut operations? */
static bool is_safe(unsigned int i, unsigned int cut)
{
	const struct file_op *op = &shared->ops[i];

	for (unsigned int j = i + 1; j < cut; j++) {
		const struct file_op *sync = &shared->ops[j];

		if (sync->kind != OP_SYNC)
			continue;
		if (op->kind != OP_RENAME && op->kind != OP_UNLINK && strcmp(sync->name, op->name) == 0)
			return true;
		if (op->kind >= OP_CREATE && is_folder_of(sync->name, op->name))
			return true;
	}
	return false;
}

/* --- one point --- */

/* Which of what is not safe reached the disk. */
struct variant {
	enum { ALL_LOST, ALL_KEPT, ONE_LOST, ONE_KEPT, TORN } kind;
	unsigned int which;		/* ONE_*, TORN: the operation */
	size_t from, to;		/* TORN: its bytes that are kept */
};

static void apply(struct files *f, enum machine m, unsigned int cut, const struct variant *v)
{
	for (unsigned int i = 0; i < cut; i++) {
		const struct file_op *op = &shared->ops[i];
		bool kept = v->kind == ALL_KEPT || v->kind == TORN || (v->kind == ONE_LOST) != (i == v->which);

		if (v->kind == ALL_LOST)
			kept = false;
		if (machine_of(op) != m || is_safe(i, cut))
			files_apply(f, op, 0, op->len);
		else if (v->kind == TORN && i == v->which)
			files_apply(f, op, v->from, v->to);
		else if (kept)
			files_apply(f, op, 0, op->len);
	}
}

/* A world as the cut leaves it, in which nobody runs yet. */
static void world_after(struct scene *s, enum machine m, unsigned int cut, const struct variant *v)
{
	struct files f;

	files_copy(&f, &run.before);
	apply(&f, m, cut, v);
	scene_folder(s);
	files_write(&f, s->dir);
	files_free(&f);
	s->asked = run.after.asked;
	s->loaded = cut >= run.told_at ? run.after.loaded : run.scene.loaded;
	s->n_told = cut >= run.told_at ? run.after.n_told : run.scene.n_told;
	memcpy(s->told, run.after.told, sizeof(s->told));
}

static void judge(struct scene *s, enum machine m, unsigned int cut, const struct variant *v, const char *again)
{
	static const char *const kinds[] = { "all lost", "all kept", "one lost", "one kept", "torn" };
	const char *what = tally_verdict(s);

	tally_count(what, "%s: power cut of %s behind operation %u of %u (%s %s), %s %u, bytes %zu to %zu%s", run.name, machine_names[m], cut, run.n,
		    cut > 0 ? party_name(shared->ops[cut - 1].party) : "", cut > 0 ? shared->ops[cut - 1].name : "", kinds[v->kind], v->which, v->from, v->to,
		    again);
	scene_end(s);
}

/* The same again, and who repairs its files is killed at the nth change that it makes to them. */
static void try_recovering(enum machine m, unsigned int cut, const struct variant *v, enum party_id who)
{
	struct scene s;
	char again[80];
	bool hit = true;

	for (unsigned int at = 1; hit; at += tally.reduced ? 12 : 6) {
		world_after(&s, m, cut, v);
		fault_set(who, FAULT_KILL_CHANGE, at);
		for (int i = 0; i < PARTIES; i++)
			(void)scene_start(&s, (enum party_id)i);
		(void)scene_tap(&s, 0);
		hit = fault_hit();
		snprintf(again, sizeof(again), ", then %s killed at change %u of its recovery", party_name(who), at);
		judge(&s, m, cut, v, again);
	}
}

static void try(enum machine m, unsigned int cut, const struct variant *v)
{
	static unsigned int number;
	struct scene s;

	if (tally.reduced && number++ % 17 != 0)
		return;
	world_after(&s, m, cut, v);
	judge(&s, m, cut, v, "");
	if (cut > 0 && (v->kind == ALL_LOST || (v->kind == TORN && v->from == 0)))
		try_recovering(m, cut, v, (enum party_id)shared->ops[cut - 1].party);
}

static void tear(enum machine m, unsigned int cut, unsigned int which)
{
	const struct file_op *op = &shared->ops[which];

	if (op->kind != OP_WRITE)
		return;
	for (size_t at = SECTOR; at < op->len; at += SECTOR) {
		try(m, cut, &(struct variant){ TORN, which, 0, at });
		try(m, cut, &(struct variant){ TORN, which, at, op->len });
	}
}

static void cut_at(enum machine m, unsigned int cut)
{
	unsigned int open = 0, last = 0;

	for (unsigned int i = 0; i < cut; i++)
		if (machine_of(&shared->ops[i]) == m && shared->ops[i].kind != OP_SYNC && !is_safe(i, cut)) {
			open++;
			last = i;
		}
	try(m, cut, &(struct variant){ .kind = ALL_KEPT });
	if (open == 0)
		return;
	try(m, cut, &(struct variant){ .kind = ALL_LOST });
	for (unsigned int i = 0; i < cut && open > 1; i++) {
		if (machine_of(&shared->ops[i]) != m || shared->ops[i].kind == OP_SYNC || is_safe(i, cut))
			continue;
		try(m, cut, &(struct variant){ .kind = ONE_LOST, .which = i });
		try(m, cut, &(struct variant){ .kind = ONE_KEPT, .which = i });
	}
	tear(m, cut, last);
}

void part_power(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		record(&scenarios[i]);
		for (int m = 0; m < MACHINES; m++)
			for (unsigned int cut = 0; cut <= run.n; cut++)
				/* Where another machine acts there is nothing new to lose. */
				if (cut == 0 || machine_of(&shared->ops[cut - 1]) == (enum machine)m)
					cut_at((enum machine)m, cut);
		files_free(&run.before);
	}
}
