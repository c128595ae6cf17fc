// SPDX-License-Identifier: BSD-2-Clause
/* Ciphers against published vectors, in pieces of all sizes, in place, padded, and what panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define TEXT_MAX 512

/* NIST CAVP: AESAVS, TMOVS, XTSVS; RFC 3686 §6; RFC 3962 appendix B; draft-ribose-cfrg-sm4-10 appendix A. */
static const struct row {
	const char *name;
	uint32_t algorithm, type;
	const char *key, *tweak_key, *iv, *plain, *cipher;
} rows[] = {
	{ "AES-128-ECB, MMT 2", TEE_ALG_AES_ECB_NOPAD, TEE_TYPE_AES, "280afe063216a10b9cad9b2095552b16", "", "",
	  "6f172bb6ec364833411841a8f9ea2051735d600538a9ea5e8cd2431a432903c1d6178988b616ed76e00036c5b28ccd8b",
	  "4cc2a8f13c8c7c36ed6a814db7f26900c7e04df49cbad916ce6a44d0ae4fe7edc0b402794675b3694933ebbc356525d8" },
	{ "AES-192-ECB, MMT 2", TEE_ALG_AES_ECB_NOPAD, TEE_TYPE_AES, "c4854919c324d381bbef9bea771172f6e4563ffbd1e1e956", "",
	  "", "07d3781a71e87b8cf12cac4616f9c7a819be57a0770a7a66e0e6e469506826897c8530866f2715b8757f0f01389dc301",
	  "0b0455954e477e87d1a338414f8ac4d760efb70e5770e5d496b31152cb07e9316378f7fd38c6903b31d4f1b1a53931af" },
	{ "AES-256-ECB, MMT 2", TEE_ALG_AES_ECB_NOPAD, TEE_TYPE_AES,
	  "605c4139c961b496ca5148f1bdb1bb1901f2101943a0ec10fcdc403d3b0c285a", "", "",
	  "68c9885ba2be03181f65f1e04e83d6ba6880467550bcf099be26dc9d9c0af15ab02abac07c116ac862a41da90cfa604f",
	  "a7603d29bbba4c77208bf2f3df9f5ec85204adce012299f2cce7b326ce78f5cf8040343dd291e8cf9f3645726368dc20" },
	{ "AES-128-CBC, MMT 3", TEE_ALG_AES_CBC_NOPAD, TEE_TYPE_AES, "b7f3c9576e12dd0db63e8f8fac2b9a39", "",
	  "c80f095d8bb1a060699f7c19974a1aa0",
	  "9ac19954ce1319b354d3220460f71c1e373f1cd336240881160cfde46ebfed2e791e8d5a1a136ebd1dc469dec00c4187722b841cdabc"
	  "b22c1be8a14657da200e",
	  "19b9609772c63f338608bf6eb52ca10be65097f89c1e0905c42401fd47791ae2c5440b2d473116ca78bd9ff2fb6015cfd316524eae7d"
	  "cb95ae738ebeae84a467" },
	{ "AES-192-CBC, MMT 3", TEE_ALG_AES_CBC_NOPAD, TEE_TYPE_AES, "067bb17b4df785697eaccf961f98e212cb75e6797ce935cb", "",
	  "8b59c9209c529ca8391c9fc0ce033c38",
	  "db3785a889b4bd387754da222f0e4c2d2bfe0d79e05bc910fba941beea30f1239eacf0068f4619ec01c368e986fca6b7c58e490579d2"
	  "9611bd10087986eff54f",
	  "d5f5589760bf9c762228fde236de1fa2dd2dad448db3fa9be0c4196efd46a35c84dd1ac77d9db58c95918cb317a6430a08d2fb6a8e8b"
	  "0f1c9b72c7a344dc349f" },
	{ "AES-256-CBC, MMT 3", TEE_ALG_AES_CBC_NOPAD, TEE_TYPE_AES,
	  "0493ff637108af6a5b8e90ac1fdf035a3d4bafd1afb573be7ade9e8682e663e5", "", "c0cd2bebccbb6c49920bd5482ac756e8",
	  "8b37f9148df4bb25956be6310c73c8dc58ea9714ff49b643107b34c9bff096a94fedd6823526abc27a8e0b16616eee254ab4567dd68e"
	  "8ccd4c38ac563b13639c",
	  "05d5c77729421b08b737e41119fa4438d1f570cc772a4d6c3df7ffeda0384ef84288ce37fc4c4c7d1125a499b051364c389fd639bdda"
	  "647daa3bdadab2eb5594" },
	{ "AES-128-CTR, RFC 3686", TEE_ALG_AES_CTR, TEE_TYPE_AES, "7691be035e5020a8ac6e618529f9a0dc", "",
	  "00e0017b27777f3f4a1786f000000001",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
	  "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f" },
	{ "AES-192-CTR, RFC 3686", TEE_ALG_AES_CTR, TEE_TYPE_AES, "02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe", "",
	  "0007bdfd5cbd60278dcc091200000001",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
	  "96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188abee0935" },
	{ "AES-256-CTR, RFC 3686", TEE_ALG_AES_CTR, TEE_TYPE_AES,
	  "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d", "", "001cc5b751a51d70a1c1114800000001",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
	  "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8" },
	{ "AES-128-CTS, RFC 3962, 17 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000", "4920776f756c64206c696b652074686520",
	  "c6353568f2bf8cb4d8a580362da7ff7f97" },
	{ "AES-128-CTS, RFC 3962, 31 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000", "4920776f756c64206c696b65207468652047656e6572616c20476175277320",
	  "fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5" },
	{ "AES-128-CTS, RFC 3962, 32 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000", "4920776f756c64206c696b65207468652047656e6572616c2047617527732043",
	  "39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584" },
	{ "AES-128-CTS, RFC 3962, 47 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000",
	  "4920776f756c64206c696b65207468652047656e6572616c20476175277320436869636b656e2c20706c656173652c",
	  "97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5" },
	{ "AES-128-CTS, RFC 3962, 48 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000",
	  "4920776f756c64206c696b65207468652047656e6572616c20476175277320436869636b656e2c20706c656173652c20",
	  "97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd839312523a78662d5be7fcbcc98ebf5a8" },
	{ "AES-128-CTS, RFC 3962, 64 bytes", TEE_ALG_AES_CTS, TEE_TYPE_AES, "636869636b656e207465726979616b69", "",
	  "00000000000000000000000000000000",
	  "4920776f756c64206c696b65207468652047656e6572616c20476175277320436869636b656e2c20706c656173652c20616e6420776f"
	  "6e746f6e20736f75702e",
	  "97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a84807efe836ee89a526730dbc2f7bc8409dad8bbb96c4"
	  "cdc03bc103e1a194bbd8" },
	{ "AES-128-XTS, 128 bits", TEE_ALG_AES_XTS, TEE_TYPE_AES, "a1b90cba3f06ac353b2c343876081762",
	  "090923026e91771815f29dab01932f2f", "4faef7117cda59c66e4b92013e768ad5", "ebabce95b14d3c8d6fb350390790311c",
	  "778ae8b43cb98d5a825081d5be471c63" },
	{ "AES-128-XTS, 200 bits", TEE_ALG_AES_XTS, TEE_TYPE_AES, "394c97881abd989d29c703e48a72b397",
	  "a7acf51b59649eeea9b33274d8541df4", "4b15c684a152d485fe9937d39b168c29",
	  "2f3b9dcfbae729583b1d1ffdd16bb6fe2757329435662a78f0", "f3473802e38a3ffef4d4fb8e6aa266ebde553a64528a06463e" },
	{ "AES-128-XTS, 256 bits", TEE_ALG_AES_XTS, TEE_TYPE_AES, "b7b93f516aef295eff3a29d837cf1f13",
	  "5347e8a21dae616ff5062b2e8d78ce5e", "873edea653b643bd8bcf51403197ed14",
	  "236f8a5b58dd55f6194ed70c4ac1a17f1fe60ec9a6c454d087ccb77d6b638c47",
	  "22e6a3c6379dcf7599b052b5a749c7f78ad8a11b9f1aa9430cf3aef445682e19" },
	{ "AES-256-XTS, 256 bits", TEE_ALG_AES_XTS, TEE_TYPE_AES,
	  "1ea661c58d943a0e4801e42f4b0947149e7f9f8e3e68d0c7505210bd311a0e7c",
	  "d6e13ffdf2418d8d1911c004cda58da3d619b7e2b9141e58318eea392cf41b08", "adf8d92627464ad2f0428e84a9f87564",
	  "2eedea52cd8215e1acc647e810bbc3642e87287f8d2e57e36c0a24fbc12a202e",
	  "cbaad0e2f6cea3f50b37f934d46a9b130b9d54f07e34f36af793e86f73c6d7db" },
	{ "AES-256-XTS, 384 bits", TEE_ALG_AES_XTS, TEE_TYPE_AES,
	  "266c336b3b01489f3267f52835fd92f674374b88b4e1ebd2d36a5f457581d9d0",
	  "42c3eef7b0b7e5137b086496b4d9e6ac658d7196a23f23f036172fdb8faee527", "06b209a7a22f486ecbfadb0f3137ba42",
	  "ca7d65ef8d3dfad345b61ccddca1ad81de830b9e86c7b426d76cb7db766852d981c6b21409399d78f42cc0b33a7bbb06",
	  "c73256870cc2f4dd57acc74b5456dbd776912a128bc1f77d72cdebbf270044b7a43ceed29025e1e8be211fa3c3ed002d" },
	{ "DES-ECB, variable text", TEE_ALG_DES_ECB_NOPAD, TEE_TYPE_DES, "0101010101010101", "", "", "0400000000000000",
	  "55579380d77138ef" },
	{ "DES-ECB, variable key", TEE_ALG_DES_ECB_NOPAD, TEE_TYPE_DES, "0120010101010101", "", "", "0000000000000000",
	  "31fe17369b5288c9" },
	{ "DES-CBC, permutation", TEE_ALG_DES_CBC_NOPAD, TEE_TYPE_DES, "1046103489988020", "", "0000000000000000",
	  "0000000000000000", "df725dcad94ea2e9" },
	{ "DES-EDE3-ECB, three keys, MMT 4", TEE_ALG_DES3_ECB_NOPAD, TEE_TYPE_DES3,
	  "7694a26d9e1091c237d32cbfa1e351a13df8208cc8081c54", "", "",
	  "212399b6144969c0c9f35191f5d1d4f641b607faa19b8c07e1e7c44d81ee4167c2b77a3c0102c324",
	  "47ff992001e04464e55fd48a48e040a4ef3e0839c49a2794c5c0c9f2a80d345fcaea8e398416ab8e" },
	{ "DES-EDE3-CBC, three keys, MMT 4", TEE_ALG_DES3_CBC_NOPAD, TEE_TYPE_DES3,
	  "ef6d3e54266d978ffb0b8ce6689d803e2cd34cc802fd0252", "", "38bae5bce06d0ad9",
	  "c4f228b537223cd01c0debb5d9d4e12ba71656618d119b2f8f0af29d23efa3a9e43c4c458a1b79a0",
	  "9e3289fb18379f55aa4e45a7e0e6df160b33b75f8627ad0954f8fdcb78cee55a4664caeda1000fe5" },
	{ "DES-EDE3-ECB, two keys, MMT 4", TEE_ALG_DES3_ECB_NOPAD, TEE_TYPE_DES3, "32325e8583e597296e52c7fbe01a5dad", "",
	  "", "c8f97e987da45d96ed5878e565faac36e55f0da3300f93921f4810dd3a46653089c2f6b2a8b95be7",
	  "2c125b84ff980e01d11ac40e2588002a28d30e1013e8e106b2e8347d064b52ef20def27628887605" },
	{ "DES-EDE3-CBC, two keys, MMT 4", TEE_ALG_DES3_CBC_NOPAD, TEE_TYPE_DES3, "a173545b265875ba852331fbb95b49a8", "",
	  "ab385756391d364c", "d08894c565608d9ae51dda63b85b3b33b1703bb5e4f1abcbb8794e743da5d6f3bf630f2e9b6d5b54",
	  "370b47acf89ac6bdbb13c9a7336787dc41e1ad8beead32281d0609fb54968404bdf2894892590658" },
	{ "SM4-ECB, draft-ribose 0", TEE_ALG_SM4_ECB_NOPAD, TEE_TYPE_SM4, "0123456789abcdeffedcba9876543210", "", "",
	  "0123456789abcdeffedcba9876543210", "681edf34d206965e86b3e94f536e4246" },
	{ "SM4-ECB, draft-ribose 1", TEE_ALG_SM4_ECB_NOPAD, TEE_TYPE_SM4, "fedcba98765432100123456789abcdef", "", "",
	  "000102030405060708090a0b0c0d0e0f", "f766678f13f01adeac1b3ea955adb594" },
	{ "SM4-CBC, draft-ribose 0", TEE_ALG_SM4_CBC_NOPAD, TEE_TYPE_SM4, "0123456789abcdeffedcba9876543210", "",
	  "000102030405060708090a0b0c0d0e0f", "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb",
	  "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d" },
	{ "SM4-CBC, draft-ribose 1", TEE_ALG_SM4_CBC_NOPAD, TEE_TYPE_SM4, "fedcba98765432100123456789abcdef", "",
	  "000102030405060708090a0b0c0d0e0f", "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb",
	  "0d3a6ddc2d21c698857215587b7bb59a91f2c147911a4144665e1fa1d40bae38" },
	{ "SM4-CTR, draft-ribose 0", TEE_ALG_SM4_CTR, TEE_TYPE_SM4, "0123456789abcdeffedcba9876543210", "",
	  "000102030405060708090a0b0c0d0e0f",
	  "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaa"
	  "aaaabbbbbbbbbbbbbbbb",
	  "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7f234bc0e24c11980fd1286310ce37b926e02fcd0faa0"
	  "baf38b2933851d824514" },
	{ "SM4-CTR, draft-ribose 1", TEE_ALG_SM4_CTR, TEE_TYPE_SM4, "fedcba98765432100123456789abcdef", "",
	  "000102030405060708090a0b0c0d0e0f",
	  "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaa"
	  "aaaabbbbbbbbbbbbbbbb",
	  "5dcccd25b95ab07417a08512ee160e2f8f661521cbbab44cc87138445bc29e5c0ae0297205d62704173b21239b887f6c8cb5b800917a"
	  "2488284bde9e16ea2906" },
};

