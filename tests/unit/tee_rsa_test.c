// SPDX-License-Identifier: BSD-2-Clause
/* RSA against published vectors and OpenSSL: signatures, encryption, keys, and what is refused or panics. */
#include "tests/unit/tee_crypto_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#define SIZE_MAX_RSA 512
enum { DEFAULT_SALT, NO_SALT };

/* PKCS #1 v2.1 test vectors, example 1; the OAEP vectors of pyca/cryptography. */
static const struct crypto_part key_1024[] = {
	{ TEE_ATTR_RSA_MODULUS,
	  "a8b3b284af8eb50b387034a860f146c4919f318763cd6c5598c8ae4811a1e0abc4c7e0b082d693a5e7fced675cf466851277"
	  "2c0cbc64a742c6c630f533c8cc72f62ae833c40bf25842e984bb78bdbf97c0107d55bdb662f5c4e0fab9845cb5148ef7392d"
	  "d3aaff93ae1e6b667bb3d4247616d4f5ba10d4cfd226de88d39f16fb", 0 },
	{ TEE_ATTR_RSA_PUBLIC_EXPONENT, "010001", 0 },
	{ TEE_ATTR_RSA_PRIVATE_EXPONENT,
	  "53339cfdb79fc8466a655c7316aca85c55fd8f6dd898fdaf119517ef4f52e8fd8e258df93fee180fa0e4ab29693cd83b152a"
	  "553d4ac4d1812b8b9fa5af0e7f55fe7304df41570926f3311f15c4d65a732c483116ee3d3d2d0af3549ad9bf7cbfb78ad884"
	  "f84d5beb04724dc7369b31def37d0cf539e9cfcdd3de653729ead5d1", 0 },
	{ TEE_ATTR_RSA_PRIME1,
	  "d32737e7267ffe1341b2d5c0d150a81b586fb3132bed2f8d5262864a9cb9f30af38be448598d413a172efb802c21acf1c11c"
	  "520c2f26a471dcad212eac7ca39d", 0 },
	{ TEE_ATTR_RSA_PRIME2,
	  "cc8853d1d54da630fac004f471f281c7b8982d8224a490edbeb33d3e3d5cc93c4765703d1dd791642f1f116a0dd852be2419"
	  "b2af72bfe9a030e860b0288b5d77", 0 },
	{ TEE_ATTR_RSA_EXPONENT1,
	  "0e12bf1718e9cef5599ba1c3882fe8046a90874eefce8f2ccc20e4f2741fb0a33a3848aec9c9305fbecbd2d76819967d4671"
	  "acc6431e4037968db37878e695c1", 0 },
	{ TEE_ATTR_RSA_EXPONENT2,
	  "95297b0f95a2fa67d00707d609dfd4fc05c89dafc2ef6d6ea55bec771ea333734d9251e79082ecda866efef13c459e1a6313"
	  "86b7e354c899f5f112ca85d71583", 0 },
	{ TEE_ATTR_RSA_COEFFICIENT,
	  "4f456c502493bdc0ed2ab756a3a6ed4d67352a697d4216e93212b127a63d5411ce6fa98d5dbefd73263e3728142743818166"
	  "ed7dd63687dd2a8ca1d2f4fbd8e1", 0 },
	{ 0 },
};

static const struct crypto_part key_sha256_sha256[] = {
	{ TEE_ATTR_RSA_MODULUS,
	  "b8e814a25ca64c8de16f73849a78c8b13bb086a407301604f674efb588ee7b996b1b6a2968625a2548e9ab01ce6a3699907e"
	  "303c8a02c9e40ea36bd6d8b2a74b1ee98fa8835a480dfc751fddc490e5a46707095356316587fc339196e4d7db70c7feae50"
	  "a1263dedd589bec009624193c7de4793dcdf830be3256c70de1f02f7a7d3503035fcb9625c40abb7445470203902ea045f33"
	  "7d31fcd28506e46cd65560949f08cd90fedaabbcb6615b884737d3f5ad01e67cc0c2997af3328b3c80d5ee0a9aa40a9119bd"
	  "7594fcfe2324728ea9a8f839e663467a0c44915d0275e34cf1c9605ad317c4573f57c85fd7e19e82cc6f77314e8db47a908a"
	  "57e3e4418e45", 0 },
	{ TEE_ATTR_RSA_PUBLIC_EXPONENT, "010001", 0 },
	{ TEE_ATTR_RSA_PRIVATE_EXPONENT,
	  "4af58aa7e7776341814a7542247d229ef6dbb1397dd0789cba6cdd60728a7b80ce72e6aeb2aa6c710105f9555a20a4d1cc49"
	  "dbb42f1ec249b9c5764a3abef222f9fd2547e3380e4ddd327e20a1373c61518300bcd00c6664a251258c4e6953847d0f3a0b"
	  "65c8e3022fb70fa53a28a2fd0de18692e2cf99889024f3b92dd2d49870a5de6f11827feade31bdc8889148968fad08b79400"
	  "7f68524a3bbce886dee240cb18f0b14e22ebfe5b04a4f1a73c9ed56adc0881b9aca2a02a776a2df2843b3cca528c8dca70db"
	  "0a72baa978e8e11ef833f298403003de5820cf6d54d58de1753aac48aae6911a55f9d393a829fd4169799365b7a4015c5911"
	  "277937bb1501", 0 },
	{ 0 },
};

static const struct crypto_part key_sha1_sha512[] = {
	{ TEE_ATTR_RSA_MODULUS,
	  "bb81ae1d8c95063b0f0eb03260ddf996c4c11ba2b7e35b78d9403ab5fba6206213f4ecc069f4817d8f3d0b394338f7b88391"
	  "c803825fdc7326e73eae34769c15c919df4c367bc5c51a6e9a6ac6dd25d8ea4ed6efdf07b1c482e4373493a4243ff16e52b1"
	  "0f74c9365d760e12a53c0ebc7ef1d3dbf3945de6ccf7c53465e9d913f929fe688cc27fe5dc7775f21ffb35c7662258480a5e"
	  "d66a1652dfc668ed71ef229f747d546af71660b994b42e85dac80b2477c6b951346635a95634fba41974e56f560b0b27eac1"
	  "d7bf5b4e755ff682bba7c3bcb13ec1433dca9e09b337313373ed78a7043dd21bb04b124f4020401ef2d83416cf5b07c6bdef"
	  "8096576c36b3", 0 },
	{ TEE_ATTR_RSA_PUBLIC_EXPONENT, "010001", 0 },
	{ TEE_ATTR_RSA_PRIVATE_EXPONENT,
	  "3c5f239d75ff21737084ad2c7b4ddd27b30fee02f52c29ee7e1c950ab50ca70e8d18660609d764bdf59994fc89ed54ad3f07"
	  "781bd12566485935495433a620d94ed79ab2e233f5d8618b4d02a626dc21bc474823116f5bc846d08e09caa3a5dc44b2ddc3"
	  "0e93ee99277c7449829414b69234f09eb80d843264ba3def8204ca147c1d81c93075121af1fa3f068dbda695b6f802845511"
	  "5ffc24f4a0b1532c6329cf074f67c219a656c2491c1f2a594a942635bec80f36f571c97439d910d81a392ad3fd76429a7ffc"
	  "40fb3268afa2c58525db365495f6870f86809bb25184a114cc3d3611e6ccedd0c9e49b06795a3aa6c4b78e3da15da9a35751"
	  "6147fb08ae39", 0 },
	{ 0 },
};

