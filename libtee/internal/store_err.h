/* SPDX-License-Identifier: BSD-2-Clause */
/* What can go wrong below the persistent objects. */
#ifndef LIBTEE_INTERNAL_STORE_ERR_H
#define LIBTEE_INTERNAL_STORE_ERR_H

enum tee_store_err {
	TEE_STORE_OK = 0,
	TEE_STORE_NO_SPACE = -1,	/* the disk or the log is full; nothing changed */
	TEE_STORE_NO_MEMORY = -2,	/* nothing changed */
	TEE_STORE_FAILED = -3,		/* the device failed: what is on it is not known any more */
	TEE_STORE_CORRUPT = -4,		/* damaged or altered */
	TEE_STORE_KEY = -5,		/* another device key made it */
	TEE_STORE_IN_USE = -6,		/* another process has it */
	TEE_STORE_ACCESS = -7,		/* cannot be opened or made */
};

/* A text for the log that says what to do. */
const char *tee_store_strerror(enum tee_store_err err);

#endif
