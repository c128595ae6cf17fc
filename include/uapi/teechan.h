/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * The ABI of the message channel teechan: what a client and a trusted
 * application (TA) say to the kernel. docs/PROTOCOL.channel.md tells the rules
 * and what every error means; this file tells the bytes.
 *
 * All structures are the same for 32-bit and 64-bit programs, have no holes,
 * and are _IOWR. Reserved members must be zero when the structure goes in, and
 * are zero when it comes out.
 */
#ifndef _UAPI_TEECHAN_H
#define _UAPI_TEECHAN_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TEECHAN_ABI_VERSION	2

#define TEECHAN_CLIENT_NODE	"/dev/teechan"
#define TEECHAN_TA_NODE		"/dev/teechan-ta"

#define TEECHAN_PARAMS		4	/* parameters of a message */
#define TEECHAN_UUID_LEN	16	/* octets in the order of RFC 4122 */
#define TEECHAN_DIGEST_LEN	32	/* SHA-256 */

/*
 * Types of a parameter. The numbers are those of the GlobalPlatform TEE Client
 * API (temporary and partial memory references), so that the TA, which sees
 * either kind of memory as TEECHAN_MEM_*, has the numbers of the TEE Internal
 * Core API.
 */
#define TEECHAN_NONE		0x0u
#define TEECHAN_VALUE_IN	0x1u
#define TEECHAN_VALUE_OUT	0x2u
#define TEECHAN_VALUE_INOUT	0x3u
#define TEECHAN_MEM_IN		0x5u	/* client: temporary reference, copied */
#define TEECHAN_MEM_OUT		0x6u
#define TEECHAN_MEM_INOUT	0x7u
#define TEECHAN_REGION_IN	0xdu	/* client only: part of a region, lent */
#define TEECHAN_REGION_OUT	0xeu
#define TEECHAN_REGION_INOUT	0xfu

/* Set by the kernel in flags of a TA's memory parameter. */
#define TEECHAN_PARAM_NULL	0x1u	/* null reference: no memory behind it */
#define TEECHAN_PARAM_RO	0x2u	/* a counts from the read-only window */

/**
 * struct teechan_param - one of the at most four parameters of a message
 * @type:  TEECHAN_NONE and so on
 * @flags: client: zero. To the TA: TEECHAN_PARAM_*
 * @a: value: first number. Temporary reference: the client's pointer, 0 for a
 *     null reference. Region: offset in the region in bytes. To the TA: offset
 *     of the memory in the window that @flags names
 * @b: value: second number. Memory: size in bytes; in answers the size used, or
 *     the size needed when that is more than was offered
 * @c: region: its id. Else zero
 *
 * A client's members that carry nothing must be zero. Of an answer the kernel
 * takes @a and @b of output values and @b of output memory, and nothing else.
 */
struct teechan_param {
	__u32 type;
	__u32 flags;
	__aligned_u64 a;
	__aligned_u64 b;
	__aligned_u64 c;
};

/* ---- both devices ---- */

#define TEECHAN_FEAT_DEADLINE	(1ull << 0)	/* deadline_ns is kept */
#define TEECHAN_FEAT_CANCEL	(1ull << 1)	/* TEECHAN_CANCEL works */
#define TEECHAN_FEAT_DIGEST	(1ull << 2)	/* executable digests are taken */
#define TEECHAN_FEAT_POLICY	(1ull << 3)	/* a policy can be set and sealed */

/**
 * struct teechan_version - TEECHAN_VERSION: what this module speaks
 * @abi: TEECHAN_ABI_VERSION of the module (out)
 * @reserved0: zero
 * @features: TEECHAN_FEAT_* (out)
 * @inbox_size: bytes that the temporary references of one message may take
 *	together, each rounded up to 16 (out)
 * @region_size_max: largest region in bytes (out)
 * @user_memory_max: bytes of regions and inboxes a user may hold (out)
 * @user_sessions_max: sessions a user may have, which is also the number of his
 *	messages, since a session has one message at a time (out)
 * @user_regions_max: regions a user may have (out)
 * @window_size_max: largest window a TA may ask for (out)
 * @reserved: zero
 */