struct text {
	uint8_t iv[16], from[TEXT_MAX], to[TEXT_MAX];
	size_t iv_size, size;
};

static void text_load(const struct row *row, uint32_t mode, struct text *text)
{
	bool encrypt = mode == TEE_MODE_ENCRYPT;

	text->iv_size = fixture_hex(row->iv, text->iv);
	text->size = fixture_hex(encrypt ? row->plain : row->cipher, text->from);
	fixture_hex(encrypt ? row->cipher : row->plain, text->to);
}

static TEE_OperationHandle cipher_new(const struct row *row, uint32_t mode)
{
	bool two = row->tweak_key[0];
	TEE_ObjectHandle key = crypto_secret(row->type, row->key);
	TEE_ObjectHandle tweak = two ? crypto_secret(row->type, row->tweak_key) : TEE_HANDLE_NULL;
	uint32_t bits = (uint32_t)strlen(row->key) * 4;
	TEE_OperationHandle op = crypto_operation(row->algorithm, mode, two ? 2 * bits : bits,
						  two ? TEE_HANDLE_NULL : key);

	if (two)
		assert_int_equal(TEE_SetOperationKey2(op, key, tweak), TEE_SUCCESS);
	TEE_FreeTransientObject(tweak);
	TEE_FreeTransientObject(key);
	return op;
}

