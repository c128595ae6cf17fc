// SPDX-License-Identifier: BSD-2-Clause
/* Authenticated encryption against published vectors, in pieces of all sizes, and what panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define TEXT_MAX 128

struct row {
	const char *name;
	uint32_t tag_bits;
	const char *key, *nonce, *aad, *plain, *cipher, *tag;
};

/* NIST CAVP: GCMVS. */
static const struct row gcm_rows[] = {
	{ "AES-128, tag of 96 bits", 96, "c476bd4e3ecff8c2f8a8fee734526574", "1e46088fbabc814f69655c02",
	  "f74f0a8b09ea6dcf92aae8fe1de010da392e62cd",
	  "99fd4cfd8f44659f18d8fe70ddfa5d3d069ddc0059a3328c442d09d08554ac39233cd700c4820007b5091e57220ee1da1db301",
	  "ab538de082910ad59ab524643f497cc1920e1c4ffcb13861f931583b4bd92d01b4ceecb8684ffef8221dcdf3836c761a9cfe36",
	  "f813dc70f36471c543e20d68" },
	{ "AES-128, nonce of 128 bytes", 104, "c563312b8a69d08b8889879e38bfad14",
	  "6f38384dfc5c9a32a9ee00e7b3c1766f02def6da3eee4defe0dfb0c1b55339da7c60ff798c148bf3bc598499e7f576fe549cedcad667"
	  "abfab9459f9bceacc5d983f7adc05aed17eef8c186b442d21c5342df4583855d3da5e8cfc42c74b58f361e3d5a87c8b0cb73dfb5d542"
	  "f91fd0072aa5a088ba5547da85b4e8d168da8bb1",
	  "183d8549df69fa4ef42255779f8dbf79f77d521ff44ce437fc563eb73c8fca5eefd315cad7265a1ba5d3bfb924874fd0a21bca3b32ae"
	  "c882bf1522cf06e3fe5edfe689b5709afb0dd601d73b8b3fd1d2e56b7653c2185760a9f6",
	  "efe43fbfc707b3293d15c059aa", "7985cae29277033bcce750322c", "d979b391aa7960c7e67715ee33" },
	{ "AES-128, nonce of one byte", 128, "0d2d48af1de12eae099ad1de2351a603", "60", "",
	  "7980e625031e4d769d4ae90727e65f58945fb72f04013cf1556ebf4b5123f523",
	  "d45d35a8e3497c0aaa3ffcf361ec000c81b4dcc26ad2b0b16a176150abf4ca7f", "dda4b1d6d28b7c7d9c231710d77a27f9" },
	{ "AES-192, tag of 96 bits", 96, "3b184130137c8d55398ea8ad04d7b8be1998f678b94a263b", "061480c140459e48098ea2bc",
	  "f53803c456d6c50051bdf795d4cdd73e14f2dba1",
	  "be297b7f87bcb5c97dbc2704bce5ec992a4f8c2057c83d5e929ce72b0d7b5137836215b3f6091196159693340befb012f4f5dd",
	  "c6a6b9c5ba4e9826cc66a4277429294f4d9db6675492fda73c391ace3f8ab321491bd1f19a5cd3a3c0d9c0b0569d30a3498f3e",
	  "39db69a7e08aa68064dbd22f" },
	{ "AES-192, nonce of 128 bytes", 104, "79815fc800418dd6da5247ec5165c95d9690c5e9e763a437",
	  "469cc2c992733edee0296790df973e16ab82a08e6a91030261aa477473d7c806042342929cd8470896c8e1159c7d93bce5dafc401dc0"
	  "9f53fc29e4998308a338dcb8f74eff995e95003036f4f744c499f5ac2a288935eb730afa3e6a23e12a9af70197f23e7484655abd2897"
	  "afd894494c361bce0bd8c3734190aa10ebf555bf",
	  "246384a353c64d235503ff11427111609e5380a7b50591a287b5a008b01f514c02ea1abe5d5f3ee3ad14cd9ea8f6e50ecf34299e8880"
	  "2548567e59c3b0a1d1f88e34b53dbeb95235ba7989919c4c0419905bc05400cec339b590",
	  "c5e79c592068fb61fd5335a155", "bc2d6bf07c9ad74ff3b2eb2c31", "410e4d5a62deeda09e688cdb12" },
	{ "AES-192, nonce of one byte", 128, "ab7cecedcdfc4846923b550ac20548e01cf0fe2ed753ef05", "54", "",
	  "5c24947d8844ebd8cada537f087d875c59c1097bcbb8efd09406b2a60199d06f",
	  "f20d35eae999e5fe9e1bca72531700d1a457733b61825832732b29065c8d77bc", "68b0e5a6d127a0a782e09534be0f4d19" },
	{ "AES-256, tag of 96 bits", 96, "fd17fcb1d6fe1dca0d75fc26824a4e9286886fec83d56e02cabbb2b37a33a377",
	  "97ae56d9d1224c5d1491ce13", "d29df4f2846a13e427e67679644d25282355ab69",
	  "48ae872cb2eeefc0078b6cc484fd32423dd9136b0d09e2f92fadef8d3118fba24fa1fc3d208dcc666cc50406377ab577a0fa06",
	  "770b8883e0af9e410431121569ce83f21f32be7ff8f89413b0263440c084f2cbfa3258c62d1ddd70043c42cb74412548e9e5e6",
	  "7f4adaad38c1a823c0b2ecb4" },
	{ "AES-256, nonce of 128 bytes", 104, "b434f49dd5d20d11a4c09a56b954f5e29726c1a3ef457d13ebb930bb5b59ee9d",
	  "841a02cf505e33536ff01b8b87abee197f642bb02c2bc93f38ab745a393b72974d7bd5d59a274cb8820461aefd7c0586381b2e5a6d89"
	  "899d61bd8f5b3dbb5e10dc5fc5055a24f4b02c85523cb509237c98fec98b22e90917b08b7eb783269d47516cc49fdc545f98274653c9"
	  "ad4c20df8c58792b6ac0d590ebd9cadc88b6bc1d",
	  "168dca624c5ac315741596a02bacb3c7ceb3ea206905998c9d9f89e3f031927ce3e100881b43b28d7dc35872ae04c70ae20af9894c96"
	  "c7dee98d312472ddf7328686228771361000b4224b8729ae6af0b6694df186692b381b92",
	  "8c9641d9a0ed01df7721732794", "f6c98a42a92b945f2136a956ef", "6d04ea3b75355f09ad89e18c64" },
	{ "AES-256, nonce of one byte", 128, "e9424e1a669d35d840654711977ee9e7019ac3594787b7d0d96c426b1f04d270", "e9", "",
	  "e2b3a24d2daa6506c940787788e81840d440334aa4406ff3355535c72ec0bbcf",
	  "d517c37fc5fcedb3c0fc823c12d923f1169d1f82e2ed7f5206d30a39cc04002c", "b7ee2d91e7c03c39c5eb5ddfb47fbbc6" },
};

