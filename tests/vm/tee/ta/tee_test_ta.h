/* SPDX-License-Identifier: BSD-2-Clause */
/* What the test client and its trusted application both know. */
#ifndef TEE_TEST_TA_H
#define TEE_TEST_TA_H

#define TEE_TEST_TA_UUID { 0x7ee9a100, 0x7e57, 0x4000, { 0x80, 0x00, 0x74, 0x65, 0x73, 0x74, 0x00, 0x01 } }
/* The same application again. */
#define TEE_TEST_TA2_UUID { 0x7ee9a100, 0x7e57, 0x4000, { 0x80, 0x00, 0x74, 0x65, 0x73, 0x74, 0x00, 0x02 } }
/* And with an instance for each session. */
#define TEE_TEST_TA3_UUID { 0x7ee9a100, 0x7e57, 0x4000, { 0x80, 0x00, 0x74, 0x65, 0x73, 0x74, 0x00, 0x03 } }

enum tee_test_command {
	CMD_COUNT,	/* 0 value out: calls of this command so far in this instance, times it was created */
	CMD_UPPER,	/* 0 memory inout: upper case; 1 value out: its size */
	CMD_ALGORITHMS,	/* runs each algorithm, the clocks and the random numbers once */
	CMD_STORE,	/* 0 memory in: becomes the object's data */
	CMD_LOAD,	/* 0 memory out: the object's data */
	CMD_WHO,	/* 0 memory out: identity as text; 1 value out: uid, pid */
	CMD_DIGESTS,	/* 0 memory out: client's, 1 memory out: own */
	CMD_WAIT,	/* until cancelled */
	CMD_PANIC,
	CMD_RIGHTS,	/* 0 memory in, 1 memory inout, 2 value out: a bit for each right that is as it should be */
	CMD_READ_INTO_CLIENT,	/* 0 memory inout: TEE_ReadObjectData into it, which panics */
	CMD_RELAY,	/* 0 value in: a command for the other application, milliseconds; 1 memory inout: its parameter 0;
			   2 value out: its parameter 1; 3 value out: result, origin */
	CMD_STACK,	/* 0 value in: bytes of stack to use */
	CMD_FORBIDDEN,	/* 0 value in: which forbidden system call to try; 0 value out: errno if it came back */
};

enum tee_test_forbidden {
	FORBID_OPEN,
	FORBID_SOCKET,
	FORBID_EXEC,
	FORBID_FORK,
	FORBID_CODE,
	FORBID_IOCTL,
	FORBID_BIND,
	FORBID_PTRACE,
	FORBID_WRITE,
	FORBID_COUNT,
};

#endif
