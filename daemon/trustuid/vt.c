// SPDX-License-Identifier: BSD-2-Clause
#include "vt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vt.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#define TTY_MAJOR	4
#define SWITCH_MS	5000	/* a graphical session is asked to leave the screen, and may take its time */
#define SWITCH_LOOK_MS	20

static bool active(int fd, unsigned int *vt)
{
	struct vt_stat state;

	if (ioctl(fd, VT_GETSTATE, &state) != 0)
		return false;
	*vt = state.v_active;
	return true;
}

/* Which terminal @fd is; 0: none. */
static unsigned int number(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISCHR(st.st_mode) || major(st.st_rdev) != TTY_MAJOR || minor(st.st_rdev) >= MAX_NR_CONSOLES)
		return 0;
	return minor(st.st_rdev);
}

static bool switch_to(int fd, unsigned int vt)
{
	const struct timespec pause = { .tv_nsec = SWITCH_LOOK_MS * 1000000L };
	unsigned int now = 0;

	if (ioctl(fd, VT_ACTIVATE, (unsigned long)vt) != 0)
		return false;
	for (int ms = 0; ms < SWITCH_MS; ms += SWITCH_LOOK_MS) {
		if (active(fd, &now) && now == vt)
			return true;
		nanosleep(&pause, NULL);
	}
	errno = ETIMEDOUT;
	return false;
}

/* --- the note --- */

static bool note_path(const char *folder, char path[256])
{
	return (size_t)snprintf(path, 256, "%s/before", folder) < 256;
}

static bool note_write(const char *folder, unsigned int before)
{
	char path[256];
	FILE *f = note_path(folder, path) ? fopen(path, "we") : NULL;
	bool written = f && fprintf(f, "%u\n", before) > 0;

	if (f && fclose(f) != 0)
		written = false;
	if (!written)
		log_error("%s: %s; the unit makes this folder", path, strerror(errno));
	return written;
}

static bool note_read(const char *folder, unsigned int *before)
{
	char path[256];
	FILE *f = note_path(folder, path) ? fopen(path, "re") : NULL;
	bool read = f && fscanf(f, "%u", before) == 1 && *before > 0 && *before < MAX_NR_CONSOLES;

	if (f)
		fclose(f);
	return read;
}

static void note_remove(const char *folder)
{
	char path[256];

	if (note_path(folder, path))
		(void)unlink(path);
}

/* --- taking and giving --- */

bool vt_take(int fd, const char *folder)
{
	unsigned int own = number(fd), before, now;

	if (!own || !active(fd, &before)) {
		log_error("standard input is no virtual terminal; the unit says which one is ours (TTYPath=)");
		return false;
	}
	if (!note_write(folder, before))
		return false;
	/* The lock, and then a look: a switch that was quicker than the lock has won. */
	if (switch_to(fd, own) && ioctl(fd, VT_LOCKSWITCH, 1) == 0 && active(fd, &now) && now == own)
		return true;
	log_error("cannot take the screen: %s; trustuid needs CAP_SYS_TTY_CONFIG, and a console that can be switched", strerror(errno));
	(void)vt_give(fd, folder);
	return false;
}

bool vt_give(int fd, const char *folder)
{
	unsigned int before;

	if (!note_read(folder, &before))
		return true;
	if (ioctl(fd, VT_UNLOCKSWITCH, 1) != 0 || !switch_to(fd, before)) {
		log_error("cannot give the screen back: %s; press Alt-F%u", strerror(errno), before);
		return false;
	}
	note_remove(folder);
	return true;
}

bool vt_size(int fd, unsigned int *columns, unsigned int *lines)
{
	struct winsize size;

	if (!number(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
		return false;
	*columns = size.ws_col;
	*lines = size.ws_row;
	return true;
}
