// SPDX-License-Identifier: BSD-2-Clause
/*
 * The whole way of a payment inside the device: walletd's client of the TA, the client API, the in-process channel with its lent memory, libtee's serving loop,
 * and the TA in a thread of its own.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <user_ta_header.h>

#include "daemon/walletd/ta.h"
#include "libtee/channel_inproc.h"
#include "libtee/internal/host.h"
#include "libtee/internal/serve.h"
#include "libtee/internal/uuid.h"
#include "temp_dir.h"
#include "world.h"

static const uint8_t device_key[TEE_STORE_KEY_SIZE] = "a device key for unit tests only";

static struct world world;
static struct tee_serve_config serving;
static volatile sig_atomic_t stop;
static pthread_t server;
static struct ta *ta;
static uint8_t sealed[PAYTA_SEALED_VCN_LEN], cap[CAP_MAX];
static size_t cap_len;
static uint64_t seq;

static void *serve(void *arg)
{
	(void)arg;
	return tee_serve(&serving) ? &serving : NULL;
}

static void device_start(void)
{
	const struct tee_host_config config = { .state_dir = temp_dir_path("."), .device_key = device_key };
	struct teechan_bind bind = { .flags = TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION };

	assert_int_equal(tee_host_start(&config), TEE_STORE_OK);
	tee_uuid_bytes(&ta_head.uuid, bind.uuid);
	stop = 0;
	memset(&serving, 0, sizeof(serving));
	serving.stop = &stop;
	assert_int_equal(channel_ta_open(&serving.chan, &bind, &serving.window), 0);
	assert_int_equal(pthread_create(&server, NULL, serve, NULL), 0);
}

static void device_stop(void)
{
	void *failed = NULL;

	stop = 1;
	channel_inproc_wake();
	assert_int_equal(pthread_join(server, &failed), 0);
	assert_null(failed);
	channel_ta_close(serving.chan);
	tee_host_stop();
}

/* --- what walletd does --- */

static void take_a_card(void)
{
	uint8_t challenge[CHALLENGE_LEN] = "what the issuer asks this time.", bytes[APPLICATION_LEN], issue[ISSUE_LEN];
	struct application a;
	struct issued_card c;

	assert_int_equal(ta_apply(ta, challenge, bytes), 0);
	assert_int_equal(application_decode((struct bytes){ bytes, sizeof(bytes) }, &a), 0);
	assert_int_equal(application_verify(&a, &world.ops, challenge), 0);
	world_issue(&world, &a, &c);
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &a, challenge, issue), 0);
	assert_int_equal(ta_take_card(ta, issue, sealed), 0);
	assert_int_equal(ta_cap(ta, cap, &cap_len), 0);
}

static int send(struct imsg *m, struct card_reply *r, bool *recorded)
{
	uint8_t bytes[IMSG_MAX], reply[CARD_REPLY_LEN], record[PURSE_RECORD_LEN];
	struct payta_status s;
	size_t len;
	int err;

	assert_int_equal(ta_status(ta, &s), 0);
	memcpy(m->kid, world.money_kid, KID_LEN);
	memcpy(m->cid, s.cid, CID_LEN);
	m->seq = seq + 1;
	m->currency = WORLD_CURRENCY;
	assert_int_equal(imsg_sign(m, &world.ops, world.money, bytes, sizeof(bytes), &len), 0);
	err = ta_message(ta, (struct bytes){ bytes, len }, reply, record, recorded);
	if (err)
		return err;
	seq++;
	assert_int_equal(card_reply_decode((struct bytes){ reply, sizeof(reply) }, r), 0);
	return card_reply_verify(r, &world.ops, s.card_pk);
}

static void top_up(uint64_t amount)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = amount, .source = IMSG_TOPUP };
	struct card_reply r;
	bool recorded;

	assert_int_equal(send(&m, &r, &recorded), 0);
	assert_true(recorded);
}

static struct capdu command(uint8_t ins, const uint8_t *data, size_t len)
{
	return (struct capdu){ PAYMENT_CLA, ins, PAYMENT_VERSION, PAYMENT_SUITE_1, { data, len }, 256 };
}

static void come_by(struct visit *v)
{
	struct ta_answer answer;
	uint8_t data[255];
	struct capdu c;
	size_t len;

	memset(v, 0, sizeof(*v));
	assert_int_equal(world.ops.random(v->pay.ttn, TTN_LEN), 0);
	visit_get_vcn(&world, v, data, &len);
	c = command(PAYMENT_INS_GET_VCN, data, len);
	assert_int_equal(ta_get_vcn(ta, &c, sealed, &answer), 0);
	assert_int_equal(answer.sw, SW_OK);
	assert_int_equal(visit_got_vcn(&world, v, (struct bytes){ cap, cap_len }, (struct bytes){ answer.data, answer.len }), 0);
}

static uint16_t pay(struct visit *v, uint64_t amount, bool *recorded)
{
	uint8_t data[255], record[PURSE_RECORD_LEN];
	struct ta_answer answer;
	struct answer a;
	struct capdu c;
	size_t len;

	v->pay.amount = amount;
	v->pay.currency = WORLD_CURRENCY;
	visit_pay(&world, v, data, &len);
	c = command(PAYMENT_INS_PAY, data, len);
	assert_int_equal(ta_pay(ta, &c, &answer, record, recorded), 0);
	if (answer.sw >> 8 == 0x62 || answer.sw == SW_OK)
		assert_int_equal(visit_answer(&world, v, v->clear.ctr + 1, answer.sw, (struct bytes){ answer.data, answer.len }, &a), 0);
	return answer.sw;
}

