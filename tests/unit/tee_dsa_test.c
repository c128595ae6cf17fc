// SPDX-License-Identifier: BSD-2-Clause
/* DSA and Diffie-Hellman against published vectors and OpenSSL, and what is refused or panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

/* NIST CAVP: DSA2VS, SigVer (FIPS 186-3). */
static const struct crypto_part key_1024_160[] = {
	{ TEE_ATTR_DSA_PRIME,
	  "dc5bf3a88b2d99e4c95cdd7a0501cc38630d425cf5c390af3429cff1f35147b795caea923f0d3577158f8a0c89dabd1962c2"
	  "c453306b5d70cacfb01430aceb54e5a5fa6f9340d3bd2da612fceeb76b0ec1ebfae635a56ab141b108e00dc76eefe2edd0c5"
	  "14c21c457457c39065dba9d0ecb7569c247172d8438ad2827b60435b", 0 },
	{ TEE_ATTR_DSA_SUBPRIME, "e956602b83d195dbe945b3ac702fc61f81571f1d", 0 },
	{ TEE_ATTR_DSA_BASE,
	  "d7eb9ca20a3c7a079606bafc4c9261ccaba303a5dc9fe9953f197dfe548c234895baa77f441ee6a2d97b909cbbd26ff7b869"
	  "d24cae51b5c6edb127a4b5d75cd8b46608bfa148249dffdb59807c5d7dde3fe3080ca3a2d28312142becb1fa8e24003e21c7"
	  "287108174b95d5bc711e1c8d9b1076784f5dc37a964a5e51390da713", 0 },
	{ TEE_ATTR_DSA_PUBLIC_VALUE,
	  "6240ea0647117c38fe705106d56db578f3e10130928452d4f3587881b8a2bc6873a8befc3237f20914e2a91c7f07a928ee22"
	  "adeed23d74ab7f82ea11f70497e578f7a9b4cbd6f10226222b0b4da2ea1e49813d6bb9882fbf675c0846bb80cc891857b89b"
	  "0ef1beb6cce3378a9aab5d66ad4cb9277cf447dfe1e64434749432fb", 0 },
	{ TEE_ATTR_DSA_PRIVATE_VALUE, "1d93010c29ecfc432188942f46f19f44f0e1bb5d", 0 },
	{ 0 },
};

static const struct crypto_part key_2048_224[] = {
	{ TEE_ATTR_DSA_PRIME,
	  "a7ceed761c2c9b32e70deb5428b085f082b047db1f0dcb4bdcfbae60d7c7e8dc0f32affe480701a9af435e5811e6600573d1"
	  "ea7af1c804eb7dbd969aa40bc5534ca21c586e5f17d0632c4129ac9ff3559d48bb121ce5120289b8df06b688b7500b87679d"
	  "a238ee1b39ae48fdba361e79cf3752555d9227fe1e731e0e9294e8d7b8b5d7d10da2bb691aff91d518af9d72887755bd7c39"
	  "3d2058bdbea85cf11e4673faafbd84c8f8b0a7d5bfd5d5c0ffdb035ebd11e9795902edba42f6677fcfc0dde1bbdcd08d8697"
	  "ece7f3e0d8541fcc904ef6cc9e45d8317d38bec3e73fcbb0c6b09b3b8bee40558bf6c785aa3977583b3f33581cd6122c64a5"
	  "a6e5e6ec68a7", 0 },
	{ TEE_ATTR_DSA_SUBPRIME, "fc7accd5f6923eb7c17f50d1b59ec3ed18344dd2529a09921f550493", 0 },
	{ TEE_ATTR_DSA_BASE,
	  "24046bcd1939c7f2f19c14459d755ff08f0a6f11b89924e87c8a48bf4fdaaad660619b3a608098e880af4b0859c2a074e226"
	  "5df04f1aa0b1784abe53886c5a3f439b33d49913d629cdc6db533f49d5eff9dd5037a9960808c9763c4a9cfbd14560d199b1"
	  "693c2afc172deea95cb5e53b02a8930df7e6f557ca64b655f8e5fff771562cdd07e6c4de4101bf1bc3b38372a7e14cf81622"
	  "d36aa164b330da127c6bb1cbfdc79d131048f25bbbc104048fc5f50bbeb4231f91a1fe004f49595247d8879ed8e36f7fdf5e"
	  "a33343e79bceb9ad6d933aa44fc4160ce841e6ea5a1e123602ba8780785e2e33bbd93fc4c523243d3b4e1ac37d364faf212e"
	  "33541544823e", 0 },
	{ TEE_ATTR_DSA_PUBLIC_VALUE,
	  "19342ccb5e79d879b633374e5f64d823db769c351640ce9854557c597e7ef5e0fddd0fcc75df3c87a17ae7aa3c3081cc9244"
	  "1f036c1672b7b4032c87ac234cb78269d06316888b8bffe500cc95271790f42aafb7825b06dc947d0d50d51dc105833268dd"
	  "b18d0015886f08a5d8679ce46bd91dec18c2329fd10c20d6ff00aa955aeb87acddf03a801ea73c1d60a88bea2b2944ef6d85"
	  "2a8a43d41e32b72a4f735799d74e069cbe87bfccfadfc29f35fd2ebc8f219afe3780b9d5a2e4c9422b33bab59782ed283543"
	  "63ad9ecd152a6c3e8bea83a099e4eb87f67bae458d3dd51201cdbfb44e71a9ae61698cd61a501d73a387c657b0a451c5514d"
	  "abc93c543604", 0 },
	{ TEE_ATTR_DSA_PRIVATE_VALUE, "ec22bd9438b8b68c4a5cf4efd28a16756fcedcf67153f3771737cc20", 0 },
	{ 0 },
};

