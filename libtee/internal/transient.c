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
	if (!type || !type->parts[0] || !tee_key_type_has_bits(type, maxObjectSize))
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

/* Gives the key its parts from attributes; false: one does not fit, or there is no memory (*memory says which). */
static bool attributes_take(struct tee_key *key, uint32_t max_bits, const TEE_Attribute *attrs, uint32_t count,
			    bool *memory)
{
	uint32_t n;

	*memory = true;
	for (n = 0; n < count; n++) {
		const TEE_Attribute *attr = &attrs[n];
		int part = tee_key_part(key->type, attr->attributeID);

		TEE_MISUSE_IF(part < 0, "an attribute is not one of the object's type");
		TEE_MISUSE_IF(key->parts[part].size, "an attribute is there twice");
		TEE_INBUF(attr->content.ref.buffer, attr->content.ref.length);
		if (!attr->content.ref.length || attr->content.ref.length > max_bits / 8)
			return false;
		*memory = tee_key_set_part(key, part, attr->content.ref.buffer, attr->content.ref.length);
		if (!*memory)
			return false;
	}
	return true;
}

/* §5.6.4: on an error the object stays without a key. */
TEE_Result TEE_PopulateTransientObject(TEE_ObjectHandle object, const TEE_Attribute *attrs, uint32_t attrCount)
{
	struct tee_key key = { 0 };
	bool memory;
	int i;

	check_empty(__func__, object);
	TEE_IN(attrs, attrCount * sizeof(*attrs));
	key.type = object->key.type;
	if (!attributes_take(&key, object->max_bits, attrs, attrCount, &memory)) {
		tee_key_clear(&key);
		return memory ? TEE_ERROR_BAD_PARAMETERS : TEE_ERROR_OUT_OF_MEMORY;
	}
	for (i = 0; i < TEE_KEY_PARTS; i++)
		TEE_MISUSE_IF(key.type->parts[i] && !key.parts[i].size, "a mandatory attribute is missing");
	if (!tee_key_valid(&key)) {
		tee_key_clear(&key);
		return TEE_ERROR_BAD_PARAMETERS;
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

/* §5.6.8: none of the key types that are there takes parameters. */
TEE_Result TEE_GenerateKey(TEE_ObjectHandle object, uint32_t keySize, const TEE_Attribute *params, uint32_t paramCount)
{
	const struct tee_key_type *type;

	(void)params;
	check_empty(__func__, object);
	type = object->key.type;
	TEE_MISUSE_IF(paramCount, "this type of key takes no parameters");
	TEE_MISUSE_IF(type->pkey && !type->parts[1], "a public key cannot be generated");
	TEE_MISUSE_IF(keySize > object->max_bits, "the object is too small");
	TEE_MISUSE_IF(!tee_key_type_has_bits(type, keySize), "there is no such size of this type");
	if (!tee_key_generate(&object->key, keySize))
		return TEE_ERROR_OUT_OF_MEMORY;
	object->initialized = true;
	return TEE_SUCCESS;
}