/* An update up to the split, the rest with the end; out may be where the text is. */
static void crypt_split(const char *name, TEE_OperationHandle op, const struct text *text, size_t split, uint8_t *in,
			uint8_t *out)
{
	size_t first = TEXT_MAX;
	size_t rest;

	memcpy(in, text->from, text->size);
	TEE_CipherInit(op, text->iv, text->iv_size);
	assert_int_equal(TEE_CipherUpdate(op, in, split, out, &first), TEE_SUCCESS);
	assert_true(first <= split);
	rest = TEXT_MAX - first;
	/* In place, what is left moves to where the output goes on, as a caller must see to. */
	if (in == out) {
		memmove(in + first, text->from + split, text->size - split);
		in += first - split;
	}
	assert_int_equal(TEE_CipherDoFinal(op, in + split, text->size - split, out + first, &rest), TEE_SUCCESS);
	if (first + rest != text->size || memcmp(out, text->to, text->size))
		fail_msg("%s: split at %zu", name, split);
}

static void vectors_at_every_split(void **state)
{
	static const uint32_t modes[] = { TEE_MODE_ENCRYPT, TEE_MODE_DECRYPT };
	uint8_t in[TEXT_MAX];
	uint8_t out[TEXT_MAX];
	size_t i;
	size_t m;

	(void)state;
	for (i = 0; i < ROWS(rows); i++)
		for (m = 0; m < 2; m++) {
			TEE_OperationHandle op = cipher_new(&rows[i], modes[m]);
			struct text text = { 0 };
			size_t split;

			text_load(&rows[i], modes[m], &text);
			for (split = 0; split <= text.size; split++) {
				crypt_split(rows[i].name, op, &text, split, in, out);
				crypt_split(rows[i].name, op, &text, split, in, in);
			}
			TEE_FreeOperation(op);
		}
}

