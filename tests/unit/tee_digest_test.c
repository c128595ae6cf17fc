// SPDX-License-Identifier: BSD-2-Clause
/* Digests against published vectors, in pieces of all sizes, and what panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

/* NIST CAVP: SHAVS byte vectors of SHA-1, SHA-2, SHA-3 and SHAKE; RFC 1321 §A.5; GM/T 0004-2012 annex A. */
static const struct row {
	const char *name;
	uint32_t algorithm;
	const char *message;
	const char *hash;
} rows[] = {
	{ "MD5, 0 bytes", TEE_ALG_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "MD5, 3 bytes", TEE_ALG_MD5, "616263", "900150983cd24fb0d6963f7d28e17f72" },
	{ "MD5, 26 bytes", TEE_ALG_MD5, "6162636465666768696a6b6c6d6e6f707172737475767778797a",
	  "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "MD5, 80 bytes", TEE_ALG_MD5,
	  "313233343536373839303132333435363738393031323334353637383930313233343536373839303132333435363738393031323334"
	  "3536373839303132333435363738393031323334353637383930", "57edf4a22be3c955ac49da2e2107b67a" },
	{ "SHA-1, 0 bytes", TEE_ALG_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ "SHA-1, 3 bytes", TEE_ALG_SHA1, "df4bd2", "bf36ed5d74727dfd5d7854ec6b1d49468d8ee8aa" },
	{ "SHA-1, 64 bytes", TEE_ALG_SHA1,
	  "45927e32ddf801caf35e18e7b5078b7f5435278212ec6bb99df884f49b327c6486feae46ba187dc1cc9145121e1492e6b06e9007394d"
	  "c33b7748f86ac3207cfe", "a70cfbfe7563dd0e665c7c6715a96a8d756950c0" },
	{ "SHA-224, 0 bytes", TEE_ALG_SHA224, "", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f" },
	{ "SHA-224, 3 bytes", TEE_ALG_SHA224, "51ca3d", "2c8959023515476e38388abb43599a29876b4b33d56adc06032de3a2" },
	{ "SHA-224, 64 bytes", TEE_ALG_SHA224,
	  "a3310ba064be2e14ad32276e18cd0310c933a6e650c3c754d0243c6c61207865b4b65248f66a08edf6e0832689a9dc3a2e5d2095eeea"
	  "50bd862bac88c8bd318d", "b2a5586d9cbf0baa999157b4af06d88ae08d7c9faab4bc1a96829d65" },
	{ "SHA-256, 0 bytes", TEE_ALG_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "SHA-256, 3 bytes", TEE_ALG_SHA256, "b4190e", "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2" },
	{ "SHA-256, 64 bytes", TEE_ALG_SHA256,
	  "5a86b737eaea8ee976a0a24da63e7ed7eefad18a101c1211e2b3650c5187c2a8a650547208251f6d4237e661c7bf4c77f335390394c3"
	  "7fa1a9f9be836ac28509", "42e61e174fbb3897d6dd6cef3dd2802fe67b331953b06114a65c772859dfc1aa" },
	{ "SHA-384, 0 bytes", TEE_ALG_SHA384, "",
	  "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b" },
	{ "SHA-384, 3 bytes", TEE_ALG_SHA384, "1fa4d5",
	  "e4ca4663dff189541cd026dcc056626419028774666f5b379b99f4887c7237bdbd3bea46d5388be0efc2d4b7989ab2c4" },
	{ "SHA-384, 128 bytes", TEE_ALG_SHA384,
	  "3bf52cc5ee86b9a0190f390a5c0366a560b557000dbe5115fd9ee11630a62769011575f15881198f227876e8fe685a6939bc8b89fd48"
	  "a34ec5e71e131462b2886794dffa68ccc6d564733e67ffef25e627c6f4b5460796e3bce67bf58ca6e8e555bc916a8531697ac948b90d"
	  "c8616f25101db90b50c3d3dbc9e21e42ff387187",
	  "12b6cb35eda92ee37356ddee77781a17b3d90e563824a984faffc6fdd1693bd7626039635563cfc3b9a2b00f9c65eefd" },
	{ "SHA-512, 0 bytes", TEE_ALG_SHA512, "",
	  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd4741"
	  "7a81a538327af927da3e" },
	{ "SHA-512, 3 bytes", TEE_ALG_SHA512, "0a55db",
	  "7952585e5330cb247d72bae696fc8a6b0f7d0804577e347d99bc1b11e52f384985a428449382306a89261ae143c2f3fb613804ab20b4"
	  "2dc097e5bf4a96ef919b" },
	{ "SHA-512, 128 bytes", TEE_ALG_SHA512,
	  "fd2203e467574e834ab07c9097ae164532f24be1eb5d88f1af7748ceff0d2c67a21f4e4097f9d3bb4e9fbf97186e0db6db0100230a52"
	  "b453d421f8ab9c9a6043aa3295ea20d2f06a2f37470d8a99075f1b8a8336f6228cf08b5942fc1fb4299c7d2480e8e82bce175540bdfa"
	  "d7752bc95b577f229515394f3ae5cec870a4b2f8",
	  "a21b1077d52b27ac545af63b32746c6e3c51cb0cb9f281eb9f3580a6d4996d5c9917d2a6e484627a9d5a06fa1b25327a9d710e027387"
	  "fc3e07d7c4d14c6086cc" },
	{ "SHA3-224, 0 bytes", TEE_ALG_SHA3_224, "", "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7" },
	{ "SHA3-224, 3 bytes", TEE_ALG_SHA3_224, "bf5831", "1bb36bebde5f3cb6d8e4672acf6eec8728f31a54dacc2560da2a00cc" },
	{ "SHA3-224, 144 bytes", TEE_ALG_SHA3_224,
	  "e65de91fdcb7606f14dbcfc94c9c94a57240a6b2c31ed410346c4dc011526559e44296fc988cc589de2dc713d0e82492d4991bd8c4c5"
	  "e6c74c753fc09345225e1db8d565f0ce26f5f5d9f404a28cf00bd655a5fe04edb682942d675b86235f235965ad422ba5081a21865b82"
	  "09ae81763e1c4c0cccbccdaad539cf773413a50f5ff1267b9238f5602adc06764f775d3c",
	  "26ec9df54d9afe11710772bfbeccc83d9d0439d3530777c81b8ae6a3" },
	{ "SHA3-256, 0 bytes", TEE_ALG_SHA3_256, "", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a" },
	{ "SHA3-256, 3 bytes", TEE_ALG_SHA3_256, "b053fa",
	  "9d0ff086cd0ec06a682c51c094dc73abdc492004292344bd41b82a60498ccfdb" },
	{ "SHA3-256, 136 bytes", TEE_ALG_SHA3_256,
	  "56ea14d7fcb0db748ff649aaa5d0afdc2357528a9aad6076d73b2805b53d89e73681abfad26bee6c0f3d20215295f354f538ae80990d"
	  "2281be6de0f6919aa9eb048c26b524f4d91ca87b54c0c54aa9b54ad02171e8bf31e8d158a9f586e92ffce994ecce9a5185cc80364d50"
	  "a6f7b94849a914242fcb73f33a86ecc83c3403630d20650ddb8cd9c4",
	  "4beae3515ba35ec8cbd1d94567e22b0d7809c466abfbafe9610349597ba15b45" },
	{ "SHA3-384, 0 bytes", TEE_ALG_SHA3_384, "",
	  "0c63a75b845e4f7d01107d852e4c2485c51a50aaaa94fc61995e71bbee983a2ac3713831264adb47fb6bd1e058d5f004" },
	{ "SHA3-384, 3 bytes", TEE_ALG_SHA3_384, "6ab7d6",
	  "ea12d6d32d69ad2154a57e0e1be481a45add739ee7dd6e2a27e544b6c8b5ad122654bbf95134d567987156295d5e57db" },
	{ "SHA3-384, 104 bytes", TEE_ALG_SHA3_384,
	  "92c41d34bd249c182ad4e18e3b856770766f1757209675020d4c1cf7b6f7686c8c1472678c7c412514e63eb9f5aee9f5c9d5cb8d8748"
	  "ab7a5465059d9cbbb8a56211ff32d4aaa23a23c86ead916fe254cc6b2bff7a9553df1551b531f95bb41cbbc4acddbd372921",
	  "71307eec1355f73e5b726ed9efa1129086af81364e30a291f684dfade693cc4bc3d6ffcb7f3b4012a21976ff9edcab61" },
	{ "SHA3-512, 0 bytes", TEE_ALG_SHA3_512, "",
	  "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6"
	  "d3e301758586281dcd26" },
	{ "SHA3-512, 3 bytes", TEE_ALG_SHA3_512, "37d518",
	  "4aa96b1547e6402c0eee781acaa660797efe26ec00b4f2e0aec4a6d10688dd64cbd7f12b3b6c7f802e2096c041208b9289aec380d1a7"
	  "48fdfcd4128553d781e3" },
	{ "SHA3-512, 72 bytes", TEE_ALG_SHA3_512,
	  "0ce9f8c3a990c268f34efd9befdb0f7c4ef8466cfdb01171f8de70dc5fefa92acbe93d29e2ac1a5c2979129f1ab08c0e77de7924ddf6"
	  "8a209cdfa0adc62f85c18637d9c6b33f4ff8",
	  "b018a20fcf831dde290e4fb18c56342efe138472cbe142da6b77eea4fce52588c04c808eb32912faa345245a850346faec46c3a16d39"
	  "bd2e1ddb1816bc57d2da" },
	{ "SM3, 0 bytes", TEE_ALG_SM3, "", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b" },
	{ "SM3, 3 bytes", TEE_ALG_SM3, "616263", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
	{ "SM3, 64 bytes", TEE_ALG_SM3,
	  "616263646162636461626364616263646162636461626364616263646162636461626364616263646162636461626364616263646162"
	  "63646162636461626364", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732" },
	{ "SHAKE128, 16 bytes of output", TEE_ALG_SHAKE128, "84e950051876050dc851fbd99e6247b8",
	  "8599bd89f63a848c49ca593ec37a12c6" },
	{ "SHAKE128, 125 bytes of output", TEE_ALG_SHAKE128, "d4864e1066c400faed9d69228cb96093",
	  "bb406e05a5226929321dc9d373f54daa6dff6429280633032b9261c62cc763a7e0a6928d759d70c5d7ac0ea9e2e95c583482c01a5fe3"
	  "f9188d55251be4c294229b4e85342eb11e3a6507a40588f01fb2397360021f62dca3392673992efa9d87d78a9d32cc79dea8f07ab718"
	  "351abe9117e097ada9db8350856ddefb3e" },
	{ "SHAKE128 of a whole block", TEE_ALG_SHAKE128,
	  "5d9ff9fe63c328ddbe0c865ac6ba605c52a14ee8e4870ba320ce849283532f2551959e74cf1a54c8b30ed75dd92e076637e4ad5213b3"
	  "574e73d6640bd6245bc121378174dccdaa769e6e4f2dc650e1166c775d0a982021c0b160fe9438098e86b6cdc786f2a6d1ef68751551"
	  "f7e99773daa28598d9961002c0b47ab511c8707df69f9b32796b723bf7685251d2c0d08567ad4e8540ddcc1b8a1a01f6c92aaaadcaf4"
	  "2301d9e53463", "f50af2684408915871948779a14c147c" },
	{ "SHAKE256, 2 bytes of output", TEE_ALG_SHAKE256,
	  "c61a9188812ae73994bc0d6d4021e31bf124dc72669749111232da7ac29e61c4", "23ce" },
	{ "SHAKE256, 125 bytes of output", TEE_ALG_SHAKE256,
	  "8d8001e2c096f1b88e7c9224a086efd4797fbf74a8033a2d422a2b6b8f6747e4",
	  "2e975f6a8a14f0704d51b13667d8195c219f71e6345696c49fa4b9d08e9225d3d39393425152c97e71dd24601c11abcfa0f12f53c680"
	  "bd3ae757b8134a9c10d429615869217fdd5885c4db174985703a6d6de94a667eac3023443a8337ae1bc601b76d7d38ec3c34463105f0"
	  "d3949d78e562a039e4469548b609395de5" },
	{ "SHAKE256 of a whole block", TEE_ALG_SHAKE256,
	  "d8f12b97f81d47aebbfb7314ff04172cf2be71c3778e238bcccdeecb691fbd542b00e5b7b1a0abb507f107f781fea700ea7e375fdea9"
	  "e029754a0ea62216774bda3c59e8783d022360fe9625621c0d93e27f7bc03632942150716f019d048a752ccc0f93139c55df0f4aaa06"
	  "6a0550cf22e8c54e47d0475ba56b9842a392ffbc6bd98f1e4b64abd1",
	  "e2e1c432dd07c2ee89a78f31211c92eeb5306c4fa4db93c4e5cd43080d6079e4" },
};

static bool is_xof(const struct row *row)
{
	return row->algorithm == TEE_ALG_SHAKE128 || row->algorithm == TEE_ALG_SHAKE256;
}

static TEE_OperationHandle digest_new(const struct row *row)
{
	return crypto_operation(row->algorithm, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
}

/* One operation serves all splits, since TEE_DigestDoFinal starts a new message. */
static void vectors_at_every_split(void **state)
{
	uint8_t hash[256];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		TEE_OperationHandle op = digest_new(&rows[i]);
		size_t split;

		for (split = 0; split <= message.size; split++) {
			size_t size = strlen(rows[i].hash) / 2;

			TEE_DigestUpdate(op, message.at, split);
			assert_int_equal(TEE_DigestDoFinal(op, message.at + split, message.size - split, hash, &size),
					 TEE_SUCCESS);
			crypto_assert_bytes(rows[i].name, hash, size, rows[i].hash);
		}
		TEE_FreeOperation(op);
		free(message.at);
	}
}

static void a_short_buffer_changes_nothing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		TEE_OperationHandle op = digest_new(&rows[i]);
		size_t need = strlen(rows[i].hash) / 2;
		size_t size = need - 1;
		uint8_t hash[256];

		if (!is_xof(&rows[i])) {
			assert_int_equal(TEE_DigestDoFinal(op, message.at, message.size, hash, &size),
					 TEE_ERROR_SHORT_BUFFER);
			assert_int_equal(size, need);
		}
		size = need;
		assert_int_equal(TEE_DigestDoFinal(op, message.at, message.size, hash, &size), TEE_SUCCESS);
		crypto_assert_bytes(rows[i].name, hash, size, rows[i].hash);
		TEE_FreeOperation(op);
		free(message.at);
	}
}

/* In pieces of one size; the last piece with TEE_DigestDoFinal, after which the operation is fresh. */
static void extract_in_pieces(const struct row *row, TEE_OperationHandle op, struct crypto_bytes message, size_t piece)
{
	size_t need = strlen(row->hash) / 2;
	uint8_t hash[256];
	size_t at = 0;
	size_t size;

	TEE_DigestUpdate(op, message.at, message.size);
	while (need - at > piece) {
		size = piece;
		assert_int_equal(TEE_DigestExtract(op, hash + at, &size), TEE_SUCCESS);
		assert_int_equal(size, piece);
		at += size;
	}
	size = need - at;
	assert_int_equal(TEE_DigestDoFinal(op, NULL, 0, hash + at, &size), TEE_SUCCESS);
	assert_int_equal(size, need - at);
	crypto_assert_bytes(row->name, hash, need, row->hash);
}

static void extracted_in_pieces_it_is_the_same(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		TEE_OperationHandle op = digest_new(&rows[i]);
		size_t piece;

		for (piece = 1; piece <= strlen(rows[i].hash) / 2; piece++)
			extract_in_pieces(&rows[i], op, message, piece);
		TEE_FreeOperation(op);
		free(message.at);
	}
}

/* GP Core 1.3 §6.3.3: a digest ends, an extendable-output function does not. */
static void a_digest_ends(void **state)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_SHA1, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
	TEE_OperationInfo info;
	uint8_t hash[64];
	size_t size = sizeof(hash);

	(void)state;
	TEE_DigestUpdate(op, "abc", 3);
	assert_int_equal(TEE_DigestExtract(op, hash, &size), TEE_SUCCESS);
	crypto_assert_bytes("abc", hash, size, "a9993e364706816aba3e25717850c26c9cd0d89d");
	TEE_GetOperationInfo(op, &info);
	assert_true(info.handleState & TEE_HANDLE_FLAG_EXTRACTING);
	size = sizeof(hash);
	assert_int_equal(TEE_DigestExtract(op, hash, &size), TEE_SUCCESS);
	assert_int_equal(size, 0);
	TEE_ResetOperation(op);
	TEE_GetOperationInfo(op, &info);
	assert_int_equal(info.handleState, TEE_HANDLE_FLAG_KEY_SET | TEE_HANDLE_FLAG_INITIALIZED);
	size = sizeof(hash);
	assert_int_equal(TEE_DigestDoFinal(op, "abc", 3, hash, &size), TEE_SUCCESS);
	crypto_assert_bytes("after a reset", hash, size, "a9993e364706816aba3e25717850c26c9cd0d89d");
	TEE_FreeOperation(op);
}

/* The copy goes on from where the original was, whatever becomes of that one; so does a copy amid the output. */
static void a_copy_goes_on_by_itself(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_bytes message = crypto_bytes(rows[i].message);
		TEE_OperationHandle op = digest_new(&rows[i]);
		TEE_OperationHandle copy = digest_new(&rows[i]);
		size_t need = strlen(rows[i].hash) / 2;
		size_t half = message.size / 2;
		size_t first = need / 3;
		size_t rest = need - first;
		uint8_t hash[256];

		TEE_DigestUpdate(copy, "noise", 5);
		TEE_DigestUpdate(op, message.at, half);
		TEE_CopyOperation(copy, op);
		TEE_DigestUpdate(op, "noise", 5);
		TEE_DigestUpdate(copy, message.at + half, message.size - half);
		assert_int_equal(TEE_DigestExtract(copy, hash, &first), TEE_SUCCESS);
		TEE_CopyOperation(op, copy);
		TEE_ResetOperation(copy);
		assert_int_equal(TEE_DigestDoFinal(op, NULL, 0, hash + first, &rest), TEE_SUCCESS);
		crypto_assert_bytes(rows[i].name, hash, need, rows[i].hash);
		TEE_FreeOperation(copy);
		TEE_FreeOperation(op);
		free(message.at);
	}
}

