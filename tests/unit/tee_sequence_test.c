// SPDX-License-Identifier: BSD-2-Clause
/*
 * Operations in any order, with any sizes. Each sequence of calls runs in a child: it may end with a panic where a call was
 * wrong, and with nothing else. Buffers are exactly as large as the call is told, so that AddressSanitizer sees who writes
 * beyond; without it a mark behind each output is looked at.
 */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "libtee/internal/panic.h"

#define SEQUENCES 1000
#define STEPS 60
#define OPS 4
#define SIZE_TOP 70
#define MARK 0x6d

static const struct crypto_part p256[] = { { TEE_ATTR_ECC_CURVE, NULL, TEE_ECC_CURVE_NIST_P256 }, { 0 } };

static struct key {
	uint32_t type, bits;
	const struct crypto_part *params;
	TEE_ObjectHandle object;
} keys[] = {
	{ TEE_TYPE_AES, 128, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_DES3, 192, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_SM4, 128, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_HMAC_SHA256, 256, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_HKDF, 256, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_RSA_KEYPAIR, 768, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_ECDSA_KEYPAIR, 256, p256, TEE_HANDLE_NULL },
	{ TEE_TYPE_ECDH_KEYPAIR, 256, p256, TEE_HANDLE_NULL },
	{ TEE_TYPE_SM2_PKE_KEYPAIR, 256, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_ED25519_KEYPAIR, 256, NULL, TEE_HANDLE_NULL },
	{ TEE_TYPE_X448_KEYPAIR, 448, NULL, TEE_HANDLE_NULL },
};

static const struct choice {
	uint32_t algorithm, mode, key_type;	/* key_type 0: it takes none */
} choices[] = {
	{ TEE_ALG_SHA1, TEE_MODE_DIGEST, 0 },
	{ TEE_ALG_SHA3_512, TEE_MODE_DIGEST, 0 },
	{ TEE_ALG_SHAKE128, TEE_MODE_DIGEST, 0 },
	{ TEE_ALG_AES_ECB_NOPAD, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CBC_NOPAD, TEE_MODE_DECRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CTS, TEE_MODE_DECRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CTS, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_XTS, TEE_MODE_DECRYPT, TEE_TYPE_AES },
	{ TEE_ALG_DES3_CBC_NOPAD, TEE_MODE_ENCRYPT, TEE_TYPE_DES3 },
	{ TEE_ALG_SM4_CBC_PKCS5, TEE_MODE_ENCRYPT, TEE_TYPE_SM4 },
	{ TEE_ALG_SM4_CBC_PKCS5, TEE_MODE_DECRYPT, TEE_TYPE_SM4 },
	{ TEE_ALG_SM4_ECB_PKCS5, TEE_MODE_DECRYPT, TEE_TYPE_SM4 },
	{ TEE_ALG_HMAC_SHA256, TEE_MODE_MAC, TEE_TYPE_HMAC_SHA256 },
	{ TEE_ALG_AES_CMAC, TEE_MODE_MAC, TEE_TYPE_AES },
	{ TEE_ALG_AES_CBC_MAC_PKCS5, TEE_MODE_MAC, TEE_TYPE_AES },
	{ TEE_ALG_DES3_CBC_MAC_NOPAD, TEE_MODE_MAC, TEE_TYPE_DES3 },
	{ TEE_ALG_AES_GCM, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_GCM, TEE_MODE_DECRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, TEE_TYPE_AES },
	{ TEE_ALG_AES_CCM, TEE_MODE_DECRYPT, TEE_TYPE_AES },
	{ TEE_ALG_RSA_NOPAD, TEE_MODE_ENCRYPT, TEE_TYPE_RSA_KEYPAIR },
	{ TEE_ALG_RSA_NOPAD, TEE_MODE_DECRYPT, TEE_TYPE_RSA_KEYPAIR },
	{ TEE_ALG_RSAES_PKCS1_V1_5, TEE_MODE_DECRYPT, TEE_TYPE_RSA_KEYPAIR },
	{ TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, TEE_MODE_ENCRYPT, TEE_TYPE_RSA_KEYPAIR },
	{ TEE_ALG_SM2_PKE, TEE_MODE_ENCRYPT, TEE_TYPE_SM2_PKE_KEYPAIR },
	{ TEE_ALG_SM2_PKE, TEE_MODE_DECRYPT, TEE_TYPE_SM2_PKE_KEYPAIR },
	{ TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA1, TEE_MODE_SIGN, TEE_TYPE_RSA_KEYPAIR },
	{ TEE_ALG_ECDSA_SHA1, TEE_MODE_SIGN, TEE_TYPE_ECDSA_KEYPAIR },
	{ TEE_ALG_ECDSA_SHA1, TEE_MODE_VERIFY, TEE_TYPE_ECDSA_KEYPAIR },
	{ TEE_ALG_ED25519, TEE_MODE_VERIFY, TEE_TYPE_ED25519_KEYPAIR },
	{ TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, TEE_TYPE_ECDH_KEYPAIR },
	{ TEE_ALG_X448, TEE_MODE_DERIVE, TEE_TYPE_X448_KEYPAIR },
	{ TEE_ALG_HKDF, TEE_MODE_DERIVE, TEE_TYPE_HKDF },
};