/* In pieces of one size, each output as long as was said before (TEE_ERROR_SHORT_BUFFER). */
static void crypt_pieces(const struct row *row, TEE_OperationHandle op, const struct text *text, size_t piece)
{
	uint8_t out[TEXT_MAX];
	size_t done = 0;
	size_t size;
	size_t at;

	TEE_CipherInit(op, text->iv, text->iv_size);
	for (at = 0; at + piece < text->size; at += piece) {
		size = 0;
		if (TEE_CipherUpdate(op, text->from + at, piece, NULL, &size) == TEE_ERROR_SHORT_BUFFER) {
			assert_true(size > 0);
			assert_int_equal(TEE_CipherUpdate(op, text->from + at, piece, out + done, &size), TEE_SUCCESS);
		}
		done += size;
	}
	size = text->size - done - 1;
	assert_int_equal(TEE_CipherDoFinal(op, text->from + at, text->size - at, out + done, &size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, text->size - done);
	assert_int_equal(TEE_CipherDoFinal(op, text->from + at, text->size - at, out + done, &size), TEE_SUCCESS);
	crypto_assert_bytes(row->name, out, done + size, row->cipher);
}

static void vectors_in_pieces_with_short_buffers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_OperationHandle op = cipher_new(&rows[i], TEE_MODE_ENCRYPT);
		struct text text = { 0 };
		size_t piece;

		text_load(&rows[i], TEE_MODE_ENCRYPT, &text);
		for (piece = 1; piece <= text.size; piece++)
			crypt_pieces(&rows[i], op, &text, piece);
		TEE_FreeOperation(op);
	}
}

