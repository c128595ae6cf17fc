// SPDX-License-Identifier: BSD-2-Clause
/* Properties: GP Core 1.3 §4.4, §4.5, §4.6, §4.7. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <tee_internal_api.h>
#include <user_ta_header.h>

#include "libtee/internal/bigint.h"
#include "libtee/internal/call.h"
#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"
#include "libtee/internal/ta_digest.h"
#include "libtee/internal/uuid.h"

#define TEXT_MAX 128
#define BINARY_MAX 1024

struct value {
	enum user_ta_prop_type type;
	union {
		bool boolean;
		uint32_t u32;
		uint64_t u64;
		TEE_UUID uuid;
		TEE_Identity identity;
		const char *string;	/* also a binary block of the application's, in Base64 */
		struct {
			const uint8_t *bytes;
			size_t size;
		} block;
	};
	bool decoded;			/* a binary block is in block, not in string */
};

/* A property: a fixed value, or a function that finds it out and returns false if there is none now. */
struct property {
	const char *name;
	struct value fixed;
	bool (*get)(struct value *value);
};

static const struct teechan_identity *client(void)
{
	static const struct teechan_identity nobody;
	const struct tee_call *call = tee_call_current();

	return call ? &call->client : &nobody;
}

static bool client_identity(struct value *value)
{
	value->type = USER_TA_PROP_TYPE_IDENTITY;
	value->identity.login = client()->login;
	tee_uuid_from_bytes(client()->uuid, &value->identity.uuid);
	return true;
}

static bool value_u32(struct value *value, uint32_t u32)
{
	value->type = USER_TA_PROP_TYPE_U32;
	value->u32 = u32;
	return true;
}

static bool client_uid(struct value *value)
{
	return value_u32(value, client()->uid);
}

static bool client_gid(struct value *value)
{
	return value_u32(value, client()->gid);
}

static bool client_pid(struct value *value)
{
	return value_u32(value, client()->pid);
}

static bool value_block(struct value *value, const uint8_t *bytes, size_t size)
{
	value->type = USER_TA_PROP_TYPE_BINARY_BLOCK;
	value->block.bytes = bytes;
	value->block.size = size;
	value->decoded = true;
	return bytes;
}

/* The kernel takes the client's digest for the APPLICATION logins only, and leaves zeros otherwise. */
static bool client_digest(struct value *value)
{
	static const uint8_t none[TEECHAN_DIGEST_LEN];
	const uint8_t *digest = client()->digest;

	return memcmp(digest, none, sizeof(none)) && value_block(value, digest, TEECHAN_DIGEST_LEN);
}

static bool ta_id(struct value *value)
{
	value->type = USER_TA_PROP_TYPE_UUID;
	value->uuid = ta_head.uuid;
	return true;
}

static bool value_flag(struct value *value, uint32_t flag)
{
	value->type = USER_TA_PROP_TYPE_BOOL;
	value->boolean = ta_head.flags & flag;
	return true;
}

static bool ta_single_instance(struct value *value)
{
	return value_flag(value, TA_FLAG_SINGLE_INSTANCE);
}

static bool ta_multi_session(struct value *value)
{
	return value_flag(value, TA_FLAG_MULTI_SESSION);
}

static bool ta_keep_alive(struct value *value)
{
	return value_flag(value, TA_FLAG_INSTANCE_KEEP_ALIVE);
}

static bool ta_data_size(struct value *value)
{
	return value_u32(value, ta_head.data_size);
}

static bool ta_stack_size(struct value *value)
{
	return value_u32(value, ta_head.stack_size);
}

static bool value_string(struct value *value, const char *string)
{
	value->type = USER_TA_PROP_TYPE_STRING;
	value->string = string;
	return string;
}

static bool ta_version(struct value *value)
{
	return value_string(value, ta_head.version);
}

static bool ta_description(struct value *value)
{
	return value_string(value, ta_head.description);
}

static bool ta_own_digest(struct value *value)
{
	return value_block(value, tee_ta_digest(), TEE_TA_DIGEST_SIZE);
}

#define FIXED_STRING(text) { .type = USER_TA_PROP_TYPE_STRING, .string = (text) }
#define FIXED_U32(number) { .type = USER_TA_PROP_TYPE_U32, .u32 = (number) }

static const struct property client_properties[] = {
	{ .name = "gpd.client.identity", .get = client_identity },
	{ .name = "gpd.client.endian", .fixed = FIXED_U32(0) },
	{ .name = "org.teepay.client.uid", .get = client_uid },
	{ .name = "org.teepay.client.gid", .get = client_gid },
	{ .name = "org.teepay.client.pid", .get = client_pid },
	{ .name = "org.teepay.client.digest", .get = client_digest },
	{ .name = NULL },
};

static const struct property ta_properties[] = {
	{ .name = "gpd.ta.appID", .get = ta_id },
	{ .name = "gpd.ta.singleInstance", .get = ta_single_instance },
	{ .name = "gpd.ta.multiSession", .get = ta_multi_session },
	{ .name = "gpd.ta.instanceKeepAlive", .get = ta_keep_alive },
	{ .name = "gpd.ta.dataSize", .get = ta_data_size },
	{ .name = "gpd.ta.stackSize", .get = ta_stack_size },
	{ .name = "gpd.ta.version", .get = ta_version },
	{ .name = "gpd.ta.description", .get = ta_description },
	{ .name = "gpd.ta.endian", .fixed = FIXED_U32(0) },
	{ .name = "org.teepay.ta.digest", .get = ta_own_digest },
	{ .name = NULL },
};

