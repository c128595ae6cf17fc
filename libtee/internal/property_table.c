// SPDX-License-Identifier: BSD-2-Clause
/* What there is to know of client, application and implementation: GP Core 1.3 §4.5, §4.6, §4.7. */
#include "libtee/internal/property_table.h"

#include <string.h>
#include <sys/utsname.h>

#include <tee_internal_api.h>

#include "libtee/internal/bigint.h"
#include "libtee/internal/call.h"
#include "libtee/internal/device_id.h"
#include "libtee/internal/ta_digest.h"
#include "libtee/internal/uuid.h"

/* A property: a fixed value, or a function that finds it out and returns false if there is none now. */
struct property {
	const char *name;
	struct tee_property_value fixed;
	bool (*get)(struct tee_property_value *value);
};

static const struct teechan_identity *client(void)
{
	static const struct teechan_identity nobody;
	const struct tee_call *call = tee_call_current();

	return call ? &call->client : &nobody;
}

static bool client_identity(struct tee_property_value *value)
{
	value->type = USER_TA_PROP_TYPE_IDENTITY;
	value->identity.login = client()->login;
	tee_uuid_from_bytes(client()->uuid, &value->identity.uuid);
	return true;
}

static bool value_u32(struct tee_property_value *value, uint32_t u32)
{
	value->type = USER_TA_PROP_TYPE_U32;
	value->u32 = u32;
	return true;
}

static bool client_uid(struct tee_property_value *value)
{
	return value_u32(value, client()->uid);
}

static bool client_gid(struct tee_property_value *value)
{
	return value_u32(value, client()->gid);
}

static bool client_pid(struct tee_property_value *value)
{
	return value_u32(value, client()->pid);
}

static bool value_block(struct tee_property_value *value, const uint8_t *bytes, size_t size)
{
	value->type = USER_TA_PROP_TYPE_BINARY_BLOCK;
	value->block.bytes = bytes;
	value->block.size = size;
	value->decoded = true;
	return bytes;
}

/* The kernel takes the client's digest for the APPLICATION logins only, and leaves zeros otherwise. */
static bool client_digest(struct tee_property_value *value)
{
	static const uint8_t none[TEECHAN_DIGEST_LEN];
	const uint8_t *digest = client()->digest;

	return memcmp(digest, none, sizeof(none)) && value_block(value, digest, TEECHAN_DIGEST_LEN);
}

static bool ta_id(struct tee_property_value *value)
{
	value->type = USER_TA_PROP_TYPE_UUID;
	value->uuid = ta_head.uuid;
	return true;
}

static bool value_flag(struct tee_property_value *value, uint32_t flag)
{
	value->type = USER_TA_PROP_TYPE_BOOL;
	value->boolean = ta_head.flags & flag;
	return true;
}

static bool ta_single_instance(struct tee_property_value *value)
{
	return value_flag(value, TA_FLAG_SINGLE_INSTANCE);
}

static bool ta_multi_session(struct tee_property_value *value)
{
	return value_flag(value, TA_FLAG_MULTI_SESSION);
}

static bool ta_keep_alive(struct tee_property_value *value)
{
	return value_flag(value, TA_FLAG_INSTANCE_KEEP_ALIVE);
}

static bool ta_keeps_handles(struct tee_property_value *value)
{
	return value_flag(value, TA_FLAG_DONT_CLOSE_HANDLE_ON_CORRUPT_OBJECT);
}

static bool ta_data_size(struct tee_property_value *value)
{
	return value_u32(value, ta_head.data_size);
}

static bool ta_stack_size(struct tee_property_value *value)
{
	return value_u32(value, ta_head.stack_size);
}

static bool value_string(struct tee_property_value *value, const char *string)
{
	value->type = USER_TA_PROP_TYPE_STRING;
	value->string = string;
	return string;
}

static bool ta_version(struct tee_property_value *value)
{
	return value_string(value, ta_head.version);
}