static void a_copy_goes_on_by_itself(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_OperationHandle op = cipher_new(&rows[i], TEE_MODE_DECRYPT);
		TEE_OperationHandle copy = TEE_HANDLE_NULL;
		TEE_OperationInfo info;
		struct text text = { 0 };
		uint8_t out[TEXT_MAX];
		uint8_t noise[TEXT_MAX];
		size_t first = sizeof(out);
		size_t rest;
		size_t half;

		text_load(&rows[i], TEE_MODE_DECRYPT, &text);
		half = text.size * 2 / 3;
		TEE_GetOperationInfo(op, &info);
		assert_int_equal(TEE_AllocateOperation(&copy, rows[i].algorithm, TEE_MODE_DECRYPT, info.maxKeySize),
				 TEE_SUCCESS);
		TEE_CipherInit(op, text.iv, text.iv_size);
		assert_int_equal(TEE_CipherUpdate(op, text.from, half, out, &first), TEE_SUCCESS);
		TEE_CopyOperation(copy, op);
		rest = sizeof(noise);
		assert_int_equal(TEE_CipherUpdate(op, text.from, text.size, noise, &rest), TEE_SUCCESS);
		TEE_FreeOperation(op);
		rest = sizeof(out) - first;
		assert_int_equal(TEE_CipherDoFinal(copy, text.from + half, text.size - half, out + first, &rest),
				 TEE_SUCCESS);
		crypto_assert_bytes(rows[i].name, out, first + rest, rows[i].plain);
		TEE_FreeOperation(copy);
	}
}