struct sequence {
	uint64_t seed;
	TEE_OperationHandle ops[OPS];
};

static uint64_t dice(struct sequence *s, uint64_t sides)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 7;
	s->seed ^= s->seed << 17;
	return (s->seed >> 16) % sides;
}

/* One in so many. */
static bool rarely(struct sequence *s, unsigned int sides)
{
	return !dice(s, sides);
}

/* Sizes around blocks are as likely as all others together. */
static size_t any_size(struct sequence *s)
{
	static const size_t sizes[] = { 0, 1, 8, 15, 16, 17, 20, 31, 32, 33, 48, 56, 57, 64 };

	return dice(s, 2) ? sizes[dice(s, ROWS(sizes))] : dice(s, SIZE_TOP);
}

/* What does not pad panics at the end of anything but whole blocks; CTS and XTS want one block at least. */
static size_t text_size(struct sequence *s, uint32_t algorithm)
{
	size_t size = any_size(s);

	if (rarely(s, 40))
		return size;
	switch (algorithm) {
	case TEE_ALG_AES_ECB_NOPAD:
	case TEE_ALG_AES_CBC_NOPAD:
	case TEE_ALG_DES3_CBC_NOPAD:
	case TEE_ALG_DES3_CBC_MAC_NOPAD:
		return size / 16 * 16;
	case TEE_ALG_AES_CTS:
	case TEE_ALG_AES_XTS:
		return size + 16;
	default:
		return size;
	}
}

/* --- buffers --- */

struct out {
	uint8_t *at;
	size_t room, size;
};

static struct out out_new(struct sequence *s)
{
	struct out out = { .room = rarely(s, 3) ? any_size(s) : 2 * SIZE_TOP + 128 };

	out.size = out.room;
	/* One byte more holds the mark. */
	out.at = malloc(out.room + 1);
	out.at[out.room] = MARK;
	return out;
}

static void out_end(struct out *out)
{
	if (out->at[out->room] != MARK)
		abort();
	free(out->at);
}

static uint8_t *in_new(struct sequence *s, size_t size)
{
	uint8_t *in = malloc(size ? size : 1);
	size_t i;

	for (i = 0; i < size; i++)
		in[i] = (uint8_t)dice(s, 256);
	return in;
}

/* --- calls --- */

static TEE_ObjectHandle key_of(uint32_t type)
{
	size_t i;

	for (i = 0; i < ROWS(keys); i++)
		if (keys[i].type == type)
			return keys[i].object;
	return TEE_HANDLE_NULL;
}

static uint32_t bits_of(uint32_t type)
{
	size_t i;

	for (i = 0; i < ROWS(keys); i++)
		if (keys[i].type == type)
			return keys[i].bits;
	return 0;
}

static TEE_OperationHandle allocate(struct sequence *s)
{
	const struct choice *choice = &choices[dice(s, ROWS(choices))];
	TEE_ObjectHandle key = key_of(choice->key_type);
	TEE_OperationHandle op = TEE_HANDLE_NULL;
	bool two = choice->algorithm == TEE_ALG_AES_XTS;
	uint32_t bits = bits_of(choice->key_type) * (two ? 2 : 1);

	if (TEE_AllocateOperation(&op, choice->algorithm, choice->mode, bits) || !key || rarely(s, 50))
		return op;
	if (two) {
		TEE_ObjectHandle other = crypto_generated(TEE_TYPE_AES, 128, NULL);

		(void)!TEE_SetOperationKey2(op, key, other);
		TEE_FreeTransientObject(other);
	} else {
		(void)!TEE_SetOperationKey(op, key);
	}
	return op;
}

static void digest_step(struct sequence *s, TEE_OperationHandle op, bool extracting)
{
	size_t size = extracting && !rarely(s, 50) ? 0 : any_size(s);
	uint8_t *in = in_new(s, size);
	struct out out = out_new(s);

	switch (dice(s, 4)) {
	case 0:
		(void)!TEE_DigestDoFinal(op, in, size, out.at, &out.size);
		break;
	case 1:
		(void)!TEE_DigestExtract(op, out.at, &out.size);
		break;
	default:
		if (!extracting || rarely(s, 50))
			TEE_DigestUpdate(op, in, size);
	}
	out_end(&out);
	free(in);
}