static const struct crypto_part key_2048_256[] = {
	{ TEE_ATTR_DSA_PRIME,
	  "cdf428329e226cf715f18eed005e439a8c7b927edd24c866be6c1b370057059ea426d06f584f8e3c89f02fe8d4042604a2fe"
	  "0db63a87ff018dfaec7790b88fd1da8396561ae62df6f18d3540992efc5ecce63068f5f595687b8bbeed5801d5b6c6bdf362"
	  "dadebb80e190d719d144db693fc43cefbd72b149570a96282fd9441c397d98b15d73f8cfaa8f6514a16f5992a0a02fd7b6e4"
	  "932b1e7e7ef2db717815b11e867e187aae26f9c16ca0a5ca434acf8f3356c3711765fe5e548b1edce381bdd843580f9a881d"
	  "702f00a0719c3bfa8576304decb616b08ef8db6f8c3d48923a2a30b9b505ad737af1cbb0019558487400379738fd89c1ee01"
	  "285e76e2d98b", 0 },
	{ TEE_ATTR_DSA_SUBPRIME, "daf3ebd85f57a8731538596876e8a34e73c732bc69b4d64b010bd7d5b63a09ef", 0 },
	{ TEE_ATTR_DSA_BASE,
	  "6cb6a8c1b8ea97173e5ae1d2a2d530468fd932b81a4f3c3e11042d56a61a504b9c207da7cdca293c04f78583cf218e1cd2c1"
	  "a92637ab4ff61d2eaa5e8e8221bfe17e6a741791f21c799221ae4c703262a6dc2e295e36939e248dacaaffe673071f6dc7a9"
	  "0d7ca3427556fb99fb1fdca9de3f745b5e56be5b5933ebcba4f0c60fef3798cdca519997ef74acd7000d3a286d01c7000a66"
	  "fe0066be4381842aa040c3bf465306c38752d41c29162c4d294f2b1f7e9ad9232aadb469047f4050b085bafa06283def7d84"
	  "958528a3f129a3bc81466c0ccd493fcaa87e805e7bd4450090ce55652dba15271234fbe0cfef66f3ed9d569e565bd1218f28"
	  "56637a5b26a4", 0 },
	{ TEE_ATTR_DSA_PUBLIC_VALUE,
	  "1c3aa2f539438145b05dd13a17d666022944fe6e3dc2a14e41a32fbc85546e0da88b5b9d822a17f0c30ed317f4cc716f2847"
	  "871c192ea4dda488aea291ec31fb5a73424d12b034b642e175f25b102217a0bf1de695923900c87f3f2911107ee06bb9f58c"
	  "ef4d18c29a016ebf63a4bea851c3a7e85a7c3d69e8896f59f9c7f1d77386c1e80391a1b9c4f82eaf59b6d72c7e8663b121fd"
	  "d3b5510d5db5971658d233e25b646a27b1e1ae0c859dc73f7763b91fff6b3140e284c3a4650d17beeca2319c5c4a545f6de7"
	  "28137f5bbac6e3027e5588294ae5532891b8053dc9cbd0449a09e54f4e3ac4eaf7e1bd2a727de8f14a001db92870807898bb"
	  "504f5f4389bc", 0 },
	{ TEE_ATTR_DSA_PRIVATE_VALUE, "a124cb4f3fcb44c929400019933955b68185988ef7014ac1a4829b1748e58a10", 0 },
	{ 0 },
};