/* A long text, so that pieces of every path are there, against OpenSSL at once (XTS: one data unit). */
static void long_texts_against_openssl(void **state)
{
	static const struct {
		const char *name, *openssl;
		uint32_t algorithm;
		size_t size;
	} texts[] = {
		{ "XTS", "AES-128-XTS", TEE_ALG_AES_XTS, 3 * 1024 * 1024 + 5 },
		{ "CBC", "AES-128-CBC", TEE_ALG_AES_CBC_NOPAD, 1024 * 1024 },
		{ "CTR", "AES-128-CTR", TEE_ALG_AES_CTR, 1024 * 1024 + 7 },
	};
	static const char key[] = "000102030405060708090a0b0c0d0e0f";
	static const char tweak[] = "101112131415161718191a1b1c1d1e1f";
	uint8_t bytes[32];
	size_t i;

	(void)state;
	fixture_hex(key, bytes);
	fixture_hex(tweak, bytes + 16);
	for (i = 0; i < ROWS(texts); i++) {
		bool xts = texts[i].algorithm == TEE_ALG_AES_XTS;
		const struct row row = { texts[i].name, texts[i].algorithm, TEE_TYPE_AES, key, xts ? tweak : "", "", "", "" };
		TEE_OperationHandle op = cipher_new(&row, TEE_MODE_ENCRYPT);
		EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, texts[i].openssl, NULL);
		EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
		uint8_t *text = calloc(1, texts[i].size);
		uint8_t *expected = malloc(texts[i].size);
		size_t first = 100003;
		size_t done = texts[i].size;
		size_t rest;
		int n;

		assert_int_equal(EVP_EncryptInit_ex2(ctx, cipher, bytes, bytes + 8, NULL), 1);
		EVP_CIPHER_CTX_set_padding(ctx, 0);
		/* At most 2^20 blocks at once: this is fewer. */
		assert_int_equal(EVP_EncryptUpdate(ctx, expected, &n, text, (int)texts[i].size), 1);
		TEE_CipherInit(op, bytes + 8, 16);
		assert_int_equal(TEE_CipherUpdate(op, text, first, text, &done), TEE_SUCCESS);
		/* In place, but for the few bytes that the cipher still holds. */
		memset(text + done, 0, texts[i].size - done);
		rest = texts[i].size - done;
		assert_int_equal(TEE_CipherDoFinal(op, text + first, texts[i].size - first, text + done, &rest),
				 TEE_SUCCESS);
		assert_int_equal(done + rest, texts[i].size);
		if (memcmp(text, expected, texts[i].size))
			fail_msg("%s", texts[i].name);
		free(expected);
		free(text);
		EVP_CIPHER_CTX_free(ctx);
		EVP_CIPHER_free(cipher);
		TEE_FreeOperation(op);
	}
}

/* --- padding --- */

#define SM4_KEY "0123456789abcdeffedcba9876543210"
static const struct row padded_rows[] = {
	{ "SM4-ECB with padding", TEE_ALG_SM4_ECB_PKCS5, TEE_TYPE_SM4, SM4_KEY, "", "", "", "" },
	{ "SM4-CBC with padding", TEE_ALG_SM4_CBC_PKCS5, TEE_TYPE_SM4, SM4_KEY, "", "000102030405060708090a0b0c0d0e0f", "", "" },
};

/* What the same algorithm without padding makes of a text that is padded by hand (RFC 5652 §6.3). */
static size_t pad_by_hand(const struct row *row, const struct text *text, uint8_t *out)
{
	const struct row plain = {
		row->name, row->algorithm == TEE_ALG_SM4_ECB_PKCS5 ? TEE_ALG_SM4_ECB_NOPAD : TEE_ALG_SM4_CBC_NOPAD,
		row->type, row->key,
		"",	   row->iv,
		"",	   ""
	};
	TEE_OperationHandle op = cipher_new(&plain, TEE_MODE_ENCRYPT);
	size_t pad = 16 - text->size % 16;
	size_t size = text->size + pad;
	uint8_t padded[TEXT_MAX];

	memcpy(padded, text->from, text->size);
	memset(padded + text->size, (int)pad, pad);
	TEE_CipherInit(op, text->iv, text->iv_size);
	assert_int_equal(TEE_CipherDoFinal(op, padded, size, out, &size), TEE_SUCCESS);
	TEE_FreeOperation(op);
	return size;
}

/* Each length; decrypted at each split into a buffer that has not one byte too many. */
static void padded_length(const struct row *row, size_t length)
{
	TEE_OperationHandle encrypt = cipher_new(row, TEE_MODE_ENCRYPT);
	TEE_OperationHandle decrypt = cipher_new(row, TEE_MODE_DECRYPT);
	struct text text = { .size = length };
	uint8_t expected[TEXT_MAX];
	uint8_t cipher[TEXT_MAX];
	uint8_t plain[TEXT_MAX];
	size_t size = sizeof(cipher);
	size_t split;

	memset(text.from, 0x5a, length);
	text.iv_size = fixture_hex(row->iv, text.iv);
	TEE_CipherInit(encrypt, text.iv, text.iv_size);
	assert_int_equal(TEE_CipherDoFinal(encrypt, text.from, length, cipher, &size), TEE_SUCCESS);
	assert_int_equal(pad_by_hand(row, &text, expected), size);
	assert_memory_equal(cipher, expected, size);
	for (split = 0; split <= size; split++) {
		size_t first = length;
		size_t rest;

		TEE_CipherInit(decrypt, text.iv, text.iv_size);
		assert_int_equal(TEE_CipherUpdate(decrypt, cipher, split, plain, &first), TEE_SUCCESS);
		rest = length - first;
		if (rest) {
			rest--;
			assert_int_equal(TEE_CipherDoFinal(decrypt, cipher + split, size - split, plain + first, &rest),
					 TEE_ERROR_SHORT_BUFFER);
			assert_int_equal(rest, length - first);
		}
		assert_int_equal(TEE_CipherDoFinal(decrypt, cipher + split, size - split, plain + first, &rest),
				 TEE_SUCCESS);
		if (first + rest != length || memcmp(plain, text.from, length))
			fail_msg("%s: %zu bytes, split at %zu", row->name, length, split);
	}
	TEE_FreeOperation(decrypt);
	TEE_FreeOperation(encrypt);
}