static size_t iv_size(struct sequence *s, uint32_t algorithm)
{
	if (rarely(s, 60))
		return any_size(s);
	switch (algorithm) {
	case TEE_ALG_AES_ECB_NOPAD:
	case TEE_ALG_SM4_ECB_PKCS5:
		return 0;
	case TEE_ALG_DES3_CBC_NOPAD:
		return 8;
	default:
		return 16;
	}
}

static void cipher_step(struct sequence *s, TEE_OperationHandle op, uint32_t algorithm, bool active)
{
	size_t size = active ? text_size(s, algorithm) : iv_size(s, algorithm);
	bool in_place = rarely(s, 4);
	uint8_t *in = in_new(s, size);
	struct out out = out_new(s);

	if (in_place && out.room < size)
		in_place = false;
	if (in_place && size)
		memcpy(out.at, in, size);
	if (!active || rarely(s, 60))
		TEE_CipherInit(op, in, active ? iv_size(s, algorithm) % (size + 1) : size);
	else if (dice(s, 3))
		(void)!TEE_CipherUpdate(op, in_place ? out.at : in, size, out.at, &out.size);
	else
		(void)!TEE_CipherDoFinal(op, in_place ? out.at : in, size, out.at, &out.size);
	out_end(&out);
	free(in);
}

static void mac_step(struct sequence *s, TEE_OperationHandle op, uint32_t algorithm, bool active)
{
	size_t size = text_size(s, algorithm);
	uint8_t *in = in_new(s, size);
	struct out out = out_new(s);

	if (!active || rarely(s, 20))
		TEE_MACInit(op, NULL, 0);
	else if (dice(s, 3))
		TEE_MACUpdate(op, in, size);
	else if (dice(s, 2))
		(void)!TEE_MACComputeFinal(op, in, size, out.at, &out.size);
	else
		(void)!TEE_MACCompareFinal(op, in, size, in, size);
	out_end(&out);
	free(in);
}

/* CCM is told two sizes, and does not get them: it panics more often than the others. */
static void ae_step(struct sequence *s, TEE_OperationHandle op, uint32_t mode, bool active)
{
	size_t size = any_size(s);
	uint8_t *in = in_new(s, SIZE_TOP);
	uint8_t tag[16] = { 0 };
	size_t tag_size = rarely(s, 10) ? any_size(s) % 17 : 16;
	struct out out = out_new(s);

	if (!active)
		(void)!TEE_AEInit(op, in, 12, rarely(s, 10) ? (uint32_t)dice(s, 140) : 128, rarely(s, 2) ? 0 : 16, size);
	else if (rarely(s, 3))
		TEE_AEUpdateAAD(op, in, rarely(s, 2) ? 16 : size);
	else if (dice(s, 2))
		(void)!TEE_AEUpdate(op, in, size, out.at, &out.size);
	else if (mode == TEE_MODE_ENCRYPT)
		(void)!TEE_AEEncryptFinal(op, in, size, out.at, &out.size, tag, &tag_size);
	else
		(void)!TEE_AEDecryptFinal(op, in, size, out.at, &out.size, tag, tag_size);
	out_end(&out);
	free(in);
}

static void asymmetric_step(struct sequence *s, TEE_OperationHandle op, uint32_t mode)
{
	size_t size = rarely(s, 3) ? 96 : any_size(s) + (rarely(s, 2) ? 97 : 0);
	uint8_t *in = in_new(s, size);
	struct out out = out_new(s);

	/* So that SM2 gets as far as the point. */
	if (size && dice(s, 2))
		in[0] = 4;
	if (mode == TEE_MODE_ENCRYPT)
		(void)!TEE_AsymmetricEncrypt(op, NULL, 0, in, size, out.at, &out.size);
	else
		(void)!TEE_AsymmetricDecrypt(op, NULL, 0, in, size, out.at, &out.size);
	out_end(&out);
	free(in);
}

static void signature_step(struct sequence *s, TEE_OperationHandle op, uint32_t mode)
{
	size_t digest_size = rarely(s, 60) ? any_size(s) : 20;
	size_t size = rarely(s, 2) ? 64 : any_size(s);
	uint8_t *digest = in_new(s, digest_size);
	uint8_t *signature = in_new(s, size);
	struct out out = out_new(s);

	if (mode == TEE_MODE_SIGN)
		(void)!TEE_AsymmetricSignDigest(op, NULL, 0, digest, digest_size, out.at, &out.size);
	else
		(void)!TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, digest_size, signature, size);
	out_end(&out);
	free(signature);
	free(digest);
}

