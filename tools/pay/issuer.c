// SPDX-License-Identifier: BSD-2-Clause
#include "issuer.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX	(256 * 1024u)
#define CONNECT_MS	3000L
#define WHOLE_MS	20000L
#define URL_LEN		256

struct issuer {
	CURL *curl;
	struct curl_slist *headers;
	const char *path;
	char *answer;		/* of the running call */
	size_t len;
};

/* libcurl's callback: 0 ends the call when the answer grows beyond bounds. */
static size_t collect(char *data, size_t size, size_t n, void *ctx)
{
	struct issuer *is = ctx;
	size_t len = size * n;
	char *grown;

	if (len > ANSWER_MAX - is->len)
		return 0;
	grown = realloc(is->answer, is->len + len + 1);
	if (!grown)
		return 0;
	memcpy(grown + is->len, data, len);
	is->answer = grown;
	is->len += len;
	return len;
}

static bool set_options(struct issuer *is)
{
	CURL *c = is->curl;

	is->headers = curl_slist_append(NULL, "Content-Type: application/json");
	return is->headers && curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, is->path) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK && curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, WHOLE_MS) == CURLE_OK && curl_easy_setopt(c, CURLOPT_HTTPHEADER, is->headers) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_USERAGENT, "pay/" TEEPAY_VERSION) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, collect) == CURLE_OK && curl_easy_setopt(c, CURLOPT_WRITEDATA, is) == CURLE_OK;
}

int issuer_new(struct issuer **out, const char *path, struct pay_error *e)
{
	struct issuer *is = calloc(1, sizeof(*is));

	*out = is;
	if (is && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
		is->path = path;
		is->curl = curl_easy_init();
	}
	if (is && is->curl && set_options(is))
		return PAY_DONE;
	issuer_free(out);
	return pay_fail(e, PAY_FAILED, "libcurl cannot be set up with the socket '%s'; is the path too long?", path);
}

void issuer_free(struct issuer **issuer)
{
	if (!*issuer)
		return;
	curl_slist_free_all((*issuer)->headers);
	curl_easy_cleanup((*issuer)->curl);
	free((*issuer)->answer);
	free(*issuer);
	*issuer = NULL;
}

static CURLcode perform(struct issuer *is, const char *path, const char *body)
{
	char url[URL_LEN];
	CURLcode c;

	snprintf(url, sizeof(url), "http://localhost%s", path);
	c = curl_easy_setopt(is->curl, CURLOPT_URL, url);
	if (c == CURLE_OK)
		c = body ? curl_easy_setopt(is->curl, CURLOPT_POSTFIELDS, body) : curl_easy_setopt(is->curl, CURLOPT_HTTPGET, 1L);
	if (c == CURLE_OK && body)
		c = curl_easy_setopt(is->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
	return c == CURLE_OK ? curl_easy_perform(is->curl) : c;
}

int issuer_call(struct issuer *is, const char *path, const json_t *body, json_t **answer, struct pay_error *e)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	long status = 0;
	CURLcode c;

	*answer = NULL;
	free(is->answer);
	is->answer = NULL;
	is->len = 0;
	if (body && !text)
		return -pay_fail(e, PAY_FAILED, "out of memory");
	c = perform(is, path, text);
	free(text);
	if (c == CURLE_COULDNT_CONNECT)
		return -pay_fail(e, PAY_UNREACHABLE, "the issuer does not answer at %s; start it (systemctl start teepay-issuer) or give --issuer", is->path);
	if (c != CURLE_OK || curl_easy_getinfo(is->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status < 100)
		return -pay_fail(e, PAY_UNREACHABLE, "no whole answer from the issuer: %s; run the same again, it counts once", curl_easy_strerror(c));
	if (is->answer)
		*answer = json_loadb(is->answer, is->len, JSON_REJECT_DUPLICATES, NULL);
	return (int)status;
}