/* --- signatures --- */

/* NIST CAVP: SigVer15_186-3, SigGenPSS_186-3; PKCS #1 v2.1 test vectors, PSS example 2.1. */
static const struct signature_row {
	const char *name;
	uint32_t algorithm, digest;
	int salt;
	const char *n, *e, *d, *message, *signature;
} signature_rows[] = {
	{ "PKCS #1 v1.5 with SHA1", TEE_ALG_RSASSA_PKCS1_V1_5_SHA1, TEE_ALG_SHA1, 0,
	  "a8d68acd413c5e195d5ef04e1b4faaf242365cb450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d"
	  "1088c600e07cada5c080ede679f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad5"
	  "36bcb0a0946271594836e92ab5517301d45176b5", "03",
	  "1c23c1cce034ba598f8fd2b7af37f1d30b090f7362aee68e5187adae49b9955c729f24a863b7a38d6e3c748e2972f6d940b7ba89043a"
	  "2d6c2100256a1cf0f56a8cd35fc6ee205244876642f6f9c3820a3d9d2c8921df7d82aaadcaf2d7334d398931ddbba553190b3a416099"
	  "f3aa07fd5b26214645a828419e122cfb857ad73b",
	  "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55a25368ddd0b9"
	  "a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9076c3c017f53e33a90305af0"
	  "6220974d46bf19ed3c9b84edbae98b45a8771258",
	  "175015bda50abe0fa7d39a8353885ca01be3a7e7fcc55045744111362ee1914473a48dc537d956294b9e20a1ef661d58537acdc8de90"
	  "8fa050630fcc272e6d001045e6fdeed2d10531c8603334c2e8db39e73e6d9665ee1343f9e4198302d2201b44e8e8d06b3ef49cee6197"
	  "582163a8490089ca654c0012fce1ba6511089750" },
	{ "PKCS #1 v1.5 with SHA224", TEE_ALG_RSASSA_PKCS1_V1_5_SHA224, TEE_ALG_SHA224, 0,
	  "a8d68acd413c5e195d5ef04e1b4faaf242365cb450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d"
	  "1088c600e07cada5c080ede679f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad5"
	  "36bcb0a0946271594836e92ab5517301d45176b5", "03",
	  "1c23c1cce034ba598f8fd2b7af37f1d30b090f7362aee68e5187adae49b9955c729f24a863b7a38d6e3c748e2972f6d940b7ba89043a"
	  "2d6c2100256a1cf0f56a8cd35fc6ee205244876642f6f9c3820a3d9d2c8921df7d82aaadcaf2d7334d398931ddbba553190b3a416099"
	  "f3aa07fd5b26214645a828419e122cfb857ad73b",
	  "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55a25368ddd0b9"
	  "a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9076c3c017f53e33a90305af0"
	  "6220974d46bf19ed3c9b84edbae98b45a8771258",
	  "57677b089e205486df4f56755972e3af88cabbc23efe29439b8d1e60ac226e990da487857392856d12cdcea387a269d1bbbc128549a1"
	  "135ab062201cab8ac08886a313af8554506d7a93855b843086a1bf3dfbcb004ccde779c084ffa1724b41d17e10c8dd67dc0df2620037"
	  "6550eda14455d9b0b31f1d8c5e8bb1d3d963d0d5" },
	{ "PKCS #1 v1.5 with SHA256", TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_ALG_SHA256, 0,
	  "a8d68acd413c5e195d5ef04e1b4faaf242365cb450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d"
	  "1088c600e07cada5c080ede679f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad5"
	  "36bcb0a0946271594836e92ab5517301d45176b5", "03",
	  "1c23c1cce034ba598f8fd2b7af37f1d30b090f7362aee68e5187adae49b9955c729f24a863b7a38d6e3c748e2972f6d940b7ba89043a"
	  "2d6c2100256a1cf0f56a8cd35fc6ee205244876642f6f9c3820a3d9d2c8921df7d82aaadcaf2d7334d398931ddbba553190b3a416099"
	  "f3aa07fd5b26214645a828419e122cfb857ad73b",
	  "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55a25368ddd0b9"
	  "a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9076c3c017f53e33a90305af0"
	  "6220974d46bf19ed3c9b84edbae98b45a8771258",
	  "0b20e5093c2a926233108afbdd851b88eeb554f4beaa7b18e51519f7d0ec53b181a3b03e8484ba8de2aa7864a402e2208e84ec9914af"
	  "9d776ed13c48bdeb6484254de169318a87c40f2265ff16714eae8aee2bc9c3cb4dee045e4f5d9d625210121bfcf2bed8d3ffa602ce27"
	  "fff4e61cf9bb650e71a6921ae6ffa296cb11bdbb" },
	{ "PKCS #1 v1.5 with SHA384", TEE_ALG_RSASSA_PKCS1_V1_5_SHA384, TEE_ALG_SHA384, 0,
	  "a8d68acd413c5e195d5ef04e1b4faaf242365cb450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d"
	  "1088c600e07cada5c080ede679f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad5"
	  "36bcb0a0946271594836e92ab5517301d45176b5", "03",
	  "1c23c1cce034ba598f8fd2b7af37f1d30b090f7362aee68e5187adae49b9955c729f24a863b7a38d6e3c748e2972f6d940b7ba89043a"
	  "2d6c2100256a1cf0f56a8cd35fc6ee205244876642f6f9c3820a3d9d2c8921df7d82aaadcaf2d7334d398931ddbba553190b3a416099"
	  "f3aa07fd5b26214645a828419e122cfb857ad73b",
	  "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55a25368ddd0b9"
	  "a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9076c3c017f53e33a90305af0"
	  "6220974d46bf19ed3c9b84edbae98b45a8771258",
	  "7e3ccb6ab03b419a3e54f81337a3c3f72e8c65bbd19ddd50246a36f51f58741ec245d2d0f07677a4f88aa3b1caeecdffe5fd6edcf8b8"
	  "bcfb569637ad02eb154d17b87a8f00d0e618a7f4a70ce407f20359153e5f4a4d9744f3f3ff44120c08a460500f030fd3398e97fcaef9"
	  "d0a7e2acef19a81f706805be5fc003d78e5b29c0" },
	{ "PKCS #1 v1.5 with SHA512", TEE_ALG_RSASSA_PKCS1_V1_5_SHA512, TEE_ALG_SHA512, 0,
	  "a8d68acd413c5e195d5ef04e1b4faaf242365cb450196755e92e1215ba59802aafbadbf2564dd550956abb54f8b1c917844e5f36195d"
	  "1088c600e07cada5c080ede679f50b3de32cf4026e514542495c54b1903768791aae9e36f082cd38e941ada89baecada61ab0dd37ad5"
	  "36bcb0a0946271594836e92ab5517301d45176b5", "03",
	  "1c23c1cce034ba598f8fd2b7af37f1d30b090f7362aee68e5187adae49b9955c729f24a863b7a38d6e3c748e2972f6d940b7ba89043a"
	  "2d6c2100256a1cf0f56a8cd35fc6ee205244876642f6f9c3820a3d9d2c8921df7d82aaadcaf2d7334d398931ddbba553190b3a416099"
	  "f3aa07fd5b26214645a828419e122cfb857ad73b",
	  "d73829497cddbe41b705faac50e7899fdb5a38bf3a459e536357029e64f8796ba47f4fe96ba5a8b9a4396746e2164f55a25368ddd0b9"
	  "a5188c7ac3da2d1f742286c3bdee697f9d546a25efcfe53191d743fcc6b47833d993d08804daeca78fb9076c3c017f53e33a90305af0"
	  "6220974d46bf19ed3c9b84edbae98b45a8771258",
	  "8b57a6f91606ba4813b83536581eb15d72875dcbb0a514b4c03b6df8f202fa8556e4002122bedaf26eaa107ece4860752379ec8baa64"
	  "f40098be92a4214b69e98b24ae1cc4d2f457cff4f405a82ef94c5f8dfaadd3078d7a9224887db86c3218bf53c9779ed09895b2cfb84f"
	  "1fad2e5b1f8e4b209c5785b9ce332cd41356c171" },
	{ "PSS with SHA1, no salt", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA1, TEE_ALG_SHA1, NO_SALT,
	  "c87155f3d9f3771f6ab89ef30cd36230463902ff0633aa869b6dbd7592c83f4b2f882739ff499f1499fb0db4586c7f7b2dfd5a37dbe0"
	  "df37dea9d0d5814a4047b647c1d8eb356ebae6a198899f97c25f9182fab2b6be88384a1b8cb16a82a05aaadf610ce2e045b41b8880a1"
	  "3b7133ea07296126471c9a450ae48bc880102c8b", "1001", "",
	  "cfaecfe138c2e6e1ae3a2c46177944bbc29da763920fea125f5840be99373f302ef0e7ffaee6e0bfae6c03766ad91c4faedaee93f60d"
	  "78d4d4cb776c92452c2618d25f3a1187a47f4a09dddc5a9f00ff888b1b52e99b952bc9fbb6444c4d696a55fb4179a7ccbb874bb6c360"
	  "31f479331a58348ab4e1c77f0790042d11787f66",
	  "101769caba2c5a8652aefbc55466d0476d5dec508eff8ad282e56033f9c8389b77615d83bbc2556c245b0decd63aab2084a3653f361c"
	  "94e4dd9da2d17e390a0af2aa46ae7382d96d3f45ab88cb81694bca9d072aaec703b4681e741687bf8ddefec11a3427bacd601a6849a3"
	  "28c0ac7367fb7b8a751a125113729bc6160568c9" },
	{ "PSS with SHA224, no salt", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA224, TEE_ALG_SHA224, NO_SALT,
	  "c87155f3d9f3771f6ab89ef30cd36230463902ff0633aa869b6dbd7592c83f4b2f882739ff499f1499fb0db4586c7f7b2dfd5a37dbe0"
	  "df37dea9d0d5814a4047b647c1d8eb356ebae6a198899f97c25f9182fab2b6be88384a1b8cb16a82a05aaadf610ce2e045b41b8880a1"
	  "3b7133ea07296126471c9a450ae48bc880102c8b", "1001", "",
	  "19828d058058243557e29ec3f95b566fb4292c6e7dc0d56ae1c475cb3f6d6f3535307b51589cfad1288287ae4358cfb4d8dfa2415f04"
	  "4a4a87041b9e70d44b6f1bc0040e1f52b8f69d75b50c75daf925ba9b47c9641f7a37453d1aa83fa42dd8b37a4fc33c4305ac9e054f64"
	  "f9a97cc943a5428df4d80e3903b5997112a4bc79",
	  "46cc1d4d9cbd4ae3cd63a031991b64ac0367f4c017626d955cad354748c868a943078df89ece0d245d6014aff5475b129d67ab3066f9"
	  "22bc63983300921a6595781f4738d1778111b6b3a4368efee1d56f2794b75dc0914e1ab3d4078335506a8019bf35babc258f2718ae63"
	  "a2952af4945dad20cb3521d4a4006bf36e7a0ba9" },
	{ "PSS with SHA256, no salt", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256, TEE_ALG_SHA256, NO_SALT,
	  "c87155f3d9f3771f6ab89ef30cd36230463902ff0633aa869b6dbd7592c83f4b2f882739ff499f1499fb0db4586c7f7b2dfd5a37dbe0"
	  "df37dea9d0d5814a4047b647c1d8eb356ebae6a198899f97c25f9182fab2b6be88384a1b8cb16a82a05aaadf610ce2e045b41b8880a1"
	  "3b7133ea07296126471c9a450ae48bc880102c8b", "1001", "",
	  "19828d058058243557e29ec3f95b566fb4292c6e7dc0d56ae1c475cb3f6d6f3535307b51589cfad1288287ae4358cfb4d8dfa2415f04"
	  "4a4a87041b9e70d44b6f1bc0040e1f52b8f69d75b50c75daf925ba9b47c9641f7a37453d1aa83fa42dd8b37a4fc33c4305ac9e054f64"
	  "f9a97cc943a5428df4d80e3903b5997112a4bc79",
	  "a3263f4c84ab6ef687a3853e5d91d296b125428f80f3c4dcefcf4fb7f1c41cebf9aa3cfd0cf2b617ec2df8ab3379ffcc7fdf72ec6599"
	  "40e0dcdfa453bef7e9172941b5c8aaf87e58de3316f103856d922ae5929b3b6cf2a7bbf95c49ddbd8c15b4ac73370d0a28b20514637a"
	  "bff56157e15df57c5860edebed44d4917f2d1f8b" },
	{ "PSS with SHA384, no salt", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA384, TEE_ALG_SHA384, NO_SALT,
	  "c87155f3d9f3771f6ab89ef30cd36230463902ff0633aa869b6dbd7592c83f4b2f882739ff499f1499fb0db4586c7f7b2dfd5a37dbe0"
	  "df37dea9d0d5814a4047b647c1d8eb356ebae6a198899f97c25f9182fab2b6be88384a1b8cb16a82a05aaadf610ce2e045b41b8880a1"
	  "3b7133ea07296126471c9a450ae48bc880102c8b", "1001", "",
	  "19828d058058243557e29ec3f95b566fb4292c6e7dc0d56ae1c475cb3f6d6f3535307b51589cfad1288287ae4358cfb4d8dfa2415f04"
	  "4a4a87041b9e70d44b6f1bc0040e1f52b8f69d75b50c75daf925ba9b47c9641f7a37453d1aa83fa42dd8b37a4fc33c4305ac9e054f64"
	  "f9a97cc943a5428df4d80e3903b5997112a4bc79",
	  "9a78c0cf4d980e26ce240884073f5058101f022f674628f68bcbf888e7b56ea360906ae8d4bae4eea9c29c05afd0490953ad8c67f674"
	  "ad1470e4eb8b3041632a6d5f0fd4767b9146f63a52f20fce3f7a8773a159dcef67e08b57b6638ab22aa035cdb30e17c69d88ab921d98"
	  "0043e6f58731737fef3ef949e499410786ac8d15" },
	{ "PSS with SHA512, no salt", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA512, TEE_ALG_SHA512, NO_SALT,
	  "c87155f3d9f3771f6ab89ef30cd36230463902ff0633aa869b6dbd7592c83f4b2f882739ff499f1499fb0db4586c7f7b2dfd5a37dbe0"
	  "df37dea9d0d5814a4047b647c1d8eb356ebae6a198899f97c25f9182fab2b6be88384a1b8cb16a82a05aaadf610ce2e045b41b8880a1"
	  "3b7133ea07296126471c9a450ae48bc880102c8b", "1001", "",
	  "19828d058058243557e29ec3f95b566fb4292c6e7dc0d56ae1c475cb3f6d6f3535307b51589cfad1288287ae4358cfb4d8dfa2415f04"
	  "4a4a87041b9e70d44b6f1bc0040e1f52b8f69d75b50c75daf925ba9b47c9641f7a37453d1aa83fa42dd8b37a4fc33c4305ac9e054f64"
	  "f9a97cc943a5428df4d80e3903b5997112a4bc79",
	  "2abd59c42a7646c14326b75fcdb8e88d91a25f9f2a73f26f6db75f68fbdbcc3ac754d8502c8c7e7a05aa5dc72d6511acb74e7284c535"
	  "8e960d0a40c69979a9d36f8266bcfc5c7bdcbb34222d659349020914e6c38697040da135f6906e0b8f47e152c2d2690be88cb527244e"
	  "8f41d64c837167b93a9e8c90153392066cc55807" },
	{ "PSS with SHA-1, salt of 20 bytes, 1025 bits", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA1, TEE_ALG_SHA1, DEFAULT_SALT,
	  "01d40c1bcf97a68ae7cdbd8a7bf3e34fa19dcca4ef75a47454375f94514d88fed006fb829f8419ff87d6315da68a1ff3a0938e9abb34"
	  "64011c303ad99199cf0c7c7a8b477dce829e8844f625b115e5e9c4a59cf8f8113b6834336a2fd2689b472cbb5e5cabe674350c59b6c1"
	  "7e176874fb42f8fc3d176a017edc61fd326c4b33c9", "010001", "",
	  "daba032066263faedb659848115278a52c44faa3a76f37515ed336321072c40a9d9b53bc05014078adf520875146aae70ff060226dcb"
	  "7b1f1fc27e9360",
	  "014c5ba5338328ccc6e7a90bf1c0ab3fd606ff4796d3c12e4b639ed9136a5fec6c16d8884bdd99cfdc521456b0742b736868cf90de09"
	  "9adb8d5ffd1deff39ba4007ab746cefdb22d7df0e225f54627dc65466131721b90af445363a8358b9f607642f78fab0ab0f43b7168d6"
	  "4bae70d8827848d8ef1e421c5754ddf42c2589b5b3" },
};