/* NIST SP 800-38C appendix C; RFC 3610 §8; NIST CAVP: CCMVS. */
static const struct row ccm_rows[] = {
	{ "SP 800-38C, example 1", 32, "404142434445464748494a4b4c4d4e4f", "10111213141516", "0001020304050607", "20212223",
	  "7162015b", "4dac255d" },
	{ "SP 800-38C, example 2", 48, "404142434445464748494a4b4c4d4e4f", "1011121314151617",
	  "000102030405060708090a0b0c0d0e0f", "202122232425262728292a2b2c2d2e2f", "d2a1f0e051ea5f62081a7792073d593d",
	  "1fc64fbfaccd" },
	{ "SP 800-38C, example 3", 64, "404142434445464748494a4b4c4d4e4f", "101112131415161718191a1b",
	  "000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
	  "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5", "484392fbc1b09951" },
	{ "RFC 3610, packet vector 1", 64, "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", "00000003020100a0a1a2a3a4a5",
	  "0001020304050607", "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
	  "588c979a61c663d2f066d0c2c0f989806d5f6b61dac384", "17e8d12cfdf926e0" },
	{ "AES-128, VADT with 0 bytes of additional data", 128, "d24a3d3dde8c84830280cb87abad0bb3",
	  "f1100035bb24a8d26004e0e24b", "", "7c86135ed9c2a515aaae0e9a208133897269220f30870006",
	  "1faeb0ee2ca2cd52f0aa3966578344f24e69b742c4ab37ab", "1123301219c70599b7c373ad4b3ad67b" },
	{ "AES-128, VADT with 20 bytes of additional data", 128, "61cb8eb792e95d099a1455fb789d8d16",
	  "1f37b3e59137f2a60dc09d16ac", "09db3efac9473f713da630ae92c2c8604c61c51e",
	  "6ad541695a37c32d73ff6d5f870abd5b0f362a8968c4fce0", "e65fcc975865c1499b088b58ba163283085d8ca68dc3b235",
	  "d89756e5d78753ef22c012ae34b39a20" },
	{ "AES-128, VADT with 32 bytes of additional data", 128, "5a33980e71e7d67fd6cf171454dc96e5",
	  "33ae68ebb8010c6b3da6b9cb29", "eca622a37570df619e10ebb18bebadb2f2b49c4d2b2ff715873bb672e30fc0ff",
	  "a34dfa24847c365291ce1b54bcf8d9a75d861e5133cc3a74", "7a60fa7ee8859e283cce378fb6b95522ab8b70efcdb0265f",
	  "7c4b4fa597666b86dd1353e400f28864" },
	{ "AES-192, VADT with 0 bytes of additional data", 128, "26511fb51fcfa75cb4b44da75a6e5a0eb8d9c8f3b906f886",
	  "15b369889699b6de1fa3ee73e5", "", "39f08a2af1d8da6212550639b91fb2573e39a8eb5d801de8",
	  "6342b8700edec97a960eb16e7cb1eb4412fb4e263ddd2206", "b090155d34a76c8324e5550c3ef426ed" },
	{ "AES-192, VADT with 20 bytes of additional data", 128, "26d0a3a8509d97f81379d21981fe1a02c579121ab7356ca0",
	  "8015c0f07a7acd4b1cbdd21b54", "093ed26ada5628cfb8cfc1391526b3bcc4af97d9",
	  "37ab2a0b7b69942278e21032fc83eba6cdc34f5285a8b711", "a3a60b422eb070b499cf6da0a404b13a05cedda549c6b93e",
	  "6ca0e07e04674f21a46df2659a5905fb" },
	{ "AES-192, VADT with 32 bytes of additional data", 128, "50925853a84a33ff392154e4e737efc18dcfc98f4d5235a9",
	  "809343e986f6ff47f54d4cac22", "d70aef3532bdc5293a3ebb11589ac1f801c9f93ea0d656e1d04068facf9f768b",
	  "718f061e8b972a3adcf465d66c5b28e8661f080127f6722f", "bad3b0e6772e9c4c9c631c095e259d99692292932efb72b8",
	  "966e91a19617bb748f3495aa433585bb" },
	{ "AES-256, VADT with 0 bytes of additional data", 128,
	  "26511fb51fcfa75cb4b44da75a6e5a0eb8d9c8f3b906f886df3ba3e6da3a1389", "72a60f345a1978fb40f28a2fa4", "",
	  "30d56ff2a25b83fee791110fcaea48e41db7c7f098a81000", "55f068c0bbba8b598013dd1841fd740fda2902322148ab5e",
	  "935753e601b79db4ae730b6ae3500731" },
	{ "AES-256, VADT with 20 bytes of additional data", 128,
	  "2ff64bbec197a63315c2f328dcb4837d0cdc21a5d6f89ff1d97cb51195330cd8", "a235f8ee3de9896b71910ac02c",
	  "2b411bea57b51d10a4d2fb17ef0f204aa53cf112", "4a17522da707b4b2587a0ae367a2cd2831bb593a18ef442a",
	  "1bf122798bd8ee8e73391d589bd046a294d1615794e69cb9", "e6f3ba30143acbc3a1c1c6ec74333107" },
	{ "AES-256, VADT with 32 bytes of additional data", 128,
	  "2e6e34070caf1b8820ed39edfa83459abe1c15a1827f1c39f7ac316c4c27910f", "c49ccef869bb86d21932cb443b",
	  "d37e35d7cdccd9824a1ae4c787819735e4af798a3beb49d4705336d6496853ad",
	  "771a7baa9cf83aa253349f6475d5e74dba4525307b022ba7", "eebac2475004970071dfa2cfb855c4e78b1add8dcbccfc0b",
	  "d6b14027324b657a56263df148665393" },
};

