// SPDX-License-Identifier: BSD-2-Clause
#include "nfc_name.h"

#include <stdio.h>
#include <string.h>

#define ACS_VENDOR	0x072F
#define PORT_PREFIX	"port:"

void nfc_name_line(const char *folder, const char *file, char *out, size_t size)
{
	char path[300];
	FILE *f;

	out[0] = '\0';
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, file) >= sizeof(path))
		return;
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(out, (int)size, f))
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	fclose(f);
}

unsigned int nfc_name_number(const char *folder, const char *file, const char *format)
{
	unsigned int v = 0;
	char text[16];

	nfc_name_line(folder, file, text, sizeof(text));
	return sscanf(text, format, &v) == 1 ? v : 0;
}

bool nfc_name_resolve(const char *name, char *out, size_t size)
{
	char folder[128];
	unsigned int bus, device;
	int n;

	if (strncmp(name, PORT_PREFIX, strlen(PORT_PREFIX)) != 0) {
		n = snprintf(out, size, "%s", name);
		return n >= 0 && (size_t)n < size;
	}
	name += strlen(PORT_PREFIX);
	if (strchr(name, '/') || (size_t)snprintf(folder, sizeof(folder), "/sys/bus/usb/devices/%s", name) >= sizeof(folder))
		return false;
	bus = nfc_name_number(folder, "busnum", "%u");
	device = nfc_name_number(folder, "devnum", "%u");
	if (device == 0)
		return false;
	/* libnfc has a driver a chip's reader: the vendor's own, or the one for bare chips. */
	n = snprintf(out, size, "%s:%03u:%03u", nfc_name_number(folder, "idVendor", "%x") == ACS_VENDOR ? "acr122_usb" : "pn53x_usb", bus, device);
	return n >= 0 && (size_t)n < size;
}
