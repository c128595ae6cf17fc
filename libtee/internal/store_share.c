// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/store_share.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libtee/internal/panic.h"
#include "libtee/internal/store.h"

#define HANDLES_MAX 512

struct handle {
	pid_t pid;			/* 0: free */
	uint32_t access;
	uint32_t id_size;
	uint8_t id[TEE_STORE_ID_MAX];
};

struct page {
	pthread_mutex_t lock;
	uint64_t changes;
	struct handle handles[HANDLES_MAX];
};

static struct page *page;
static unsigned int depth;		/* how often this process has the lock */
static uint64_t seen;			/* page->changes when it last read the log */

int tee_share_init(void)
{
	pthread_mutexattr_t attr;
	int err;

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		page = NULL;
		return -1;
	}
	err = pthread_mutexattr_init(&attr);
	if (!err)
		err = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (!err)
		err = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	if (!err)
		err = pthread_mutex_init(&page->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	seen = 0;
	return err ? -1 : 0;
}

void tee_share_fini(void)
{
	if (page)
		munmap(page, sizeof(*page));
	page = NULL;
	depth = 0;
}

bool tee_share_is_on(void)
{
	return page;
}

bool tee_share_lock(void)
{
	int err;

	if (!page || depth++)
		return false;
	err = pthread_mutex_lock(&page->lock);
	if (err == EOWNERDEAD) {
		/* What it was doing nobody knows: all look again. */
		pthread_mutex_consistent(&page->lock);
		page->changes++;
	} else if (err) {
		tee_panic_storage(strerror(err));
	}
	return seen != page->changes;
}

void tee_share_unlock(void)
{
	if (page && !--depth)
		pthread_mutex_unlock(&page->lock);
}

void tee_share_changed(void)
{
	if (page)
		seen = ++page->changes;
}

void tee_share_read(void)
{
	if (page)
		seen = page->changes;
}

/* --- handles --- */

static bool handle_is(const struct handle *handle, const void *id, size_t id_size)
{
	return handle->pid && handle->id_size == id_size && (!id_size || !memcmp(handle->id, id, id_size));
}

int tee_share_open(const void *id, size_t id_size, uint32_t access)
{
	int i;

	for (i = 0; page && i < HANDLES_MAX; i++) {
		struct handle *handle = &page->handles[i];

		if (handle->pid)
			continue;
		handle->access = access;
		handle->pid = getpid();
		tee_share_rename(i, id, id_size);
		return i;
	}
	return -1;
}

void tee_share_rename(int number, const void *id, size_t id_size)
{
	if (!page || number < 0)
		return;
	page->handles[number].id_size = (uint32_t)id_size;
	if (id_size)
		memcpy(page->handles[number].id, id, id_size);
}

void tee_share_close(int number)
{
	if (page && number >= 0)
		page->handles[number] = (struct handle){ 0 };
}

bool tee_share_others(const void *id, size_t id_size, uint32_t *access, uint32_t *shared)
{
	pid_t self = page ? getpid() : 0;
	bool any = false;
	int i;

	*access = 0;
	*shared = UINT32_MAX;
	for (i = 0; page && i < HANDLES_MAX; i++) {
		const struct handle *handle = &page->handles[i];

		if (handle->pid == self || !handle_is(handle, id, id_size))
			continue;
		any = true;
		*access |= handle->access;
		*shared &= handle->access;
	}
	return any;
}

void tee_share_forget(pid_t pid)
{
	int i;

	if (!page)
		return;
	/* This process's own view of the log does not matter here. */
	(void)tee_share_lock();
	for (i = 0; i < HANDLES_MAX; i++)
		if (page->handles[i].pid == pid)
			tee_share_close(i);
	tee_share_unlock();
}