static TEE_OperationHandle operation_for(const struct signature_row *row, uint32_t mode)
{
	const struct crypto_part parts[] = {
		{ TEE_ATTR_RSA_MODULUS, row->n, 0 },
		{ TEE_ATTR_RSA_PUBLIC_EXPONENT, row->e, 0 },
		{ mode == TEE_MODE_SIGN ? TEE_ATTR_RSA_PRIVATE_EXPONENT : 0, row->d, 0 },
		{ 0 },
	};
	uint32_t type = mode == TEE_MODE_SIGN ? TEE_TYPE_RSA_KEYPAIR : TEE_TYPE_RSA_PUBLIC_KEY;
	TEE_ObjectHandle key = crypto_object(type, 2048, parts);
	TEE_OperationHandle op = crypto_operation(row->algorithm, mode, 2048, key);

	TEE_FreeTransientObject(key);
	return op;
}

static void check_verify(const struct signature_row *row, const TEE_Attribute *params, uint32_t count,
			 const uint8_t *digest, size_t size, struct crypto_bytes signature)
{
	TEE_OperationHandle op = operation_for(row, TEE_MODE_VERIFY);

	if (TEE_AsymmetricVerifyDigest(op, params, count, digest, size, signature.at, signature.size))
		fail_msg("%s: verification", row->name);
	assert_int_equal(TEE_AsymmetricVerifyDigest(op, params, count, digest, size, signature.at, signature.size - 1),
			 TEE_ERROR_SIGNATURE_INVALID);
	signature.at[signature.size / 2] ^= 1;
	assert_int_equal(TEE_AsymmetricVerifyDigest(op, params, count, digest, size, signature.at, signature.size),
			 TEE_ERROR_SIGNATURE_INVALID);
	signature.at[signature.size / 2] ^= 1;
	TEE_FreeOperation(op);
}