static const struct crypto_part key_3072_256[] = {
	{ TEE_ATTR_DSA_PRIME,
	  "bb24fede78690b2c7c0fe5c834ef526b9a40bfc938d8ab960a79ebf37b8f6a8b8b83f40af3c65dc63653d21e84db12b7ad1f"
	  "1edc3f8855bdc520e645b507b03ea826f71c13a768d5da98e10c73c402f4e14245fca51efbe6822d4f4e02e9f258d35cbd20"
	  "35da74151ff3ac4479b5205571613c962527182026ae54e20c369a729df90822fcfbaccf9a3eb276b47ad7ca6c77203e45d0"
	  "d09920ba17f7c28dc0ea0e1aeb64c2ff44a2cc5d27d0cfbf3798b35cfdcd2feb33890f688428acd6ca5145ae3ee041bde09c"
	  "3491330f9058e2acee34111b4cc5f40fe2b6cf0faf886c06e3f19b141e8637dbb6a1f0462db29b7c3657d071c6eb2ceedbc4"
	  "3cb1ead3c45839c3170fa70a982fe5600a36a298899b9e4578361516aaeeb206906450eec586596edbb1498e054c788212ce"
	  "afe0c8c32d26905a057209032f8ecd086ff905dd46d31725dccc7e0653f9c0c294bb510fb86db661b90cd15dd653dc042d00"
	  "a5dc1d6ac84eca31442b79985943c9ebaaf729e32f929284d90b5a995f39e35048d9", 0 },
	{ TEE_ATTR_DSA_SUBPRIME, "e28d323a9a6be548b1da7741ebb824bed875b281bf444c7674300b6d29510aa1", 0 },
	{ TEE_ATTR_DSA_BASE,
	  "a6a0b25ac52baf98973b44f1003f46b6b245983760428c9bd1a1a175a26a957f519ecabc9b3401a96509b3e4b2b1a78df868"
	  "19b5e015bd90f87f7ca69483562726e379b13f5f6bb56121d16a2f5644c37a57151da7888ddadcd6b623e04ffff85c2ec283"
	  "a3233c5b7d0f54f2fa68f106faa71c1efbb75685c07be28e351a5737fcc4697b2915dbcb8cc8d2dfc1a042ed8829dcc0f8e3"
	  "2e95f0c46b8a4e78da07f98dc1a2cc9572fff4862f8c99954ce57b06056a30cba5168e941276cfcaf03f0c15852caf70c70b"
	  "70c5ce58ed4d2fb194373e785005933a2523bb75bce76661ac1b53f6c77a772ae4bfbc7fe05d1b16cfb841c02051d2454f45"
	  "a2f2af84a965a0ff1c1a1027dfa745ba2d5b778a3af1c92ee40772769930e9532f707d8515485baba1e0a2a7da40aba1c3a6"
	  "ae68c8a59e4fb55793c91462f77d181013e9f4c82d47a4b65faa9c2412be4978e74a8f6759785120a4f7970a0b96c5a917ad"
	  "5bcffbdb3ed35c0ea97fa1b3a0e0d7c09957700f8bf2d9b569e8eee72cbc4192b626", 0 },
	{ TEE_ATTR_DSA_PUBLIC_VALUE,
	  "b674a542a27590edcafc8dba94f6506bab95072e1b7245bf87c483d5f9e6e6335add4ad9283c214d8e3344158cd20b86ff14"
	  "3a27f976f5c4d56de71bb16094309f68c6f0f11c46dab3a88da3ec4a4be35de37467f6984448351b8b22e6388cfbab759290"
	  "a8b9fa699354c981de5379147cced3797d89c0e3f8e22646387f500a3f4f4675f918109ce707ee0b81d26efb72998ef5c9f1"
	  "4f99c1a49553df505c35a1e555405b93fd65c280a8da8adc0b01e5c2a38afc88a8846301b038a6e55b0b130ca62ec248c648"
	  "6357763ca7d6adf377db648fed21df3a1633ae949194776d7bc1a42fa3848b5855cd01dcae3016fdbb43656ebd8dbc7cd584"
	  "ffbd7199e7ccb6cf00329de19f48f679e71f982932b4422d5450c60862ed2fa78b2d01d0e7e318a0eab15a214394e8ce0fa1"
	  "2f0e35d49760cb84cee0757f44617413e6de4f1bf6ea780a76fbc6b71771b4f7cfa52de5c596dbe76349e106929401b998b6"
	  "433423c5c863b1954abe6d1569e3e680fea6723c68993dfc24568c1b744df2fa1003", 0 },
	{ TEE_ATTR_DSA_PRIVATE_VALUE, "d93045718d309ecb878d85015f7fc167c9ec7d1e4bcac230d832f98c1dda2322", 0 },
	{ 0 },
};
static const struct signature_row {
	const char *name;
	const struct crypto_part *key;
	uint32_t bits;
	size_t half;			/* bytes of the subprime */
	uint32_t algorithm, digest;
	const char *message, *signature;
} signature_rows[] = {
	{ "L=1024, N=160, SHA-1", key_1024_160, 1024, 20, TEE_ALG_DSA_SHA1, TEE_ALG_SHA1,
	  "0fe1bfee500bdb76026099b1d37553f6bdfe48c82094ef98cb309dd777330bedfaa2f94c823ef74ef4074b50d8706041ac0e371c7c22"
	  "dcf70263b8d60e17a86c7c379cfda8f22469e0df9d49d59439fc99891873628fff25dda5fac5ac794e948babdde968143ba05f1128f3"
	  "4fdad5875edc4cd71c6c24ba2060ffbd439ce2b3",
	  "b5af307867fb8b54390013cc67020ddf1f2c0b81620d3b22ab5031440c3e35eab6f481298f9e9f08" },
	{ "L=2048, N=224, SHA-224", key_2048_224, 2048, 28, TEE_ALG_DSA_SHA224, TEE_ALG_SHA224,
	  "9123b915f8e5029eb88627e74330f4670c706120b5be29bf147559e637e40536625b1b4830f0770f65e7a39a59b887394c9eacf5040b"
	  "ca88e18f2e2a4d56b5151efc549d47b659695a6a996a52c458cffdc852969cf47f1083b73804482ce690e9e19199b49bdaafa08f6f3c"
	  "1c68ce6e118d257004098f4d9bbd40b86f6ba524",
	  "a78a77cc2f0f86cda34d5169a398c854aab9ad4e86b3639ac040883cba9e2c55c615e0cc2e081e53d38c9a91c8d541eeebbe528eaff7"
	  "9d84" },
	{ "L=2048, N=256, SHA-256", key_2048_256, 2048, 32, TEE_ALG_DSA_SHA256, TEE_ALG_SHA256,
	  "f93230c8e56f77d8507cadb3d3b930c715e06763f2f38cc735ec626e650e4d3b76b4f0427500106daa2671dcebbfaf04a8c660fa285c"
	  "c059894c685b5eb0098d12e406a47200c66818c255a7a55edbb4d0a94fef563af9330bd90286e9a185910d741c19be9965f44b630fbb"
	  "b5f434967101ccbc693545a39430402cc0dc270c",
	  "96246546c49d2a00c5605cc5bcb18e229e272374c4d7fa6c8ace99eafc080342b77d5dd30b6daae84580cf2b3cf31eca713c884dd565"
	  "9cf5307c91e525991487" },
	{ "L=3072, N=256, SHA-256", key_3072_256, 3072, 32, TEE_ALG_DSA_SHA256, TEE_ALG_SHA256,
	  "8598872b6dd3dbfe3d49369630105ef618580afe74d459bafd803d3da76f5ac010e0d4aa113b1ee3b4d329e527de99df3d3bb65dc8e9"
	  "63d2d553afb271d0600c1fd2d8a36c7e5a58c5ab2838e1b9d362a60cc70851114471fec89e83f80f1e17aa4c794ab08c273a47f0c2ae"
	  "7fe445b0063fc87e1fc0865482c636899856369d",
	  "d69bb325a255a2c6990237d27d871093f3f9a1cf4bcee333ab01c189abed84e0562b9e611160320aafe7753b72e1d9935d128c2f2c0a"
	  "e76e603c79d1692eefa3" },
};

