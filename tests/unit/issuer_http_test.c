// SPDX-License-Identifier: BSD-2-Clause
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/hex.h"
#include "common/log.h"
#include "common/openssl_crypto.h"
#include "paper_card.h"
#include "temp_dir.h"
#include "tools/payissuer/api.h"
#include "tools/payissuer/http.h"
#include "tools/payissuer/terminals.h"
#include "tools/pos/journal.h"
#include "tools/pos/settle.h"

/* The issuer as pay and pos meet it: libcurl, a real Unix socket, real JSON. */

#define EUR	0x0978
#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static struct issuer is;
static struct http *http;
static char sock[192];

struct text {
	size_t len;
	char at[65536];
};

static size_t keep(char *data, size_t size, size_t n, void *arg)
{
	struct text *t = arg;

	assert_true(n < sizeof(t->at) - t->len);
	memcpy(t->at + t->len, data, n);
	t->len += n;
	return size * n;
}

/* @body NULL: GET.  The status, and the answer as JSON for the caller to release. */
static long call(const char *path, const char *body, json_t **answer)
{
	static struct text text;
	char url[256];
	CURL *c = curl_easy_init();
	json_error_t error;
	long status = 0;
	CURLcode r;

	text.len = 0;
	snprintf(url, sizeof(url), "http://issuer%s", path);
	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, sock);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &text);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 20L);
	if (body) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	}
	r = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (r != CURLE_OK)
		fail_msg("%s: %s", path, curl_easy_strerror(r));
	*answer = json_loadb(text.at, text.len, 0, &error);
	if (!json_is_object(*answer))
		fail_msg("%s: no object: %.*s", path, (int)text.len, text.at);
	return status;
}

static const char *get(const json_t *j, const char *name)
{
	const char *s = json_string_value(json_object_get(j, name));

	if (!s)
		fail_msg("no text \"%s\"", name);
	return s;
}

static void start(void)
{
	int fd = http_listen_unix(sock, "no-such-group");

	assert_true(fd >= 0);
	http = http_start(&is, fd);
	assert_non_null(http);
}

static int set_up(void **state)
{
	const struct store_issuer conf = { .currency = EUR, .vcn_prefix = "977700", .max_balance = 100000 };

	(void)state;
	if (temp_dir_make() < 0 || issuer_create(&is, temp_dir_path("issuer.db"), &conf) < 0)
		return -1;
	strcpy(sock, temp_dir_path("issuer.sock"));
	start();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	http_stop(&http);
	issuer_close(&is);
	return temp_dir_remove();
}

/* A card by way of HTTP alone. */
static void apply(struct paper_card *c, char cid[HEX_TEXT(CID_LEN)])
{
	uint8_t challenge[CHALLENGE_LEN], application[APPLICATION_LEN], issue[ISSUE_LEN];
	char hex[HEX_TEXT(APPLICATION_LEN)], body[1024];
	json_t *j;

	paper_card_make(c);
	assert_int_equal(call("/v1/challenges", "{}", &j), 201);
	assert_int_equal(hex_decode(get(j, "challenge"), challenge, sizeof(challenge)), 0);
	json_decref(j);
	paper_card_apply(c, challenge, application);
	hex_encode(application, sizeof(application), hex);
	snprintf(body, sizeof(body), "{\"challenge\": \"");
	hex_encode(challenge, sizeof(challenge), body + strlen(body));
	snprintf(body + strlen(body), sizeof(body) - strlen(body), "\", \"application\": \"%s\", \"holder\": \"Zo\u00eb\"}", hex);
	assert_int_equal(call("/v1/cards", body, &j), 201);
	assert_int_equal(hex_decode(get(j, "issue"), issue, sizeof(issue)), 0);
	strcpy(cid, get(j, "cid"));
	json_decref(j);
	assert_int_equal(paper_card_take(c, challenge, issue), 0);
}

/* Everything that waits for the card is taken and answered. */
static unsigned int sync_card(struct paper_card *c, const char *cid)
{
	char path[128], body[512], hex[HEX_TEXT(CARD_REPLY_LEN)];
	uint8_t message[IMSG_MAX], reply[CARD_REPLY_LEN];
	json_t *j, *list, *one, *done;
	unsigned int n = 0;
	size_t i, len;

	snprintf(path, sizeof(path), "/v1/cards/%s/messages", cid);
	assert_int_equal(call(path, NULL, &j), 200);
	list = json_object_get(j, "messages");
	snprintf(path, sizeof(path), "/v1/cards/%s/replies", cid);
	json_array_foreach(list, i, one) {
		assert_int_equal(hex_decode_any(get(one, "message"), message, sizeof(message), &len), 0);
		assert_int_equal(json_integer_value(json_object_get(one, "seq")), c->seq + 1);
		paper_card_message(c, message, len, reply);
		snprintf(body, sizeof(body), "{\"reply\": \"%s\"}", hex_encode(reply, sizeof(reply), hex));
		for (int again = 0; again < 2; again++) {
			assert_int_equal(call(path, body, &done), 200);
			assert_string_equal(get(done, "status"), again ? "known" : "applied");
			json_decref(done);
		}
		n++;
	}
	json_decref(j);
	return n;
}