static void signature_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(signature_rows); i++) {
		const struct signature_row *row = &signature_rows[i];
		struct crypto_bytes signature = crypto_bytes(row->signature);
		uint32_t count = row->salt == NO_SALT;
		TEE_OperationHandle op;
		uint8_t out[SIZE_MAX_RSA];
		size_t out_size = signature.size - 1;
		uint8_t digest[64];
		size_t size = crypto_digest(row->digest, row->message, digest);
		TEE_Attribute salt;

		TEE_InitValueAttribute(&salt, TEE_ATTR_RSA_PSS_SALT_LENGTH, 0, 0);
		check_verify(row, &salt, count, digest, size, signature);
		if (row->d[0]) {
			op = operation_for(row, TEE_MODE_SIGN);
			assert_int_equal(TEE_AsymmetricSignDigest(op, NULL, 0, digest, size, out, &out_size),
					 TEE_ERROR_SHORT_BUFFER);
			assert_int_equal(out_size, signature.size);
			assert_int_equal(TEE_AsymmetricSignDigest(op, NULL, 0, digest, size, out, &out_size),
					 TEE_SUCCESS);
			crypto_assert_bytes(row->name, out, out_size, row->signature);
			TEE_FreeOperation(op);
		}
		free(signature.at);
	}
}