static void dsa_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(signature_rows); i++) {
		const struct signature_row *row = &signature_rows[i];
		TEE_ObjectHandle pair = crypto_object(TEE_TYPE_DSA_KEYPAIR, row->bits, row->key);
		TEE_ObjectHandle public = crypto_public(pair, TEE_TYPE_DSA_PUBLIC_KEY);
		TEE_OperationHandle verify = crypto_operation(row->algorithm, TEE_MODE_VERIFY, row->bits, public);
		struct crypto_bytes signature = crypto_bytes(row->signature);
		uint8_t digest[64];
		size_t size = crypto_digest(row->digest, row->message, digest);

		if (TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, size, signature.at, signature.size))
			fail_msg("%s", row->name);
		signature.at[row->half] ^= 1;
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, size, signature.at, signature.size),
				 TEE_ERROR_SIGNATURE_INVALID);
		assert_int_equal(
			TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, size, signature.at, signature.size - 1),
			TEE_ERROR_SIGNATURE_INVALID);
		free(signature.at);
		TEE_FreeOperation(verify);
		TEE_FreeTransientObject(public);
		TEE_FreeTransientObject(pair);
	}
}

/* OpenSSL's public key of a key's numbers. */
static EVP_PKEY *openssl_key(const struct crypto_part *key)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G,
					     OSSL_PKEY_PARAM_PUB_KEY };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *numbers[4] = { NULL };
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;
	size_t i;

	for (i = 0; i < 4; i++) {
		assert_true(BN_hex2bn(&numbers[i], key[i].hex) > 0);
		assert_int_equal(OSSL_PARAM_BLD_push_BN(bld, names[i], numbers[i]), 1);
	}
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params), 1);
	for (i = 0; i < 4; i++)
		BN_free(numbers[i]);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool openssl_verify(EVP_PKEY *pkey, const uint8_t *digest, size_t digest_size, const uint8_t *signature,
			   size_t half)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	DSA_SIG *pair = DSA_SIG_new();
	unsigned char *der = NULL;
	int size;
	bool ok;

	DSA_SIG_set0(pair, BN_bin2bn(signature, (int)half, NULL), BN_bin2bn(signature + half, (int)half, NULL));
	size = i2d_DSA_SIG(pair, &der);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	ok = EVP_PKEY_verify(ctx, der, (size_t)size, digest, digest_size) == 1;
	OPENSSL_free(der);
	DSA_SIG_free(pair);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static void dsa_of_every_digest_against_openssl(void **state)
{
	static const struct {
		const char *name;
		uint32_t algorithm, digest;
	} digests[] = {
		{ "SHA-1", TEE_ALG_DSA_SHA1, TEE_ALG_SHA1 },
		{ "SHA-224", TEE_ALG_DSA_SHA224, TEE_ALG_SHA224 },
		{ "SHA-256", TEE_ALG_DSA_SHA256, TEE_ALG_SHA256 },
		{ "SHA3-224", TEE_ALG_DSA_SHA3_224, TEE_ALG_SHA3_224 },
		{ "SHA3-256", TEE_ALG_DSA_SHA3_256, TEE_ALG_SHA3_256 },
		{ "SHA3-384", TEE_ALG_DSA_SHA3_384, TEE_ALG_SHA3_384 },
		{ "SHA3-512", TEE_ALG_DSA_SHA3_512, TEE_ALG_SHA3_512 },
	};
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_DSA_KEYPAIR, 2048, key_2048_256);
	EVP_PKEY *pkey = openssl_key(key_2048_256);
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(digests); i++) {
		TEE_OperationHandle sign = crypto_operation(digests[i].algorithm, TEE_MODE_SIGN, 2048, pair);
		TEE_OperationHandle verify = crypto_operation(digests[i].algorithm, TEE_MODE_VERIFY, 2048, pair);
		uint8_t digest[64];
		size_t digest_size = crypto_digest(digests[i].digest, "616263", digest);
		uint8_t signature[64];
		size_t size = 63;

		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, digest, digest_size, signature, &size),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(size, 64);
		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, digest, digest_size, signature, &size),
				 TEE_SUCCESS);
		if (!openssl_verify(pkey, digest, digest_size, signature, 32))
			fail_msg("%s: OpenSSL does not take the signature", digests[i].name);
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, digest_size, signature, size),
				 TEE_SUCCESS);
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
	}
	EVP_PKEY_free(pkey);
	TEE_FreeTransientObject(pair);
}