static const struct family {
	uint32_t algorithm;
	const struct row *rows;
	size_t count;
} families[] = {
	{ TEE_ALG_AES_GCM, gcm_rows, ROWS(gcm_rows) },
	{ TEE_ALG_AES_CCM, ccm_rows, ROWS(ccm_rows) },
};

struct vector {
	const char *name;
	uint32_t tag_bits;
	uint8_t nonce[128], aad[128], plain[TEXT_MAX], cipher[TEXT_MAX], tag[16];
	size_t nonce_size, aad_size, size, tag_size;
	TEE_OperationHandle encrypt, decrypt;
};

static void vector_start(const struct row *row, uint32_t algorithm, struct vector *v)
{
	uint32_t bits = (uint32_t)strlen(row->key) * 4;
	TEE_ObjectHandle key = crypto_secret(TEE_TYPE_AES, row->key);

	*v = (struct vector){ .name = row->name, .tag_bits = row->tag_bits };
	v->nonce_size = fixture_hex(row->nonce, v->nonce);
	v->aad_size = fixture_hex(row->aad, v->aad);
	v->size = fixture_hex(row->plain, v->plain);
	assert_int_equal(fixture_hex(row->cipher, v->cipher), v->size);
	v->tag_size = fixture_hex(row->tag, v->tag);
	v->encrypt = crypto_operation(algorithm, TEE_MODE_ENCRYPT, bits, key);
	v->decrypt = crypto_operation(algorithm, TEE_MODE_DECRYPT, bits, key);
	TEE_FreeTransientObject(key);
}