/* The same key for OpenSSL, from the numbers of key_1024. */
static EVP_PKEY *openssl_key(void)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	struct crypto_bytes numbers[3];
	OSSL_PARAM params[4];
	EVP_PKEY *pkey = NULL;
	size_t i;
	size_t n;

	for (i = 0; i < 3; i++) {
		numbers[i] = crypto_bytes(key_1024[i].hex);
		/* OSSL_PARAM has the machine's byte order, which is the other one. */
		for (n = 0; n < numbers[i].size / 2; n++) {
			uint8_t byte = numbers[i].at[n];

			numbers[i].at[n] = numbers[i].at[numbers[i].size - 1 - n];
			numbers[i].at[numbers[i].size - 1 - n] = byte;
		}
		params[i] = OSSL_PARAM_construct_BN(names[i], numbers[i].at, numbers[i].size);
	}
	params[3] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params), 1);
	for (i = 0; i < 3; i++)
		free(numbers[i].at);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static const struct scheme {
	const char *name, *openssl;
	uint32_t algorithm, digest;
	bool pss;
} schemes[] = {
	{ "PKCS #1 v1.5, MD5", "MD5", TEE_ALG_RSASSA_PKCS1_V1_5_MD5, TEE_ALG_MD5, false },
	{ "PKCS #1 v1.5, SHA-1", "SHA1", TEE_ALG_RSASSA_PKCS1_V1_5_SHA1, TEE_ALG_SHA1, false },
	{ "PKCS #1 v1.5, SHA-224", "SHA224", TEE_ALG_RSASSA_PKCS1_V1_5_SHA224, TEE_ALG_SHA224, false },
	{ "PKCS #1 v1.5, SHA-256", "SHA256", TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_ALG_SHA256, false },
	{ "PKCS #1 v1.5, SHA-384", "SHA384", TEE_ALG_RSASSA_PKCS1_V1_5_SHA384, TEE_ALG_SHA384, false },
	{ "PKCS #1 v1.5, SHA-512", "SHA512", TEE_ALG_RSASSA_PKCS1_V1_5_SHA512, TEE_ALG_SHA512, false },
	{ "PKCS #1 v1.5, SHA3-224", "SHA3-224", TEE_ALG_RSASSA_PKCS1_V1_5_SHA3_224, TEE_ALG_SHA3_224, false },
	{ "PKCS #1 v1.5, SHA3-256", "SHA3-256", TEE_ALG_RSASSA_PKCS1_V1_5_SHA3_256, TEE_ALG_SHA3_256, false },
	{ "PKCS #1 v1.5, SHA3-384", "SHA3-384", TEE_ALG_RSASSA_PKCS1_V1_5_SHA3_384, TEE_ALG_SHA3_384, false },
	{ "PKCS #1 v1.5, SHA3-512", "SHA3-512", TEE_ALG_RSASSA_PKCS1_V1_5_SHA3_512, TEE_ALG_SHA3_512, false },
	{ "PSS, SHA-1", "SHA1", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA1, TEE_ALG_SHA1, true },
	{ "PSS, SHA-224", "SHA224", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA224, TEE_ALG_SHA224, true },
	{ "PSS, SHA-256", "SHA256", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA256, TEE_ALG_SHA256, true },
	{ "PSS, SHA-384", "SHA384", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA384, TEE_ALG_SHA384, true },
	{ "PSS, SHA3-224", "SHA3-224", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA3_224, TEE_ALG_SHA3_224, true },
	{ "PSS, SHA3-256", "SHA3-256", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA3_256, TEE_ALG_SHA3_256, true },
	{ "PSS, SHA3-384", "SHA3-384", TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA3_384, TEE_ALG_SHA3_384, true },
};

/* The message itself goes to OpenSSL, which digests it; salts are as long as the digest on both sides. */
static EVP_MD_CTX *openssl_start(const struct scheme *scheme, EVP_PKEY *pkey, bool sign)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;

	assert_int_equal((sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex)(md, &ctx, scheme->openssl, NULL, NULL,
										  pkey, NULL),
			 1);
	if (scheme->pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
	}
	return md;
}

static void signatures_against_openssl(void **state)
{
	TEE_ObjectHandle key = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);
	EVP_PKEY *pkey = openssl_key();
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(schemes); i++) {
		TEE_OperationHandle sign = crypto_operation(schemes[i].algorithm, TEE_MODE_SIGN, 1024, key);
		TEE_OperationHandle verify = crypto_operation(schemes[i].algorithm, TEE_MODE_VERIFY, 1024, key);
		EVP_MD_CTX *md = openssl_start(&schemes[i], pkey, false);
		uint8_t digest[64];
		size_t digest_size = crypto_digest(schemes[i].digest, "616263", digest);
		uint8_t signature[128];
		size_t size = sizeof(signature);

		assert_int_equal(TEE_AsymmetricSignDigest(sign, NULL, 0, digest, digest_size, signature, &size),
				 TEE_SUCCESS);
		if (EVP_DigestVerify(md, signature, size, (const uint8_t *)"abc", 3) != 1)
			fail_msg("%s: OpenSSL does not take the signature", schemes[i].name);
		EVP_MD_CTX_free(md);
		md = openssl_start(&schemes[i], pkey, true);
		assert_int_equal(EVP_DigestSign(md, signature, &size, (const uint8_t *)"abc", 3), 1);
		if (TEE_AsymmetricVerifyDigest(verify, NULL, 0, digest, digest_size, signature, size))
			fail_msg("%s: OpenSSL's signature is not taken", schemes[i].name);
		EVP_MD_CTX_free(md);
		TEE_FreeOperation(verify);
		TEE_FreeOperation(sign);
	}
	EVP_PKEY_free(pkey);
	TEE_FreeTransientObject(key);
}

/* 1024 bits have no room for a digest of 64 bytes and a salt as long (RFC 8017 §9.1.1), but for one without. */
static void a_key_too_small_for_the_salt(void **state)
{
	TEE_ObjectHandle key = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);
	TEE_OperationHandle op = crypto_operation(TEE_ALG_RSASSA_PKCS1_PSS_MGF1_SHA512, TEE_MODE_SIGN, 1024, key);
	uint8_t digest[64] = { 0 };
	uint8_t signature[128];
	size_t size = sizeof(signature);
	TEE_Attribute salt;

	(void)state;
	assert_int_equal(TEE_AsymmetricSignDigest(op, NULL, 0, digest, 64, signature, &size), TEE_ERROR_BAD_PARAMETERS);
	TEE_InitValueAttribute(&salt, TEE_ATTR_RSA_PSS_SALT_LENGTH, 20, 0);
	assert_int_equal(TEE_AsymmetricSignDigest(op, &salt, 1, digest, 64, signature, &size), TEE_SUCCESS);
	TEE_InitRefAttribute(&salt, TEE_ATTR_EDDSA_CTX, "c", 1);
	assert_int_equal(TEE_AsymmetricSignDigest(op, &salt, 1, digest, 64, signature, &size), TEE_ERROR_BAD_PARAMETERS);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(key);
}