/* A new pair in the group of each vector signs, and its halves fit. */
static void dsa_generated(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(signature_rows); i++) {
		const struct signature_row *row = &signature_rows[i];
		struct crypto_part params[4] = { 0 };
		TEE_ObjectHandle pair;
		TEE_OperationHandle sign;
		TEE_OperationHandle verify;
		uint8_t digest[64] = { 1 };
		uint8_t signature[64];
		size_t size = sizeof(signature);
		size_t digest_size = crypto_digest(row->digest, "", digest);
		uint8_t private[32];

		memcpy(params, row->key, 3 * sizeof(params[0]));
		pair = crypto_generated(TEE_TYPE_DSA_KEYPAIR, row->bits, params);
		assert_true(crypto_attribute(pair, TEE_ATTR_DSA_PRIVATE_VALUE, private, sizeof(private)) <= row->half);
		sign = crypto_operation(row->algorithm, TEE_MODE_SIGN, row->bits, pair);
		verify = crypto_operation(row->algorithm, TEE_MODE_VERIFY, row->bits, pair);
		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, digest, digest_size, signature, &size),
				 TEE_SUCCESS);
		assert_int_equal(size, 2 * row->half);
		assert_int_equal(TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, digest_size, signature, size),
				 TEE_SUCCESS);
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
		TEE_FreeTransientObject(pair);
	}
}