static void vector_end(struct vector *v)
{
	TEE_FreeOperation(v->encrypt);
	TEE_FreeOperation(v->decrypt);
}

static void for_each_vector(void (*check)(struct vector *v))
{
	size_t f;
	size_t i;

	for (f = 0; f < ROWS(families); f++)
		for (i = 0; i < families[f].count; i++) {
			struct vector v;

			vector_start(&families[f].rows[i], families[f].algorithm, &v);
			check(&v);
			vector_end(&v);
		}
}

static void begin(const struct vector *v, TEE_OperationHandle op, size_t aad_split)
{
	assert_int_equal(TEE_AEInit(op, v->nonce, v->nonce_size, v->tag_bits, v->aad_size, v->size), TEE_SUCCESS);
	if (aad_split)
		TEE_AEUpdateAAD(op, v->aad, aad_split);
	if (v->aad_size > aad_split)
		TEE_AEUpdateAAD(op, v->aad + aad_split, v->aad_size - aad_split);
}

/* In place if out is in. */
static void encrypt_split(struct vector *v, size_t split, uint8_t *in, uint8_t *out)
{
	uint8_t tag[16];
	size_t first = split;
	size_t rest = v->size - split;
	size_t tag_size = v->tag_size - 1;

	memcpy(in, v->plain, v->size);
	begin(v, v->encrypt, split < v->aad_size ? split : v->aad_size);
	assert_int_equal(TEE_AEUpdate(v->encrypt, in, split, out, &first), TEE_SUCCESS);
	assert_int_equal(first, split);
	assert_int_equal(TEE_AEEncryptFinal(v->encrypt, in + split, rest, out + split, &rest, tag, &tag_size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(tag_size, v->tag_size);
	assert_int_equal(TEE_AEEncryptFinal(v->encrypt, in + split, rest, out + split, &rest, tag, &tag_size),
			 TEE_SUCCESS);
	if (memcmp(out, v->cipher, v->size) || memcmp(tag, v->tag, v->tag_size))
		fail_msg("%s: encryption, split at %zu", v->name, split);
}

static TEE_Result decrypt_split(struct vector *v, size_t split, uint8_t *out)
{
	size_t first = split;
	size_t rest = v->size - split;
	TEE_Result result;

	begin(v, v->decrypt, v->aad_size / 2);
	assert_int_equal(TEE_AEUpdate(v->decrypt, v->cipher, split, out, &first), TEE_SUCCESS);
	if (rest) {
		rest--;
		assert_int_equal(TEE_AEDecryptFinal(v->decrypt, v->cipher + split, v->size - split, out + split, &rest,
						    v->tag, v->tag_size),
				 TEE_ERROR_SHORT_BUFFER);
	}
	result = TEE_AEDecryptFinal(v->decrypt, v->cipher + split, v->size - split, out + split, &rest, v->tag,
				    v->tag_size);
	assert_int_equal(rest, result ? 0 : v->size - split);
	return result;
}

static void check_splits(struct vector *v)
{
	uint8_t in[TEXT_MAX];
	uint8_t out[TEXT_MAX];
	size_t split;

	for (split = 0; split <= v->size; split++) {
		encrypt_split(v, split, in, out);
		encrypt_split(v, split, in, in);
		assert_int_equal(decrypt_split(v, split, out), TEE_SUCCESS);
		if (memcmp(out, v->plain, v->size))
			fail_msg("%s: decryption, split at %zu", v->name, split);
	}
}

static void vectors_at_every_split(void **state)
{
	(void)state;
	for_each_vector(check_splits);
}

static void check_changes(struct vector *v)
{
	static const uint8_t zeros[TEXT_MAX];
	uint8_t out[TEXT_MAX];
	size_t half = v->size / 2;

	memset(out, 0xee, sizeof(out));
	v->tag[v->tag_size - 1] ^= 1;
	assert_int_equal(decrypt_split(v, half, out), TEE_ERROR_MAC_INVALID);
	/* What the last call would have given is gone. */
	assert_memory_equal(out + half, zeros, v->size - half);
	v->tag[v->tag_size - 1] ^= 1;
	if (v->size) {
		v->cipher[0] ^= 0x80;
		assert_int_equal(decrypt_split(v, half, out), TEE_ERROR_MAC_INVALID);
		v->cipher[0] ^= 0x80;
	}
	if (v->aad_size) {
		v->aad[v->aad_size - 1] ^= 1;
		assert_int_equal(decrypt_split(v, half, out), TEE_ERROR_MAC_INVALID);
		v->aad[v->aad_size - 1] ^= 1;
	}
	v->tag_size--;
	assert_int_equal(decrypt_split(v, half, out), TEE_ERROR_MAC_INVALID);
	v->tag_size++;
	assert_int_equal(decrypt_split(v, half, out), TEE_SUCCESS);
}

static void every_change_is_told(void **state)
{
	(void)state;
	for_each_vector(check_changes);
}

static void check_copy(struct vector *v)
{
	TEE_OperationHandle copy = TEE_HANDLE_NULL;
	TEE_OperationInfo info;
	uint8_t noise[TEXT_MAX];
	uint8_t out[TEXT_MAX];
	size_t first = v->size / 2;
	size_t rest = v->size - first;
	size_t size = sizeof(noise);

	TEE_GetOperationInfo(v->decrypt, &info);
	assert_int_equal(TEE_AllocateOperation(&copy, info.algorithm, TEE_MODE_DECRYPT, info.maxKeySize), TEE_SUCCESS);
	begin(v, v->decrypt, 0);
	assert_int_equal(TEE_AEUpdate(v->decrypt, v->cipher, first, out, &first), TEE_SUCCESS);
	TEE_CopyOperation(copy, v->decrypt);
	assert_int_equal(TEE_AEUpdate(v->decrypt, v->cipher, rest / 2, noise, &size), TEE_SUCCESS);
	TEE_ResetOperation(v->decrypt);
	assert_int_equal(TEE_AEDecryptFinal(copy, v->cipher + first, rest, out + first, &rest, v->tag, v->tag_size),
			 TEE_SUCCESS);
	assert_memory_equal(out, v->plain, v->size);
	TEE_FreeOperation(copy);
}

static void a_copy_goes_on_by_itself(void **state)
{
	(void)state;
	for_each_vector(check_copy);
}

/* Long enough for each way that RFC 3610 §2.2 writes the additional data's length, but that beyond 4 GiB; OpenSSL at once. */
static void ccm_of_long_texts_against_openssl(void **state)
{
	static const size_t sizes[][2] = { { 0xfeff, 5000 }, { 0xff00, 1 }, { 70000, 65535 } };
	static const char key_hex[] = "000102030405060708090a0b0c0d0e0f1011121314151617";
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-192-CCM", NULL);
	TEE_OperationHandle op = crypto_operation(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 192,
						  crypto_secret(TEE_TYPE_AES, key_hex));
	static uint8_t aad[70000], text[65535], expected[65535], out[65535];
	uint8_t key[24];
	size_t i;

	(void)state;
	fixture_hex(key_hex, key);
	memset(aad, 0xa5, sizeof(aad));
	memset(text, 0x5a, sizeof(text));
	for (i = 0; i < ROWS(sizes); i++) {
		EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
		uint8_t expected_tag[14];
		uint8_t tag[14];
		size_t tag_size = sizeof(tag);
		size_t size = sizes[i][1];
		int n;

		assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, NULL, NULL, NULL), 1);
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 13, NULL);
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), NULL);
		assert_int_equal(EVP_EncryptInit_ex2(ctx, NULL, key, key, NULL), 1);
		assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, NULL, (int)size), 1);
		assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &n, aad, (int)sizes[i][0]), 1);
		assert_int_equal(EVP_EncryptUpdate(ctx, expected, &n, text, (int)size), 1);
		assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, sizeof(tag), expected_tag), 1);
		assert_int_equal(TEE_AEInit(op, key, 13, 112, sizes[i][0], size), TEE_SUCCESS);
		TEE_AEUpdateAAD(op, aad, sizes[i][0]);
		assert_int_equal(TEE_AEEncryptFinal(op, text, size, out, &size, tag, &tag_size), TEE_SUCCESS);
		assert_memory_equal(out, expected, size);
		assert_memory_equal(tag, expected_tag, sizeof(tag));
		EVP_CIPHER_CTX_free(ctx);
	}
	EVP_CIPHER_free(cipher);
	TEE_FreeOperation(op);
}