/* --- encryption --- */

static const struct cipher_row {
	const char *name;
	uint32_t algorithm, mask;	/* mask: TEE_ALG_* of the mask's digest; 0: not given */
	const struct crypto_part *key;
	uint32_t bits;
	const char *plain, *cipher;
} cipher_rows[] = {
	{ "OAEP, PKCS #1 vector 1.1", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, 0, key_1024, 1024,
	  "6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34",
	  "354fe67b4a126d5d35fe36c777791a3f7ba13def484e2d3908aff722fad468fb21696de95d0be911c2d3174f8afcc201035f7b6d8e69"
	  "402de5451618c21a535fa9d7bfc5b8dd9fc243f8cf927db31322d6e881eaa91a996170e657a05a266426d98c88003f8477c1227094a0"
	  "d9fa1e8c4024309ce1ecccb5210035d47ac72e8a" },
	{ "PKCS #1 v1.5, PKCS #1 vector 1.1", TEE_ALG_RSAES_PKCS1_V1_5, 0, key_1024, 1024,
	  "6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34",
	  "50b4c14136bd198c2f3c3ed243fce036e168d56517984a263cd66492b80804f169d210f2b9bdfb48b12f9ea05009c77da257cc600cce"
	  "fe3a6283789d8ea0e607ac58e2690ec4ebc10146e8cbaa5ed4d5cce6fe7b0ff9efc1eabb564dbf498285f449ee61dd7b42ee5b5892cb"
	  "90601f30cda07bf26489310bcd23b528ceab3c31" },
	{ "OAEP with SHA256, mask with SHA256", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA256, 0, key_sha256_sha256, 2048,
	  "6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34",
	  "6afdbc76de74458198a9c890cc5abb52580af01c2096036dca104d67f96a05de682da5c26970a808343527440aa80b9d043045d7983f"
	  "442a3d376e5b039bcfb96c1b5fd0e46b5fff85646273293ced5e7272993850017f24f6133591d5c9788781a9952873ebfc45ad4d34ff"
	  "f2b4e9ababf49d9f9a3d7726bdce3eb2feb545db5cfef0b183bd55735a2d356b4278c5580ce0e4cfd21a0a3ad3b225de388fcfd68839"
	  "4710f97d5a3933e01d434fcff732542390f8915d5d291780ed63d425c0bea5bb0ad25aae3a70355e3f45a443ea111b80515b743d5bd2"
	  "26d339dc7516ce6c41414a0aa978198bc6762f443e957c7be5edbd25fcdd226c5d967fa05d7c9079" },
	{ "OAEP with SHA512, mask with SHA1", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA512, TEE_ALG_SHA1, key_sha1_sha512, 2048,
	  "6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34",
	  "43b9da9b62e232b20877dc7ee2326d0edfe6006591d87454d5af96e393b49fa74d18eea299fb60c7234a913b0f346b68da0e3e15cc30"
	  "bf11003a3727758ce76f7bb18fe50d3216b0f20872dd325981c6fdd760567be95d699c72f632481a9369596409bb34af4bfa506e2d6e"
	  "09a95017e78b37f93110ab97f236908e6c9933b1085b9d5e6e599bdac949d7d488ab9aa7f03c986f34a71cfbb8ca1a8df82d558abd02"
	  "4fc45450624b6bfca7dd1eb40afc2830d6948ccc9f63ac49cd841ca90e560e6fd5d0f3a580736546f3818442b7dae14dc07ac20d92b4"
	  "25412d403ffcd3d9aed3ea09833c01bac246691523c55e3f22da6eb1dd28c953d7ea5c9c9e5d7bea" },
};

static TEE_Result decrypt(const struct cipher_row *row, const uint8_t *cipher, size_t size, uint8_t *plain,
			  size_t *plain_size)
{
	TEE_ObjectHandle key = crypto_object(TEE_TYPE_RSA_KEYPAIR, row->bits, row->key);
	TEE_OperationHandle op = crypto_operation(row->algorithm, TEE_MODE_DECRYPT, row->bits, key);
	uint32_t mask = row->mask;
	TEE_Attribute attr;
	TEE_Result result;

	TEE_InitRefAttribute(&attr, TEE_ATTR_RSA_OAEP_MGF_HASH, &mask, sizeof(mask));
	result = TEE_AsymmetricDecrypt(op, &attr, mask ? 1 : 0, cipher, size, plain, plain_size);
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(key);
	return result;
}

static void cipher_vectors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(cipher_rows); i++) {
		const struct cipher_row *row = &cipher_rows[i];
		struct crypto_bytes cipher = crypto_bytes(row->cipher);
		size_t need = strlen(row->plain) / 2;
		uint8_t plain[SIZE_MAX_RSA];
		size_t size = need - 1;

		assert_int_equal(decrypt(row, cipher.at, cipher.size, plain, &size), TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(size, need);
		assert_int_equal(decrypt(row, cipher.at, cipher.size, plain, &size), TEE_SUCCESS);
		crypto_assert_bytes(row->name, plain, size, row->plain);
		size = sizeof(plain);
		assert_int_equal(decrypt(row, cipher.at, cipher.size - 1, plain, &size), TEE_ERROR_BAD_PARAMETERS);
		cipher.at[cipher.size - 1] ^= 1;
		/* PKCS #1 v1.5: some OpenSSL answer a wrong padding with a random message, so that nothing can be learnt. */
		if (row->algorithm != TEE_ALG_RSAES_PKCS1_V1_5)
			assert_int_equal(decrypt(row, cipher.at, cipher.size, plain, &size),
					 TEE_ERROR_CIPHERTEXT_INVALID);
		free(cipher.at);
	}
}

static const struct {
	const char *name;
	uint32_t algorithm;
	size_t overhead;		/* bytes of the modulus that the message cannot have */
} padding_rows[] = {
	{ "PKCS #1 v1.5", TEE_ALG_RSAES_PKCS1_V1_5, 11 },
	{ "OAEP SHA-1", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, 42 },
	{ "OAEP SHA-224", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA224, 58 },
	{ "OAEP SHA-256", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA256, 66 },
	{ "OAEP SHA-384", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA384, 98 },
	{ "OAEP SHA-512", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA512, 130 },
	{ "OAEP SHA3-224", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA3_224, 58 },
	{ "OAEP SHA3-256", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA3_256, 66 },
	{ "OAEP SHA3-384", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA3_384, 98 },
	{ "OAEP SHA3-512", TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA3_512, 130 },
};

