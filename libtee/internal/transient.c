// SPDX-License-Identifier: BSD-2-Clause
/* Transient objects: GP Core 1.3 §5.6. */
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/object.h"
#include "libtee/internal/panic.h"

static void check_transient(const char *function, TEE_ObjectHandle object)
{
	tee_object_check(function, object);
	if (object->stored)
		tee_panic_misuse(function, "not a transient object");
}

static void check_empty(const char *function, TEE_ObjectHandle object)
{
	check_transient(function, object);
	if (object->initialized)
		tee_panic_misuse(function, "the object has a key already");
}

/* §5.6.1 */
TEE_Result TEE_AllocateTransientObject(TEE_ObjectType objectType, uint32_t maxObjectSize, TEE_ObjectHandle *object)
{
	const struct tee_key_type *type = tee_key_type(objectType);
	TEE_ObjectHandle fresh;

	TEE_OUT(object, sizeof(TEE_ObjectHandle));
	*object = TEE_HANDLE_NULL;
	/* Data objects are persistent only. */
	if (!type || type->family == TEE_KEY_NONE || !tee_key_type_has_bits(type, maxObjectSize))
		return TEE_ERROR_NOT_SUPPORTED;
	fresh = tee_object_new(type);
	if (!fresh)
		return TEE_ERROR_OUT_OF_MEMORY;
	fresh->max_bits = maxObjectSize;
	*object = fresh;
	return TEE_SUCCESS;
}

/* §5.6.2 */
void TEE_FreeTransientObject(TEE_ObjectHandle object)
{
	if (object == TEE_HANDLE_NULL)
		return;
	check_transient(__func__, object);
	tee_object_free(object);
}

/* §5.6.3 */
void TEE_ResetTransientObject(TEE_ObjectHandle object)
{
	if (object == TEE_HANDLE_NULL)
		return;
	check_transient(__func__, object);
	tee_key_clear(&object->key);
	object->initialized = false;
	object->usage = UINT32_MAX;
}

/* How long a part may be in an object of that size: of an octet string its own size, else that of the whole. */
static size_t part_max(const struct tee_key_type *type, uint32_t max_bits)
{
	return type->family == TEE_KEY_RAW ? type->octets : (max_bits + 7) / 8;
}

static TEE_Result value_take(struct tee_key *key, int part, const TEE_Attribute *attr)
{
	if (!tee_key_set_value(key, part, attr->content.value.a, attr->content.value.b))
		return TEE_ERROR_OUT_OF_MEMORY;
	return TEE_SUCCESS;
}

/* One part from an attribute. */
static TEE_Result attribute_take(const char *function, struct tee_key *key, uint32_t max_bits, int part,
				 const TEE_Attribute *attr)
{
	const uint8_t *bytes = attr->content.ref.buffer;
	size_t size = attr->content.ref.length;

	if (key->parts[part].size)
		tee_panic_misuse(function, "an attribute is there twice");
	if (attr->attributeID & TEE_ATTR_FLAG_VALUE)
		return value_take(key, part, attr);
	tee_memory_any(function, bytes, size);
	if (!size)
		return TEE_ERROR_BAD_PARAMETERS;
	size = tee_key_skip_zeros(key->type, part, &bytes, size);
	if (size > part_max(key->type, max_bits))
		tee_panic_misuse(function, "an attribute is too large for the object");
	return tee_key_set_part(key, part, bytes, size) ? TEE_SUCCESS : TEE_ERROR_OUT_OF_MEMORY;
}

/* On an error the key has whatever was taken before. */
static TEE_Result attributes_take(const char *function, struct tee_key *key, uint32_t max_bits,
				  const TEE_Attribute *attrs, uint32_t count)
{
	TEE_Result result = TEE_SUCCESS;
	uint32_t n;

	for (n = 0; n < count && !result; n++) {
		int part = tee_key_part(key->type, attrs[n].attributeID);

		if (part < 0)
			tee_panic_misuse(function, "an attribute is not one of the object's type");
		result = attribute_take(function, key, max_bits, part, &attrs[n]);
	}
	return result;
}

static void check_attributes_memory(const char *function, const TEE_Attribute *attrs, uint32_t count)
{
	tee_memory_own(function, attrs, count * sizeof(*attrs));
}

