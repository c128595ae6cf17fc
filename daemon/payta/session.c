// SPDX-License-Identifier: BSD-2-Clause
#include "session.h"

#include <string.h>

#include "proto/err.h"

static struct session session;
static bool session_is_open;

const struct session *session_get(void)
{
	return session_is_open ? &session : NULL;
}

void session_erase(void)
{
	TEE_MemFill(&session, 0, sizeof(session));
	session_is_open = false;
}

void session_open(const struct transcript *keys, const uint8_t tid[TID_LEN], const char *merchant, uint32_t ctr)
{
	session_erase();
	session.keys = *keys;
	session.ctr = ctr;
	memcpy(session.tid, tid, TID_LEN);
	memcpy(session.merchant, merchant, strnlen(merchant, MERCHANT_MAX));
	session_is_open = true;
}

uint16_t session_refusal(int err)
{
	switch (err) {
	case PROTO_ERR_SIGNATURE:
		session_erase();
		return SW_SECURITY_STATUS;
	case PROTO_ERR_CRYPTO:
		return SW_UNKNOWN;
	default:
		return SW_WRONG_DATA;
	}
}

void session_refuse(const uint8_t p[P_LEN], uint16_t sw)
{
	session.refused = sw;
	memcpy(session.refused_p, p, P_LEN);
}

void session_never(const uint8_t ttn[TTN_LEN])
{
	if (session.nevers < SESSION_NEVERS_MAX)
		memcpy(session.never_ttn[session.nevers], ttn, TTN_LEN);
	if (session.nevers <= SESSION_NEVERS_MAX)
		session.nevers++;
}

bool session_may_pay(const uint8_t ttn[TTN_LEN])
{
	if (session.refused != 0 || session.nevers > SESSION_NEVERS_MAX)
		return false;
	for (unsigned int i = 0; i < session.nevers; i++)
		if (memcmp(session.never_ttn[i], ttn, TTN_LEN) == 0)
			return false;
	return true;
}
