// SPDX-License-Identifier: BSD-2-Clause
/* ECDSA, ECDH and SM2 against published vectors and OpenSSL, on every curve, and what is refused or panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#define FIELD_MAX 66

static const struct curve {
	const char *name;		/* OpenSSL's */
	uint32_t id, bits;
} curves[] = {
	{ "prime192v1", TEE_ECC_CURVE_NIST_P192, 192 },
	{ "secp224r1", TEE_ECC_CURVE_NIST_P224, 224 },
	{ "prime256v1", TEE_ECC_CURVE_NIST_P256, 256 },
	{ "secp384r1", TEE_ECC_CURVE_NIST_P384, 384 },
	{ "secp521r1", TEE_ECC_CURVE_NIST_P521, 521 },
	{ "brainpoolP160r1", TEE_ECC_CURVE_BSI_P160r1, 160 },
	{ "brainpoolP192r1", TEE_ECC_CURVE_BSI_P192r1, 192 },
	{ "brainpoolP224r1", TEE_ECC_CURVE_BSI_P224r1, 224 },
	{ "brainpoolP256r1", TEE_ECC_CURVE_BSI_P256r1, 256 },
	{ "brainpoolP320r1", TEE_ECC_CURVE_BSI_P320r1, 320 },
	{ "brainpoolP384r1", TEE_ECC_CURVE_BSI_P384r1, 384 },
	{ "brainpoolP512r1", TEE_ECC_CURVE_BSI_P512r1, 512 },
	{ "brainpoolP160t1", TEE_ECC_CURVE_BSI_P160t1, 160 },
	{ "brainpoolP192t1", TEE_ECC_CURVE_BSI_P192t1, 192 },
	{ "brainpoolP224t1", TEE_ECC_CURVE_BSI_P224t1, 224 },
	{ "brainpoolP256t1", TEE_ECC_CURVE_BSI_P256t1, 256 },
	{ "brainpoolP320t1", TEE_ECC_CURVE_BSI_P320t1, 320 },
	{ "brainpoolP384t1", TEE_ECC_CURVE_BSI_P384t1, 384 },
	{ "brainpoolP512t1", TEE_ECC_CURVE_BSI_P512t1, 512 },
};

static const struct digest {
	const char *name;
	uint32_t algorithm, digest;
} digests[] = {
	{ "SHA-1", TEE_ALG_ECDSA_SHA1, TEE_ALG_SHA1 },
	{ "SHA-224", TEE_ALG_ECDSA_SHA224, TEE_ALG_SHA224 },
	{ "SHA-256", TEE_ALG_ECDSA_SHA256, TEE_ALG_SHA256 },
	{ "SHA-384", TEE_ALG_ECDSA_SHA384, TEE_ALG_SHA384 },
	{ "SHA-512", TEE_ALG_ECDSA_SHA512, TEE_ALG_SHA512 },
	{ "SHA3-224", TEE_ALG_ECDSA_SHA3_224, TEE_ALG_SHA3_224 },
	{ "SHA3-256", TEE_ALG_ECDSA_SHA3_256, TEE_ALG_SHA3_256 },
	{ "SHA3-384", TEE_ALG_ECDSA_SHA3_384, TEE_ALG_SHA3_384 },
	{ "SHA3-512", TEE_ALG_ECDSA_SHA3_512, TEE_ALG_SHA3_512 },
};

/* --- ECDSA --- */