static void padding_of_every_length(void **state)
{
	size_t length;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(padded_rows); i++)
		for (length = 0; length <= 49; length++)
			padded_length(&padded_rows[i], length);
}

static void wrong_padding_is_told(void **state)
{
	static const uint8_t cipher[40];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(padded_rows); i++) {
		/* Neither whole blocks, nor blocks that end in a padding, nor any block at all. */
		static const size_t sizes[] = { 32, 40, 7, 0 };
		TEE_OperationHandle op = cipher_new(&padded_rows[i], TEE_MODE_DECRYPT);
		uint8_t iv[16];
		size_t iv_size = fixture_hex(padded_rows[i].iv, iv);
		size_t n;

		for (n = 0; n < ROWS(sizes); n++) {
			uint8_t out[64];
			size_t size = sizeof(out);

			TEE_CipherInit(op, iv, iv_size);
			assert_int_equal(TEE_CipherDoFinal(op, cipher, sizes[n], out, &size),
					 TEE_ERROR_CIPHERTEXT_INVALID);
			assert_int_equal(size, 0);
		}
		TEE_FreeOperation(op);
	}
}

/* --- two keys --- */

static void xts_takes_two_different_keys(void **state)
{
	TEE_ObjectHandle key = crypto_secret(TEE_TYPE_AES, SM4_KEY);
	TEE_ObjectHandle same = crypto_secret(TEE_TYPE_AES, SM4_KEY);
	TEE_ObjectHandle other = crypto_secret(TEE_TYPE_AES, "000102030405060708090a0b0c0d0e0f");
	TEE_OperationHandle op = crypto_operation(TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, 256, TEE_HANDLE_NULL);
	union {
		TEE_OperationInfoMultiple head;
		uint8_t bytes[sizeof(TEE_OperationInfoMultiple) + 2 * sizeof(TEE_OperationInfoKey)];
	} info;
	size_t size = sizeof(info.head);
	TEE_OperationInfo plain;

	(void)state;
	assert_int_equal(TEE_SetOperationKey2(op, key, same), TEE_ERROR_SECURITY);
	assert_int_equal(TEE_SetOperationKey2(op, key, key), TEE_ERROR_SECURITY);
	TEE_GetOperationInfo(op, &plain);
	assert_int_equal(plain.handleState, TEE_HANDLE_FLAG_EXPECT_TWO_KEYS);
	assert_int_equal(TEE_SetOperationKey2(op, key, other), TEE_SUCCESS);
	assert_int_equal(TEE_GetOperationInfoMultiple(op, &info.head, &size), TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, sizeof(info));
	assert_int_equal(TEE_GetOperationInfoMultiple(op, &info.head, &size), TEE_SUCCESS);
	assert_int_equal(info.head.numberOfKeys, 2);
	assert_int_equal(info.head.keyInformation[1].keySize, 128);
	assert_int_equal(info.head.keyInformation[1].requiredKeyUsage, TEE_USAGE_ENCRYPT);
	TEE_GetOperationInfo(op, &plain);
	assert_int_equal(plain.keySize, 0);
	assert_int_equal(plain.handleState, TEE_HANDLE_FLAG_EXPECT_TWO_KEYS | TEE_HANDLE_FLAG_KEY_SET);
	assert_int_equal(TEE_SetOperationKey2(op, TEE_HANDLE_NULL, TEE_HANDLE_NULL), TEE_SUCCESS);
	TEE_GetOperationInfo(op, &plain);
	assert_int_equal(plain.handleState, TEE_HANDLE_FLAG_EXPECT_TWO_KEYS);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(other);
	TEE_FreeTransientObject(same);
	TEE_FreeTransientObject(key);
}

/* --- what panics --- */