/* §4.7. Protection levels: 100 is the REE's, since root owns both the clock and the disk. */
static const struct property tee_properties[] = {
	{ .name = "gpd.tee.apiversion", .fixed = FIXED_STRING("1.3") },
	{ .name = "gpd.tee.internalCore.version", .fixed = FIXED_U32(TEE_CORE_API_VERSION) },
	{ .name = "gpd.tee.description", .fixed = FIXED_STRING("teepay " TEEPAY_VERSION) },
	{ .name = "gpd.tee.arith.maxBigIntSize", .fixed = FIXED_U32(BIGINT_BITS_MAX) },
	{ .name = "gpd.tee.systemTime.protectionLevel", .fixed = FIXED_U32(100) },
	{ .name = "gpd.tee.trustedStorage.private.rollbackProtection", .fixed = FIXED_U32(0) },
	{ .name = NULL },
};

static bool table_find(const struct property *table, const char *name, struct value *value)
{
	for (; table->name; table++) {
		if (strcmp(table->name, name))
			continue;
		*value = table->fixed;
		return !table->get || table->get(value);
	}
	return false;
}

/* The application's own properties, from its header. */
static bool own_find(const char *name, struct value *value)
{
	size_t i;

	for (i = 0; i < ta_head.num_props; i++) {
		const struct user_ta_property *own = &ta_head.props[i];

		if (strcmp(own->name, name))
			continue;
		*value = (struct value){ .type = own->type };
		switch (own->type) {
		case USER_TA_PROP_TYPE_BOOL:
			memcpy(&value->boolean, own->value, sizeof(value->boolean));
			return true;
		case USER_TA_PROP_TYPE_U32:
			memcpy(&value->u32, own->value, sizeof(value->u32));
			return true;
		case USER_TA_PROP_TYPE_U64:
			memcpy(&value->u64, own->value, sizeof(value->u64));
			return true;
		case USER_TA_PROP_TYPE_UUID:
			memcpy(&value->uuid, own->value, sizeof(value->uuid));
			return true;
		case USER_TA_PROP_TYPE_IDENTITY:
			memcpy(&value->identity, own->value, sizeof(value->identity));
			return true;
		default:
			value->string = own->value;
			return true;
		}
	}
	return false;
}

static TEE_Result find(const char *function, TEE_PropSetHandle propset, const char *name, struct value *value)
{
	bool found = false;

	*value = (struct value){ 0 };
	tee_memory_own(function, name, 1);
	if (propset == TEE_PROPSET_CURRENT_CLIENT)
		found = table_find(client_properties, name, value);
	else if (propset == TEE_PROPSET_CURRENT_TA)
		found = table_find(ta_properties, name, value) || own_find(name, value);
	else if (propset == TEE_PROPSET_TEE_IMPLEMENTATION)
		found = table_find(tee_properties, name, value);
	else
		tee_panic_misuse(function, "not a property set (enumerators are not there yet)");
	return found ? TEE_SUCCESS : TEE_ERROR_ITEM_NOT_FOUND;
}

static void block_text(const struct value *value, char *text, size_t size)
{
	if (!value->decoded)
		snprintf(text, size, "%s", value->string);
	else
		EVP_EncodeBlock((unsigned char *)text, value->block.bytes, (int)value->block.size);
}

/* §4.4.1: how each type reads as a string. Digests, the longest, fit well in TEXT_MAX; strings stay where they are. */
static const char *value_text(const struct value *value, char text[TEXT_MAX])
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
TEE_Result TEE_GetPropertyAsString(TEE_PropSetHandle propset, const char *name, char *valueBuffer,
				   size_t *valueBufferLen)
{
	char text[TEXT_MAX];
	const char *string;
	struct value value;
	TEE_Result result;
	size_t room;
	size_t need;

	TEE_OUT(valueBufferLen, sizeof(*valueBufferLen));
	result = find(__func__, propset, name, &value);
	if (result)
		return result;
	string = value_text(&value, text);
	room = *valueBufferLen;
	need = strlen(string) + 1;
	TEE_OUTBUF(valueBuffer, room);
	*valueBufferLen = need;
	if (room)
		snprintf(valueBuffer, room, "%s", string);
	return room < need ? TEE_ERROR_SHORT_BUFFER : TEE_SUCCESS;
}

static TEE_Result find_typed(const char *function, TEE_PropSetHandle propset, const char *name,
			     enum user_ta_prop_type type, struct value *value)
{
	TEE_Result result = find(function, propset, name, value);

	if (!result && value->type != type)
		return TEE_ERROR_BAD_FORMAT;
	return result;
}

/* §4.4.2 */
TEE_Result TEE_GetPropertyAsBool(TEE_PropSetHandle propset, const char *name, bool *value)
{
	struct value found;
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
	struct value found;
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
	struct value found;
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
	struct value found;
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
		value_block(&found, decoded, (size_t)size);
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
	struct value found;
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
	struct value found;
	TEE_Result result;

	TEE_OUT(value, sizeof(*value));
	result = find_typed(__func__, propset, name, USER_TA_PROP_TYPE_IDENTITY, &found);
	if (!result)
		*value = found.identity;
	return result;
}