struct teechan_version {
	__u32 abi;
	__u32 reserved0;
	__aligned_u64 features;
	__aligned_u64 inbox_size;
	__aligned_u64 region_size_max;
	__aligned_u64 user_memory_max;
	__u32 user_sessions_max;
	__u32 user_regions_max;
	__aligned_u64 window_size_max;
	__aligned_u64 reserved[4];
};

/* ---- /dev/teechan: the client's side ---- */

/* Login methods: the numbers of the TEE Client API, GP Client 1.0 §4.4.3. */
#define TEECHAN_LOGIN_PUBLIC		0x0u
#define TEECHAN_LOGIN_USER		0x1u
#define TEECHAN_LOGIN_GROUP		0x2u
#define TEECHAN_LOGIN_APPLICATION	0x4u
#define TEECHAN_LOGIN_USER_APPLICATION	0x5u
#define TEECHAN_LOGIN_GROUP_APPLICATION	0x6u
/* Of a TA to another one: GP Core 1.3 §4.1.1. Only who is bound has it. */
#define TEECHAN_LOGIN_TRUSTED_APP	0xf0000000u

/* Results that the kernel itself gives in ret: numbers of the TEE Client API. */
#define TEECHAN_SUCCESS			0x00000000u
#define TEECHAN_ERROR_ACCESS_DENIED	0xffff0001u
#define TEECHAN_ERROR_CANCEL		0xffff0002u
#define TEECHAN_ERROR_BAD_STATE		0xffff0007u
#define TEECHAN_ERROR_ITEM_NOT_FOUND	0xffff0008u
#define TEECHAN_ERROR_NOT_SUPPORTED	0xffff000au
#define TEECHAN_ERROR_OUT_OF_MEMORY	0xffff000cu
#define TEECHAN_ERROR_BUSY		0xffff000du
#define TEECHAN_ERROR_TARGET_DEAD	0xffff3024u
#define TEECHAN_ERROR_TIMEOUT		0xffff3001u	/* deadline passed */

/* Where ret comes from: GP Client 1.0 §4.4.2. */
#define TEECHAN_ORIGIN_API		1u
#define TEECHAN_ORIGIN_COMMS		2u	/* the channel: deadline, cancelled while queued */
#define TEECHAN_ORIGIN_TEE		3u	/* the kernel for the TEE */
#define TEECHAN_ORIGIN_TA		4u	/* the TA's own answer */

/**
 * struct teechan_open - TEECHAN_OPEN_SESSION: open a session to a TA
 * @id: zero at first. The kernel stores the message's id here before it sleeps
 *	and zero when the call is over; a call with an id only waits for that
 *	message and reads nothing else, so a call cut short by a signal is
 *	simply made again with the same structure
 * @deadline_ns: CLOCK_MONOTONIC nanoseconds; 0: none
 * @cancel_id: number of the client's choice for TEECHAN_CANCEL; 0: none
 * @uuid: the TA
 * @login: TEECHAN_LOGIN_*
 * @gid: group for the GROUP logins, else zero
 * @session: the session's id when ret is TEECHAN_SUCCESS (out)
 * @ret: result (out), valid when the ioctl returns 0
 * @origin: TEECHAN_ORIGIN_* (out)
 * @count: of the parameters, 0 to 4; those behind are not looked at
 * @reserved: zero
 * @params: the parameters, in and out
 */
struct teechan_open {
	__aligned_u64 id;
	__aligned_u64 deadline_ns;
	__aligned_u64 cancel_id;
	__u8 uuid[TEECHAN_UUID_LEN];
	__u32 login;
	__u32 gid;
	__u32 session;
	__u32 ret;
	__u32 origin;
	__u32 count;
	__aligned_u64 reserved[2];
	struct teechan_param params[TEECHAN_PARAMS];
};