/* With the longest message there can be, and with one byte more; with a label where there is one. */
static void round_trips(void **state)
{
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_RSA_KEYPAIR, 2048, key_sha256_sha256);
	TEE_ObjectHandle public = crypto_public(pair, TEE_TYPE_RSA_PUBLIC_KEY);
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(padding_rows); i++) {
		TEE_OperationHandle encrypt = crypto_operation(padding_rows[i].algorithm, TEE_MODE_ENCRYPT, 2048,
							       public);
		TEE_OperationHandle open = crypto_operation(padding_rows[i].algorithm, TEE_MODE_DECRYPT, 2048, pair);
		bool oaep = padding_rows[i].algorithm != TEE_ALG_RSAES_PKCS1_V1_5;
		size_t length = 256 - padding_rows[i].overhead;
		uint8_t message[256];
		uint8_t cipher[256];
		uint8_t plain[256];
		size_t cipher_size = 255;
		size_t size = sizeof(plain);
		TEE_Attribute label;

		memset(message, 0x5a, sizeof(message));
		TEE_InitRefAttribute(&label, TEE_ATTR_RSA_OAEP_LABEL, "label", 5);
		assert_int_equal(TEE_AsymmetricEncrypt(encrypt, &label, oaep, message, length, cipher, &cipher_size),
				 TEE_ERROR_SHORT_BUFFER);
		assert_int_equal(cipher_size, 256);
		assert_int_equal(TEE_AsymmetricEncrypt(encrypt, &label, oaep, message, length + 1, cipher, &cipher_size),
				 TEE_ERROR_BAD_PARAMETERS);
		cipher_size = 256;
		assert_int_equal(TEE_AsymmetricEncrypt(encrypt, &label, oaep, message, length, cipher, &cipher_size),
				 TEE_SUCCESS);
		if (TEE_AsymmetricDecrypt(open, &label, oaep, cipher, 256, plain, &size) || size != length ||
		    memcmp(plain, message, length))
			fail_msg("%s", padding_rows[i].name);
		if (oaep) {
			size = sizeof(plain);
			assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher, 256, plain, &size),
					 TEE_ERROR_CIPHERTEXT_INVALID);
		}
		TEE_FreeOperation(open);
		TEE_FreeOperation(encrypt);
	}
	TEE_FreeTransientObject(public);
	TEE_FreeTransientObject(pair);
}

static void oaep_parameters_that_are_refused(void **state)
{
	static const struct {
		const char *name;
		uint32_t id, mask;
		size_t size;
		TEE_Result result;
	} rows[] = {
		{ "mask by an unknown digest", TEE_ATTR_RSA_OAEP_MGF_HASH, TEE_ALG_SHAKE128, 4, TEE_ERROR_NOT_SUPPORTED },
		{ "mask that is no number", TEE_ATTR_RSA_OAEP_MGF_HASH, TEE_ALG_SHA1, 3, TEE_ERROR_BAD_PARAMETERS },
		{ "another attribute", TEE_ATTR_EDDSA_CTX, 0, 4, TEE_ERROR_BAD_PARAMETERS },
	};
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);
	TEE_OperationHandle op = crypto_operation(TEE_ALG_RSAES_PKCS1_OAEP_MGF1_SHA1, TEE_MODE_ENCRYPT, 1024, pair);
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		uint32_t mask = rows[i].mask;
		uint8_t out[128];
		size_t size = sizeof(out);
		TEE_Attribute attr;

		TEE_InitRefAttribute(&attr, rows[i].id, &mask, rows[i].size);
		if (TEE_AsymmetricEncrypt(op, &attr, 1, "m", 1, out, &size) != rows[i].result)
			fail_msg("%s", rows[i].name);
	}
	TEE_FreeOperation(op);
	TEE_FreeTransientObject(pair);
}

/* m ^ e ^ d = m; a short message is a small number, and one that is not smaller than the modulus is refused. */
static void without_padding(void **state)
{
	TEE_ObjectHandle pair = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);
	TEE_OperationHandle encrypt = crypto_operation(TEE_ALG_RSA_NOPAD, TEE_MODE_ENCRYPT, 1024, pair);
	TEE_OperationHandle open = crypto_operation(TEE_ALG_RSA_NOPAD, TEE_MODE_DECRYPT, 1024, pair);
	uint8_t expected[128] = { [127] = 2 };
	uint8_t large[128];
	uint8_t cipher[128];
	uint8_t plain[128];
	size_t size = sizeof(cipher);

	(void)state;
	memset(large, 0xff, sizeof(large));
	assert_int_equal(TEE_AsymmetricEncrypt(encrypt, NULL, 0, "\2", 1, cipher, &size), TEE_SUCCESS);
	assert_int_equal(size, 128);
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher, 128, plain, &size), TEE_SUCCESS);
	assert_int_equal(size, 128);
	assert_memory_equal(plain, expected, 128);
	assert_int_equal(TEE_AsymmetricEncrypt(encrypt, NULL, 0, large, 128, cipher, &size), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, large, 128, plain, &size), TEE_ERROR_BAD_PARAMETERS);
	assert_int_equal(TEE_AsymmetricDecrypt(open, NULL, 0, cipher, 127, plain, &size), TEE_ERROR_BAD_PARAMETERS);
	TEE_FreeOperation(open);
	TEE_FreeOperation(encrypt);
	TEE_FreeTransientObject(pair);
}

/* --- keys --- */

