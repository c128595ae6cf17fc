/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEMP_DIR_H
#define TEEPAY_TESTS_TEMP_DIR_H

#include <stddef.h>

/* A folder of a test's own, made by temp_dir_make() and removed with all that is in it by temp_dir_remove(). */
int temp_dir_make(void);
int temp_dir_remove(void);
/* The path of @name in it; the text is valid until the eighth call after this one. */
const char *temp_dir_path(const char *name);

#endif