static void dsa_parts_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		const char *name;
		int part;
		const char *hex;
		uint32_t type;
	} rows[] = {
		{ "private value of another key", 4, "01020304", TEE_TYPE_DSA_KEYPAIR },
		{ "public value 1", 3, "01", TEE_TYPE_DSA_KEYPAIR },
		{ "public value 0", 3, "00", TEE_TYPE_DSA_KEYPAIR },
		{ "prime of another size", 0, "0102030405", TEE_TYPE_DSA_KEYPAIR },
		{ "subprime of 16 bytes", 1, "ff0102030405060708090a0b0c0d0e0f", TEE_TYPE_DSA_PUBLIC_KEY },
		{ "public value 1 alone", 3, "01", TEE_TYPE_DSA_PUBLIC_KEY },
		{ "public value 0 alone", 3, "00", TEE_TYPE_DSA_PUBLIC_KEY },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_part parts[6] = { 0 };
		TEE_ObjectHandle object = TEE_HANDLE_NULL;

		memcpy(parts, key_1024_160, sizeof(parts));
		parts[rows[i].part].hex = rows[i].hex;
		if (rows[i].type == TEE_TYPE_DSA_PUBLIC_KEY)
			parts[4].id = 0;
		if (crypto_populate(rows[i].type, 1024, parts, &object) != TEE_ERROR_BAD_PARAMETERS)
			fail_msg("%s", rows[i].name);
		TEE_FreeTransientObject(object);
	}
}

/* --- Diffie-Hellman --- */

/* RFC 5114 §2.1, §A.1 */
#define DH_P \
	"b10b8f96a080e01dde92de5eae5d54ec52c99fbcfb06a3c69a6a9dca52d23b616073e28675a23d189838ef1e2ee652c013ecb4ae" \
	"a906112324975c3cd49b83bfaccbdd7d90c4bd7098488e9c219a73724effd6fae5644738faa31a4ff55bccc0a151af5f0dc8b4bd" \
	"45bf37df365c1a65e68cfda76d4da708df1fb2bc2e4a4371"
#define DH_Q \
	"f518aa8781a8df278aba4e7d64b7cb9d49462353"
#define DH_G \
	"a4d1cbd5c3fd34126765a442efb99905f8104dd258ac507fd6406cff14266d31266fea1e5c41564b777e690f5504f213160217b4" \
	"b01b886a5e91547f9e2749f4d7fbd7d3b9a92ee1909d0d2263f80a76a6a24c087a091f531dbf0a0169b6a28ad662a4d18e73afa3" \
	"2d779d5918d08bc8858f4dcef97c2a24855e6eeb22b3b2e5"
#define DH_A_PRIVATE \
	"b9a3b3ae8fefc1a2930496507086f8455d48943e"
#define DH_A_PUBLIC \
	"2a853b3d92197501b9015b2deb3ed84f5e021dcc3e52f109d3273d2b7521281cbabe0e76ff5727fa8acce26956ba9a1fca26f202" \
	"28d8693feb10841d84a7360054ece5a7f5b7a61ad3dfb3c60d2e43106d8727da37df9cce95b478755d06bcea8f9d45965f75a5f3" \
	"d1df3701165fc9e50c4279ceb07f989540ae96d5d88ed776"
#define DH_B_PRIVATE \
	"9392c9f9eb6a7a6a9022f7d83e7223c6835bbdda"
#define DH_B_PUBLIC \
	"717a6cb053371ff4a3b932941c1e5663f861a1d6ad34ae66576dfb98f6c6cbf9ddd5a56c7833f6bcfdff095582ad868e440e8d09" \
	"fd769e3ceccdc3d3b1e4cfa057776caaf9739b6a9fee8e7411f8d6dac09d6a4edb46cc2b5d5203090eae6126311e53fd2c14b574" \
	"e6a3109a3da1be41bdceaa186f5ce06716a2b6a07b3c33fe"