static void derive_step(struct sequence *s, TEE_OperationHandle op, uint32_t algorithm)
{
	size_t size = algorithm == TEE_ALG_X448 && !rarely(s, 30) ? 56 : any_size(s);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	uint8_t *in = in_new(s, size);
	TEE_Attribute params[2];

	if (TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 512, &secret))
		abort();
	if (algorithm == TEE_ALG_HKDF) {
		TEE_InitValueAttribute(&params[0], TEE_ATTR_HKDF_HASH_ALGORITHM, TEE_ALG_SHA256, 0);
		TEE_InitValueAttribute(&params[1], TEE_ATTR_KDF_KEY_SIZE, (uint32_t)size % 65, 0);
	} else {
		bool point = algorithm == TEE_ALG_ECDH_DERIVE_SHARED_SECRET;

		TEE_InitRefAttribute(&params[0], point ? TEE_ATTR_ECC_PUBLIC_VALUE_X : TEE_ATTR_X448_PUBLIC_VALUE, in, size);
		TEE_InitRefAttribute(&params[1], TEE_ATTR_ECC_PUBLIC_VALUE_Y, in, size);
	}
	TEE_DeriveKey(op, params, 2, secret);
	TEE_FreeTransientObject(secret);
	free(in);
}

/* What every operation can do. */
static void generic_step(struct sequence *s, size_t which)
{
	TEE_OperationHandle op = s->ops[which];
	TEE_OperationHandle copy = TEE_HANDLE_NULL;
	TEE_OperationInfo info;

	TEE_GetOperationInfo(op, &info);
	switch (dice(s, 3)) {
	case 0:
		if (info.handleState & TEE_HANDLE_FLAG_KEY_SET || rarely(s, 50))
			TEE_ResetOperation(op);
		break;
	case 1:
		if (TEE_AllocateOperation(&copy, info.algorithm, info.mode, info.maxKeySize))
			abort();
		/* The copy takes the original's place. */
		TEE_CopyOperation(copy, op);
		TEE_FreeOperation(op);
		s->ops[which] = copy;
		break;
	default:
		TEE_FreeOperation(op);
		s->ops[which] = TEE_HANDLE_NULL;
	}
}

static uint32_t state_of(TEE_OperationHandle op)
{
	union {
		TEE_OperationInfoMultiple head;
		uint8_t bytes[sizeof(TEE_OperationInfoMultiple) + 2 * sizeof(TEE_OperationInfoKey)];
	} info;
	size_t size = sizeof(info);

	if (TEE_GetOperationInfoMultiple(op, &info.head, &size))
		abort();
	return info.head.operationState;
}

static void step(struct sequence *s)
{
	size_t which = dice(s, OPS);
	TEE_OperationHandle op = s->ops[which];
	TEE_OperationInfo info;
	bool active;

	if (!op) {
		s->ops[which] = allocate(s);
		return;
	}
	if (rarely(s, 8)) {
		generic_step(s, which);
		return;
	}
	TEE_GetOperationInfo(op, &info);
	active = state_of(op) == TEE_OPERATION_STATE_ACTIVE;
	switch (info.operationClass) {
	case TEE_OPERATION_DIGEST:
		digest_step(s, op, state_of(op) == TEE_OPERATION_STATE_EXTRACTING);
		break;
	case TEE_OPERATION_CIPHER:
		cipher_step(s, op, info.algorithm, active);
		break;
	case TEE_OPERATION_MAC:
		mac_step(s, op, info.algorithm, active);
		break;
	case TEE_OPERATION_AE:
		ae_step(s, op, info.mode, active);
		break;
	case TEE_OPERATION_ASYMMETRIC_CIPHER:
		asymmetric_step(s, op, info.mode);
		break;
	case TEE_OPERATION_ASYMMETRIC_SIGNATURE:
		signature_step(s, op, info.mode);
		break;
	default:
		derive_step(s, op, info.algorithm);
	}
}

static void run(void *arg)
{
	struct sequence s = { .seed = *(uint64_t *)arg };
	size_t i;

	for (i = 0; i < STEPS; i++)
		step(&s);
	for (i = 0; i < OPS; i++)
		TEE_FreeOperation(s.ops[i]);
}

static void any_sequence_ends_well_or_panics(void **state)
{
	unsigned int ended = 0;
	uint64_t n;

	(void)state;
	for (n = 1; n <= SEQUENCES; n++) {
		uint64_t seed = n * 0x9e3779b97f4a7c15;
		int code = fixture_exit_code(run, &seed);

		if (code && code != TEE_EXIT_PANIC)
			fail_msg("sequence %u: exit code %d", (unsigned int)n, code);
		ended += !code;
	}
	/* Were all to panic at once, nothing would have been tried. */
	print_message("# %u of %u sequences without a panic\n", ended, SEQUENCES);
	assert_true(ended > SEQUENCES / 10);
}

static int keys_make(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(keys); i++)
		keys[i].object = crypto_generated(keys[i].type, keys[i].bits, keys[i].params);
	return 0;
}

static int keys_end(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(keys); i++)
		TEE_FreeTransientObject(keys[i].object);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sequence_ends_well_or_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, keys_make, keys_end);
}
