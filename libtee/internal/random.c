// SPDX-License-Identifier: BSD-2-Clause
/* Random numbers: GP Core 1.3 §6.9. */
#include <openssl/rand.h>
#include <tee_internal_api.h>

#include "libtee/internal/memory.h"
#include "libtee/internal/panic.h"

void TEE_GenerateRandom(void *randomBuffer, size_t randomBufferLen)
{
	TEE_OUT(randomBuffer, randomBufferLen);
	if (RAND_bytes_ex(NULL, randomBuffer, randomBufferLen, 0) != 1)
		TEE_MISUSE("the system gives no random numbers");
}
