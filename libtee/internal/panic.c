// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/panic.h"

#include <unistd.h>

#include <tee_internal_api.h>

#include "libtee/internal/log.h"

/*
 * _exit(), not exit(): whatever state led here, none of the application's code runs again. The kernel takes the lent
 * pages back and tells the callers, and wipes nothing later than that: the memory is the kernel's from now on.
 */
static void end(enum tee_exit code) __attribute__((noreturn));
static void end(enum tee_exit code)
{
	_exit(code);
}

void tee_panic_misuse(const char *function, const char *why)
{
	tee_log(TEE_LOG_CRIT, "panic: %s: %s", function, why);
	end(TEE_EXIT_PANIC);
}

void tee_panic_storage(const char *why)
{
	tee_log(TEE_LOG_CRIT, "panic: storage: %s; not going on, see the system log about the disk", why);
	end(TEE_EXIT_STORAGE_FAILED);
}

/* GP Core 1.3 §4.8.1 */
void TEE_Panic(TEE_Result panicCode)
{
	tee_log(TEE_LOG_CRIT, "panic: the application gave up with code 0x%08x", panicCode);
	end(TEE_EXIT_PANIC);
}