static void generated_keys(void **state)
{
	static const struct {
		const char *name, *exponent, *expected;
		uint32_t bits;
	} rows[] = {
		{ "default exponent", NULL, "010001", 1024 },
		{ "exponent 3, with zeros in front", "000003", "03", 768 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		const struct crypto_part params[] = {
			{ rows[i].exponent ? TEE_ATTR_RSA_PUBLIC_EXPONENT : 0, rows[i].exponent, 0 }, { 0 }
		};
		TEE_ObjectHandle pair = crypto_generated(TEE_TYPE_RSA_KEYPAIR, rows[i].bits, params);
		uint8_t bytes[SIZE_MAX_RSA];
		TEE_ObjectInfo info;

		assert_int_equal(TEE_GetObjectInfo1(pair, &info), TEE_SUCCESS);
		assert_int_equal(info.objectSize, rows[i].bits);
		crypto_assert_bytes(rows[i].name, bytes,
				    crypto_attribute(pair, TEE_ATTR_RSA_PUBLIC_EXPONENT, bytes, sizeof(bytes)),
				    rows[i].expected);
		assert_int_equal(crypto_attribute(pair, TEE_ATTR_RSA_MODULUS, bytes, sizeof(bytes)), rows[i].bits / 8);
		assert_int_equal(crypto_attribute(pair, TEE_ATTR_RSA_PRIME1, bytes, sizeof(bytes)), rows[i].bits / 16);
		assert_true(crypto_attribute(pair, TEE_ATTR_RSA_COEFFICIENT, bytes, sizeof(bytes)) > 0);
		TEE_FreeTransientObject(pair);
	}
}

/* OpenSSL would search for ever for primes that suit an even exponent, if it did not look first. */
static void exponents_that_make_no_key(void **state)
{
	static const char *const exponents[] = { "02", "01", "010000" };
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(exponents); i++) {
		struct crypto_bytes e = crypto_bytes(exponents[i]);
		TEE_ObjectHandle object = TEE_HANDLE_NULL;
		TEE_Attribute param;

		assert_int_equal(TEE_AllocateTransientObject(TEE_TYPE_RSA_KEYPAIR, 1024, &object), TEE_SUCCESS);
		TEE_InitRefAttribute(&param, TEE_ATTR_RSA_PUBLIC_EXPONENT, e.at, e.size);
		if (TEE_GenerateKey(object, 1024, &param, 1) != TEE_ERROR_BAD_PARAMETERS)
			fail_msg("%s", exponents[i]);
		TEE_FreeTransientObject(object);
		free(e.at);
	}
}

static void parts_that_do_not_belong_together_are_refused(void **state)
{
	static const struct {
		const char *name;
		int part;		/* of key_1024 */
		const char *hex;	/* instead; NULL: left out */
		int count;
	} rows[] = {
		{ "private exponent of another key", 2, "010203", 3 },
		{ "even exponent", 1, "010000", 3 },
		{ "exponent 1", 1, "01", 3 },
		{ "modulus of another size", 0, "010203", 3 },
		{ "four of the five optional parts", 7, NULL, 8 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(rows); i++) {
		struct crypto_part parts[9] = { 0 };
		TEE_ObjectHandle object = TEE_HANDLE_NULL;
		TEE_ObjectInfo info;

		memcpy(parts, key_1024, (size_t)rows[i].count * sizeof(parts[0]));
		parts[rows[i].part].hex = rows[i].hex;
		if (!rows[i].hex)
			parts[rows[i].part].id = 0;
		if (crypto_populate(TEE_TYPE_RSA_KEYPAIR, 1024, parts, &object) != TEE_ERROR_BAD_PARAMETERS)
			fail_msg("%s", rows[i].name);
		assert_int_equal(TEE_GetObjectInfo1(object, &info), TEE_SUCCESS);
		assert_int_equal(info.handleFlags, 0);
		TEE_FreeTransientObject(object);
	}
}

/* --- what panics --- */

static TEE_OperationHandle operation_of(uint32_t algorithm, uint32_t mode, bool pair)
{
	TEE_ObjectHandle key = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);

	return crypto_operation(algorithm, mode, 1024, pair ? key : crypto_public(key, TEE_TYPE_RSA_PUBLIC_KEY));
}

static void panic_digest_size(void *arg)
{
	uint8_t out[128];
	size_t size = sizeof(out);

	(void)arg;
	(void)!TEE_AsymmetricSignDigest(operation_of(TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_MODE_SIGN, true), NULL, 0,
					out, 31, out, &size);
}

static void panic_verify_digest_size(void *arg)
{
	uint8_t out[128] = { 0 };

	(void)arg;
	(void)!TEE_AsymmetricVerifyDigest(operation_of(TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_MODE_VERIFY, false), NULL,
					  0, out, 33, out, 128);
}

static void panic_decrypt_with_public(void *arg)
{
	(void)arg;
	operation_of(TEE_ALG_RSAES_PKCS1_V1_5, TEE_MODE_DECRYPT, false);
}

static void panic_mode(void *arg)
{
	uint8_t out[128] = { 0 };
	size_t size = sizeof(out);

	(void)arg;
	(void)!TEE_AsymmetricDecrypt(operation_of(TEE_ALG_RSAES_PKCS1_V1_5, TEE_MODE_ENCRYPT, false), NULL, 0, out, 128,
				     out, &size);
}

static void panic_class(void *arg)
{
	uint8_t out[128] = { 0 };
	size_t size = sizeof(out);

	(void)arg;
	(void)!TEE_AsymmetricEncrypt(operation_of(TEE_ALG_RSASSA_PKCS1_V1_5_SHA256, TEE_MODE_VERIFY, false), NULL, 0,
				     out, 1, out, &size);
}

static void panic_usage(void *arg)
{
	TEE_ObjectHandle key = crypto_object(TEE_TYPE_RSA_KEYPAIR, 1024, key_1024);

	(void)arg;
	/* Without padding the key must allow both: table 6-4. */
	(void)!TEE_RestrictObjectUsage1(key, TEE_USAGE_ENCRYPT | TEE_USAGE_DECRYPT);
	crypto_operation(TEE_ALG_RSA_NOPAD, TEE_MODE_DECRYPT, 1024, key);
}

static void panic_number_too_large(void *arg)
{
	TEE_ObjectHandle object;

	(void)arg;
	(void)!crypto_populate(TEE_TYPE_RSA_KEYPAIR, 512, key_1024, &object);
}

static void panic_exponent_of_generate(void *arg)
{
	const struct crypto_part params[] = { { TEE_ATTR_RSA_PRIME1, "03", 0 }, { 0 } };

	(void)arg;
	crypto_generated(TEE_TYPE_RSA_KEYPAIR, 512, params);
}

static void misuse_panics(void **state)
{
	static const struct {
		const char *name;
		void (*body)(void *arg);
	} panics[] = {
		{ "signing a digest of another length", panic_digest_size },
		{ "verifying a digest of another length", panic_verify_digest_size },
		{ "decrypting with a public key", panic_decrypt_with_public },
		{ "decrypting with what encrypts", panic_mode },
		{ "encrypting with what verifies", panic_class },
		{ "no padding, and a key that may not sign", panic_usage },
		{ "modulus larger than the object", panic_number_too_large },
		{ "prime as a parameter of a new key", panic_exponent_of_generate },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(panics); i++)
		fixture_panics(panics[i].name, panics[i].body, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_vectors),
		cmocka_unit_test(signatures_against_openssl),
		cmocka_unit_test(a_key_too_small_for_the_salt),
		cmocka_unit_test(cipher_vectors),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(oaep_parameters_that_are_refused),
		cmocka_unit_test(without_padding),
		cmocka_unit_test(generated_keys),
		cmocka_unit_test(exponents_that_make_no_key),
		cmocka_unit_test(parts_that_do_not_belong_together_are_refused),
		cmocka_unit_test(misuse_panics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