/**
 * struct teechan_invoke - TEECHAN_INVOKE: one command, one answer
 * @id: as in struct teechan_open
 * @deadline_ns: as in struct teechan_open
 * @cancel_id: as in struct teechan_open
 * @session: the session
 * @cmd: number of the command, the TA's affair
 * @ret: result (out), valid when the ioctl returns 0
 * @origin: TEECHAN_ORIGIN_* (out)
 * @count: as in struct teechan_open
 * @reserved0: zero
 * @reserved: zero
 * @params: the parameters, in; @a and @b of outputs come back
 */
struct teechan_invoke {
	__aligned_u64 id;
	__aligned_u64 deadline_ns;
	__aligned_u64 cancel_id;
	__u32 session;
	__u32 cmd;
	__u32 ret;
	__u32 origin;
	__u32 count;
	__u32 reserved0;
	__aligned_u64 reserved;
	struct teechan_param params[TEECHAN_PARAMS];
};

/**
 * struct teechan_cancel - TEECHAN_CANCEL: cancel what carries this number
 * @cancel_id: as given to open or invoke, not zero
 * @deadline_ns: for what the TA has already: how long it may take to answer,
 *	CLOCK_MONOTONIC nanoseconds; then the call ends with
 *	TEECHAN_ERROR_CANCEL, as at a deadline of its own. 0: as long as it likes
 */
struct teechan_cancel {
	__aligned_u64 cancel_id;
	__aligned_u64 deadline_ns;
};

/**
 * struct teechan_close - TEECHAN_CLOSE_SESSION: close, without waiting
 * @session: the session
 * @reserved0: zero
 * @reserved: zero
 */
struct teechan_close {
	__u32 session;
	__u32 reserved0;
	__aligned_u64 reserved;
};

/**
 * struct teechan_region_alloc - TEECHAN_REGION_ALLOC: memory that can be lent
 * @size: bytes wanted, not zero; comes back rounded up to pages
 * @offset: for mmap of the same file, with MAP_SHARED (out)
 * @id: the region's id (out)
 * @flags: zero
 * @reserved: zero
 */
struct teechan_region_alloc {
	__aligned_u64 size;
	__aligned_u64 offset;
	__u32 id;
	__u32 flags;
	__aligned_u64 reserved;
};

/**
 * struct teechan_region_free - TEECHAN_REGION_FREE: give a region's id up
 * @id: the region
 * @reserved0: zero
 * @reserved: zero
 *
 * The memory goes when the last mapping and the last message let go of it.
 */
struct teechan_region_free {
	__u32 id;
	__u32 reserved0;
	__aligned_u64 reserved;
};

/**
 * struct teechan_ta_info - TEECHAN_TA_INFO: who is at the other end
 * @session: an open session of this file
 * @uid: effective user id of its TA when that opened its device, initial user
 *	namespace (out)
 * @uuid: what it is bound to (out)
 * @digest: SHA-256 of its executable when it was bound; all zero when that could
 *	not be taken (out)
 * @reserved: zero
 */
struct teechan_ta_info {
	__u32 session;
	__u32 uid;
	__u8 uuid[TEECHAN_UUID_LEN];
	__u8 digest[TEECHAN_DIGEST_LEN];
	__aligned_u64 reserved[2];
};

/* ---- /dev/teechan-ta: the trusted side ---- */

#define TEECHAN_TA_SINGLE_INSTANCE	0x1u	/* one process serves all sessions */
#define TEECHAN_TA_MULTI_SESSION	0x2u	/* more than one session at a time */

