/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk under a storage log that loses what is not synced, sector by sector, when the power goes. Its files have their
 * names and sizes in a real folder, their bytes are here.
 */
#ifndef TEEPAY_TESTS_STORE_DISK_H
#define TEEPAY_TESTS_STORE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libtee/internal/store_log.h"

#define DISK_FILE_MAX (3 * TEE_STORE_STEP)

extern const struct tee_store_io disk_io;

/* An empty disk, and the two names of a log's files in the current folder removed. */
void disk_format(const char *log_name);

/* Power goes in the n-th operation from now on that changes the disk, counted from 0; -1: never. */
void disk_cut_after(int n);
/* It goes now. */
void disk_cut(void);
bool disk_is_off(void);
/* Reads see only what has got to the disk. */
void disk_power_on(void);

/* Operations that changed something since the power came on. */
int disk_steps(void);

/* No more than so many bytes for all files together; 0: any. */
void disk_room(size_t bytes);

/* The durable bytes of the file that has the log's name, DISK_FILE_MAX of them. */
uint8_t *disk_log(void);
/* Sectors in it up to the last that is not zero. */
size_t disk_log_sectors(void);

/* Pseudo-random numbers, the same for the same seed. */
void disk_seed(uint32_t seed);
uint32_t disk_dice(void);

#endif
