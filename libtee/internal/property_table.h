/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of the three sets, by name and one after the other. */
#ifndef LIBTEE_INTERNAL_PROPERTY_TABLE_H
#define LIBTEE_INTERNAL_PROPERTY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tee_api_types.h>
#include <user_ta_header.h>

struct tee_property_value {
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

/* Whether it is one of TEE_PROPSET_*. */
bool tee_property_is_set(TEE_PropSetHandle set);

/* The value of a property; false if the set has none of that name now. */
bool tee_property_find(TEE_PropSetHandle set, const char *name, struct tee_property_value *value);

/* Name and value of the property at an index of the set, or at the first after it that has a value now; NULL at the end. */
const char *tee_property_at(TEE_PropSetHandle set, size_t *index, struct tee_property_value *value);

#endif
