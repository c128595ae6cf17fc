/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_ACR122U_DESCRIPTORS_H
#define TEEPAY_ACR122U_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

#define DESCRIPTOR_MAX	255

/*
 * Answers GET_DESCRIPTOR (USB 2.0 §9.4.3): @value is wValue.  @serial may be NULL: real readers have no serial number.  The length, or 0 when there is
 * no such descriptor.
 */
size_t descriptor_get(uint16_t value, const char *serial, uint8_t out[DESCRIPTOR_MAX]);

#endif