/**
 * struct teechan_bind - TEECHAN_BIND: become the TA of a UUID
 * @uuid: not nil
 * @flags: TEECHAN_TA_*; MULTI_SESSION needs SINGLE_INSTANCE. Without
 *	SINGLE_INSTANCE several processes of one user may bind the same UUID and
 *	each gets one session at a time
 * @reserved0: zero
 * @window_size: bytes of each window, 0 for the default; comes back rounded up
 *	to pages
 * @rw_offset: mmap offset of the read-write window (out)
 * @ro_offset: mmap offset of the read-only window (out)
 * @reserved: zero
 *
 * The TA maps both windows whole, once, MAP_SHARED, right after BIND, and
 * before an mlockall(MCL_FUTURE) (which would count them against
 * RLIMIT_MEMLOCK). A TA that unmaps a window counts as dead.
 */
struct teechan_bind {
	__u8 uuid[TEECHAN_UUID_LEN];
	__u32 flags;
	__u32 reserved0;
	__aligned_u64 window_size;
	__aligned_u64 rw_offset;
	__aligned_u64 ro_offset;
	__aligned_u64 reserved[2];
};

/**
 * struct teechan_identity - what the kernel knows of a client
 * @uid: effective user id when the device was opened, initial user namespace
 * @gid: effective group id likewise
 * @pid: process id, initial pid namespace; for logs only
 * @login: TEECHAN_LOGIN_* of the session
 * @uuid: client identity: nil for PUBLIC, what it is bound to for TRUSTED_APP,
 *	else version 5
 * @digest: SHA-256 of the client's executable with the APPLICATION logins, else
 *	all zero
 */
struct teechan_identity {
	__u32 uid;
	__u32 gid;
	__u32 pid;
	__u32 login;
	__u8 uuid[TEECHAN_UUID_LEN];
	__u8 digest[TEECHAN_DIGEST_LEN];
};

/* Kinds of a message. */
#define TEECHAN_KIND_OPEN	1u
#define TEECHAN_KIND_INVOKE	2u
#define TEECHAN_KIND_CLOSE	3u	/* no parameters; its answer carries nothing */

/**
 * struct teechan_reply_recv - TEECHAN_REPLY_RECV: answer, and wait for the next
 * @reply_id: message to answer, or 0 for none; the kernel sets it to 0 once the
 *	answer is taken, before it sleeps, so a call cut short by a signal is
 *	simply made again
 * @ret: result of the answered message
 * @origin: 0 or TEECHAN_ORIGIN_TA: the TA's own; TEECHAN_ORIGIN_TEE: from the
 *	library under it
 * @deadline_ns: give up waiting then with ETIMEDOUT, CLOCK_MONOTONIC; 0: never.
 *	A file opened O_NONBLOCK does not wait at all (EAGAIN)
 * @id: the message received (out), never 0
 * @kind: TEECHAN_KIND_* (out)
 * @session: the session, a number of this TA's own (out)
 * @cmd: INVOKE: the command (out)
 * @count: of the answer's parameters going in, 0 to 4: what it does not carry is
 *	zero; of the message's coming out
 * @reserved: zero
 * @params: of the answer going in, of which @a and @b are read; of the message
 *	coming out: those from @count on are not written, and are TEECHAN_NONE
 * @client: who opens the session (out, of an OPEN alone); not read
 */
struct teechan_reply_recv {
	__aligned_u64 reply_id;
	__u32 ret;
	__u32 origin;
	__aligned_u64 deadline_ns;
	__aligned_u64 id;
	__u32 kind;
	__u32 session;
	__u32 cmd;
	__u32 count;
	__aligned_u64 reserved[2];
	struct teechan_param params[TEECHAN_PARAMS];
	struct teechan_identity client;
};

/**
 * struct teechan_cancelled - TEECHAN_CANCELLED: has the client cancelled?
 * @id: a message that this TA holds
 * @cancelled: 1: the client cancelled it, is gone, or gave up waiting (out)
 * @reserved0: zero
 * @reserved: zero
 */
struct teechan_cancelled {
	__aligned_u64 id;
	__u32 cancelled;
	__u32 reserved0;
	__aligned_u64 reserved;
};