static TEE_OperationHandle started(uint32_t algorithm, size_t iv_size)
{
	static const uint8_t iv[32];
	TEE_OperationHandle op = crypto_operation(algorithm, TEE_MODE_ENCRYPT, 128,
						  crypto_secret(TEE_TYPE_AES, SM4_KEY));

	TEE_CipherInit(op, iv, iv_size);
	return op;
}

static void final_of(TEE_OperationHandle op, size_t size)
{
	uint8_t bytes[64] = { 0 };
	size_t out = sizeof(bytes);

	(void)!TEE_CipherDoFinal(op, bytes, size, bytes, &out);
}

static void panic_iv_missing(void *arg)
{
	(void)arg;
	started(TEE_ALG_AES_CBC_NOPAD, 0);
}

static void panic_iv_short(void *arg)
{
	(void)arg;
	started(TEE_ALG_AES_CTR, 15);
}

static void panic_iv_of_ecb(void *arg)
{
	(void)arg;
	started(TEE_ALG_AES_ECB_NOPAD, 16);
}

static void panic_part_of_a_block(void *arg)
{
	(void)arg;
	final_of(started(TEE_ALG_AES_CBC_NOPAD, 16), 17);
}

static void panic_less_than_a_block(void *arg)
{
	(void)arg;
	final_of(started(TEE_ALG_AES_CTS, 16), 15);
}

static void panic_not_started(void *arg)
{
	(void)arg;
	final_of(crypto_operation(TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 128, crypto_secret(TEE_TYPE_AES, SM4_KEY)), 16);
}

static void panic_finished(void *arg)
{
	TEE_OperationHandle op = started(TEE_ALG_AES_CTR, 16);

	(void)arg;
	final_of(op, 16);
	final_of(op, 16);
}

static void panic_no_key(void *arg)
{
	(void)arg;
	TEE_CipherInit(crypto_operation(TEE_ALG_AES_ECB_NOPAD, TEE_MODE_ENCRYPT, 128, TEE_HANDLE_NULL), NULL, 0);
}

static void panic_key_while_active(void *arg)
{
	(void)arg;
	(void)!TEE_SetOperationKey(started(TEE_ALG_AES_CTR, 16), TEE_HANDLE_NULL);
}

static void panic_one_key_of_two(void *arg)
{
	(void)arg;
	crypto_operation(TEE_ALG_AES_XTS, TEE_MODE_ENCRYPT, 256, crypto_secret(TEE_TYPE_AES, SM4_KEY));
}

static void panic_two_keys_of_one(void *arg)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 128, TEE_HANDLE_NULL);

	(void)arg;
	(void)!TEE_SetOperationKey2(op, crypto_secret(TEE_TYPE_AES, SM4_KEY),
				    crypto_secret(TEE_TYPE_AES, "000102030405060708090a0b0c0d0e0f"));
}

static void panic_reset_without_key(void *arg)
{
	(void)arg;
	TEE_ResetOperation(crypto_operation(TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 128, TEE_HANDLE_NULL));
}

static void panic_copy_of_a_large_key(void *arg)
{
	(void)arg;
	TEE_CopyOperation(
		crypto_operation(TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 128, TEE_HANDLE_NULL),
		crypto_operation(TEE_ALG_AES_CTR, TEE_MODE_ENCRYPT, 256, crypto_secret(TEE_TYPE_AES, SM4_KEY SM4_KEY)));
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "CBC without an initial value", panic_iv_missing },
		{ "counter of 15 bytes", panic_iv_short },
		{ "ECB with an initial value", panic_iv_of_ecb },
		{ "text that is no whole blocks", panic_part_of_a_block },
		{ "CTS of less than a block", panic_less_than_a_block },
		{ "end before the beginning", panic_not_started },
		{ "end after the end", panic_finished },
		{ "operation without a key", panic_no_key },
		{ "key for an active operation", panic_key_while_active },
		{ "one key where two are due", panic_one_key_of_two },
		{ "two keys where one is due", panic_two_keys_of_one },
		{ "reset before there is a key", panic_reset_without_key },
		{ "copy of a key that is too large", panic_copy_of_a_large_key },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_at_every_split),
		cmocka_unit_test(vectors_in_pieces_with_short_buffers),
		cmocka_unit_test(a_copy_goes_on_by_itself),
		cmocka_unit_test(long_texts_against_openssl),
		cmocka_unit_test(padding_of_every_length),
		cmocka_unit_test(wrong_padding_is_told),
		cmocka_unit_test(xts_takes_two_different_keys),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
