// SPDX-License-Identifier: BSD-2-Clause
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"

#define FILE_MAX	8192

/* Reads the whole file, whose secrets only its owner may read. */
static int read_private(const char *path, char text[FILE_MAX], size_t *len, char error[TERMINAL_ERROR_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);	/* a FIFO there would wait for its writer */
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0) {
		snprintf(error, TERMINAL_ERROR_LEN, "%.120s: %s; make it with \"payissuer terminal\", or give its folder with --dir", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	n = read(fd, text, FILE_MAX);
	close(fd);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		snprintf(error, TERMINAL_ERROR_LEN, "%.120s holds a secret key that others may read; chmod 600 it, and renew it if they did", path);
	else if (n <= 0 || n == FILE_MAX)
		snprintf(error, TERMINAL_ERROR_LEN, "%.120s is no terminal's file; make it anew with \"payissuer terminal\"", path);
	else {
		*len = (size_t)n;
		return 0;
	}
	return -1;
}

static bool prefix_ok(const char *p)
{
	return strlen(p) <= 6 && strspn(p, "0123456789") == strlen(p);
}

/* Takes the members; secrets stay in @raw for the caller to wipe. */
static int take_members(struct terminal *t, const json_t *j, uint8_t raw[RAW_KEY_LEN])
{
	const char *tcert, *key, *issuer, *kid, *currency, *prefix;
	int version;

	if (json_unpack((json_t *)(uintptr_t)j, "{s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "version", &version, "tcert", &tcert, "key", &key,
			"issuer_pk", &issuer, "kid", &kid, "currency", &currency, "vcn_prefix", &prefix) < 0 || version != 1)
		return -1;
	if (hex_decode_any(tcert, t->tcert, sizeof(t->tcert), &t->tcert_len) < 0 || hex_decode(key, raw, RAW_KEY_LEN) < 0 ||
	    hex_decode(issuer, t->issuer_pk, sizeof(t->issuer_pk)) < 0 || hex_decode(kid, t->kid, sizeof(t->kid)) < 0 ||
	    money_currency_parse(currency, &t->currency) < 0 || !prefix_ok(prefix))
		return -1;
	strcpy(t->vcn_prefix, prefix);
	return 0;
}

/* Do the parts belong together? */
static int check_parts(struct terminal *t, const uint8_t raw[RAW_KEY_LEN])
{
	const struct bytes cert = { t->tcert, t->tcert_len };
	uint8_t kid[KID_LEN], pk[X25519_LEN];

	if (tcert_decode(cert, &t->cert) < 0 || cert_kid(&openssl_crypto, t->issuer_pk, kid) < 0 || memcmp(kid, t->kid, KID_LEN) != 0 ||
	    tcert_verify(cert, &openssl_crypto, t->issuer_pk, t->cert.start, 0, &t->cert) < 0)
		return -1;
	t->key = openssl_x25519_load(raw);
	return t->key && openssl_key_public(t->key, pk) == 0 && memcmp(pk, t->cert.pk, sizeof(pk)) == 0 ? 0 : -1;
}

int terminal_load(struct terminal *t, const char *path, char error[TERMINAL_ERROR_LEN])
{
	char text[FILE_MAX];
	uint8_t raw[RAW_KEY_LEN] = { 0 };
	json_error_t where;
	json_t *j;
	size_t len;
	int r;

	memset(t, 0, sizeof(*t));
	r = read_private(path, text, &len, error);
	if (r < 0)
		goto out;
	j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	r = j ? take_members(t, j, raw) : -1;
	if (r == 0)
		r = check_parts(t, raw);
	json_decref(j);
	if (r < 0)
		snprintf(error, TERMINAL_ERROR_LEN, "%.120s is damaged or no terminal's file; make it anew with \"payissuer terminal\"", path);
out:
	OPENSSL_cleanse(text, sizeof(text));
	OPENSSL_cleanse(raw, sizeof(raw));
	if (r < 0)
		terminal_free(t);
	return r;
}

bool terminal_valid(const struct terminal *t, uint16_t today)
{
	return today >= t->cert.start && today <= t->cert.end;
}

void terminal_free(struct terminal *t)
{
	EVP_PKEY_free(t->key);
	memset(t, 0, sizeof(*t));
}
