/* SPDX-License-Identifier: BSD-2-Clause */
/* The one place where the channel's errors become results of the TEE Client API. */
#ifndef LIBTEE_CLIENT_ERRNO_RESULT_H
#define LIBTEE_CLIENT_ERRNO_RESULT_H

#include <tee_client_api.h>

/* @err: 0 or a negative errno value of a channel operation. */
TEEC_Result errno_result(int err);

#endif
