// SPDX-License-Identifier: BSD-2-Clause
#include "device.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/nfc_name.h"

#define READERS_MAX	8

/* The driver of the interface in /sys/bus/usb/devices/1-2, of the kernel; usbfs stands for a program. */
static enum nfc_state who_has(const char *folder)
{
	char pattern[300], target[256];
	enum nfc_state who = NFC_FAILS;
	glob_t found;
	ssize_t n;

	snprintf(pattern, sizeof(pattern), "%s/*:1.0/driver", folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		return who;
	n = readlink(found.gl_pathv[0], target, sizeof(target) - 1);
	if (n > 0) {
		target[n] = '\0';
		who = strcmp(strrchr(target, '/') ? strrchr(target, '/') + 1 : target, "usbfs") == 0 ? NFC_HELD : NFC_MODULE;
	}
	globfree(&found);
	return who;
}

/* Why could DRIVER:BUS:DEVICE not be opened? */
static enum nfc_state blame(const char *connection)
{
	unsigned int bus, device;
	const char *numbers = strchr(connection, ':');
	enum nfc_state why = NFC_FAILS;
	char node[64];
	glob_t found;

	if (!numbers || sscanf(numbers, ":%3u:%3u", &bus, &device) != 2)
		return NFC_NO_READER;
	snprintf(node, sizeof(node), "/dev/bus/usb/%03u/%03u", bus, device);
	if (access(node, F_OK) < 0)
		return NFC_NO_READER;
	if (access(node, R_OK | W_OK) < 0)
		return NFC_DENIED;
	if (glob("/sys/bus/usb/devices/*-*", 0, NULL, &found) != 0)
		return why;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (nfc_name_number(found.gl_pathv[i], "busnum", "%u") == bus && nfc_name_number(found.gl_pathv[i], "devnum", "%u") == device)
			why = who_has(found.gl_pathv[i]);
	globfree(&found);
	return why;
}

static nfc_device *open_one(nfc_context *context, const nfc_connstring connection, enum nfc_state *why)
{
	nfc_device *reader = nfc_open(context, connection);

	if (!reader)
		*why = blame(connection);
	return reader;
}

static nfc_device *open_any(nfc_context *context, enum nfc_state *why)
{
	nfc_connstring found[READERS_MAX];
	size_t n = nfc_list_devices(context, found, READERS_MAX);
	nfc_device *reader = NULL;

	for (size_t i = 0; !reader && i < n; i++)
		reader = open_one(context, found[i], why);
	return reader;
}

nfc_device *device_open(nfc_context *context, char **wanted, size_t n, enum nfc_state *why)
{
	nfc_device *reader = NULL;

	*why = NFC_NO_READER;
	if (n == 0)
		return open_any(context, why);
	for (size_t i = 0; !reader && i < n; i++) {
		nfc_connstring connection;

		if (nfc_name_resolve(wanted[i], connection, sizeof(connection)))
			reader = open_one(context, connection, why);
	}
	return reader;
}
