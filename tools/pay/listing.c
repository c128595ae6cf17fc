// SPDX-License-Identifier: BSD-2-Clause
#include "listing.h"

#include <string.h>
#include <time.h>

#include "common/hex.h"
#include "common/money.h"
#include "filter.h"

int64_t listing_change(const struct purse_record *r)
{
	if (r->amount > MONEY_MAX)
		return 0;
	return r->kind == PURSE_CREDIT ? (int64_t)r->amount : r->kind == PURSE_ISSUED ? 0 : -(int64_t)r->amount;
}

const char *listing_time(uint64_t seconds, char out[LISTING_TIME_LEN])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(out, LISTING_TIME_LEN, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(out, "?");
	return out;
}

/* printf() pads by bytes; a name in UTF-8 has fewer columns. */
static int padding(const char *name, int width)
{
	for (; *name; name++)
		width += ((unsigned char)*name & 0xC0) == 0x80;
	return width;
}

void listing_head(FILE *f)
{
	fprintf(f, "%6s  %-19s  %-12s  %-*s  %14s  %14s\n", "No.", "When", "What", MERCHANT_MAX, "With", "Amount", "Balance");
}

void listing_row(FILE *f, const struct purse_record *r)
{
	char amount[MONEY_TEXT_LEN], balance[MONEY_TEXT_LEN], when[LISTING_TIME_LEN];

	/* A name has no control characters: purse_record_decode() lets none pass. */
	fprintf(f, "%6u  %-19s  %-12s  %-*s  %14s  %14s\n", r->ctr, listing_time(r->time, when), record_kind_name(record_kind(r)),
		padding(r->name, MERCHANT_MAX), r->name, money_format_signed(listing_change(r), r->currency, amount),
		money_format(r->balance, r->currency, balance));
}

/* Amounts as numbers: without the currency behind the blank. */
static const char *number(char text[MONEY_TEXT_LEN])
{
	text[strcspn(text, " ")] = '\0';
	return text;
}

/* A merchant chooses his name: one that a spreadsheet would take for a formula gets an apostrophe before it. */
static void csv_name(FILE *f, const char *name)
{
	fputs(strchr("=+-@", *name) && *name ? "\"'" : "\"", f);
	for (; *name; name++)
		fputs(*name == '"' ? "\"\"" : (const char[]){ *name, '\0' }, f);
	fputc('"', f);
}

void listing_csv_head(FILE *f)
{
	fputs("counter,kind,time,amount,balance,currency,name,peer\r\n", f);
}

void listing_csv(FILE *f, const struct purse_record *r)
{
	char amount[MONEY_TEXT_LEN], balance[MONEY_TEXT_LEN], when[LISTING_TIME_LEN] = "", room[5], peer[HEX_TEXT(sizeof(r->peer))];
	time_t t = (time_t)r->time;
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	money_format_signed(listing_change(r), r->currency, amount);
	money_format(r->balance, r->currency, balance);
	fprintf(f, "%u,%s,%s,%s,%s,%s,", r->ctr, record_kind_name(record_kind(r)), when, number(amount), number(balance), money_code(r->currency, room));
	csv_name(f, r->name);
	fprintf(f, ",%s\r\n", hex_encode(r->peer, sizeof(r->peer), peer));
}

json_t *listing_json(const struct purse_record *r)
{
	char room[5], peer[HEX_TEXT(sizeof(r->peer))];

	return json_pack("{s:I, s:s, s:I, s:I, s:s, s:I, s:s, s:s}", "counter", (json_int_t)r->ctr, "kind", record_kind_name(record_kind(r)), "amount",
			 (json_int_t)listing_change(r), "balance", (json_int_t)r->balance, "currency", money_code(r->currency, room), "time",
			 (json_int_t)r->time, "name", r->name, "peer", hex_encode(r->peer, sizeof(r->peer), peer));
}
