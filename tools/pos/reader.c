// SPDX-License-Identifier: BSD-2-Clause
#include "reader.h"

int reader_close(struct pos_reader **r)
{
	return *r ? (*r)->ops->close(r) : 0;
}

const char *reader_strerror(int err)
{
	switch (err) {
	case READER_ERR_SERVICE:
		return "cannot reach the card reader's service; start pcscd (systemctl start pcscd.socket)";
	case READER_ERR_NO_READER:
		return "no such card reader; connect one, or see --reader";
	case READER_ERR_NO_CARD:
		return "no card came in time; hold it to the reader and try again";
	case READER_ERR_CARD:
		return "the card went away or does not answer; hold it still and try again";
	case READER_ERR_TIMEOUT:
		return "the card or its reader hangs; take the card away, reconnect the reader and try again";
	case READER_ERR_RESET:
		return "the card or its reader hung, and the reader was reset; take the card away and try again";
	default:
		return "unknown reader error";
	}
}