static bool ta_description(struct tee_property_value *value)
{
	return value_string(value, ta_head.description);
}

static bool ta_own_digest(struct tee_property_value *value)
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
	{ .name = "gpd.ta.doesNotCloseHandleOnCorruptObject", .get = ta_keeps_handles },
	{ .name = "org.teepay.ta.digest", .get = ta_own_digest },
	{ .name = NULL },
};

static bool device_id(struct tee_property_value *value)
{
	value->type = USER_TA_PROP_TYPE_UUID;
	return tee_device_id(&value->uuid);
}

/* Under a trusted application there is Linux: what a board's boot firmware is elsewhere. */
static const char *kernel_release(void)
{
	static struct utsname name;

	return *name.release || !uname(&name) ? name.release : NULL;
}

static bool firmware_version(struct tee_property_value *value)
{
	return value_string(value, kernel_release());
}

static bool firmware_binary_version(struct tee_property_value *value)
{
	const char *release = kernel_release();

	return value_block(value, (const uint8_t *)release, release ? strlen(release) : 0);
}

static bool os_binary_version(struct tee_property_value *value)
{
	return value_block(value, (const uint8_t *)TEEPAY_VERSION, sizeof(TEEPAY_VERSION) - 1);
}

static bool value_curve(struct tee_property_value *value, uint32_t algorithm, uint32_t curve)
{
	value->type = USER_TA_PROP_TYPE_BOOL;
	value->boolean = TEE_IsAlgorithmSupported(algorithm, curve) == TEE_SUCCESS;
	return true;
}

static bool curves_nist(struct tee_property_value *value)
{
	return value_curve(value, TEE_ALG_ECDSA_SHA256, TEE_ECC_CURVE_NIST_P256);
}

static bool curves_bsi_r(struct tee_property_value *value)
{
	return value_curve(value, TEE_ALG_ECDSA_SHA256, TEE_ECC_CURVE_BSI_P256r1);
}

static bool curves_bsi_t(struct tee_property_value *value)
{
	return value_curve(value, TEE_ALG_ECDSA_SHA256, TEE_ECC_CURVE_BSI_P256t1);
}

static bool curves_ietf(struct tee_property_value *value)
{
	return value_curve(value, TEE_ALG_ED25519, TEE_ECC_CURVE_25519);
}

static bool curves_octa(struct tee_property_value *value)
{
	return value_curve(value, TEE_ALG_SM2_DSA_SM3, TEE_ECC_CURVE_SM2);
}

/* §4.7. Protection levels: 100 is the REE's, since root owns both the clock and the disk. */
static const struct property tee_properties[] = {
	{ .name = "gpd.tee.apiversion", .fixed = FIXED_STRING("1.3") },
	{ .name = "gpd.tee.internalCore.version", .fixed = FIXED_U32(TEE_CORE_API_VERSION) },
	{ .name = "gpd.tee.description", .fixed = FIXED_STRING("teepay " TEEPAY_VERSION) },
	{ .name = "gpd.tee.deviceID", .get = device_id },
	{ .name = "gpd.tee.systemTime.protectionLevel", .fixed = FIXED_U32(100) },
	{ .name = "gpd.tee.TAPersistentTime.protectionLevel", .fixed = FIXED_U32(100) },
	{ .name = "gpd.tee.arith.maxBigIntSize", .fixed = FIXED_U32(BIGINT_BITS_MAX) },
	{ .name = "gpd.tee.cryptography.ecc", .get = curves_nist },
	{ .name = "gpd.tee.cryptography.nist", .get = curves_nist },
	{ .name = "gpd.tee.cryptography.bsi-r", .get = curves_bsi_r },
	{ .name = "gpd.tee.cryptography.bsi-t", .get = curves_bsi_t },
	{ .name = "gpd.tee.cryptography.ietf", .get = curves_ietf },
	{ .name = "gpd.tee.cryptography.octa", .get = curves_octa },
	{ .name = "gpd.tee.trustedStorage.private.rollbackProtection", .fixed = FIXED_U32(0) },
	{ .name = "gpd.tee.trustedos.implementation.version", .fixed = FIXED_STRING("teepay " TEEPAY_VERSION) },
	{ .name = "gpd.tee.trustedos.implementation.binaryversion", .get = os_binary_version },
	{ .name = "gpd.tee.trustedos.manufacturer", .fixed = FIXED_STRING("teepay") },
	{ .name = "gpd.tee.firmware.implementation.version", .get = firmware_version },
	{ .name = "gpd.tee.firmware.implementation.binaryversion", .get = firmware_binary_version },
	{ .name = "gpd.tee.firmware.manufacturer", .fixed = FIXED_STRING("Linux") },
	{ .name = NULL },
};

