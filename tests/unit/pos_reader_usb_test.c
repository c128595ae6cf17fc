// SPDX-License-Identifier: BSD-2-Clause
/* Finds readers in a folder that looks like /sys/bus/usb/devices; resetting one is for radio-faults.t. */
#include "tools/pos/reader_usb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "temp_dir.h"

#define READER	"ACS ACR122U PICC Interface (0042) 00 00"
#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static void put(const char *folder, const char *file, const char *text)
{
	char name[100];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", folder, file);
	f = fopen(temp_dir_path(name), "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A device of one interface at the port 1-@number, which is its number too. */
static void plug(unsigned int number, const char *product, const char *serial, const char *class)
{
	char folder[20], interface[24], text[16];

	snprintf(folder, sizeof(folder), "1-%u", number);
	snprintf(interface, sizeof(interface), "%s:1.0", folder);
	snprintf(text, sizeof(text), "%u\n", number);
	assert_int_equal(mkdir(temp_dir_path(folder), 0700), 0);
	assert_int_equal(mkdir(temp_dir_path(interface), 0700), 0);
	put(folder, "busnum", "1\n");
	put(folder, "devnum", text);
	put(interface, "bInterfaceClass", class);
	if (product)
		put(folder, "product", product);
	if (serial)
		put(folder, "serial", serial);
}

static int make(void **state)
{
	(void)state;
	return temp_dir_make();
}

static int clean(void **state)
{
	(void)state;
	return temp_dir_remove();
}

static void the_one_that_fits(void **state)
{
	static const struct {
		const char *name;
		const char *product, *serial, *class;
		bool fits;
	} rows[] = {
		{ "as pcscd names it", "ACR122U PICC Interface\n", "0042\n", "0b\n", true },
		{ "without a serial number", "ACR122U PICC Interface\n", NULL, "0b\n", true },
		{ "another one's number", "ACR122U PICC Interface\n", "42\n", "0b\n", false },
		{ "another product", "ACR1252 Dual Reader\n", "0042\n", "0b\n", false },
		{ "no name", NULL, "0042\n", "0b\n", false },
		{ "an empty name", "\n", NULL, "0b\n", false },
		{ "a keyboard", "ACR122U PICC Interface\n", "0042\n", "03\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		make(NULL);
		plug(7, "Hub\n", NULL, "09\n");
		plug(9, rows[i].product, rows[i].serial, rows[i].class);
		if (reader_usb_find(temp_dir_path("."), READER) != (rows[i].fits ? 0x109u : 0))
			fail_msg("%s", rows[i].name);
		clean(NULL);
	}
}

static void of_two_none(void **state)
{
	(void)state;
	plug(3, "ACR122U PICC Interface\n", NULL, "0b\n");
	assert_int_equal(reader_usb_find(temp_dir_path("."), READER), 0x103);
	plug(4, "ACR122U PICC Interface\n", NULL, "0b\n");
	assert_int_equal(reader_usb_find(temp_dir_path("."), READER), 0);
	assert_int_equal(reader_usb_find(temp_dir_path("none"), READER), 0);
}

static void nothing_is_not_reset(void **state)
{
	(void)state;
	assert_false(reader_usb_reset(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_one_that_fits),
		cmocka_unit_test_setup_teardown(of_two_none, make, clean),
		cmocka_unit_test(nothing_is_not_reset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
