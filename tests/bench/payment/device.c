// SPDX-License-Identifier: BSD-2-Clause
#include "device.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <user_ta_header.h>

#include "history.h"
#include "libtee/channel_inproc.h"
#include "libtee/internal/host.h"
#include "libtee/internal/serve.h"
#include "libtee/internal/uuid.h"
#include "proto/select.h"
#include "tests/unit/world.h"
#include "wallet.h"

#define FILL	40		/* payments before any history is made: more than payta keeps */

static const uint8_t device_key[TEE_STORE_KEY_SIZE] = "a device key for the benchmark";

static struct world world;
static struct tee_serve_config serving;
static volatile sig_atomic_t stop;
static pthread_t server;
static char state_dir[128], wallet_path[160];
static uint8_t cap[CAP_MAX];
static size_t cap_len;

static void *serve(void *arg)
{
	(void)arg;
	if (tee_serve(&serving))
		exit(1);
	return NULL;
}

static void storage_start(void)
{
	const struct tee_host_config config = { .state_dir = state_dir, .device_key = device_key };

	if (tee_host_start(&config) != TEE_STORE_OK)
		exit(1);
}

static void ta_start(void)
{
	struct teechan_bind bind = { .flags = TEECHAN_TA_SINGLE_INSTANCE | TEECHAN_TA_MULTI_SESSION };

	storage_start();
	tee_uuid_bytes(&ta_head.uuid, bind.uuid);
	stop = 0;
	memset(&serving, 0, sizeof(serving));
	serving.stop = &stop;
	if (channel_ta_open(&serving.chan, &bind, &serving.window) || pthread_create(&server, NULL, serve, NULL))
		exit(1);
}

static void ta_stop(void)
{
	stop = 1;
	channel_inproc_wake();
	pthread_join(server, NULL);
	channel_ta_close(serving.chan);
	tee_host_stop();
}

/* --- the issuer --- */

static void issue(void)
{
	uint8_t challenge[CHALLENGE_LEN] = { 1 }, bytes[APPLICATION_LEN], sealed[ISSUE_LEN];
	struct application a;
	struct issued_card c;

	wallet_apply(challenge, bytes);
	assert_int_equal(application_decode((struct bytes){ bytes, sizeof(bytes) }, &a), 0);
	world_issue(&world, &a, &c);
	c.max_balance = 1000000000;
	assert_int_equal(issued_card_seal(&c, &world.ops, world.issuer, &a, challenge, sealed), 0);
	wallet_take(sealed);
}

static void load(uint64_t amount)
{
	struct imsg m = { .kind = IMSG_CREDIT, .amount = amount, .source = IMSG_TOPUP, .currency = WORLD_CURRENCY };
	uint8_t bytes[IMSG_MAX];
	uint32_t ctr;
	size_t len;

	wallet_state(m.cid, &ctr, &m.seq);
	m.seq++;
	memcpy(m.kid, world.money_kid, KID_LEN);
	assert_int_equal(imsg_sign(&m, &world.ops, world.money, bytes, sizeof(bytes), &len), 0);
	wallet_message(bytes, len);
}

/* --- the terminal --- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Sends one command; its time is added to *@spent. */
static struct bytes command(const struct capdu *c, double *spent)
{
	static uint8_t out[APDU_MAX];
	uint8_t in[APDU_MAX];
	struct bytes data;
	size_t len, n;
	uint16_t sw;
	double start;

	assert_int_equal(capdu_encode(c, in, sizeof(in), &len), 0);
	start = now();
	n = wallet_apdu(in, len, out);
	*spent += now() - start;
	assert_int_equal(rapdu_decode(out, n, &data, &sw), 0);
	if (sw != SW_OK) {
		fprintf(stderr, "bench: the card answers %04X\n", sw);
		exit(1);
	}
	return data;
}

static void select_application(double *other)
{
	const struct capdu ppse = { 0x00, APDU_INS_SELECT, 0x04, 0x00, { (const uint8_t *)PPSE_NAME, sizeof(PPSE_NAME) - 1 }, 256 };
	const struct capdu aid = { 0x00, APDU_INS_SELECT, 0x04, 0x00, { payment_aid, AID_LEN }, 256 };
	struct bytes found;

	(void)command(&ppse, other);
	assert_int_equal(fci_adf_cap(command(&aid, other), &found), 0);
	memcpy(cap, found.p, found.len);
	cap_len = found.len;
}

double device_pay(void)
{
	double spent = 0, other = 0;
	uint8_t data[255];
	struct capdu c = { PAYMENT_CLA, PAYMENT_INS_GET_VCN, PAYMENT_VERSION, PAYMENT_SUITE_1, { data, 0 }, 256 };
	struct visit v = { 0 };

	select_application(&other);
	visit_get_vcn(&world, &v, data, &c.data.len);
	assert_int_equal(visit_got_vcn(&world, &v, (struct bytes){ cap, cap_len }, command(&c, &spent)), 0);
	v.pay = (struct pay_fields){ .amount = 1, .currency = WORLD_CURRENCY, .time = (uint64_t)time(NULL) };
	assert_int_equal(world.ops.random(v.pay.ttn, TTN_LEN), 0);
	c.ins = PAYMENT_INS_PAY;
	visit_pay(&world, &v, data, &c.data.len);
	(void)command(&c, &spent);
	wallet_settle();
	return spent;
}

void device_make(const char *dir, uint32_t history)
{
	snprintf(state_dir, sizeof(state_dir), "%s", dir);
	snprintf(wallet_path, sizeof(wallet_path), "%s/wallet.db", dir);
	world_make(&world, 11, (uint16_t)(time(NULL) / 86400));
	ta_start();
	wallet_open(wallet_path);
	issue();
	load(100000000);
	for (int i = 0; i < FILL; i++)
		(void)device_pay();
	if (history == 0)
		return;
	wallet_close();
	ta_stop();
	storage_start();
	history_make(wallet_path, history);
	tee_host_stop();
	ta_start();
	wallet_open(wallet_path);
}