static void tag_sizes(void **state)
{
	static const struct {
		uint32_t algorithm, low, step;
	} kinds[] = { { TEE_ALG_AES_GCM, 96, 8 }, { TEE_ALG_AES_CCM, 32, 16 } };
	static const uint8_t nonce[12];
	TEE_ObjectHandle key = crypto_secret(TEE_TYPE_AES, "000102030405060708090a0b0c0d0e0f");
	uint32_t bits;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(kinds); i++) {
		TEE_OperationHandle op = crypto_operation(kinds[i].algorithm, TEE_MODE_ENCRYPT, 128, key);

		for (bits = 0; bits <= 256; bits += 4) {
			bool good = bits >= kinds[i].low && bits <= 128 && (bits - kinds[i].low) % kinds[i].step == 0;
			TEE_OperationInfo info;

			assert_int_equal(TEE_AEInit(op, nonce, sizeof(nonce), bits, 0, 0),
					 good ? TEE_SUCCESS : TEE_ERROR_NOT_SUPPORTED);
			TEE_GetOperationInfo(op, &info);
			assert_int_equal(info.digestLength, good ? bits / 8 : 0);
			TEE_ResetOperation(op);
		}
		TEE_FreeOperation(op);
	}
	TEE_FreeTransientObject(key);
}

