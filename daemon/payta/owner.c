// SPDX-License-Identifier: BSD-2-Clause
#include "owner.h"

#include "card.h"

#include "proto/cursor.h"

#define OWNER_ID	"owner"
#define OWNER_VERSION	0x01
#define OWNER_LEN	5
#define UID_PROPERTY	"org.teepay.client.uid"	/* the kernel's word */

static struct {
	bool known;
	uint32_t uid;
} owner;

static TEE_Result owner_read(void)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[OWNER_LEN + 1];
	struct reader r;
	size_t count = 0;
	TEE_Result res;

	res = TEE_OpenPersistentObject(TEE_STORAGE_PRIVATE, OWNER_ID, sizeof(OWNER_ID) - 1, TEE_DATA_FLAG_ACCESS_READ, &object);
	if (res != TEE_SUCCESS)
		return res;
	res = TEE_ReadObjectData(object, bytes, sizeof(bytes), &count);
	TEE_CloseObject(object);
	if (res != TEE_SUCCESS)
		return res;
	reader_init(&r, bytes, count);
	if (reader_u8(&r) != OWNER_VERSION)
		return TEE_ERROR_CORRUPT_OBJECT;
	owner.uid = reader_u32(&r);
	if (reader_end(&r))
		return TEE_ERROR_CORRUPT_OBJECT;
	owner.known = true;
	return TEE_SUCCESS;
}

static TEE_Result owner_write(uint32_t uid)
{
	const uint32_t flags = TEE_DATA_FLAG_ACCESS_READ | TEE_DATA_FLAG_ACCESS_WRITE | TEE_DATA_FLAG_OVERWRITE;
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	uint8_t bytes[OWNER_LEN];
	struct writer w;
	TEE_Result res;
	size_t len;

	writer_init(&w, bytes, sizeof(bytes));
	writer_u8(&w, OWNER_VERSION);
	writer_u32(&w, uid);
	if (writer_end(&w, &len) || len != OWNER_LEN)
		TEE_Panic(TEE_ERROR_GENERIC);
	res = TEE_CreatePersistentObject(TEE_STORAGE_PRIVATE, OWNER_ID, sizeof(OWNER_ID) - 1, flags, TEE_HANDLE_NULL, bytes, sizeof(bytes), &object);
	if (res != TEE_SUCCESS)
		return res;
	TEE_CloseObject(object);
	owner.known = true;
	owner.uid = uid;
	return TEE_SUCCESS;
}

TEE_Result owner_load(void)
{
	TEE_Result res;

	owner.known = false;
	res = owner_read();
	return res == TEE_ERROR_ITEM_NOT_FOUND ? TEE_SUCCESS : res;
}

/* A TEE that does not know its clients' users has no such property, and then nobody is served. */
static TEE_Result client_uid(uint32_t *uid)
{
	return TEE_GetPropertyAsU32(TEE_PROPSET_CURRENT_CLIENT, UID_PROPERTY, uid) == TEE_SUCCESS ? TEE_SUCCESS : TEE_ERROR_ACCESS_DENIED;
}

TEE_Result owner_admit(void)
{
	TEE_Identity who;
	uint32_t uid;

	if (TEE_GetPropertyAsIdentity(TEE_PROPSET_CURRENT_CLIENT, "gpd.client.identity", &who) != TEE_SUCCESS ||
	    who.login != TEE_LOGIN_APPLICATION_USER || client_uid(&uid) != TEE_SUCCESS)
		return TEE_ERROR_ACCESS_DENIED;
	if (card_get()->state != PAYTA_EMPTY && !owner.known)
		return owner_write(uid);
	return owner_is_client() ? TEE_SUCCESS : TEE_ERROR_ACCESS_DENIED;
}

bool owner_is_client(void)
{
	uint32_t uid;

	if (card_get()->state == PAYTA_EMPTY)
		return true;
	return owner.known && client_uid(&uid) == TEE_SUCCESS && uid == owner.uid;
}

TEE_Result owner_take(void)
{
	uint32_t uid;
	TEE_Result res = client_uid(&uid);

	if (res != TEE_SUCCESS)
		return res;
	return owner.known && owner.uid == uid ? TEE_SUCCESS : owner_write(uid);
}