/* §5.6.4: on an error the object stays without a key. */
TEE_Result TEE_PopulateTransientObject(TEE_ObjectHandle object, const TEE_Attribute *attrs, uint32_t attrCount)
{
	struct tee_key key = { 0 };
	TEE_Result result;
	int i;

	check_empty(__func__, object);
	check_attributes_memory(__func__, attrs, attrCount);
	key.type = object->key.type;
	result = attributes_take(__func__, &key, object->max_bits, attrs, attrCount);
	for (i = 0; !result && i < key.type->part_count; i++)
		TEE_MISUSE_IF(!(key.type->parts[i].flags & TEE_KEY_OPTIONAL) && !key.parts[i].size,
			      "a mandatory attribute is missing");
	if (!result && (!tee_key_trim(&key) || tee_key_bits(&key) > object->max_bits || !tee_key_valid(&key)))
		result = TEE_ERROR_BAD_PARAMETERS;
	if (result) {
		tee_key_clear(&key);
		return result;
	}
	object->key = key;
	object->initialized = true;
	return TEE_SUCCESS;
}

/* §5.6.5 */
void TEE_InitRefAttribute(TEE_Attribute *attr, uint32_t attributeID, const void *buffer, size_t length)
{
	TEE_OUT(attr, sizeof(*attr));
	TEE_MISUSE_IF(attributeID & TEE_ATTR_FLAG_VALUE, "the attribute is a value, not a buffer");
	attr->attributeID = attributeID;
	/* The structure serves both directions and so has no const; what is passed here is only read. */
	attr->content.ref.buffer = (void *)(uintptr_t)buffer;
	attr->content.ref.length = length;
}

/* §5.6.6 */
void TEE_InitValueAttribute(TEE_Attribute *attr, uint32_t attributeID, uint32_t a, uint32_t b)
{
	TEE_OUT(attr, sizeof(*attr));
	TEE_MISUSE_IF(!(attributeID & TEE_ATTR_FLAG_VALUE), "the attribute is a buffer, not a value");
	attr->attributeID = attributeID;
	attr->content.value.a = a;
	attr->content.value.b = b;
}

/* §5.6.7 */
TEE_Result TEE_CopyObjectAttributes1(TEE_ObjectHandle destObject, TEE_ObjectHandle srcObject)
{
	check_empty(__func__, destObject);
	tee_object_check(__func__, srcObject);
	TEE_MISUSE_IF(!srcObject->initialized, "the source has no key");
	TEE_MISUSE_IF(!tee_key_can_copy(destObject->key.type, srcObject->key.type), "the types do not fit");
	TEE_MISUSE_IF(tee_key_bits(&srcObject->key) > destObject->max_bits, "the destination is too small");
	if (!tee_key_copy(&destObject->key, &srcObject->key))
		return TEE_ERROR_OUT_OF_MEMORY;
	destObject->usage &= tee_object_usage(srcObject);
	destObject->initialized = true;
	return TEE_SUCCESS;
}

/* §5.6.8: attributes that the type takes as parameters, and those that it cannot do without. */
static void check_parameters(const char *function, const struct tee_key_type *type, const TEE_Attribute *params,
			     uint32_t count)
{
	unsigned int given = 0;
	uint32_t n;
	int i;

	for (n = 0; n < count; n++) {
		i = tee_key_part(type, params[n].attributeID);
		if (i < 0 || !(type->parts[i].flags & (TEE_KEY_GENERATE_MAY | TEE_KEY_GENERATE_MUST)))
			tee_panic_misuse(function, "this type of key takes no such parameter");
		given |= 1u << i;
	}
	for (i = 0; i < type->part_count; i++)
		if (type->parts[i].flags & TEE_KEY_GENERATE_MUST && !(given & 1u << i))
			tee_panic_misuse(function, "a mandatory parameter is missing");
}

TEE_Result TEE_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE_Attribute *params, uint32_t paramCount)
{
	const struct tee_key_type *type;
	struct tee_key key = { 0 };
	TEE_Result result;

	check_empty(__func__, object);
	check_attributes_memory(__func__, params, paramCount);
	type = object->key.type;
	TEE_MISUSE_IF(type->family != TEE_KEY_SECRET && !tee_key_type_is_pair(type), "a public key cannot be generated");
	TEE_MISUSE_IF(keySize > object->max_bits, "the object is too small");
	TEE_MISUSE_IF(!tee_key_type_has_bits(type, keySize), "there is no such size of this type");
	check_parameters(__func__, type, params, paramCount);
	key.type = type;
	result = attributes_take(__func__, &key, object->max_bits, params, paramCount);
	if (!result)
		result = tee_key_generate(&key, keySize);
	if (result) {
		tee_key_clear(&key);
		return result;
	}
	object->key = key;
	object->initialized = true;
	return TEE_SUCCESS;
}