#define DH_SECRET \
	"5c804f454d30d9c4df85271f93528c91df6b48ab5f80b3b59caac1b28f8acba9cd3e39f3cb614525d9521d2e644c53b807b810f3" \
	"40062f257d7d6fbfe8d5e8f072e9b6e9afda9413eafb2e8b0699b1fb5a0caceddeaead7e9cfbb36ae2b420835bd83a19fb0b5e96" \
	"bf8fa4d09e345525167ecd9155416f46f408ed31b63c6e6d"
/* g^334: the secret begins with a zero. */
#define DH_ZERO_PEER \
	"33a287d0e16bba873594cc8b94ea9978fd859005ddd7ce9df8807d4a3ad6bee7681808ff547f3fbf714c69642d6f40544b63316b" \
	"8fa812e196534421c9e7db69e6a614b241d1b49d4aa958b329039fe561231ab8b001f1e0865c71a70d421ecf62b42918f7f304f5" \
	"fc78986c0d0385bd648687d48cfd515ec422f17aa25a9719"
#define DH_ZERO_SECRET \
	"00d423f5ed3e519849233a5ba77fd4f8faf92daaf10cf47ca569308a08988b2da90f1d9706875a17c5432957cf29b841dbb2d80a" \
	"73c2f81b4410a847173f02c25dfbbada3abeb73b11fd01d0659490fbb7102f52ea30523893e81105b0f9c1c398f1592fed028b9e" \
	"aa459f7c526bff7bff617deebae215c35a9ebf0a7cf30e1c"
static const struct crypto_part dh_group[] = {
	{ TEE_ATTR_DH_PRIME, DH_P, 0 },
	{ TEE_ATTR_DH_BASE, DH_G, 0 },
	{ TEE_ATTR_DH_SUBPRIME, DH_Q, 0 },
	{ 0 },
};

static TEE_ObjectHandle dh_pair(const char *private, const char *public)
{
	const struct crypto_part parts[] = {
		dh_group[0],
		dh_group[1],
		dh_group[2],
		{ TEE_ATTR_DH_PUBLIC_VALUE, public, 0 },
		{ TEE_ATTR_DH_PRIVATE_VALUE, private, 0 },
		{ 0 },
	};

	return crypto_object(TEE_TYPE_DH_KEYPAIR, 1024, parts);
}

static TEE_ObjectHandle dh_agree(TEE_ObjectHandle pair, const uint8_t *peer, size_t size)
{
	TEE_OperationHandle op = crypto_operation(TEE_ALG_DH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, 1024, pair);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_Attribute attr;

	TEE_InitRefAttribute(&attr, TEE_ATTR_DH_PUBLIC_VALUE, peer, size);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 1024, &secret), TEE_SUCCESS);
	TEE_DeriveKey(op, &attr, 1, secret);
	TEE_FreeOperation(op);
	return secret;
}

static void dh_vectors(void **state)
{
	static const struct {
		const char *name, *private, *public, *peer, *secret;
	} rows[] = {
		{ "one side", DH_A_PRIVATE, DH_A_PUBLIC, DH_B_PUBLIC, DH_SECRET },
		{ "the other", DH_B_PRIVATE, DH_B_PUBLIC, DH_A_PUBLIC, DH_SECRET },
		{ "zero in front of the secret", DH_A_PRIVATE, DH_A_PUBLIC, DH_ZERO_PEER, DH_ZERO_SECRET },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle pair = dh_pair(rows[i].private, rows[i].public);
		struct crypto_bytes peer = crypto_bytes(rows[i].peer);
		TEE_ObjectHandle secret = dh_agree(pair, peer.at, peer.size);
		uint8_t bytes[128];

		crypto_assert_bytes(rows[i].name, bytes,
				    crypto_attribute(secret, TEE_ATTR_SECRET_VALUE, bytes, sizeof(bytes)),
				    rows[i].secret);
		TEE_FreeTransientObject(secret);
		free(peer.at);
		TEE_FreeTransientObject(pair);
	}
}

/* 0, 1, p-1 and what is larger: the secret would be known to everybody. */
static void dh_values_that_give_no_key(void **state)
{
	TEE_ObjectHandle pair = dh_pair(DH_A_PRIVATE, DH_A_PUBLIC);
	struct crypto_bytes p = crypto_bytes(DH_P);
	uint8_t zero = 0;
	uint8_t one = 1;
	const struct {
		const char *name;
		const uint8_t *value;
		size_t size;
		uint8_t last;
	} rows[] = {
		{ "0", &zero, 1, 0 },
		{ "1", &one, 1, 1 },
		{ "p - 1", p.at, p.size, (uint8_t)(p.at[p.size - 1] - 1) },
		{ "p", p.at, p.size, p.at[p.size - 1] },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		TEE_ObjectHandle secret;
		TEE_ObjectInfo info;

		if (rows[i].size > 1)
			p.at[p.size - 1] = rows[i].last;
		secret = dh_agree(pair, rows[i].value, rows[i].size);
		assert_int_equal(TEE_GetObjectInfo1(secret, &info), TEE_SUCCESS);
		if (info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED)
			fail_msg("%s gave a key", rows[i].name);
		TEE_FreeTransientObject(secret);
	}
	free(p.at);
	TEE_FreeTransientObject(pair);
}

