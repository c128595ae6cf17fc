// SPDX-License-Identifier: BSD-2-Clause
/*
 * The TEE Client API for walletd's modules here: a call is a message to the process that runs payta.  As with the kernel's channel a dead trusted application
 * ends its callers at once with TARGET_DEAD, and what it has not answered nobody knows.
 */
#include "teec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tee_client_api.h>
#include <unistd.h>

#include "party.h"

TEEC_Result TEEC_InitializeContext(const char *name, TEEC_Context *context)
{
	(void)name;
	context->imp = NULL;
	return TEEC_SUCCESS;
}

void TEEC_FinalizeContext(TEEC_Context *context)
{
	(void)context;
}

TEEC_Result TEEC_AllocateSharedMemory(TEEC_Context *context, TEEC_SharedMemory *m)
{
	(void)context;
	m->buffer = calloc(1, m->size);
	return m->buffer ? TEEC_SUCCESS : TEEC_ERROR_OUT_OF_MEMORY;
}

void TEEC_ReleaseSharedMemory(TEEC_SharedMemory *m)
{
	free(m->buffer);
	m->buffer = NULL;
}

static int session_fd(const TEEC_Session *s)
{
	return (int)(intptr_t)s->imp - 1;
}

/* Sends and waits; the frame is the answer then. */
static TEEC_Result exchange(int fd, struct teec_frame *f)
{
	if (send(fd, f, sizeof(*f), MSG_NOSIGNAL) != sizeof(*f) || recv(fd, f, sizeof(*f), 0) != sizeof(*f))
		return TEEC_ERROR_TARGET_DEAD;
	return f->result;
}

TEEC_Result TEEC_OpenSession(TEEC_Context *context, TEEC_Session *session, const TEEC_UUID *destination, uint32_t method, const void *data,
			     TEEC_Operation *operation, uint32_t *origin)
{
	static struct teec_frame f;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	TEEC_Result result = TEEC_ERROR_ITEM_NOT_FOUND;

	(void)context;
	(void)destination;
	(void)data;
	(void)operation;
	(void)origin;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/" TA_SOCKET, shared->dir);
	memset(&f, 0, sizeof(f));
	f.kind = TEEC_KIND_OPEN;
	f.command = method;
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		result = exchange(fd, &f);
	if (result != TEEC_SUCCESS && fd >= 0)
		close(fd);
	session->imp = (void *)(intptr_t)(fd + 1);
	return result;
}

void TEEC_CloseSession(TEEC_Session *session)
{
	close(session_fd(session));
	session->imp = NULL;
}

/* The memory behind parameter @i, its size at *@size. */
static uint8_t *memory_of(TEEC_Operation *op, unsigned int i, size_t **size)
{
	uint32_t type = TEEC_PARAM_TYPE_GET(op->paramTypes, i);

	if (type > 8) {
		*size = &op->params[i].memref.size;
		return (uint8_t *)op->params[i].memref.parent->buffer + op->params[i].memref.offset;
	}
	*size = &op->params[i].tmpref.size;
	return op->params[i].tmpref.buffer;
}

TEEC_Result TEEC_InvokeCommand(TEEC_Session *session, uint32_t command, TEEC_Operation *op, uint32_t *origin)
{
	static struct teec_frame f;
	TEEC_Result result;
	size_t *size;

	(void)origin;
	memset(&f, 0, sizeof(f));
	f.kind = TEEC_KIND_INVOKE;
	f.command = command;
	f.types = op->paramTypes;
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t type = teec_frame_type(f.types, i);
		const uint8_t *p;

		f.param[i].a = type >= 1 && type <= 3 ? op->params[i].value.a : 0;
		if (type < 5)
			continue;
		p = memory_of(op, i, &size);
		if (*size > TEEC_FRAME_DATA)
			return TEEC_ERROR_EXCESS_DATA;
		f.param[i].size = (uint32_t)*size;
		if (type != 6 && *size > 0)
			memcpy(f.param[i].data, p, *size);
	}
	result = exchange(session_fd(session), &f);
	for (unsigned int i = 0; i < 4 && result != TEEC_ERROR_TARGET_DEAD; i++) {
		uint32_t type = teec_frame_type(op->paramTypes, i);
		uint8_t *p;

		if (type == 2 || type == 3)
			op->params[i].value.a = f.param[i].a;
		if (type != 6 && type != 7)
			continue;
		p = memory_of(op, i, &size);
		if (f.param[i].size > *size)
			return TEEC_ERROR_COMMUNICATION;
		memcpy(p, f.param[i].data, f.param[i].size);
		*size = f.param[i].size;
	}
	return result;
}