/* NIST CAVP: ECDSA2VS, SigVer. */
static const struct signature_row {
	const char *name;
	uint32_t curve, bits, algorithm, digest;
	const char *x, *y, *message, *signature;
} signature_rows[] = {
	{ "P-192, SHA-1", TEE_ECC_CURVE_NIST_P192, 192, TEE_ALG_ECDSA_SHA1, TEE_ALG_SHA1,
	  "72a83b1ee3f83034324db4377663c933b4799564b2335bea", "76b0c9874b94daff7e78881d22e5fcd53a3ea2afd0d118f4",
	  "bf826447a665165a837ed32a13c49e3b57a9e9bce263d1492bcc418b0eefd4093032b62ecd27f1a2031af454077f7858f1e3970050e9"
	  "b44b98b388b27f3487fdf27adcaae07dc7ab1913dd7983a9744063dd01e976cb818cc7c3a838b50bc55588d41240d97b714d2c2dab55"
	  "0814724250a5a478ad445e154bc8950f8f1aaa37",
	  "161e7d162dbeeb5f8d3393df65fb6a136ad867ddd3b85ca0301cdf1284766043f9a0cc1eb2f2a21538dd8e618cc46ff3" },
	{ "P-224, SHA-224", TEE_ECC_CURVE_NIST_P224, 224, TEE_ALG_ECDSA_SHA224, TEE_ALG_SHA224,
	  "f1eb36b3e1c96a18d87878d5fa8b79d77afce9d2ce40d26199f33482",
	  "ae819af474f3efbd62401a407036505c5a2d60449274593865de3374",
	  "2dad0fdc03e9617e0de30b3108e0ef155e4e6c3169cec76622c16dc55fcac39a5fb002472072754e7885cac0e318b3ce0588559152a3"
	  "7e6e55effb6b8e19c45ac8aaa91fbd8cad41fd2a2d5af03841ba13f405b20a04585ac0e456502b9686e72e87e8ad7257d3d65781766c"
	  "3752c6aa9a24d6f49052e753e2e31e155a35b7ec",
	  "003122e976bac378c06ec95fd73290b067e7ff022d23493c40663ec9b99eb4220146a282c7a34f98a9a4fa38ed3f48ca2c7983cde2d3"
	  "235f" },
	{ "P-256, SHA-256", TEE_ECC_CURVE_NIST_P256, 256, TEE_ALG_ECDSA_SHA256, TEE_ALG_SHA256,
	  "e424dc61d4bb3cb7ef4344a7f8957a0c5134e16f7a67c074f82e6e12f49abf3c",
	  "970eed7aa2bc48651545949de1dddaf0127e5965ac85d1243d6f60e7dfaee927",
	  "e1130af6a38ccb412a9c8d13e15dbfc9e69a16385af3c3f1e5da954fd5e7c45fd75e2b8c36699228e92840c0562fbf3772f07e17f1ad"
	  "d56588dd45f7450e1217ad239922dd9c32695dc71ff2424ca0dec1321aa47064a044b7fe3c2b97d03ce470a592304c5ef21eed9f93da"
	  "56bb232d1eeb0035f9bf0dfafdcc4606272b20a3",
	  "bf96b99aa49c705c910be33142017c642ff540c76349b9dab72f981fd9347f4f17c55095819089c2e03b9cd415abdf12444e323075d9"
	  "8f31920b9e0f57ec871c" },
	{ "P-384, SHA-384", TEE_ECC_CURVE_NIST_P384, 384, TEE_ALG_ECDSA_SHA384, TEE_ALG_SHA384,
	  "cb908b1fd516a57b8ee1e14383579b33cb154fece20c5035e2b3765195d1951d75bd78fb23e00fef37d7d064fd9af144",
	  "cd99c46b5857401ddcff2cf7cf822121faf1cbad9a011bed8c551f6f59b2c360f79bfbe32adbcaa09583bdfdf7c374bb",
	  "9dd789ea25c04745d57a381f22de01fb0abd3c72dbdefd44e43213c189583eef85ba662044da3de2dd8670e6325154480155bbeebb70"
	  "2c75781ac32e13941860cb576fe37a05b757da5b5b418f6dd7c30b042e40f4395a342ae4dce05634c33625e2bc524345481f7e253d95"
	  "51266823771b251705b4a85166022a37ac28f1bd",
	  "33f64fb65cd6a8918523f23aea0bbcf56bba1daca7aff817c8791dc92428d605ac629de2e847d43cee55ba9e4a0e83ba4428bb478a43"
	  "ac73ecd6de51ddf7c28ff3c2441625a081714337dd44fea8011bae71959a10947b6ea33f77e128d3c6ae" },
	{ "P-521, SHA-512", TEE_ECC_CURVE_NIST_P521, 521, TEE_ALG_ECDSA_SHA512, TEE_ALG_SHA512,
	  "0153eb2be05438e5c1effb41b413efc2843b927cbf19f0bc9cc14b693eee26394a0d8880dc946a06656bcd09871544a5f15c7a1fa68e"
	  "00cdc728c7cfb9c448034867",
	  "0143ae8eecbce8fcf6b16e6159b2970a9ceb32c17c1d878c09317311b7519ed5ece3374e7929f338ddd0ec0522d81f2fa4fa47033ef0"
	  "c0872dc049bb89233eef9bc1",
	  "f69417bead3b1e208c4c99236bf84474a00de7f0b9dd23f991b6b60ef0fb3c62073a5a7abb1ef69dbbd8cf61e64200ca086dfd645b64"
	  "1e8d02397782da92d3542fbddf6349ac0b48b1b1d69fe462d1bb492f34dd40d137163843ac11bd099df719212c160cbebcb2ab6f3525"
	  "e64846c887e1b52b52eced9447a3d31938593a87",
	  "00dd633947446d0d51a96a0173c01125858abb2bece670af922a92dedcec067136c1fa92e5fa73d7116ac9c1a42b9cb642e4ac19310b"
	  "049e48c53011ffc6e7461c3600efbdc6a414bb8d663bb5cdb7c586bccfe7589049076f98cee82cdb5d203fddb2e0ffb77954959dfa5e"
	  "d0de850e42a86f5a63c5a6592e9b9b8bd1b40557b9cd0cc0" },
	{ "P-256, SHA-512", TEE_ECC_CURVE_NIST_P256, 256, TEE_ALG_ECDSA_SHA512, TEE_ALG_SHA512,
	  "9cb0cf69303dafc761d4e4687b4ecf039e6d34ab964af80810d8d558a4a8d6f7",
	  "2d51233a1788920a86ee08a1962c79efa317fb7879e297dad2146db995fa1c78",
	  "6e2932153301a4eef680e6428929adae988c108d668a31ff55d0489947d75ff81a46bf89e84d6401f023be6e87688fbcd784d785ca84"
	  "6735524acb52d00452c84040a479e7cc330936441d93bbe722a9432a6e1db112b5c9403b10272cb1347fd619d463f7a9d223ad76fde0"
	  "6d8a6883500fb843235abff98e241bdfb5538c3e",
	  "4b9f91e4285287261a1d1c923cf619cd52c175cfe7f1be60a5258c610348ba3d28c45f901d71c41b298638ec0d6a85d7fcb0c33bbfec"
	  "5a9c810846b639289a84" },
	{ "P-521, SHA-1", TEE_ECC_CURVE_NIST_P521, 521, TEE_ALG_ECDSA_SHA1, TEE_ALG_SHA1,
	  "00f50a08703250c15f043c8c46e99783435245cf98f4f2694b0e2f8d029a514dd6f0b086d4ed892000cd5590107aae69c4c0a7a95f7c"
	  "f74e5770a07d5db55bce4ab4",
	  "00f2c770bab8b9be4cdb6ecd3dc26c698da0d2599cebf3d904f7f9ca3a55e64731810d73cd317264e50baba4bc2860857e16d6cbb795"
	  "01bc9e3a32bd172ea8a71dee",
	  "9bbbbe8a72130e1f023fb77be4648c80e1722d98bd478882383026c5c4e8748873997c5a38e0a173ed461546422d7691393dc2aceb0c"
	  "0775068bc7145e33bf6a9e34f7fc6acc8f079a265168e54d3cca8d40aa04c1afd0909aa3df50908d7324aa7861b50f471fbfa5d615b0"
	  "d718132c81957b178ad936deb89fde37147f8ae6",
	  "001e7cbb20c9a66abf149c79d11859051d35cfddd04f420dd23bd3206c82b29e782453cabfefe792e4e3e68c9bf6bf50d5a00ba5dd73"
	  "b41378fb46e91ca797dbb25000f1e9252573c003cb77f22c8c6d56f2149f7e8d88d699983da9250c8edfd4b9f864a46c488195246518"
	  "86e3fd56492f4b6c75fb50a1d59e8bfc25f9fd42dc4e1d37" },
};