static const struct property *table_of(TEE_PropSetHandle set)
{
	if (set == TEE_PROPSET_CURRENT_CLIENT)
		return client_properties;
	if (set == TEE_PROPSET_CURRENT_TA)
		return ta_properties;
	return set == TEE_PROPSET_TEE_IMPLEMENTATION ? tee_properties : NULL;
}

bool tee_property_is_set(TEE_PropSetHandle set)
{
	return table_of(set);
}

static bool property_get(const struct property *property, struct tee_property_value *value)
{
	*value = property->fixed;
	return !property->get || property->get(value);
}

static const struct property *table_find(const struct property *table, const char *name)
{
	while (table->name && strcmp(table->name, name))
		table++;
	return table->name ? table : NULL;
}

/* A property of the application's own, from its header. */
static void own_get(const struct user_ta_property *own, struct tee_property_value *value)
{
	*value = (struct tee_property_value){ .type = own->type };
	switch (own->type) {
	case USER_TA_PROP_TYPE_BOOL:
		memcpy(&value->boolean, own->value, sizeof(value->boolean));
		break;
	case USER_TA_PROP_TYPE_U32:
		memcpy(&value->u32, own->value, sizeof(value->u32));
		break;
	case USER_TA_PROP_TYPE_U64:
		memcpy(&value->u64, own->value, sizeof(value->u64));
		break;
	case USER_TA_PROP_TYPE_UUID:
		memcpy(&value->uuid, own->value, sizeof(value->uuid));
		break;
	case USER_TA_PROP_TYPE_IDENTITY:
		memcpy(&value->identity, own->value, sizeof(value->identity));
		break;
	default:
		value->string = own->value;
		break;
	}
}

bool tee_property_find(TEE_PropSetHandle set, const char *name, struct tee_property_value *value)
{
	const struct property *property = table_find(table_of(set), name);
	size_t i;

	if (property)
		return property_get(property, value);
	for (i = 0; set == TEE_PROPSET_CURRENT_TA && i < ta_head.num_props; i++) {
		if (strcmp(ta_head.props[i].name, name))
			continue;
		own_get(&ta_head.props[i], value);
		return true;
	}
	return false;
}

const char *tee_property_at(TEE_PropSetHandle set, size_t *index, struct tee_property_value *value)
{
	const struct property *table = table_of(set);
	size_t count = 0;
	size_t own;

	for (; table[count].name; count++) {
		if (count < *index || !property_get(&table[count], value))
			continue;
		*index = count;
		return table[count].name;
	}
	/* What the application says under a name of the table's is never found, so it is not shown either. */
	own = *index > count ? *index - count : 0;
	while (set == TEE_PROPSET_CURRENT_TA && own < ta_head.num_props && table_find(table, ta_head.props[own].name))
		own++;
	if (set != TEE_PROPSET_CURRENT_TA || own >= ta_head.num_props)
		return NULL;
	*index = count + own;
	own_get(&ta_head.props[own], value);
	return ta_head.props[own].name;
}
