// SPDX-License-Identifier: BSD-2-Clause
#include "record.h"

#include <string.h>

#include "include/uapi/teechan.h"

enum size { SIZE_U32 = 1, SIZE_U64, SIZE_UUID, SIZE_DIGEST, SIZE_HISTOGRAM };

static const uint8_t sizes[TEECHAN_A_MAX + 1] = {
	[TEECHAN_A_ABI] = SIZE_U32,	    [TEECHAN_A_EVENT] = SIZE_U32,
	[TEECHAN_A_TIME] = SIZE_U64,	    [TEECHAN_A_TA_UUID] = SIZE_UUID,
	[TEECHAN_A_TA_PID] = SIZE_U32,	    [TEECHAN_A_TA_UID] = SIZE_U32,
	[TEECHAN_A_TA_FLAGS] = SIZE_U32,    [TEECHAN_A_TA_DIGEST] = SIZE_DIGEST,
	[TEECHAN_A_CLIENT_PID] = SIZE_U32,  [TEECHAN_A_CLIENT_UID] = SIZE_U32,
	[TEECHAN_A_CLIENT_GID] = SIZE_U32,  [TEECHAN_A_CLIENT_DIGEST] = SIZE_DIGEST,
	[TEECHAN_A_LOGIN] = SIZE_U32,	    [TEECHAN_A_SESSION] = SIZE_U32,
	[TEECHAN_A_STATE] = SIZE_U32,	    [TEECHAN_A_CMD] = SIZE_U32,
	[TEECHAN_A_RESULT] = SIZE_U32,	    [TEECHAN_A_ERRNO] = SIZE_U32,
	[TEECHAN_A_ORIGIN] = SIZE_U32,	    [TEECHAN_A_LATENCY] = SIZE_U64,
	[TEECHAN_A_REGION] = SIZE_U32,	    [TEECHAN_A_SIZE] = SIZE_U64,
	[TEECHAN_A_LENT] = SIZE_U64,	    [TEECHAN_A_MAPPINGS] = SIZE_U32,
	[TEECHAN_A_QUEUED] = SIZE_U32,	    [TEECHAN_A_RUNNING] = SIZE_U32,
	[TEECHAN_A_SESSIONS] = SIZE_U32,    [TEECHAN_A_REGIONS] = SIZE_U32,
	[TEECHAN_A_CALLS] = SIZE_U64,	    [TEECHAN_A_OPENS] = SIZE_U64,
	[TEECHAN_A_LENDS] = SIZE_U64,	    [TEECHAN_A_CANCELS] = SIZE_U64,
	[TEECHAN_A_ABANDONED] = SIZE_U64,   [TEECHAN_A_REFUSALS] = SIZE_U64,
	[TEECHAN_A_DEATHS] = SIZE_U64,	    [TEECHAN_A_HISTOGRAM] = SIZE_HISTOGRAM,
	[TEECHAN_A_POLICY] = SIZE_U32,
	[TEECHAN_A_MESSAGES] = SIZE_U32,
};

static int size_bytes(uint8_t size)
{
	switch (size) {
	case SIZE_U32:
		return 4;
	case SIZE_U64:
		return 8;
	case SIZE_UUID:
		return TEECHAN_UUID_LEN;
	case SIZE_DIGEST:
		return TEECHAN_DIGEST_LEN;
	case SIZE_HISTOGRAM:
		return 8 * TEECHAN_HIST_LEN;
	default:
		return -1;
	}
}

int record_parse(struct record *r, struct nlmsghdr *header)
{
	memset(r, 0, sizeof(*r));
	if (!genlmsg_valid_hdr(header, 0) || genlmsg_parse(header, 0, r->attrs, TEECHAN_A_MAX, NULL))
		return -1;
	r->command = genlmsg_hdr(nlmsg_data(header))->cmd;
	for (int attr = 0; attr <= TEECHAN_A_MAX; attr++)
		if (r->attrs[attr] && sizes[attr] && nla_len(r->attrs[attr]) != size_bytes(sizes[attr]))
			return -1;
	return 0;
}

bool record_has(const struct record *r, int attr)
{
	return r->attrs[attr];
}

uint64_t record_number(const struct record *r, int attr)
{
	if (!r->attrs[attr])
		return 0;
	return sizes[attr] == SIZE_U64 ? nla_get_u64(r->attrs[attr]) : nla_get_u32(r->attrs[attr]);
}

const uint8_t *record_bytes(const struct record *r, int attr)
{
	return r->attrs[attr] ? nla_data(r->attrs[attr]) : NULL;
}

const char *record_uuid(const struct record *r, char text[WORDS_UUID])
{
	const uint8_t *uuid = record_bytes(r, TEECHAN_A_TA_UUID);

	return uuid ? words_uuid(uuid, text) : "-";
}

void record_hist(const struct record *r, struct hist *h)
{
	memset(h, 0, sizeof(*h));
	if (r->attrs[TEECHAN_A_HISTOGRAM])
		memcpy(h->count, nla_data(r->attrs[TEECHAN_A_HISTOGRAM]), sizeof(h->count));
}