static void ecdsa_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(signature_rows); i++) {
		const struct signature_row *row = &signature_rows[i];
		const struct crypto_part parts[] = {
			{ TEE_ATTR_ECC_PUBLIC_VALUE_X, row->x, 0 },
			{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, row->y, 0 },
			{ TEE_ATTR_ECC_CURVE, NULL, row->curve },
			{ 0 },
		};
		TEE_ObjectHandle key = crypto_object(TEE_TYPE_ECDSA_PUBLIC_KEY, row->bits, parts);
		TEE_OperationHandle op = crypto_operation(row->algorithm, TEE_MODE_VERIFY, row->bits, key);
		struct crypto_bytes signature = crypto_bytes(row->signature);
		uint8_t longer[2 * FIELD_MAX + 1] = { 0 };
		uint8_t digest[64];
		size_t size = crypto_digest(row->digest, row->message, digest);
		uint32_t curve = 0;

		if (TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, size, signature.at, signature.size))
			fail_msg("%s", row->name);
		memcpy(longer, signature.at, signature.size);
		assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, size, longer, signature.size + 1),
				 TEE_ERROR_SIGNATURE_INVALID);
		digest[0] ^= 1;
		assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, size, signature.at, signature.size),
				 TEE_ERROR_SIGNATURE_INVALID);
		digest[0] ^= 1;
		/* Numbers of zero, and one byte less. */
		memset(signature.at, 0, signature.size / 2);
		assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, size, signature.at, signature.size),
				 TEE_ERROR_SIGNATURE_INVALID);
		assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, digest, size, signature.at, signature.size - 1),
				 TEE_ERROR_SIGNATURE_INVALID);
		assert_int_equal(TEE_GetObjectValueAttribute(key, TEE_ATTR_ECC_CURVE, &curve, NULL), TEE_SUCCESS);
		assert_int_equal(curve, row->curve);
		free(signature.at);
		TEE_FreeOperation(op);
		TEE_FreeTransientObject(key);
	}
}