/* --- what panics --- */

static TEE_OperationHandle started(uint32_t algorithm, uint32_t mode, size_t nonce_size, size_t aad_size, size_t size)
{
	static const uint8_t nonce[16];
	TEE_ObjectHandle key = crypto_secret(TEE_TYPE_AES, "000102030405060708090a0b0c0d0e0f");
	TEE_OperationHandle op = crypto_operation(algorithm, mode, 128, key);

	(void)!TEE_AEInit(op, nonce, nonce_size, 128, aad_size, size);
	return op;
}

static void update(TEE_OperationHandle op, size_t size)
{
	uint8_t bytes[32] = { 0 };

	(void)!TEE_AEUpdate(op, bytes, size, bytes, &size);
}

static void encrypt_final(TEE_OperationHandle op, size_t size)
{
	uint8_t bytes[32] = { 0 };
	uint8_t tag[16];
	size_t tag_size = sizeof(tag);

	(void)!TEE_AEEncryptFinal(op, bytes, size, bytes, &size, tag, &tag_size);
}

static void panic_aad_late(void *arg)
{
	TEE_OperationHandle op = started(*(uint32_t *)arg, TEE_MODE_ENCRYPT, 12, 0, 2);

	update(op, 1);
	TEE_AEUpdateAAD(op, "a", 1);
}

