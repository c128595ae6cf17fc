// SPDX-License-Identifier: BSD-2-Clause
#include "filter.h"

#include <string.h>
#include <time.h>

#include "proto/message.h"

#define DAY	86400

static const char *const names[RECORD_KINDS] = {
	[RECORD_ISSUED] = "issued",	      [RECORD_PAYMENT] = "payment",	      [RECORD_TOPUP] = "top-up", [RECORD_TRANSFER_IN] = "transfer-in",
	[RECORD_TRANSFER_OUT] = "transfer-out", [RECORD_REFUND] = "refund", [RECORD_UNKNOWN] = "unknown",
};

enum record_kind record_kind(const struct purse_record *r)
{
	switch (r->kind) {
	case PURSE_ISSUED:
		return RECORD_ISSUED;
	case PURSE_PAYMENT:
		return RECORD_PAYMENT;
	case PURSE_CREDIT:
		return r->source == IMSG_TRANSFER_IN ? RECORD_TRANSFER_IN : r->source == IMSG_REFUND ? RECORD_REFUND : RECORD_TOPUP;
	case PURSE_TRANSFER_OUT:
		return RECORD_TRANSFER_OUT;
	default:
		return RECORD_UNKNOWN;
	}
}

const char *record_kind_name(enum record_kind kind)
{
	return names[kind];
}

/* How precise each form is: what it leaves out is filled up to its last second. */
static const struct {
	const char *form;
	unsigned int rest;
} forms[] = {
	{ "%Y-%m-%d", DAY - 1 }, { "%Y-%m-%d %H:%M", 59 }, { "%Y-%m-%dT%H:%M", 59 }, { "%Y-%m-%d %H:%M:%S", 0 }, { "%Y-%m-%dT%H:%M:%S", 0 },
};

/* The end of the day on which @tm begins: where the next one begins, which may be 23 or 25 hours later. */
static time_t day_end(struct tm tm)
{
	tm.tm_mday++;
	tm.tm_isdst = -1;
	return mktime(&tm) - 1;
}

int filter_time(const char *text, bool end, uint64_t *seconds)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { .tm_isdst = -1 }, said;
		const char *behind = strptime(text, forms[i].form, &tm);
		time_t t;

		if (!behind || *behind != '\0')
			continue;
		said = tm;
		t = mktime(&tm);
		/* mktime() makes the 3rd of March of a 31st of February. */
		if (t < 0 || tm.tm_mday != said.tm_mday || tm.tm_mon != said.tm_mon)
			return -1;
		if (end)
			t = forms[i].rest == DAY - 1 ? day_end(tm) : t + (time_t)forms[i].rest;
		*seconds = (uint64_t)t;
		return 0;
	}
	return -1;
}

int filter_kinds(const char *text, unsigned int *kinds)
{
	*kinds = 0;
	for (;;) {
		size_t n = strcspn(text, ","), i = 0;

		while (i < RECORD_UNKNOWN && (strlen(names[i]) != n || strncmp(text, names[i], n) != 0))
			i++;
		if (i == RECORD_UNKNOWN)
			return -1;
		*kinds |= 1u << i;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
}

bool filter_passes(const struct filter *f, const struct purse_record *r)
{
	if (r->time < f->since || (f->until != 0 && r->time > f->until))
		return false;
	if (r->amount < f->min || (f->max != 0 && r->amount > f->max))
		return false;
	if (f->name && !strcasestr(r->name, f->name))
		return false;
	return f->kinds == 0 || (f->kinds & 1u << record_kind(r)) != 0;
}

bool filter_over(const struct filter *f, const struct purse_record *r)
{
	/* The card's clock may have been set back now and then; more than a day is not believed. */
	return f->since > DAY && r->time < f->since - DAY;
}