#define TEECHAN_IOC_MAGIC	0xa6

#define TEECHAN_VERSION		_IOWR(TEECHAN_IOC_MAGIC, 0x40, struct teechan_version)
#define TEECHAN_OPEN_SESSION	_IOWR(TEECHAN_IOC_MAGIC, 0x41, struct teechan_open)
#define TEECHAN_INVOKE		_IOWR(TEECHAN_IOC_MAGIC, 0x42, struct teechan_invoke)
#define TEECHAN_CANCEL		_IOWR(TEECHAN_IOC_MAGIC, 0x43, struct teechan_cancel)
#define TEECHAN_CLOSE_SESSION	_IOWR(TEECHAN_IOC_MAGIC, 0x44, struct teechan_close)
#define TEECHAN_REGION_ALLOC	_IOWR(TEECHAN_IOC_MAGIC, 0x45, struct teechan_region_alloc)
#define TEECHAN_REGION_FREE	_IOWR(TEECHAN_IOC_MAGIC, 0x46, struct teechan_region_free)
#define TEECHAN_TA_INFO		_IOWR(TEECHAN_IOC_MAGIC, 0x47, struct teechan_ta_info)
#define TEECHAN_BIND		_IOWR(TEECHAN_IOC_MAGIC, 0x50, struct teechan_bind)
#define TEECHAN_REPLY_RECV	_IOWR(TEECHAN_IOC_MAGIC, 0x51, struct teechan_reply_recv)
#define TEECHAN_CANCELLED	_IOWR(TEECHAN_IOC_MAGIC, 0x52, struct teechan_cancelled)

/* ---- generic netlink: the monitor ---- */

#define TEECHAN_GENL_NAME	"teechan"
#define TEECHAN_GENL_VERSION	1
#define TEECHAN_GENL_EVENTS	"events"	/* multicast group, CAP_NET_ADMIN */

/*
 * All need CAP_NET_ADMIN in the initial namespaces, unless they say otherwise.
 * In brackets: attributes that a request may carry, to get only what has the
 * same.
 */
enum teechan_genl_cmd {
	TEECHAN_CMD_UNSPEC,
	TEECHAN_CMD_GET_INFO,		/* do: version, limits, counters */
	TEECHAN_CMD_GET_TA,		/* dump [TA_UUID] */
	TEECHAN_CMD_GET_SESSION,	/* dump [TA_UUID, CLIENT_PID] */
	TEECHAN_CMD_GET_REGION,		/* dump [CLIENT_PID] */
	TEECHAN_CMD_EVENT,		/* multicast only */
	TEECHAN_CMD_GET_POLICY,		/* dump: entries */
	TEECHAN_CMD_SET_POLICY,		/* do, CAP_SYS_MODULE: entries, seal */
	TEECHAN_CMD_SEAL_POLICY,	/* do, CAP_SYS_MODULE */
	__TEECHAN_CMD_MAX
};
#define TEECHAN_CMD_MAX		(__TEECHAN_CMD_MAX - 1)

enum teechan_event {
	TEECHAN_EVENT_UNSPEC,
	TEECHAN_EVENT_BIND,	/* a TA is there */
	TEECHAN_EVENT_OPEN,	/* a session was asked for: result, latency */
	TEECHAN_EVENT_CALL,	/* a command was answered: result, latency */
	TEECHAN_EVENT_CLOSE,	/* a session ended */
	TEECHAN_EVENT_LEND,	/* pages of a region were lent */
	TEECHAN_EVENT_CANCEL,	/* a client asked to cancel */
	TEECHAN_EVENT_REFUSAL,	/* the kernel refused a session, or a TA: why */
	TEECHAN_EVENT_DEATH	/* a TA died or went */
};