/* OpenSSL's key of a pair of ours. */
static EVP_PKEY *openssl_key(TEE_ObjectHandle pair, const char *type, const char *curve)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	uint8_t point[1 + 2 * FIELD_MAX] = { 4 };
	uint8_t private[FIELD_MAX];
	size_t size = crypto_attribute(pair, TEE_ATTR_ECC_PUBLIC_VALUE_X, point + 1, FIELD_MAX);
	char group[32] = { 0 };
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM params[4];
	size_t i;

	/* All are as long as the field, whatever their first bytes are. */
	assert_int_equal(crypto_attribute(pair, TEE_ATTR_ECC_PUBLIC_VALUE_Y, point + 1 + size, FIELD_MAX), size);
	assert_int_equal(crypto_attribute(pair, TEE_ATTR_ECC_PRIVATE_VALUE, private, sizeof(private)), size);
	for (i = 0; i < size / 2; i++) {
		uint8_t byte = private[i];

		private[i] = private[size - 1 - i];
		private[size - 1 - i] = byte;
	}
	strncpy(group, curve, sizeof(group) - 1);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size);
	params[2] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, private, size);
	params[3] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params), 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool openssl_verify(EVP_PKEY *pkey, const uint8_t *digest, size_t digest_size, const uint8_t *signature,
			   size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int der_size;
	bool ok;

	ECDSA_SIG_set0(pair, BN_bin2bn(signature, (int)size / 2, NULL),
		       BN_bin2bn(signature + size / 2, (int)size / 2, NULL));
	der_size = i2d_ECDSA_SIG(pair, &der);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	ok = EVP_PKEY_verify(ctx, der, (size_t)der_size, digest, digest_size) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static void openssl_sign(EVP_PKEY *pkey, const uint8_t *digest, size_t digest_size, uint8_t *signature, size_t half)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	const BIGNUM *r;
	const BIGNUM *s;
	uint8_t der[160];
	const uint8_t *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *pair;

	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, der, &size, digest, digest_size), 1);
	pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
	ECDSA_SIG_get0(pair, &r, &s);
	BN_bn2binpad(r, signature, (int)half);
	BN_bn2binpad(s, signature + half, (int)half);
	ECDSA_SIG_free(pair);
	EVP_PKEY_CTX_free(ctx);
}

/* Both ways, with one digest. */
static void sign_both_ways(const char *name, TEE_ObjectHandle pair, EVP_PKEY *pkey, uint32_t bits,
			   const struct digest *digest)
{
	TEE_OperationHandle sign = crypto_operation(digest->algorithm, TEE_MODE_SIGN, bits, pair);
	TEE_OperationHandle verify = crypto_operation(digest->algorithm, TEE_MODE_VERIFY, bits, pair);
	size_t half = (bits + 7) / 8;
	uint8_t signature[2 * FIELD_MAX];
	uint8_t hash[64];
	size_t hash_size = crypto_digest(digest->digest, "616263", hash);
	size_t size = 2 * half - 1;

	assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, hash, hash_size, signature, &size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, 2 * half);
	assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, hash, hash_size, signature, &size), TEE_SUCCESS);
	if (!openssl_verify(pkey, hash, hash_size, signature, size))
		fail_msg("%s, %s: OpenSSL does not take the signature", name, digest->name);
	openssl_sign(pkey, hash, hash_size, signature, half);
	if (TEE_AsymmetricVerifyDigest(verify, NULL, 0, hash, hash_size, signature, size))
		fail_msg("%s, %s: OpenSSL's signature is not taken", name, digest->name);
	TEE_FreeOperation(verify);
	TEE_FreeOperation(sign);
}

static void ecdsa_of_every_curve_and_digest_against_openssl(void **state)
{
	size_t i;
	size_t n;

	(void)state;
	for (i = 0; i < ROWS(curves); i++) {
		const struct crypto_part params[] = { { TEE_ATTR_ECC_CURVE, NULL, curves[i].id }, { 0 } };
		TEE_ObjectHandle pair = crypto_generated(TEE_TYPE_ECDSA_KEYPAIR, curves[i].bits, params);
		EVP_PKEY *pkey = openssl_key(pair, "EC", curves[i].name);

		for (n = 0; n < ROWS(digests); n++) {
			assert_int_equal(TEE_IsAlgorithmSupported(digests[n].algorithm, curves[i].id), TEE_SUCCESS);
			sign_both_ways(curves[i].name, pair, pkey, curves[i].bits, &digests[n]);
		}
		EVP_PKEY_free(pkey);
		TEE_FreeTransientObject(pair);
	}
}

/* --- ECDH --- */

