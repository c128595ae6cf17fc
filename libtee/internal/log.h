/* SPDX-License-Identifier: BSD-2-Clause */
/* The trusted side's log: standard error, with the journal's level prefixes when that is the journal. */
#ifndef LIBTEE_INTERNAL_LOG_H
#define LIBTEE_INTERNAL_LOG_H

enum tee_log_level {
	TEE_LOG_CRIT = 2,	/* numbers of syslog */
	TEE_LOG_ERR = 3,
	TEE_LOG_WARNING = 4,
	TEE_LOG_INFO = 6,
	TEE_LOG_DEBUG = 7,
};

/* One line; what does not fit in 512 bytes is cut off. Never pass secrets. */
void tee_log(enum tee_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