/* --- what panics --- */

static TEE_OperationHandle extracting(void)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_SHAKE128, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL);
	uint8_t out[4];
	size_t size = sizeof(out);

	(void)!TEE_DigestExtract(op, out, &size);
	return op;
}

static void panic_update(void *arg)
{
	(void)arg;
	TEE_DigestUpdate(extracting(), "a", 1);
}

static void panic_final(void *arg)
{
	uint8_t out[4];
	size_t size = sizeof(out);

	(void)arg;
	(void)!TEE_DigestDoFinal(extracting(), "a", 1, out, &size);
}

static void panic_null(void *arg)
{
	(void)arg;
	TEE_DigestUpdate(crypto_operation(TEE_ALG_SHA1, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL), NULL, 1);
}

static void panic_handle(void *arg)
{
	(void)arg;
	TEE_DigestUpdate(TEE_HANDLE_NULL, "a", 1);
}

static void panic_key(void *arg)
{
	(void)arg;
	(void)!TEE_SetOperationKey(crypto_operation(TEE_ALG_SHA1, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL), TEE_HANDLE_NULL);
}

static void panic_copy(void *arg)
{
	(void)arg;
	TEE_CopyOperation(crypto_operation(TEE_ALG_SHA1, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL),
			  crypto_operation(TEE_ALG_SHA256, TEE_MODE_DIGEST, 0, TEE_HANDLE_NULL));
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "more of the message while it is extracted", panic_update },
		{ "the last of the message while it is extracted", panic_final },
		{ "message without memory", panic_null },
		{ "no operation", panic_handle },
		{ "key for a digest", panic_key },
		{ "copy to another algorithm", panic_copy },
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
		cmocka_unit_test(a_short_buffer_changes_nothing),
		cmocka_unit_test(extracted_in_pieces_it_is_the_same),
		cmocka_unit_test(a_digest_ends),
		cmocka_unit_test(a_copy_goes_on_by_itself),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