/* NIST CAVP: KASVS, ECC CDH primitive; RFC 7027 appendix A. */
static const struct agreement_row {
	const char *name;
	uint32_t curve, bits;
	const char *private, *x, *y, *peer_x, *peer_y, *secret;
} agreement_rows[] = {
	{ "P-192", TEE_ECC_CURVE_NIST_P192, 192, "a5b4bbad57f101ca48021cb7440cd681a9d40cd51b99d917",
	  "79a77fcb18a32cdb59ed5d87740f29e8565d649dbf01ce86", "f7187efaa0b1573f1fb00905d46810b880bf738b4c720bb7",
	  "f7b5061fb557e516c50abf541d97dbfd76ca7172b22cf590", "135e15e21f9e85c76205fd148a92ac19f9e6243ddab322d1",
	  "26382468d721761e14a87dc3bee67340095c6455962d1ba3" },
	{ "P-224", TEE_ECC_CURVE_NIST_P224, 224, "09f51e302c6a0fe6ff48f34c208c6af91e70f65f88102e6fcab9af4a",
	  "c5d5706ccd7424c74fd616e699865af96e56f39adea6aa059e5092b5",
	  "f0729077bb602404d56d2f7e2ba5bb2f383df4a5425567881ff0165d",
	  "3a24217c4b957fea922eec9d9ac52d5cb4b3fcd95efde1e4fa0dd6e2",
	  "775b94025a808eb6f4af14ea4b57dca576c35373c6dc198b15b981df",
	  "b1259ceedfb663d9515089cf727e7024fb3d86cbcec611b4ba0b4ab6" },
	{ "P-256", TEE_ECC_CURVE_NIST_P256, 256, "8087ab163864bfa81001c72f736b6d94e7612559ac4c847d06ba2171840684d6",
	  "e8b020e8c3cc25d3e5e83e76077f3d5ccdabd7ad76121b724a171414e73f793c",
	  "98dfb6863fbdbc1d2083f6c41e502645ae9b7a0fdb38904f7483ef883bc2a57b",
	  "5a3955c54a49645ed818f3774ea10971a1db88c370d8966c5a6e88234ed5d820",
	  "03b13f0dad73f64532f42b8b2fa6d1450d9ab24896e95c24674298f2da07ccda",
	  "0cb890a0dcc277c3dde0f91b4322a32e6365d7ec85316185d3286b4977849410" },
	{ "P-384", TEE_ECC_CURVE_NIST_P384, 384,
	  "f865418473e5bf7d2e1bbcd9bd5a9270c003a9dd35e778133ca59fcab4bb64fe24d6800e7047bdd033abc8bfa8db35b5",
	  "32b72ab9b558249dcbc6cbade234f58e4f7aa5d3f6420ea99a5f997e8c2a91fb7fd83779d0d2169428683771c745fd1a",
	  "c749e02a3719bb56bf1dfc4ba3820309c01ab6e84cb29db7cdd80f127233f5295687f8178f3a8704c1063b84c2ee472f",
	  "d1bf2ac21637d66d6398aac01dcd56ac6f065fb45d1f6f16747bab9e9b01b4630b59b20927aea147355bf41838acb482",
	  "4c9e23f1c5a41647d094086bf4ed31708651f21d996c47780688ac10f77deee2e43b5241b6caecd2fd5444bc50472e0e",
	  "a781430e6078a179df3f9ee27cd8fdc6188f161b6c4ccc4053ef6c6ca6fc222946883a53c06db08f0a020023ced055aa" },
	{ "P-521", TEE_ECC_CURVE_NIST_P521, 521,
	  "01a23de55fb7ad153e7e65d21ad10c77fdf2072b2a5aa116aaf1bc31a345420c1fe8eaccbbcdeb07b73ba2fa706c7498e3a4828f348b"
	  "00af9df1551780e709a7754c",
	  "00ed7bc3a95ef74dc3a9893a5ec7c9fab723c16dc21b30341c374c25e1334dada7f92d62967f3bca4da70b0a77fa0732dac05a3d19cb"
	  "04e50b3cd1894549ac1d3c6e",
	  "01c30d23ea4c140aabfba3753ce40c788010342c15c51d2dd6e9b079194e593ba965ea419ef37746f954027fa1b8159ccd3b54aece67"
	  "451c7e892d6f6e1fb44c548c",
	  "01474af758238005238b2fa253c4f9c557de664d64c66d7d88f334555997591ccc242ff3c6d0e34d07fc835aaae024c2bd21f2ba5c0b"
	  "0a8ac3fdd90e1c479cb8e538",
	  "00a721b04654204ca19064b37a4abf4247413a6d29e9211a0df9d50975c7d8d4654dc04a478455ea24993f0fef5460f189c4729c15fb"
	  "a385fd85ef42ae7610e39450",
	  "01e8ff7a8c57b017f8b8266adab65fe2c417173566087e15c5fc972071cc560ac93908a806468bc44b8312a8a48464886ca0d767db93"
	  "8447387a348f3f56c6463796" },
	{ "brainpoolP256r1", TEE_ECC_CURVE_BSI_P256r1, 256,
	  "81db1ee100150ff2ea338d708271be38300cb54241d79950f77b063039804f1d",
	  "44106e913f92bc02a1705d9953a8414db95e1aaa49e81d9e85f929a8e3100be5",
	  "8ab4846f11caccb73ce49cbdd120f5a900a69fd32c272223f789ef10eb089bdc",
	  "8d2d688c6cf93e1160ad04cc4429117dc2c41825e1e9fca0addd34e6f1b39f7b",
	  "990c57520812be512641e47034832106bc7d3e8dd0e4c7f1136d7006547cec6a",
	  "89afc39d41d3b327814b80940b042590f96556ec91e6ae7939bce31f3a18bf2b" },
	{ "brainpoolP384r1", TEE_ECC_CURVE_BSI_P384r1, 384,
	  "1e20f5e048a5886f1f157c74e91bde2b98c8b52d58e5003d57053fc4b0bd65d6f15eb5d1ee1610df870795143627d042",
	  "68b665dd91c195800650cdd363c625f4e742e8134667b767b1b476793588f885ab698c852d4a6e77a252d6380fcaf068",
	  "55bc91a39c9ec01dee36017b7d673a931236d2f1f5c83942d049e3fa20607493e0d038ff2fd30c2ab67d15c85f7faa59",
	  "4d44326f269a597a5b58bba565da5556ed7fd9a8a9eb76c25f46db69d19dc8ce6ad18e404b15738b2086df37e71d1eb4",
	  "62d692136de56cbe93bf5fa3188ef58bc8a3a0ec6c1e151a21038a42e9185329b5b275903d192f8d4e1f32fe9cc78c48",
	  "0bd9d3a7ea0b3d519d09d8e48d0785fb744a6b355e6304bc51c229fbbce239bbadf6403715c35d4fb2a5444f575d4f42" },
	{ "brainpoolP512r1", TEE_ECC_CURVE_BSI_P512r1, 512,
	  "16302ff0dbbb5a8d733dab7141c1b45acbc8715939677f6a56850a38bd87bd59b09e80279609ff333eb9d4c061231fb26f92eeb04982"
	  "a5f1d1764cad57665422",
	  "0a420517e406aac0acdce90fcd71487718d3b953efd7fbec5f7f27e28c6149999397e91e029e06457db2d3e640668b392c2a7e737a7f"
	  "0bf04436d11640fd09fd",
	  "72e6882e8db28aad36237cd25d580db23783961c8dc52dfa2ec138ad472a0fcef3887cf62b623b2a87de5c588301ea3e5fc269b373b6"
	  "0724f5e82a6ad147fde7",
	  "9d45f66de5d67e2e6db6e93a59ce0bb48106097ff78a081de781cdb31fce8ccbaaea8dd4320c4119f1e9cd437a2eab3731fa9668ab26"
	  "8d871deda55a5473199f",
	  "2fdc313095bcdd5fb3a91636f07a959c8e86b5636a1e930e8396049cb481961d365cc11453a06c719835475b12cb52fc3c383bce35e2"
	  "7ef194512b71876285fa",
	  "a7927098655f1f9976fa50a9d566865dc530331846381c87256baf3226244b76d36403c024d7bbf0aa0803eaff405d3d24f11a9b5c0b"
	  "ef679fe1454b21c4cd1f" },
};

