// SPDX-License-Identifier: BSD-2-Clause
#include "settle.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "common/log.h"

#define BATCH		16	/* receipts a request: about 10 KiB */
#define ANSWER_MAX	16384
#define CONNECT_SECONDS	5L
#define TOTAL_SECONDS	30L

struct answer_buffer {
	size_t len;
	char text[ANSWER_MAX];
};

struct batch {
	int64_t ids[BATCH];
	unsigned int n;
	json_t *list;
};

/* libcurl's write function: too long an answer ends the transfer. */
static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
	struct answer_buffer *a = arg;

	if (n > sizeof(a->text) - a->len)
		return 0;
	memcpy(a->text + a->len, data, n);
	a->len += n;
	return size * n;
}

static json_t *receipt_json(const struct intent *in)
{
	char cert[HEX_TEXT(TCERT_MAX)], cid[HEX_TEXT(CID_LEN)], p[HEX_TEXT(P_LEN)], ebal[HEX_TEXT(EBAL_LEN)], rsig[HEX_TEXT(ED25519_SIG_LEN)];

	return json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "cert", hex_encode(in->tcert, in->tcert_len, cert), "cid", hex_encode(in->cid, CID_LEN, cid),
			 "ctr", (json_int_t)in->ctr + 1, "p", hex_encode(in->p, P_LEN, p), "ebal", hex_encode(in->receipt.ebal, EBAL_LEN, ebal),
			 "rsig", hex_encode(in->receipt.rsig, ED25519_SIG_LEN, rsig));
}

/* One request: the issuer's object, or NULL with a sentence in @error. */
static json_t *post(CURL *curl, const char *body, char error[SETTLE_ERROR_LEN])
{
	struct answer_buffer *a = calloc(1, sizeof(*a));
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
	json_error_t where;
	json_t *j = NULL;
	long status = 0;
	CURLcode c = CURLE_OUT_OF_MEMORY;

	if (a && headers) {
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
		c = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	}
	if (c == CURLE_OK)
		j = json_loadb(a->text, a->len, JSON_REJECT_DUPLICATES, &where);
	if (c != CURLE_OK)
		snprintf(error, SETTLE_ERROR_LEN, "cannot reach the issuer: %s; start it (systemctl start teepay-issuer) and settle again", curl_easy_strerror(c));
	else if (!json_is_object(j) || status != 200) {
		const char *why = json_string_value(json_object_get(j, "error"));

		snprintf(error, SETTLE_ERROR_LEN, "the issuer answers %ld: %.120s; settle again later", status, why ? why : "no JSON");
		json_decref(j);
		j = NULL;
	}
	curl_slist_free_all(headers);
	free(a);
	return j;
}

/* Books the issuer's answer to @b: what it did not refuse is settled. */
static int take_verdicts(struct journal *j, const struct batch *b, const json_t *answer, struct settle_result *res, char error[SETTLE_ERROR_LEN])
{
	json_int_t accepted, known;
	bool refused[BATCH] = { false };
	json_t *list, *one;
	unsigned int n = 0;
	size_t i;

	if (json_unpack((json_t *)(uintptr_t)answer, "{s:I, s:I, s:o}", "accepted", &accepted, "known", &known, "refused", &list) < 0 || !json_is_array(list))
		goto nonsense;
	json_array_foreach(list, i, one) {
		json_int_t index = json_integer_value(json_object_get(one, "index"));
		const char *why = json_string_value(json_object_get(one, "error")), *cid = json_string_value(json_object_get(one, "cid"));

		if (index < 0 || index >= b->n || refused[index])
			goto nonsense;
		refused[index] = true;
		n++;
		log_warning("the issuer refuses a receipt of card %.16s: %.120s", cid ? cid : "?", why ? why : "no reason given");
	}
	if (accepted < 0 || known < 0 || accepted + known + n != b->n)
		goto nonsense;
	for (i = 0; i < b->n; i++)
		if (journal_settle(j, b->ids[i], refused[i] ? SETTLE_REFUSED : SETTLE_DONE) < 0) {
			snprintf(error, SETTLE_ERROR_LEN, "the journal cannot be written: %.120s; free some space and settle again", journal_error(j));
			return SETTLE_ERR_JOURNAL;
		}
	res->accepted += (unsigned int)accepted;
	res->known += (unsigned int)known;
	res->refused += n;
	return 0;
nonsense:
	snprintf(error, SETTLE_ERROR_LEN, "the issuer's answer makes no sense; check its version, and settle again");
	return SETTLE_ERR_ISSUER;
}

static int send_batch(struct journal *j, CURL *curl, const struct batch *b, struct settle_result *res, char error[SETTLE_ERROR_LEN])
{
	json_t *request = json_pack("{s:O}", "receipts", b->list), *answer = NULL;
	char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
	int r = SETTLE_ERR_ISSUER;

	if (body)
		answer = post(curl, body, error);
	else
		snprintf(error, SETTLE_ERROR_LEN, "out of memory");
	if (answer)
		r = take_verdicts(j, b, answer, res, error);
	json_decref(answer);
	free(body);
	json_decref(request);
	return r;
}

/* Fills @b with the next receipts above *@after: their number, or -1. */
static int next_batch(struct journal *j, int64_t *after, struct batch *b)
{
	struct intent in;
	int r = 1;

	b->n = 0;
	b->list = json_array();
	while (b->n < BATCH && (r = journal_next(j, JOURNAL_UNSETTLED, *after, NULL, NULL, &in)) == 1) {
		*after = in.id;
		b->ids[b->n++] = in.id;
		json_array_append_new(b->list, receipt_json(&in));
	}
	return r < 0 ? -1 : (int)b->n;
}

int settle_run(struct journal *j, const char *socket, struct settle_result *res, char error[SETTLE_ERROR_LEN])
{
	CURL *curl = curl_easy_init();
	struct batch b;
	int64_t after = 0;
	int n = 0, r = 0;

	memset(res, 0, sizeof(*res));
	if (!curl) {
		snprintf(error, SETTLE_ERROR_LEN, "cannot start libcurl; check its installation");
		return SETTLE_ERR_ISSUER;
	}
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, "http://issuer/v1/receipts");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TOTAL_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* Ends: each round takes receipts above the last one's id. */
	while (r == 0 && (n = next_batch(j, &after, &b)) > 0) {
		r = send_batch(j, curl, &b, res, error);
		json_decref(b.list);
	}
	if (n <= 0)
		json_decref(b.list);
	if (n < 0) {
		snprintf(error, SETTLE_ERROR_LEN, "the journal cannot be read: %.150s", journal_error(j));
		r = SETTLE_ERR_JOURNAL;
	}
	curl_easy_cleanup(curl);
	return r;
}