enum teechan_genl_attr {
	TEECHAN_A_UNSPEC,
	TEECHAN_A_PAD,
	TEECHAN_A_ABI,			/* u32 */
	TEECHAN_A_EVENT,		/* u32, enum teechan_event */
	TEECHAN_A_TIME,			/* u64, CLOCK_MONOTONIC ns */
	TEECHAN_A_TA_UUID,		/* 16 bytes */
	TEECHAN_A_TA_PID,		/* u32 */
	TEECHAN_A_TA_UID,		/* u32 */
	TEECHAN_A_TA_FLAGS,		/* u32, TEECHAN_TA_* */
	TEECHAN_A_TA_DIGEST,		/* 32 bytes, only when taken */
	TEECHAN_A_CLIENT_PID,		/* u32 */
	TEECHAN_A_CLIENT_UID,		/* u32 */
	TEECHAN_A_CLIENT_GID,		/* u32 */
	TEECHAN_A_CLIENT_DIGEST,	/* 32 bytes, only when taken */
	TEECHAN_A_LOGIN,		/* u32, TEECHAN_LOGIN_* */
	TEECHAN_A_SESSION,		/* u32, the TA's number of it */
	TEECHAN_A_STATE,		/* u32, enum teechan_state */
	TEECHAN_A_CMD,			/* u32 */
	TEECHAN_A_RESULT,		/* u32, as in ret */
	TEECHAN_A_ERRNO,		/* u32, instead of a result: the call's errno */
	TEECHAN_A_ORIGIN,		/* u32, TEECHAN_ORIGIN_* */
	TEECHAN_A_LATENCY,		/* u64, ns from queueing to the answer */
	TEECHAN_A_REGION,		/* u32 */
	TEECHAN_A_SIZE,			/* u64, bytes */
	TEECHAN_A_LENT,			/* u64, bytes now lent, or lent by the event */
	TEECHAN_A_MAPPINGS,		/* u32 */
	TEECHAN_A_QUEUED,		/* u32, messages waiting */
	TEECHAN_A_RUNNING,		/* u32, messages that the TA holds */
	TEECHAN_A_SESSIONS,		/* u32 */
	TEECHAN_A_REGIONS,		/* u32 */
	TEECHAN_A_CALLS,		/* u64, counters from here on */
	TEECHAN_A_OPENS,		/* u64 */
	TEECHAN_A_LENDS,		/* u64 */
	TEECHAN_A_CANCELS,		/* u64 */
	TEECHAN_A_ABANDONED,		/* u64, answers that nobody waited for */
	TEECHAN_A_REFUSALS,		/* u64 */
	TEECHAN_A_DEATHS,		/* u64 */
	TEECHAN_A_HISTOGRAM,		/* u64[TEECHAN_HIST_LEN], calls by latency */
	TEECHAN_A_POLICY,		/* u32, enum teechan_policy_state */
	TEECHAN_A_POLICY_ENTRY,		/* nested, any number: TA_UUID, TA_UID, TA_DIGEST */
	TEECHAN_A_POLICY_SEAL,		/* flag: set and seal in one step */
	TEECHAN_A_MESSAGES,		/* u32, of a session so far, its opening too */
	__TEECHAN_A_MAX
};
#define TEECHAN_A_MAX		(__TEECHAN_A_MAX - 1)

/* Entry n counts latencies of [2^n, 2^(n+1)) ns; the first and last are open. */
#define TEECHAN_HIST_LEN	40

enum teechan_state {
	TEECHAN_STATE_OPENING,
	TEECHAN_STATE_IDLE,
	TEECHAN_STATE_QUEUED,
	TEECHAN_STATE_RUNNING,
	TEECHAN_STATE_CLOSING
};

/* Who may bind: without a policy, everybody who can open the device. */
enum teechan_policy_state {
	TEECHAN_POLICY_NONE,
	TEECHAN_POLICY_OPEN,	/* in force, and can be replaced */
	TEECHAN_POLICY_SEALED	/* in force until the module is unloaded */
};

#define TEECHAN_POLICY_MAX	256	/* entries */

#endif /* _UAPI_TEECHAN_H */