static TEE_ObjectHandle agree(const struct agreement_row *row, const char *peer_x, const char *peer_y)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_ECC_PRIVATE_VALUE, row->private, 0 },
		{ TEE_ATTR_ECC_PUBLIC_VALUE_X, row->x, 0 },
		{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, row->y, 0 },
		{ TEE_ATTR_ECC_CURVE, NULL, row->curve },
		{ 0 },
	};
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_ECDH_KEYPAIR, row->bits, parts);
	TEE_OperationHandle op = crypto_operation(TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, row->bits, pair);
	struct crypto_bytes x = crypto_bytes(peer_x);
	struct crypto_bytes y = crypto_bytes(peer_y);
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;
	TEE_Attribute peer[2];

	TEE_InitRefAttribute(&peer[0], TEE_ATTR_ECC_PUBLIC_VALUE_X, x.at, x.size);
	TEE_InitRefAttribute(&peer[1], TEE_ATTR_ECC_PUBLIC_VALUE_Y, y.at, y.size);
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 528, &secret), TEE_SUCCESS);
	TEE_DeriveKey(op, peer, 2, secret);
	free(x.at);
	free(y.at);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(pair);
	return secret;
}

static bool is_initialized(TEE_ObjectHandle object)
{
	TEE_ObjectInfo info;

	assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
	return info.handleFlags & TEE_HANDLE_FLAG_INITIALIZED;
}

static void ecdh_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(agreement_rows); i++) {
		const struct agreement_row *row = &agreement_rows[i];
		TEE_ObjectHandle secret = agree(row, row->peer_x, row->peer_y);
		uint8_t bytes[FIELD_MAX];

		crypto_assert_bytes(row->name, bytes,
				    crypto_attribute(secret, TEE_ATTR_SECRET_VALUE, bytes, sizeof(bytes)), row->secret);
		TEE_FreeTransientObject(secret);
	}
}

/* A point of another curve would tell something of the private key. */
static void a_point_that_is_not_on_the_curve_gives_no_key(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(agreement_rows); i++) {
		const struct agreement_row *row = &agreement_rows[i];
		TEE_ObjectHandle secret = agree(row, row->peer_x, row->peer_x);

		if (is_initialized(secret))
			fail_msg("%s: a point off the curve", row->name);
		TEE_FreeTransientObject(secret);
		secret = agree(row, "00", "00");
		if (is_initialized(secret))
			fail_msg("%s: zero", row->name);
		TEE_FreeTransientObject(secret);
		secret = agree(row, row->secret,
			       "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
			       "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
		if (is_initialized(secret))
			fail_msg("%s: a number larger than the field", row->name);
		TEE_FreeTransientObject(secret);
	}
}

/* --- keys --- */

