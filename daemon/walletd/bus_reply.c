// SPDX-License-Identifier: BSD-2-Clause
#include "bus_reply.h"

#include "card.h"
#include "ta.h"

static const struct {
	int err;
	const char *name;
} error_names[] = {
	{ TA_ERR_UNAVAILABLE, BUS_ERROR("Unavailable") },
	{ TA_ERR_LOST, BUS_ERROR("Unavailable") },
	{ TA_ERR_DENIED, BUS_ERROR("Unavailable") },
	{ TA_ERR_STATE, BUS_ERROR("State") },
	{ TA_ERR_SECURITY, BUS_ERROR("Refused") },
	{ TA_ERR_FORMAT, BUS_ERROR("InvalidArgument") },
	{ TA_ERR_NOT_FOUND, BUS_ERROR("NotFound") },
	{ TA_ERR_NOT_YET, BUS_ERROR("NotYet") },
	{ CARD_ERR_STORE, BUS_ERROR("Store") },
	{ CARD_ERR_EXISTS, BUS_ERROR("CardExists") },
	{ CARD_ERR_NO_CARD, BUS_ERROR("NoCard") },
	{ CARD_ERR_FROZEN, BUS_ERROR("State") },
	{ CARD_ERR_BUSY, BUS_ERROR("Busy") },
};

int bus_error(sd_bus_error *error, int err)
{
	for (size_t i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
		if (error_names[i].err == err)
			return sd_bus_error_set(error, error_names[i].name, card_strerror(err));
	return sd_bus_error_set(error, BUS_ERROR("Failed"), card_strerror(err));
}

int bus_reply_error(sd_bus_message *call, int err)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r;

	(void)bus_error(&error, err);
	r = sd_bus_reply_method_error(call, &error);
	sd_bus_error_free(&error);
	return r;
}

int bus_read_bytes(sd_bus_message *m, size_t min, size_t max, struct bytes *out, sd_bus_error *error)
{
	const void *p;
	size_t len;
	int r = sd_bus_message_read_array(m, 'y', &p, &len);

	if (r < 0)
		return r;
	if (len < min || len > max)
		return sd_bus_error_setf(error, BUS_ERROR("InvalidArgument"), "%zu bytes where %zu to %zu belong; is pay of the same version?",
					 len, min, max);
	*out = (struct bytes){ p, len };
	return 0;
}

int bus_reply_bytes(sd_bus_message *m, const void *p, size_t len)
{
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	if (r >= 0)
		r = sd_bus_message_append_array(reply, 'y', p, len);
	if (r >= 0)
		r = sd_bus_send(NULL, reply, NULL);
	sd_bus_message_unref(reply);
	return r;
}