static void panic_twice(void *arg)
{
	TEE_OperationHandle op = started(*(uint32_t *)arg, TEE_MODE_ENCRYPT, 12, 0, 2);

	(void)!TEE_AEInit(op, "nonce-nonce-", 12, 128, 0, 2);
}

static void panic_mode(void *arg)
{
	encrypt_final(started(*(uint32_t *)arg, TEE_MODE_DECRYPT, 12, 0, 1), 1);
}

static void panic_decrypt_mode(void *arg)
{
	uint8_t bytes[16] = { 0 };
	size_t size = 1;

	(void)!TEE_AEDecryptFinal(started(*(uint32_t *)arg, TEE_MODE_ENCRYPT, 12, 0, 1), bytes, 1, bytes, &size, bytes,
				  16);
}

static void panic_no_nonce(void *arg)
{
	started(*(uint32_t *)arg, TEE_MODE_ENCRYPT, 0, 0, 0);
}

static void panic_not_started(void *arg)
{
	TEE_OperationHandle op = started(*(uint32_t *)arg, TEE_MODE_ENCRYPT, 12, 0, 0);

	encrypt_final(op, 0);
	update(op, 1);
}

static void panic_ccm_nonce(void *arg)
{
	(void)arg;
	started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 14, 0, 0);
}

static void panic_ccm_payload_too_long_for_nonce(void *arg)
{
	(void)arg;
	started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 13, 0, 65536);
}

static void panic_ccm_more_aad(void *arg)
{
	(void)arg;
	TEE_AEUpdateAAD(started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 12, 1, 1), "ab", 2);
}

static void panic_ccm_less_aad(void *arg)
{
	(void)arg;
	update(started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 12, 1, 1), 1);
}

static void panic_ccm_more_payload(void *arg)
{
	(void)arg;
	update(started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 12, 0, 1), 2);
}

static void panic_ccm_less_payload(void *arg)
{
	(void)arg;
	encrypt_final(started(TEE_ALG_AES_CCM, TEE_MODE_ENCRYPT, 12, 0, 2), 1);
}

static void misuse_panics(void **state)
{
	static uint32_t gcm = TEE_ALG_AES_GCM;
	static uint32_t ccm = TEE_ALG_AES_CCM;
	static const struct {
		const char *name;
		void (*body)(void *arg);
		uint32_t *algorithm;
	} panics[] = {
		{ "GCM: additional data after the payload", panic_aad_late, &gcm },
		{ "CCM: additional data after the payload", panic_aad_late, &ccm },
		{ "GCM: init of an active operation", panic_twice, &gcm },
		{ "CCM: init of an active operation", panic_twice, &ccm },
		{ "GCM: encrypting with what decrypts", panic_mode, &gcm },
		{ "CCM: encrypting with what decrypts", panic_mode, &ccm },
		{ "GCM: decrypting with what encrypts", panic_decrypt_mode, &gcm },
		{ "CCM: decrypting with what encrypts", panic_decrypt_mode, &ccm },
		{ "GCM: no nonce", panic_no_nonce, &gcm },
		{ "CCM: no nonce", panic_no_nonce, &ccm },
		{ "GCM: update after the end", panic_not_started, &gcm },
		{ "CCM: update after the end", panic_not_started, &ccm },
		{ "CCM: nonce of 14 bytes", panic_ccm_nonce, NULL },
		{ "CCM: payload that a nonce of 13 bytes does not allow", panic_ccm_payload_too_long_for_nonce, NULL },
		{ "CCM: more additional data than announced", panic_ccm_more_aad, NULL },
		{ "CCM: less additional data than announced", panic_ccm_less_aad, NULL },
		{ "CCM: more payload than announced", panic_ccm_more_payload, NULL },
		{ "CCM: less payload than announced", panic_ccm_less_payload, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, panics[i].algorithm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_at_every_split),
		cmocka_unit_test(every_change_is_told),
		cmocka_unit_test(a_copy_goes_on_by_itself),
		cmocka_unit_test(ccm_of_long_texts_against_openssl),
		cmocka_unit_test(tag_sizes),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
