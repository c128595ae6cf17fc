/* SPDX-License-Identifier: BSD-2-Clause */
/* What encryption and signatures with key pairs share. GP Core 1.3 §6.7. */
#ifndef LIBTEE_INTERNAL_ASYMMETRIC_H
#define LIBTEE_INTERNAL_ASYMMETRIC_H

#include "libtee/internal/operation.h"

/* Panics unless alive, of that class, with a key and in that mode; nor may the parameters be a client's. */
void tee_asymmetric_check(const char *function, TEE_OperationHandle operation, uint32_t class, uint32_t mode,
			  const TEE_Attribute *params, uint32_t count);

/* The parameter of that name; NULL: it is not there. */
const TEE_Attribute *tee_asymmetric_param(const TEE_Attribute *params, uint32_t count, uint32_t attribute);

/* Whether all parameters are one of two; 0: none. */
bool tee_asymmetric_params_known(const TEE_Attribute *params, uint32_t count, uint32_t first, uint32_t second);

/* The size of an RSA modulus, of an RSA signature or cipher text: bytes. */
size_t tee_asymmetric_rsa_size(TEE_OperationHandle operation);

#endif
