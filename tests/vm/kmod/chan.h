/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients and trusted applications on the bare ABI, for tests: what fails that should not ends the test. */
#ifndef CHAN_H
#define CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "include/uapi/teechan.h"

#define PAGE 4096u

extern const uint8_t uuid_a[TEECHAN_UUID_LEN], uuid_b[TEECHAN_UUID_LEN];

/* Commands of the trusted application that ta_start() runs. */
enum {
	CMD_ECHO,	/* values and memory: each output gets its input plus 1, or 1 */
	CMD_COUNT,	/* params[0] value out: a = executions so far, b = the process id */
	CMD_HOLD,	/* writes a byte to held, then waits for one from go */
	CMD_NEED,	/* says that every output memory needs twice and one more */
	CMD_FILL,	/* fills each output memory with params[0].a */
	CMD_POKE_RO,	/* writes to input-only params[1]: a = signal that it got */
	CMD_PEEK,	/* reads at window offset params[0].a: a = signal, b = the byte; of the read-only window if b */
	CMD_CANCEL,	/* as HOLD, but waits until the message is cancelled: ret = CANCEL */
	CMD_WHO,	/* params[0] memory out: struct teechan_identity */
	CMD_DIE,	/* ends the process */
	CMD_FAIL,	/* ret = params[0].a */
	CMD_BEYOND,	/* ret = bytes that are not zero in the page of params[0], behind it */
};

struct ta {
	int fd;
	uint8_t *rw;
	const uint8_t *ro;
	size_t size;
};

/* A trusted application in a process of its own, with pipes to it. */
struct ta_process {
	pid_t pid;
	int held;	/* a byte arrives when CMD_HOLD or CMD_CANCEL is running */
	int go;		/* a byte lets CMD_HOLD end */
};

/* Opens, binds and maps the windows. */
void ta_make(struct ta *ta, const uint8_t *uuid, uint32_t flags);
/* Serves until killed. */
_Noreturn void ta_serve(struct ta *ta, int held, int go);
/* The memory of a parameter that arrived. */
uint8_t *ta_mem(const struct ta *ta, const struct teechan_param *p);
/* Returns when it is bound. */
void ta_start(struct ta_process *ta, const uint8_t *uuid, uint32_t flags);
void ta_held(struct ta_process *ta);
void ta_go(struct ta_process *ta);
/* SIGKILL, and waits for its end. */
void ta_kill(struct ta_process *ta);

int client_open(void);
uint32_t client_session(int fd, const uint8_t *uuid);
/* One try; 0 or -1 with errno. Calls again after EINTR. */
int client_invoke(int fd, struct teechan_invoke *call);
/* Must answer; returns ret. */
uint32_t client_call(int fd, uint32_t session, uint32_t cmd, struct teechan_param params[TEECHAN_PARAMS]);
void client_close_session(int fd, uint32_t session);

struct region {
	uint32_t id;
	uint64_t offset;
	size_t size;
	uint8_t *mem;
};

/* Allocates and maps. */
void region_make(int fd, struct region *region, size_t size);
struct teechan_param param_region(uint32_t type, const struct region *region, uint64_t offset, uint64_t size);
struct teechan_param param_mem(uint32_t type, const void *mem, uint64_t size);
struct teechan_param param_value(uint32_t type, uint64_t a, uint64_t b);

/* A call that another thread makes meanwhile. */
struct calling {
	int fd;
	struct teechan_invoke call;
	int result;	/* of the ioctl: 0 or errno */
	unsigned long thread;
	volatile pid_t tid;
};
/* Starts it with fd and call as they are; call_start() fills them in before. */
void call_begin(struct calling *calling);
void call_start(struct calling *calling, int fd, uint32_t session, uint32_t cmd, const struct teechan_param *params);
void call_end(struct calling *calling);

/* Runs something in a process of another user, who may open the client's node for the moment. */
void as_user(uid_t uid, void (*run)(void));

/* Waits, by looking at /proc, until a thread sleeps. */
void await_sleep(pid_t pid, pid_t tid);
/* Waits for a process and returns its wait status. */
int await_end(pid_t pid);
/* The signal that reading (or writing) a byte raises, 0 for none. */
int touch(const volatile uint8_t *at, bool write);

#endif