/* Two new pairs agree; the private value is as short as was asked for. */
static void dh_generated(void **state)
{
	const struct crypto_part short_one[] = { dh_group[0], dh_group[1], { TEE_ATTR_DH_X_BITS, NULL, 200 }, { 0 } };
	TEE_ObjectHandle a = crypto_generated(TEE_TYPE_DH_KEYPAIR, 1024, short_one);
	TEE_ObjectHandle b = crypto_generated(TEE_TYPE_DH_KEYPAIR, 1024, dh_group);
	uint8_t public_a[128];
	uint8_t public_b[128];
	uint8_t bytes_a[128];
	uint8_t bytes_b[128];
	size_t size_a = crypto_attribute(a, TEE_ATTR_DH_PUBLIC_VALUE, public_a, sizeof(public_a));
	size_t size_b = crypto_attribute(b, TEE_ATTR_DH_PUBLIC_VALUE, public_b, sizeof(public_b));
	TEE_ObjectHandle secret_a = dh_agree(a, public_b, size_b);
	TEE_ObjectHandle secret_b = dh_agree(b, public_a, size_a);
	uint32_t x_bits = 0;

	(void)state;
	assert_int_equal(crypto_attribute(secret_a, TEE_ATTR_SECRET_VALUE, bytes_a, 128), 128);
	assert_int_equal(crypto_attribute(secret_b, TEE_ATTR_SECRET_VALUE, bytes_b, 128), 128);
	assert_memory_equal(bytes_a, bytes_b, 128);
	assert_true(crypto_attribute(a, TEE_ATTR_DH_PRIVATE_VALUE, bytes_a, 128) <= 25);
	assert_int_equal(TEE_GetObjectValueAttribute(a, TEE_ATTR_DH_X_BITS, &x_bits, NULL), TEE_SUCCESS);
	assert_int_equal(x_bits, 200);
	TEE_FreeTransientObject(secret_b);
	TEE_FreeTransientObject(secret_a);
	TEE_FreeTransientObject(b);
	TEE_FreeTransientObject(a);
}

/* --- what panics --- */

static void panic_no_base(void *arg)
{
	const struct crypto_part params[] = { dh_group[0], { 0 } };

	(void)arg;
	crypto_generated(TEE_TYPE_DH_KEYPAIR, 1024, params);
}

static void panic_small_secret(void *arg)
{
	TEE_ObjectHandle pair = dh_pair(DH_A_PRIVATE, DH_A_PUBLIC);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_Attribute attr;

	(void)arg;
	TEE_InitRefAttribute(&attr, TEE_ATTR_DH_PUBLIC_VALUE, "\5", 1);
	(void)!TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 1016, &secret);
	TEE_DeriveKey(crypto_operation(TEE_ALG_DH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, 1024, pair), &attr, 1, secret);
}

static void panic_derived_type(void *arg)
{
	TEE_ObjectHandle pair = dh_pair(DH_A_PRIVATE, DH_A_PUBLIC);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_Attribute attr;

	(void)arg;
	TEE_InitRefAttribute(&attr, TEE_ATTR_DH_PUBLIC_VALUE, "\5", 1);
	(void)!TEE_AllocateTransientObject(TEE_TYPE_HMAC_SHA512, 1024, &secret);
	TEE_DeriveKey(crypto_operation(TEE_ALG_DH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, 1024, pair), &attr, 1, secret);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "new key without a base", panic_no_base },
		{ "secret larger than its object", panic_small_secret },
		{ "secret for a key of another type", panic_derived_type },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dsa_vectors),
		cmocka_unit_test(dsa_of_every_digest_against_openssl),
		cmocka_unit_test(dsa_generated),
		cmocka_unit_test(dsa_parts_that_do_not_fit_are_refused),
		cmocka_unit_test(dh_vectors),
		cmocka_unit_test(dh_values_that_give_no_key),
		cmocka_unit_test(dh_generated),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