static void the_way_of_a_card(void **state)
{
	char cid[HEX_TEXT(CID_LEN)], path[128];
	struct paper_card c;
	json_t *j, *again;

	(void)state;
	assert_int_equal(call("/v1/info", NULL, &j), 200);
	assert_string_equal(get(j, "currency"), "EUR");
	assert_string_equal(get(j, "vcn_prefix"), "977700");
	json_decref(j);
	apply(&c, cid);
	snprintf(path, sizeof(path), "/v1/cards/%s/topups", cid);
	assert_int_equal(call(path, "{\"key\": \"00000000000000000000000000000001\", \"amount\": 2000}", &j), 201);
	assert_int_equal(call(path, "{\"key\": \"00000000000000000000000000000001\", \"amount\": 2000}", &again), 201);
	assert_int_equal(json_equal(j, again), 1);
	json_decref(again);
	json_decref(j);
	assert_int_equal(call(path, "{\"key\": \"00000000000000000000000000000001\", \"amount\": 2001}", &j), 409);
	json_decref(j);
	assert_int_equal(call(path, "{\"key\": \"00000000000000000000000000000002\", \"amount\": 99000}", &j), 422);
	assert_true(strlen(get(j, "hint")) > 0);
	json_decref(j);
	assert_int_equal(sync_card(&c, cid), 1);
	assert_int_equal(sync_card(&c, cid), 0);
	assert_int_equal(c.balance, 2000);
	paper_card_free(&c);
}

static void bad_requests(void **state)
{
	static const struct {
		const char *name, *path, *body;
		long status;
	} rows[] = {
		{ "no such resource", "/v1/nothing", NULL, 404 }, { "no such version", "/v2/info", NULL, 404 }, { "the root", "/", NULL, 404 },
		{ "GET of a POST", "/v1/cards", NULL, 405 }, { "POST of a GET", "/v1/info", "{}", 405 },
		{ "a card id too short", "/v1/cards/0011/messages", NULL, 404 }, { "no hex", "/v1/cards/zz11223344556677/messages", NULL, 404 },
		{ "nobody's card", "/v1/cards/0011223344556677/messages", NULL, 404 },
		{ "of a card, without it", "/v1/messages", NULL, 404 }, { "no JSON", "/v1/challenges", "{", 400 },
		{ "no object", "/v1/challenges", "[]", 400 }, { "no body", "/v1/challenges", "", 400 }, { "twice", "/v1/challenges", "{\"a\":1,\"a\":2}", 400 },
		{ "no members", "/v1/cards", "{}", 400 }, { "a number as text", "/v1/cards", "{\"challenge\": 5}", 400 },
		{ "no key", "/v1/cards/0011223344556677/topups", "{\"amount\": 5}", 400 },
		{ "negative", "/v1/cards/0011223344556677/topups", "{\"key\": \"00000000000000000000000000000001\", \"amount\": -5}", 400 },
		{ "a fraction", "/v1/cards/0011223344556677/topups", "{\"key\": \"00000000000000000000000000000001\", \"amount\": 5.5}", 400 },
		{ "too large", "/v1/cards/0011223344556677/topups", "{\"key\": \"00000000000000000000000000000001\", \"amount\": 9223372036854775807}", 400 },
		{ "for nobody", "/v1/cards/0011223344556677/topups", "{\"key\": \"00000000000000000000000000000001\", \"amount\": 5}", 404 },
		{ "no receipts", "/v1/receipts", "{\"receipts\": []}", 400 }, { "receipts no array", "/v1/receipts", "{\"receipts\": 5}", 400 },
		{ "reply no hex", "/v1/cards/0011223344556677/replies", "{\"reply\": \"xx\"}", 400 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		json_t *j;
		long status = call(rows[i].path, rows[i].body, &j);

		if (status != rows[i].status)
			fail_msg("%s: %ld", rows[i].name, status);
		assert_true(strlen(get(j, "error")) > 0 && strlen(get(j, "hint")) > 0);
		json_decref(j);
	}
}

static void bodies_have_a_limit(void **state)
{
	static char body[HTTP_BODY_MAX + 64];
	json_t *j;

	(void)state;
	memset(body, ' ', sizeof(body));
	memcpy(body, "{}", 2);
	body[HTTP_BODY_MAX] = '\0';
	assert_int_equal(call("/v1/challenges", body, &j), 201);
	json_decref(j);
	body[HTTP_BODY_MAX] = ' ';
	body[HTTP_BODY_MAX + 1] = '\0';
	assert_int_equal(call("/v1/challenges", body, &j), 413);
	json_decref(j);
}

/* Clients that connect and say nothing take up places, and do not stop the others. */
static void silent_clients_block_nobody(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fds[HTTP_CONNECTIONS_MAX / 2];
	json_t *j;

	(void)state;
	strcpy(a.sun_path, sock);
	for (size_t i = 0; i < ROWS(fds); i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(fds[i], (const struct sockaddr *)&a, sizeof(a)), 0);
		assert_true(write(fds[i], "POST /v1/", 9) == 9);
	}
	assert_int_equal(call("/v1/info", NULL, &j), 200);
	json_decref(j);
	for (size_t i = 0; i < ROWS(fds); i++)
		close(fds[i]);
}