static void pairs_that_do_not_fit_are_refused(void **state)
{
	const struct agreement_row *p256 = &agreement_rows[2];
	const struct agreement_row *brainpool = &agreement_rows[5];
	const struct {
		const char *name, *private, *x, *y;
		uint32_t curve;
	} rows[] = {
		{ "private value of another key", brainpool->private, p256->x, p256->y, TEE_ECC_CURVE_NIST_P256 },
		{ "point of another curve", p256->private, p256->x, p256->y, TEE_ECC_CURVE_BSI_P256r1 },
		{ "no point", p256->private, p256->x, p256->x, TEE_ECC_CURVE_NIST_P256 },
		{ "unknown curve", p256->private, p256->x, p256->y, 0x4711 },
		{ "curve with a larger field than the object", p256->private, p256->x, p256->y, TEE_ECC_CURVE_NIST_P384 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		const struct crypto_part parts[] = {
			{ TEE_ATTR_ECC_PRIVATE_VALUE, rows[i].private, 0 },
			{ TEE_ATTR_ECC_PUBLIC_VALUE_X, rows[i].x, 0 },
			{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, rows[i].y, 0 },
			{ TEE_ATTR_ECC_CURVE, NULL, rows[i].curve },
			{ 0 },
		};
		TEE_ObjectHandle object = TEE_HANDLE_NULL;

		if (crypto_populate(TEE_TYPE_ECDSA_KEYPAIR, 256, parts, &object) != TEE_ERROR_BAD_PARAMETERS ||
		    is_initialized(object))
			fail_msg("%s", rows[i].name);
		TEE_FreeTransientObject(object);
	}
}

static void a_curve_of_another_size_makes_no_key(void **state)
{
	TEE_ObjectHandle object = TEE_HANDLE_NULL;
	TEE_Attribute curve;

	(void)state;
	assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_ECDSA_KEYPAIR, 384, &object), TEE_SUCCESS);
	TEE_InitValueAttribute(&curve, TEE_ATTR_ECC_CURVE, TEE_ECC_CURVE_NIST_P256, 0);
	assert_int_equal(TEE_GenerateKey(object, 384, &curve, 1), TEE_ERROR_BAD_PARAMETERS);
	TEE_InitValueAttribute(&curve, TEE_ATTR_ECC_CURVE, 0x4711, 0);
	assert_int_equal(TEE_GenerateKey(object, 384, &curve, 1), TEE_ERROR_BAD_PARAMETERS);
	assert_false(is_initialized(object));
	TEE_FreeTransientObject(object);
}

/* --- SM2 --- */

/* GM/T 0003.5-2012 annexes A and C: one key for both. */
#define SM2_PRIVATE "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
#define SM2_X "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
#define SM2_Y "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
/* The digest of the signer's identity and the message, which is the application's to make. */
#define SM2_DIGEST "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"
#define SM2_SIGNATURE \
	"f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" \
	"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
#define SM2_CIPHER \
	"0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73" \
	"e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0" \
	"59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766" \
	"21886ca989ca9c7d58087307ca93092d651efa"
#define SM2_TEXT "encryption standard"

static const struct crypto_part sm2_parts[] = {
	{ TEE_ATTR_ECC_PRIVATE_VALUE, SM2_PRIVATE, 0 },
	{ TEE_ATTR_ECC_PUBLIC_VALUE_X, SM2_X, 0 },
	{ TEE_ATTR_ECC_PUBLIC_VALUE_Y, SM2_Y, 0 },
	{ 0 },
};

static void sm2_signature(void **state)
{
	static const struct digest digest = { "SM3", TEE_ALG_SM2_DSA_SM3, TEE_ALG_SM3 };
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_SM2_DSA_KEYPAIR, 256, sm2_parts);
	TEE_ObjectHandle public = crypto_public(pair, TEE_TYPE_SM2_DSA_PUBLIC_KEY);
	TEE_OperationHandle op = crypto_operation(TEE_ALG_SM2_DSA_SM3, TEE_MODE_VERIFY, 256, public);
	EVP_PKEY *pkey = openssl_key(pair, "SM2", "SM2");
	struct crypto_bytes bytes = crypto_bytes(SM2_DIGEST);
	struct crypto_bytes signature = crypto_bytes(SM2_SIGNATURE);

	(void)state;
	assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, bytes.at, bytes.size, signature.at, signature.size),
			 TEE_SUCCESS);
	signature.at[63] ^= 1;
	assert_int_equal(TEE_AsymmetricVerifyDigest(op, NULL, 0, bytes.at, bytes.size, signature.at, signature.size),
			 TEE_ERROR_SIGNATURE_INVALID);
	sign_both_ways("SM2", pair, pkey, 256, &digest);
	EVP_PKEY_free(pkey);
	free(signature.at);
	free(bytes.at);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(public);
	TEE_FreeTransientObject(pair);
}

