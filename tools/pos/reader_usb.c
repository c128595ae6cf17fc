// SPDX-License-Identifier: BSD-2-Clause
#include "reader_usb.h"

#include <fcntl.h>
#include <glob.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/nfc_name.h"

#define CLASS_SMART_CARD	0x0B

/* An interface is a folder beside its device's: 1-2:1.0. */
static bool is_smart_card_reader(const char *folder)
{
	char pattern[300];
	bool is = false;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s:*", folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++)
		is |= nfc_name_number(found.gl_pathv[i], "bInterfaceClass", "%x") == CLASS_SMART_CARD;
	globfree(&found);
	return is;
}

/* "ACS ACR122U PICC Interface (SERIAL) 00 00" is pcscd's name of an "ACR122U PICC Interface". */
static bool has_name(const char *folder, const char *name)
{
	char product[128], serial[128], bracketed[140];

	nfc_name_line(folder, "product", product, sizeof(product));
	if (product[0] == '\0' || !strstr(name, product))
		return false;
	nfc_name_line(folder, "serial", serial, sizeof(serial));
	if (serial[0] == '\0')
		return true;
	snprintf(bracketed, sizeof(bracketed), "(%s)", serial);
	return strstr(name, bracketed);
}

uint32_t reader_usb_find(const char *devices, const char *name)
{
	unsigned int fit = 0;
	uint32_t where = 0;
	char pattern[200];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*-*", devices);
	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *folder = found.gl_pathv[i];

		if (!has_name(folder, name) || !is_smart_card_reader(folder))
			continue;
		fit++;
		where = nfc_name_number(folder, "busnum", "%u") << 8 | nfc_name_number(folder, "devnum", "%u");
	}
	globfree(&found);
	return fit == 1 ? where : 0;
}

bool reader_usb_reset(uint32_t where)
{
	char node[40];
	bool done;
	int fd;

	if (where == 0)
		return false;
	snprintf(node, sizeof(node), "/dev/bus/usb/%03u/%03u", where >> 8, where & 0xFF);
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = ioctl(fd, USBDEVFS_RESET, NULL) == 0;
	close(fd);
	return done;
}