static void the_socket(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(sock, &st), 0);
	/* No such group: nobody else gets in. */
	assert_int_equal(st.st_mode & 0777, 0600);
	/* One that is in use is left alone ... */
	assert_true(http_listen_unix(sock, "x") < 0);
	assert_true(http_listen_unix("/nonexistent/socket", "x") < 0);
	/* ... as is what is none ... */
	close(open(temp_dir_path("file"), O_CREAT | O_WRONLY, 0600));
	assert_true(http_listen_unix(temp_dir_path("file"), "x") < 0);
	assert_int_equal(stat(temp_dir_path("file"), &st), 0);
	/* ... and a dead one is replaced. */
	http_stop(&http);
	start();
	http_stop(&http);
	start();
}

/* --- pos settle, against the same --- */

static struct terminal_file {
	uint8_t tcert[TCERT_MAX], tid[TID_LEN];
	size_t len;
} terminal;

static void make_terminal(void)
{
	char path[256];
	json_error_t error;
	json_t *j;

	assert_int_equal(terminals_certify(&is, "Canteen", 7, temp_dir_path(""), path, sizeof(path)), 0);
	j = json_load_file(path, 0, &error);
	assert_int_equal(hex_decode_any(get(j, "tcert"), terminal.tcert, sizeof(terminal.tcert), &terminal.len), 0);
	assert_int_equal(hex_decode(get(j, "tid"), terminal.tid, sizeof(terminal.tid)), 0);
	json_decref(j);
}

static void pay_once(struct journal *j, struct paper_card *c, uint64_t amount)
{
	struct intent in = { .ctr = c->ctr, .amount = amount, .currency = EUR, .time = 1750000000, .tcert_len = terminal.len };

	memcpy(in.tcert, terminal.tcert, terminal.len);
	memcpy(in.tid, terminal.tid, TID_LEN);
	memcpy(in.cid, c->cid, CID_LEN);
	assert_int_equal(journal_intend(j, &in), 0);
	paper_card_pay(c, is.kid, terminal.tid, in.p, &in.receipt);
	in.state = INTENT_PAID;
	assert_int_equal(journal_finish(j, &in), 0);
}

static void a_journal_is_settled(void **state)
{
	char cid[HEX_TEXT(CID_LEN)], path[128], error[JOURNAL_ERROR_LEN], why[SETTLE_ERROR_LEN];
	struct settle_result res;
	struct paper_card c, stranger;
	struct journal *journal;
	json_t *j;

	(void)state;
	http_stop(&http);
	make_terminal();
	start();
	apply(&c, cid);
	snprintf(path, sizeof(path), "/v1/cards/%s/topups", cid);
	assert_int_equal(call(path, "{\"key\": \"00000000000000000000000000000001\", \"amount\": 10000}", &j), 201);
	json_decref(j);
	assert_int_equal(sync_card(&c, cid), 1);
	journal = journal_open(temp_dir_path("journal.db"), true, error);
	assert_non_null(journal);
	/* Nothing to send is fine. */
	assert_int_equal(settle_run(journal, sock, &res, why), 0);
	/* More than one request holds. */
	for (int i = 0; i < 35; i++)
		pay_once(journal, &c, 100);
	/* Nobody there: nothing is lost. */
	http_stop(&http);
	assert_int_equal(settle_run(journal, sock, &res, why), SETTLE_ERR_ISSUER);
	assert_non_null(strstr(why, "teepay-issuer"));
	start();
	assert_int_equal(settle_run(journal, sock, &res, why), 0);
	assert_true(res.accepted == 35 && res.known == 0 && res.refused == 0);
	assert_int_equal(settle_run(journal, sock, &res, why), 0);
	assert_true(res.accepted == 0 && res.known == 0 && res.refused == 0);
	/* A card that this issuer does not know is refused, the rest is taken, and it stays on the list. */
	paper_card_make(&stranger);
	stranger.balance = 1000;
	pay_once(journal, &stranger, 50);
	pay_once(journal, &c, 50);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(settle_run(journal, sock, &res, why), 0);
		assert_true(res.accepted == !again && res.known == 0 && res.refused == 1);
	}
	journal_close(&journal);
	paper_card_free(&c);
	paper_card_free(&stranger);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_way_of_a_card), T(bad_requests), T(bodies_have_a_limit), T(silent_clients_block_nobody), T(the_socket), T(a_journal_is_settled),
	};
	int r;

	log_init("issuer_http_test", LOG_EMERG);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return r;
}