static uint16_t ask(struct visit *v, const struct visit *about)
{
	struct ta_answer answer;
	uint8_t data[255];
	struct answer a;
	struct capdu c;
	size_t len;

	v->pay = about->pay;
	memcpy(v->recover.ttn, about->pay.ttn, TTN_LEN);
	v->recover.ctr = about->clear.ctr;
	visit_recover(&world, v, data, &len);
	c = command(PAYMENT_INS_RECOVER, data, len);
	assert_int_equal(ta_recover(ta, &c, (struct bytes){ NULL, 0 }, &answer), 0);
	assert_int_equal(visit_answer(&world, v, about->clear.ctr + 1, answer.sw, (struct bytes){ answer.data, answer.len }, &a), 0);
	return answer.sw;
}

/* --- tests --- */

static int setup_without_a_card(void **state)
{
	(void)state;
	world_make(&world, 8, (uint16_t)(time(NULL) / 86400));
	seq = 0;
	if (temp_dir_make())
		return -1;
	device_start();
	ta = ta_new();
	assert_non_null(ta);
	return 0;
}

static int setup(void **state)
{
	if (setup_without_a_card(state))
		return -1;
	take_a_card();
	top_up(5000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ta_free(&ta);
	device_stop();
	world_free(&world);
	return temp_dir_remove();
}

static void a_payment_through_the_channel(void **state)
{
	struct payta_status s;
	bool recorded;
	struct visit v;

	(void)state;
	come_by(&v);
	assert_true(v.clear.vcn == WORLD_VCN);
	assert_int_equal(pay(&v, 450, &recorded), SW_OK);
	assert_true(recorded);
	assert_int_equal(pay(&v, 450, &recorded), SW_OK);
	assert_false(recorded);
	assert_int_equal(ta_status(ta, &s), 0);
	assert_true(s.balance == 4550 && s.ctr == 2);
	come_by(&v);
	assert_int_equal(pay(&v, 9999, &recorded), SW_WARN_NO_MONEY);
	assert_false(recorded);
}

static void records_and_what_there_is_not(void **state)
{
	uint8_t record[PURSE_RECORD_LEN];
	struct imsg m = { .kind = IMSG_CREDIT, .amount = UINT64_MAX, .source = IMSG_TOPUP };
	struct card_reply r;
	bool recorded;

	(void)state;
	assert_int_equal(ta_record(ta, 0, record), 0);
	assert_int_equal(ta_record(ta, 1, record), 0);
	assert_int_equal(ta_record(ta, 2, record), TA_ERR_NOT_FOUND);
	assert_int_equal(send(&m, &r, &recorded), TA_ERR_FULL);
	assert_false(recorded);
	assert_non_null(strstr(ta_strerror(TA_ERR_FULL), "spend first, then run pay sync"));
}

/* The TA goes away between GET VCN and PAY, and after PAY: the next life answers for the last. */
static void another_life(void **state)
{
	struct visit paid, lost, v;
	bool recorded;

	(void)state;
	come_by(&paid);
	assert_int_equal(pay(&paid, 450, &recorded), SW_OK);
	come_by(&lost);
	device_stop();
	device_start();
	come_by(&v);
	assert_int_equal(ask(&v, &paid), SW_OK);
	assert_int_equal(ask(&v, &lost), SW_WARN_NEVER);
	assert_int_equal(pay(&lost, 450, &recorded), SW_SECURITY_STATUS);
	assert_false(recorded);
}

/* The card serves the user that applied for it, whatever executable he comes with, and no other client of the channel. */
static void only_the_owner_is_served(void **state)
{
	const struct teechan_identity owner = { .uid = 998, .digest = { 1 } }, upgraded = { .uid = 998, .digest = { 2 } }, other = { .uid = 999, .digest = { 1 } };
	struct payta_status s;
	struct ta *early;

	(void)state;
	/* Before there is a card anybody may ask for one, and have a session open already. */
	channel_inproc_client(&other);
	early = ta_new();
	assert_non_null(early);
	assert_int_equal(ta_status(early, &s), 0);
	channel_inproc_client(&owner);
	take_a_card();
	assert_int_equal(ta_status(ta, &s), 0);
	assert_int_equal(ta_status(early, &s), TA_ERR_DENIED);
	ta_free(&early);

	/* Again, after another life of the TA, and with another executable. */
	ta_free(&ta);
	device_stop();
	device_start();
	channel_inproc_client(&other);
	ta = ta_new();
	assert_int_equal(ta_status(ta, &s), TA_ERR_DENIED);
	assert_int_equal(ta_sessions(ta), 0);
	ta_free(&ta);
	channel_inproc_client(&upgraded);
	ta = ta_new();
	assert_int_equal(ta_status(ta, &s), 0);
	assert_int_equal(s.state, PAYTA_ACTIVE);
	channel_inproc_client(&(struct teechan_identity){ 0 });
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_payment_through_the_channel),
		TEST(records_and_what_there_is_not),
		TEST(another_life),
		cmocka_unit_test_setup_teardown(only_the_owner_is_served, setup_without_a_card, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