static void sm2_encryption(void **state)
{
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_SM2_PKE_KEYPAIR, 256, sm2_parts);
	TEE_OperationHandle encrypt = crypto_operation(TEE_ALG_SM2_PKE, TEE_MODE_ENCRYPT, 256, pair);
	TEE_OperationHandle open = crypto_operation(TEE_ALG_SM2_PKE, TEE_MODE_DECRYPT, 256, pair);
	struct crypto_bytes cipher = crypto_bytes(SM2_CIPHER);
	uint8_t again[97 + 200];
	uint8_t plain[200];
	size_t size = strlen(SM2_TEXT) - 1;
	size_t length;
	size_t i;

	(void)state;
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher.at, cipher.size, plain, &size),
			 TEE_ERROR_SHORT_BUFFER);
	assert_int_equal(size, strlen(SM2_TEXT));
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher.at, cipher.size, plain, &size), TEE_SUCCESS);
	assert_int_equal(size, strlen(SM2_TEXT));
	assert_memory_equal(plain, SM2_TEXT, size);
	/* Point, digest and text: none may change. */
	for (i = 0; i < cipher.size; i += 16) {
		cipher.at[i] ^= 1;
		size = sizeof(plain);
		assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher.at, cipher.size, plain, &size),
				 TEE_ERROR_CIPHERTEXT_INVALID);
		cipher.at[i] ^= 1;
	}
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher.at, 97, plain, &size), TEE_ERROR_BAD_PARAMETERS);
	memset(plain, 0x5a, sizeof(plain));
	for (length = 1; length <= 100; length++) {
		uint8_t back[200];
		size_t back_size = sizeof(back);

		size = 97 + length - 1;
		assert_int_equal(TEE_AsymmetricEncrypt(encrypt, NULL, 0, plain, length, again, &size),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(size, 97 + length);
		assert_int_equal(TEE_AsymmetricEncrypt(encrypt, NULL, 0, plain, length, again, &size), TEE_SUCCESS);
		assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, again, size, back, &back_size), TEE_SUCCESS);
		assert_int_equal(back_size, length);
		assert_memory_equal(back, plain, length);
	}
	free(cipher.at);
	TEE_FreeOperation(open);
	TEE_FreeOperation(encrypt);
	TEE_FreeTransientObject(pair);
}

/* --- what panics --- */

static void panic_no_curve(void *arg)
{
	(void)arg;
	crypto_generated(TEE_TYPE_ECDSA_KEYPAIR, 256, NULL);
}

static void panic_key_for_ecdh(void *arg)
{
	const struct crypto_part params[] = { { TEE_ATTR_ECC_CURVE, NULL, TEE_ECC_CURVE_NIST_P256 }, { 0 } };

	(void)arg;
	crypto_operation(TEE_ALG_ECDSA_SHA256, TEE_MODE_SIGN, 256, crypto_generated(TEE_TYPE_ECDH_KEYPAIR, 256, params));
}

static void panic_no_peer(void *arg)
{
	const struct crypto_part params[] = { { TEE_ATTR_ECC_CURVE, NULL, TEE_ECC_CURVE_NIST_P256 }, { 0 } };
	TEE_ObjectHandle secret = TEE_HANDLE_NULL;

	(void)arg;
	(void)!TEE_AllocateTransientObject(TEE_TYPE_GENERIC_SECRET, 256, &secret);
	TEE_DeriveKey(crypto_operation(TEE_ALG_ECDH_DERIVE_SHARED_SECRET, TEE_MODE_DERIVE, 256,
				       crypto_generated(TEE_TYPE_ECDH_KEYPAIR, 256, params)), NULL, 0, secret);
}

static void panic_digest_size(void *arg)
{
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_SM2_DSA_KEYPAIR, 256, sm2_parts);
	uint8_t bytes[64] = { 0 };
	size_t size = sizeof(bytes);

	(void)arg;
	(void)!TEE_AsymmetricSignDigest(crypto_operation(TEE_ALG_SM2_DSA_SM3, TEE_MODE_SIGN, 256, pair), NULL, 0, bytes,
					31, bytes, &size);
}

static void panic_value_as_a_buffer(void *arg)
{
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_SM2_DSA_KEYPAIR, 256, sm2_parts);
	uint8_t bytes[64];
	size_t size = sizeof(bytes);

	(void)arg;
	(void)!TEE_GetObjectBufferAttribute(pair, TEE_ATTR_ECC_CURVE, bytes, &size);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "new key without a curve", panic_no_curve },
		{ "signing with a key for agreement", panic_key_for_ecdh },
		{ "agreement without the other side", panic_no_peer },
		{ "digest of another length", panic_digest_size },
		{ "value asked for as a buffer", panic_value_as_a_buffer },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecdsa_vectors),
		cmocka_unit_test(ecdsa_of_every_curve_and_digest_against_openssl),
		cmocka_unit_test(ecdh_vectors),
		cmocka_unit_test(a_point_that_is_not_on_the_curve_gives_no_key),
		cmocka_unit_test(pairs_that_do_not_fit_are_refused),
		cmocka_unit_test(a_curve_of_another_size_makes_no_key),
		cmocka_unit_test(sm2_signature),
		cmocka_unit_test(sm2_encryption),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
