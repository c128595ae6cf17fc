// SPDX-License-Identifier: BSD-2-Clause
/* Properties, by name or where an enumerator stands: GP Core 1.3 §4.4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/property_table.h"
#include "libtee/internal/uuid.h"

#define TEXT_MAX 128
#define BINARY_MAX 1024

/* An enumerator: TEE_HANDLE_NULL for the set until it is started. */
struct __TEE_PropSetHandle {
	struct __TEE_PropSetHandle *next;
	TEE_PropSetHandle set;
	size_t index;
};

static TEE_PropSetHandle living;

static bool is_enumerator(TEE_PropSetHandle handle)
{
	TEE_PropSetHandle at = living;

	while (at && at != handle)
		at = at->next;
	return at;
}

static void check_enumerator(const char *function, TEE_PropSetHandle handle)
{
	if (!handle || !is_enumerator(handle))
		tee_panic_misuse(function, "not a property enumerator");
}

static TEE_Result find(const char *function, TEE_PropSetHandle propset, const char *name, struct tee_property_value *value)
{
	*value = (struct tee_property_value){ 0 };
	if (tee_property_is_set(propset)) {
		tee_memory_own(function, name, 1);
		return tee_property_find(propset, name, value) ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND;
	}
	if (!propset || !is_enumerator(propset))
		tee_panic_misuse(function, "neither a property set nor an enumerator");
	if (!propset->set || !tee_property_at(propset->set, &propset->index, value))
		return TEE_ERROR_ITEM_NOT_FOUND;
	return TEE_SUCCESS;
}

static void block_text(const struct tee_property_value *value, char *text, size_t size)
{
	if (!value->decoded)
		snprintf(text, size, "%s", value->string);
	else
		EVP_EncodeBlock((unsigned char *)text, value->block.bytes, (int)value->block.size);
}

/* §4.4.1: how each type reads as a string. Digests, the longest, fit well in TEXT_MAX; strings stay where they are. */
static const char *value_text(const struct tee_property_value *value, char text[TEXT_MAX])
{
	char uuid[TEE_UUID_TEXT];

	switch (value->type) {
	case USER_TA_PROP_TYPE_BOOL:
		return value->boolean ? "true" : "false";
	case USER_TA_PROP_TYPE_U32:
		snprintf(text, TEXT_MAX, "%" PRIu32, value->u32);
		return text;
	case USER_TA_PROP_TYPE_U64:
		snprintf(text, TEXT_MAX, "%" PRIu64, value->u64);
		return text;
	case USER_TA_PROP_TYPE_UUID:
		tee_uuid_text(&value->uuid, uuid);
		snprintf(text, TEXT_MAX, "%s", uuid);
		return text;
	case USER_TA_PROP_TYPE_IDENTITY:
		tee_uuid_text(&value->identity.uuid, uuid);
		snprintf(text, TEXT_MAX, "%" PRIu32 ":%s", value->identity.login, uuid);
		return text;
	case USER_TA_PROP_TYPE_BINARY_BLOCK:
		if (!value->decoded)
			return value->string;
		block_text(value, text, TEXT_MAX);
		return text;
	default:
		return value->string;
	}
}

/* §4.4.1: when it does not fit, as much as does is there, with a NUL. */
static TEE_Result text_out(const char *text, char *buffer, size_t room, size_t *need)
{
	*need = strlen(text) + 1;
	if (room)
		snprintf(buffer, room, "%s", text);
	return room < *need ? TEE_ERROR_SHORT_BUFFER : TEE_SUCCESS;
}

TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propset, const char *name, char *valueBuffer,
				   size_t *valueBufferLen)
{
	char text[TEXT_MAX];
	const char *string;
	struct tee_property_value value;
	TEE_Result result;
	size_t room;

	TEE_OUT(valueBufferLen, sizeof(*valueBufferLen));
	result = find(__func__, propset, name, &value);
	if (result)
		return result;
	string = value_text(&value, text);
	room = *valueBufferLen;
	TEE_OUTBUF(valueBuffer, room);
	return text_out(string, valueBuffer, room, valueBufferLen);
}

static TEE_Result find_typed(const char *function, TEE_PropSetHandle propset, const char *name,
			     enum user_ta_prop_type type, struct tee_property_value *value)
{
	TEE_Result result = find(function, propset, name, value);

	if (!result && value->type != type)
		return TEE_ERROR_BAD_FORMAT;
	return result;
}

/* §4.4.2 */
TEE_Result TEE_GetPropertyAsBool(TEE_PropSetHandle propset, const char *name, bool *value)
{
	struct tee_property_value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_BOOL, &found);
	if (!result)
		*value = found.boolean;
	return result;
}

/* §4.4.3 */
TEE_Result TEE_GetPropertyAsU32(TEE_PropSetHandle propset, const char *name, uint32_t *value)
{
	struct tee_property_value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_U32, &found);
	if (!result)
		*value = found.u32;
	return result;
}

