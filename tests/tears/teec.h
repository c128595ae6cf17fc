/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_TESTS_TEARS_TEEC_H
#define TEEPAY_TESTS_TEARS_TEEC_H

#include <stdint.h>

/* One call on the socket between walletd (teec.c) and payta (party_payta.c), and its answer. */
enum teec_kind { TEEC_KIND_OPEN = 1, TEEC_KIND_INVOKE = 2 };

#define TEEC_FRAME_DATA	512

struct teec_frame {
	uint32_t kind, command, types, result;
	struct {
		uint32_t a, size;		/* a value, or a size in and out */
		uint8_t data[TEEC_FRAME_DATA];
	} param[4];
};

/* Memory references of whatever kind as GlobalPlatform's internal API has them: 5 in, 6 out, 7 both. */
static inline uint32_t teec_frame_type(uint32_t types, unsigned int i)
{
	uint32_t type = (types >> (i * 4)) & 0xF;

	return type > 8 ? type & 0x7 : type;
}

#endif
