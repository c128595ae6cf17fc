/* SPDX-License-Identifier: BSD-2-Clause */
/* What the benchmark and its trusted application both know. */
#ifndef BENCH_TA_H
#define BENCH_TA_H

#define BENCH_TA_UUID { 0x7ee9a100, 0xbe7c, 0x4000, { 0x80, 0x00, 0x62, 0x65, 0x6e, 0x63, 0x68, 0x01 } }

enum bench_command {
	BENCH_VALUE,	/* 0 value inout: a + 1 */
	BENCH_TOUCH,	/* 0 memory inout: its first byte + 1; nothing else is looked at */
	BENCH_READ,	/* 0 memory inout: all of it is read; 1 value out: the sum of its 64-bit words */
};

#endif