/* §4.4.4: a 32-bit number is a 64-bit number as well. */
TEE_Result TEE_GetPropertyAsU64(TEE_PropSetHandle propset, const char *name, uint64_t *value)
{
	struct tee_property_value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find(__func__, propset, name, &found);
	if (result)
		return result;
	if (found.type != USER_TA_PROP_TYPE_U32 && found.type != USER_TA_PROP_TYPE_U64)
		return TEE_ERROR_BAD_FORMAT;
	*value = found.type == USER_TA_PROP_TYPE_U32 ? found.u32 : found.u64;
	return TEE_SUCCESS;
}

/* Decodes the application's own Base64 text; its size, or -1. */
static int base64_decode(const char *text, uint8_t out[BINARY_MAX])
{
	size_t length = strlen(text);
	int size;

	if (length % 4 || length / 4 * 3 > BINARY_MAX)
		return -1;
	size = EVP_DecodeBlock(out, (const unsigned char *)text, (int)length);
	if (size > 0 && text[length - 1] == '=')
		size -= text[length - 2] == '=' ? 2 : 1;
	return size;
}

/* §4.4.5 */
TEE_Result TEE_GetPropertyAsBinaryBlock(TEE_PropSetHandle propset, const char *name, void *valueBuffer,
					size_t *valueBufferLen)
{
	uint8_t decoded[BINARY_MAX];
	struct tee_property_value found;
	TEE_Result result;
	size_t room;

	TEE_OUT(valueBufferLen, sizeof(*valueBufferLen));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_BINARY_BLOCK, &found);
	if (result)
		return result;
	if (!found.decoded) {
		int size = base64_decode(found.string, decoded);

		if (size < 0)
			return TEE_ERROR_BAD_FORMAT;
		found.block.bytes = decoded;
		found.block.size = (size_t)size;
	}
	room = *valueBufferLen;
	TEE_OUTBUF(valueBuffer, room);
	*valueBufferLen = found.block.size;
	if (room < found.block.size)
		return TEE_ERROR_SHORT_BUFFER;
	memcpy(valueBuffer, found.block.bytes, found.block.size);
	return TEE_SUCCESS;
}

/* §4.4.6 */
TEE_Result TEE_GetPropertyAsUUID(TEE_PropSetHandle propset, const char *name, TEE_UUID *value)
{
	struct tee_property_value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_UUID, &found);
	if (!result)
		*value = found.uuid;
	return result;
}

/* §4.4.7 */
TEE_Result TEE_GetPropertyAsIdentity(TEE_PropSetHandle propset, const char *name, TEE_Identity *value)
{
	struct tee_property_value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_IDENTITY, &found);
	if (!result)
		*value = found.identity;
	return result;
}

/* §4.4.8 */
TEE_Result TEE_AllocatePropertyEnumerator(TEE_PropSetHandle *enumerator)
{
	TEE_PropSetHandle fresh;

	TEE_OUT(enumerator, sizeof(TEE_PropSetHandle));
	*enumerator = TEE_HANDLE_NULL;
	fresh = OPENSSL_zalloc(sizeof(*fresh));
	if (!fresh)
		return TEE_ERROR_OUT_OF_MEMORY;
	fresh->next = living;
	living = fresh;
	*enumerator = fresh;
	return TEE_SUCCESS;
}

/* §4.4.9 */
void TEE_FreePropertyEnumerator(TEE_PropSetHandle enumerator)
{
	TEE_PropSetHandle *at = &living;

	check_enumerator(__func__, enumerator);
	while (*at != enumerator)
		at = &(*at)->next;
	*at = enumerator->next;
	OPENSSL_free(enumerator);
}

/* §4.4.10 */
void TEE_StartPropertyEnumerator(TEE_PropSetHandle enumerator, TEE_PropSetHandle propSet)
{
	check_enumerator(__func__, enumerator);
	TEE_MISUSE_IF(!tee_property_is_set(propSet), "not a property set");
	enumerator->set = propSet;
	enumerator->index = 0;
}

/* §4.4.11 */
void TEE_ResetPropertyEnumerator(TEE_PropSetHandle enumerator)
{
	check_enumerator(__func__, enumerator);
	enumerator->set = TEE_HANDLE_NULL;
}

/* §4.4.12 */
TEE_Result TEE_GetPropertyName(TEE_PropSetHandle enumerator, void *nameBuffer, size_t *nameBufferLen)
{
	struct tee_property_value value;
	const char *name;
	size_t room;

	check_enumerator(__func__, enumerator);
	TEE_OUT(nameBufferLen, sizeof(*nameBufferLen));
	room = *nameBufferLen;
	TEE_OUTBUF(nameBuffer, room);
	name = enumerator->set ? tee_property_at(enumerator->set, &enumerator->index, &value) : NULL;
	if (!name)
		return TEE_ERROR_ITEM_NOT_FOUND;
	return text_out(name, nameBuffer, room, nameBufferLen);
}

/* §4.4.13 */
TEE_Result TEE_GetNextProperty(TEE_PropSetHandle enumerator)
{
	struct tee_property_value value;

	check_enumerator(__func__, enumerator);
	if (!enumerator->set || !tee_property_at(enumerator->set, &enumerator->index, &value))
		return TEE_ERROR_ITEM_NOT_FOUND;
	enumerator->index++;
	return tee_property_at(enumerator->set, &enumerator->index, &value) ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND;
}
