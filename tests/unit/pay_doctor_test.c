// SPDX-License-Identifier: BSD-2-Clause
/* What pay doctor says of a machine, each machine a folder that this test makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/pay/doctor.h"

static char root[256];

static void make_folders(const char *path)
{
	char at[400];

	snprintf(at, sizeof(at), "%s/%s", root, path);
	for (char *p = at + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(at, 0700);
		*p = '/';
	}
}

static void put(const char *path, const char *text)
{
	char at[400];
	FILE *f;

	make_folders(path);
	snprintf(at, sizeof(at), "%s/%s", root, path);
	f = fopen(at, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void plug(const char *release, const char *driver)
{
	char at[400], target[100];

	put("sys/bus/usb/devices/1-2/idVendor", "072f\n");
	put("sys/bus/usb/devices/1-2/idProduct", "2200\n");
	put("sys/bus/usb/devices/1-2/bcdDevice", release);
	put("sys/bus/usb/devices/1-2/busnum", "1\n");
	put("sys/bus/usb/devices/1-2/devnum", "4\n");
	make_folders("sys/bus/usb/devices/1-2/1-2:1.0/driver");
	if (!driver)
		return;
	snprintf(at, sizeof(at), "%s/sys/bus/usb/devices/1-2/1-2:1.0/driver", root);
	snprintf(target, sizeof(target), "../../../bus/usb/drivers/%s", driver);
	assert_int_equal(symlink(target, at), 0);
}

/* Says it a trouble whose text has @what, and a cure that has @cure? */
static void expect_trouble(const struct diagnosis *d, const char *what, const char *cure)
{
	for (size_t i = 0; i < d->n; i++)
		if (strstr(d->findings[i].what, what) && d->findings[i].cure[0] && strstr(d->findings[i].cure, cure))
			return;
	fail_msg("no trouble with \"%s\" and \"%s\"", what, cure);
}

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/teepay-doctor-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void each_trouble_has_its_cure(void **state)
{
	static const struct {
		const char *release, *driver;		/* release NULL: no reader */
		const char *front_end, *front_end_state;	/* NULL: walletd does not answer */
		const char *what, *cure;
	} rows[] = {
		{ NULL, NULL, "libnfc", "no reader; connect one", "no radio reader", "connect" },
		{ "0214\n", "pn533_usb", "libnfc", "a module of the kernel holds the reader", "pn533_usb", "modprobe -r" },
		{ "0206\n", NULL, "libnfc", "at the reader", "firmware 2.06", "libccid" },
		{ "0214\n", "usbfs", "libnfc", "another program holds the reader, pcscd most likely", "another program", "pcscd" },
		{ "0214\n", NULL, "libnfc", "no reader; connect one", "finds no reader", "nfc_device" },
		{ "0214\n", NULL, "vpcd", "in the virtual reader", "front end is vpcd", "frontend = libnfc" },
		{ "0214\n", NULL, "libnfc", "the reader does not work", "does not work", "reconnect" },
		{ "0214\n", NULL, NULL, NULL, "does not answer", "systemctl" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wallet_state s = { 0 };
		struct diagnosis d;

		assert_int_equal(setup(state), 0);
		if (rows[i].release)
			plug(rows[i].release, rows[i].driver);
		if (rows[i].front_end) {
			snprintf(s.front_end, sizeof(s.front_end), "%s", rows[i].front_end);
			snprintf(s.front_end_state, sizeof(s.front_end_state), "%s", rows[i].front_end_state);
		}
		doctor_look(root, rows[i].front_end ? &s : NULL, &d);
		expect_trouble(&d, rows[i].what, rows[i].cure);
		assert_int_equal(teardown(state), 0);
	}
}

/* A node that belongs to this user's group is not walletd's. */
static void rights_are_looked_at(void **state)
{
	struct wallet_state s = { .front_end = "libnfc", .front_end_state = "no permission to open the reader" };
	struct diagnosis d;

	(void)state;
	plug("0214\n", NULL);
	put("dev/bus/usb/001/004", "");
	doctor_look(root, &s, &d);
	expect_trouble(&d, "may not open reader 1-2", "udevadm");
}

static void a_healthy_machine_has_none(void **state)
{
	struct wallet_state s = { .front_end = "libnfc", .front_end_state = "at the reader" };
	struct diagnosis d;

	(void)state;
	plug("0214\n", "usbfs");
	doctor_look(root, &s, &d);
	assert_int_equal(doctor_troubles(&d), 0);
	assert_true(d.n >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_trouble_has_its_cure),
		cmocka_unit_test_setup_teardown(rights_are_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(a_healthy_machine_has_none, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
