// SPDX-License-Identifier: BSD-2-Clause
#include "libtee/internal/host.h"

#include <string.h>

#include <openssl/crypto.h>
#include <user_ta_header.h>

#include "libtee/internal/device_id.h"
#include "libtee/internal/log.h"
#include "libtee/internal/mapping.h"
#include "libtee/internal/object.h"
#include "libtee/internal/operation.h"
#include "libtee/internal/store.h"
#include "libtee/internal/store_share.h"
#include "libtee/internal/ta_digest.h"
#include "libtee/internal/ta_session.h"
#include "libtee/internal/uuid.h"

/* Bytes for keys; a power of two. The smallest piece is one too. */
#define SECURE_HEAP (1u << 20)
#define SECURE_MIN 32

static enum tee_store_err storage_start(const struct tee_host_config *config)
{
	struct tee_store_log_config log = {
		.dir = config->state_dir,
		.uuid = ta_head.uuid,
		.device_key = config->device_key,
		.size_max = config->log_max ? config->log_max : TEE_HOST_LOG_MAX,
		.io = config->io ? config->io : &tee_store_io_file,
	};
	char uuid[TEE_UUID_TEXT];
	uint64_t record = 0;
	enum tee_store_err err = tee_store_start(&log, &record);

	if (err) {
		tee_uuid_text(&ta_head.uuid, uuid);
		tee_log(TEE_LOG_ERR, "storage: %s/%s.log, record %llu: %s", config->state_dir, uuid,
			(unsigned long long)record, tee_store_strerror(err));
	}
	return err;
}

enum tee_store_err tee_host_start(const struct tee_host_config *config)
{
	/* 2: it is there but could not be locked; mlockall() locks it later, or says why not. */
	if (!CRYPTO_secure_malloc_initialized() && !CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_MIN))
		tee_log(TEE_LOG_WARNING, "no secure heap: keys are in ordinary memory");
	if (tee_mapping_init())
		tee_log(TEE_LOG_WARNING, "no /proc: TEE_CheckMemoryAccessRights will say no to everything");
	if (!tee_ta_digest())
		tee_log(TEE_LOG_WARNING, "cannot read my own executable: no org.teepay.ta.digest");
	tee_device_id_set(config->device_key);
	if (config->shared && tee_share_init()) {
		tee_log(TEE_LOG_ERR, "no memory that several processes can share");
		return TEE_STORE_NO_MEMORY;
	}
	return storage_start(config);
}

void tee_host_forked(void)
{
	/* /proc/self is whose it was when it was opened. */
	tee_mapping_fini();
	if (tee_mapping_init())
		tee_log(TEE_LOG_WARNING, "no /proc: TEE_CheckMemoryAccessRights will say no to everything");
}

int tee_host_storage_dir(void)
{
	return tee_store_dir();
}

void tee_host_stop(void)
{
	tee_operation_free_all();
	tee_object_free_all();
	tee_enumerator_free_all();
	tee_ta_session_close_all();
	tee_store_stop();
	tee_share_fini();
}
