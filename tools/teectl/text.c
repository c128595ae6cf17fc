// SPDX-License-Identifier: BSD-2-Clause
#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

#define NS 1000000000

/* Two or three digits of a number below 1000: "8.2", "82", "820"; rounds down, so that 1000 never appears. */
static void digits(double number, char *text, size_t room, const char *unit)
{
	if (number < 10)
		snprintf(text, room, "%.1f%s", (double)(int)(number * 10) / 10, unit);
	else
		snprintf(text, room, "%.0f%s", (double)(int64_t)number, unit);
}

const char *text_duration(uint64_t ns, char text[TEXT_ROOM])
{
	if (ns < 1000)
		snprintf(text, TEXT_ROOM, "%u ns", (unsigned int)ns);
	else if (ns < 1000000)
		digits((double)ns / 1e3, text, TEXT_ROOM, " us");
	else if (ns < NS)
		digits((double)ns / 1e6, text, TEXT_ROOM, " ms");
	else if (ns / NS <= 99999)
		digits((double)ns / 1e9, text, TEXT_ROOM, " s");
	else
		snprintf(text, TEXT_ROOM, "> 1 day");
	return text;
}

const char *text_bytes(uint64_t bytes, char text[TEXT_ROOM])
{
	static const char *const units[] = { " KiB", " MiB", " GiB", " TiB", " PiB", " EiB" };
	double number = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, TEXT_ROOM, "%u B", (unsigned int)bytes);
		return text;
	}
	for (; number >= 1024 && unit < 5; unit++)
		number /= 1024;
	if (number < 10 && number > (double)(int)number)
		digits(number, text, TEXT_ROOM, units[unit]);
	else
		snprintf(text, TEXT_ROOM, "%.0f%s", (double)(int)number, units[unit]);
	return text;
}

const char *text_count(double number, char text[TEXT_ROOM])
{
	static const char *const units[] = { "k", "M", "G", "T", "P", "E" };
	size_t unit = 0;

	if (number < 0.05)
		snprintf(text, TEXT_ROOM, "0");
	else if (number < 10 && number > (double)(int)number)
		snprintf(text, TEXT_ROOM, "%.1f", (double)(int)(number * 10 + 0.5) / 10);
	else if (number < 100000)
		snprintf(text, TEXT_ROOM, "%.0f", (double)(int)number);
	if (number < 100000)
		return text;
	for (number /= 1000; number >= 1000 && unit < 5; unit++)
		number /= 1000;
	digits(number, text, TEXT_ROOM, units[unit]);
	return text;
}

const char *text_clock(uint64_t ns, char text[TEXT_CLOCK_ROOM])
{
	struct timespec real, mono;
	struct tm local = { 0 };
	int64_t at;
	time_t seconds;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	at = (int64_t)(real.tv_sec - mono.tv_sec) * NS + (real.tv_nsec - mono.tv_nsec) + (int64_t)ns;
	seconds = (time_t)(at / NS);
	localtime_r(&seconds, &local);
	snprintf(text, TEXT_CLOCK_ROOM, "%02u:%02u:%02u.%06u", (unsigned int)local.tm_hour % 24, (unsigned int)local.tm_min % 60,
		 (unsigned int)local.tm_sec % 61, (unsigned int)(at % NS / 1000) % 1000000);
	return text;
}

void text_safe(char *out, unsigned int room, const char *in)
{
	unsigned int at = 0;

	for (; *in && at + 1 < room; in++)
		out[at++] = *in >= ' ' && *in <= '~' ? *in : '?';
	out[at] = 0;
}
