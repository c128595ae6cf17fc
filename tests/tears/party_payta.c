// SPDX-License-Identifier: BSD-2-Clause
/* payta: the trusted application over libtee's storage; what the serving loop and the module do is done here. */
#include "party.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tee_internal_api.h>

#include "libtee/internal/call.h"
#include "libtee/internal/host.h"
#include "teec.h"

static const uint8_t device_key[TEE_STORE_KEY_SIZE] = "a device key for the harness";

/* The client as the kernel would tell it: the wallet's user, always the same. */
static struct tee_call call = { .client = { .login = TEE_LOGIN_APPLICATION_USER, .uid = 1000 } };

static TEE_Result invoke(struct teec_frame *f)
{
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };
	uint32_t types = 0;
	TEE_Result res;

	for (unsigned int i = 0; i < TEE_NUM_PARAMS; i++) {
		uint32_t type = teec_frame_type(f->types, i);

		types |= type << (i * 4);
		if (type >= 5) {
			params[i].memref.buffer = f->param[i].data;
			params[i].memref.size = f->param[i].size;
		} else {
			params[i].value.a = f->param[i].a;
		}
	}
	tee_call_begin(&call);
	res = TA_InvokeCommandEntryPoint(NULL, f->command, types, params);
	tee_call_end();
	for (unsigned int i = 0; i < TEE_NUM_PARAMS; i++) {
		uint32_t type = teec_frame_type(f->types, i);

		if (type >= 5)
			f->param[i].size = (uint32_t)params[i].memref.size;
		else
			f->param[i].a = params[i].value.a;
	}
	return res;
}

static TEE_Result open_session(void)
{
	TEE_Param params[TEE_NUM_PARAMS] = { 0 };
	void *context;
	TEE_Result res;

	tee_call_begin(&call);
	res = TA_OpenSessionEntryPoint(0, params, &context);
	tee_call_end();
	return res;
}

/* One message of the client: false when it is gone. */
static bool serve(int fd)
{
	static struct teec_frame f;

	if (recv(fd, &f, sizeof(f), 0) != sizeof(f))
		return false;
	f.result = f.kind == TEEC_KIND_OPEN ? open_session() : invoke(&f);
	return send(fd, &f, sizeof(f), MSG_NOSIGNAL) == sizeof(f);
}

static void status(int fd)
{
	static struct teec_frame f;

	f.types = TEE_PARAM_TYPES(TEE_PARAM_TYPE_MEMREF_OUTPUT, 0, 0, 0);
	f.command = PAYTA_CMD_STATUS;
	f.param[0].size = PAYTA_STATUS_LEN;
	wire_answer(fd, invoke(&f) == TEE_SUCCESS ? 0 : -1, f.param[0].data, PAYTA_STATUS_LEN);
}

void party_payta(int fd, const char *dir)
{
	char state[128];
	const struct tee_host_config config = { .state_dir = state, .device_key = device_key };
	struct pollfd p[3] = { { fd, POLLIN, 0 }, { party_listener, POLLIN, 0 }, { -1, POLLIN, 0 } };
	static struct message m;

	snprintf(state, sizeof(state), "%s/ta", dir);
	if (tee_host_start(&config) != TEE_STORE_OK || TA_CreateEntryPoint() != TEE_SUCCESS)
		_exit(1);
	wire_answer(fd, 0, NULL, 0);
	while (poll(p, 3, -1) > 0) {
		if (p[2].revents && !serve(p[2].fd)) {
			close(p[2].fd);
			p[2].fd = -1;
		}
		if (p[1].revents) {
			int client = accept4(party_listener, NULL, NULL, SOCK_CLOEXEC);

			if (p[2].fd >= 0)
				close(p[2].fd);
			p[2].fd = client;
		}
		if (p[0].revents) {
			if (wire_receive(fd, &m, NULL) < 0)
				_exit(0);
			status(fd);
		}
	}
	_exit(1);
}
