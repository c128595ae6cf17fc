// SPDX-License-Identifier: BSD-2-Clause
#include "doctor.h"

#include <glob.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/nfc_name.h"

#define ACS_VENDOR	0x072F
#define BAD_FIRMWARE	0x0206	/* libccid refuses this release of it and all before */

static const unsigned int products[] = { 0x2200, 0x2214, 0x90CC };

static void note(struct diagnosis *d, const char *cure, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void note(struct diagnosis *d, const char *cure, const char *format, ...)
{
	struct finding *f = &d->findings[d->n];
	va_list ap;

	if (d->n == DOCTOR_FINDINGS_MAX)
		return;
	d->n++;
	va_start(ap, format);
	vsnprintf(f->what, sizeof(f->what), format, ap);
	va_end(ap);
	snprintf(f->cure, sizeof(f->cure), "%s", cure);
}

size_t doctor_troubles(const struct diagnosis *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->findings[i].cure[0] != '\0';
	return n;
}

/* --- one reader; @folder is its place in sysfs, @name the end of it --- */

static void look_at_driver(const char *folder, const char *name, struct diagnosis *d)
{
	char path[400], target[256];
	const char *driver;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s:1.0/driver", folder, name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	driver = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
	if (strcmp(driver, "usbfs") == 0)
		note(d, "", "reader %s is in use by a program", name);
	else
		note(d, "run: modprobe -r pn533_usb; /usr/lib/modprobe.d/teepay.conf keeps it out from the next start on", "reader %s is held by the kernel's module %.32s",
		     name, driver);
}

static void look_at_firmware(const char *folder, const char *name, struct diagnosis *d)
{
	unsigned int release = nfc_name_number(folder, "bcdDevice", "%x");

	if (release == 0)
		return;
	if (release > BAD_FIRMWARE)
		note(d, "", "reader %s has firmware %x.%02x", name, release >> 8, release & 0xFF);
	else
		note(d, "use this reader with libnfc only, or another one: libccid, and so pcscd, refuses this firmware", "reader %s has the old firmware %x.%02x", name,
		     release >> 8, release & 0xFF);
}

static void look_at_rights(const char *root, const char *folder, const char *name, struct diagnosis *d)
{
	char node[300];
	struct stat st;
	const struct group *gr;

	snprintf(node, sizeof(node), "%s/dev/bus/usb/%03u/%03u", root, nfc_name_number(folder, "busnum", "%u"), nfc_name_number(folder, "devnum", "%u"));
	if (stat(node, &st) < 0)
		return;
	gr = getgrgid(st.st_gid);
	if (gr && strcmp(gr->gr_name, "teepay-wallet") == 0 && (st.st_mode & 0060) == 0060)
		note(d, "", "reader %s may be opened by walletd", name);
	else if (gr && strcmp(gr->gr_name, "teepay-pos") == 0)
		note(d, "", "reader %s is the terminal's", name);
	else
		note(d, "install 70-teepay.rules, then run: udevadm control --reload; udevadm trigger --subsystem-match=usb", "walletd may not open reader %s", name);
}

static bool is_reader(const char *folder)
{
	unsigned int product = nfc_name_number(folder, "idProduct", "%x");

	if (nfc_name_number(folder, "idVendor", "%x") != ACS_VENDOR)
		return false;
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (products[i] == product)
			return true;
	return false;
}

static size_t look_at_readers(const char *root, struct diagnosis *d)
{
	char pattern[300];
	size_t n = 0;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/sys/bus/usb/devices/*-*", root);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *folder = found.gl_pathv[i], *name = strrchr(folder, '/') + 1;

		if (!is_reader(folder))
			continue;
		n++;
		look_at_firmware(folder, name, d);
		look_at_rights(root, folder, name, d);
		look_at_driver(folder, name, d);
	}
	globfree(&found);
	return n;
}

/* --- walletd --- */

static void look_at_wallet(const struct wallet_state *s, size_t readers, struct diagnosis *d)
{
	if (!s) {
		note(d, "look at: systemctl status teepay-walletd teepay-payta", "walletd does not answer");
	} else if (strcmp(s->front_end, "libnfc") != 0) {
		note(d, readers > 0 ? "for a radio reader, write \"frontend = libnfc\" below [rf] in /etc/teepay/walletd.conf and restart teepay-walletd" : "",
		     "walletd's front end is %s", s->front_end);
	} else if (strncmp(s->front_end_state, "at the reader", strlen("at the reader")) == 0) {
		note(d, "", "walletd is at its reader");
	} else if (strstr(s->front_end_state, "another program")) {
		note(d, "start walletd before pcscd (systemctl stop pcscd; systemctl restart teepay-walletd), or have pcscd ignore that reader: nfctarget(8)",
		     "another program holds walletd's reader, pcscd most likely");
	} else if (strstr(s->front_end_state, "no reader")) {
		note(d, readers > 0 ? "correct nfc_device in /etc/teepay/walletd.conf: \"port:\" and the name of a reader above" : "connect it",
		     "walletd finds no reader");
	} else {
		note(d, "reconnect the reader", "walletd's reader: %.100s", s->front_end_state);
	}
}

void doctor_look(const char *root, const struct wallet_state *s, struct diagnosis *d)
{
	size_t readers;

	*d = (struct diagnosis){ 0 };
	readers = look_at_readers(root, d);
	if (readers == 0)
		note(d, "connect an ACR122U", "no radio reader is plugged in");
	look_at_wallet(s, readers, d);
}
