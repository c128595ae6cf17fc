// SPDX-License-Identifier: BSD-2-Clause
#include "terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hex.h"
#include "common/money.h"
#include "common/openssl_crypto.h"
#include "proto/err.h"
#include "proto/text.h"

static int file_fail(struct issuer *is, const char *path)
{
	return issuer_fail(is, ISSUER_ERR_INPUT, "give a folder that exists and that you may write with --out", "%.150s: %s", path, strerror(errno));
}

/* A file from an earlier run: 1 and its terminal id, 0 when there is none. */
static int earlier_tid(struct issuer *is, const char *path, const char *merchant, uint8_t tid[TID_LEN])
{
	const char *have_merchant, *have_tid, *have_kid;
	char kid[HEX_TEXT(KID_LEN)];
	json_error_t error;
	struct stat st;
	json_t *j = NULL;
	int r = 1;
	/* Others may write to this folder: no link to elsewhere, and no FIFO that waits for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? 0 : file_fail(is, path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		j = json_loadfd(fd, JSON_REJECT_DUPLICATES, &error);
	close(fd);
	if (!j || json_unpack(j, "{s:s, s:s, s:s}", "merchant", &have_merchant, "tid", &have_tid, "kid", &have_kid) < 0 ||
	    hex_decode(have_tid, tid, TID_LEN) < 0)
		r = issuer_fail(is, ISSUER_ERR_CONFLICT, "move it away, or give another folder", "%.150s is no terminal's file", path);
	else if (strcmp(have_kid, hex_encode(is->kid, KID_LEN, kid)) != 0 || strcmp(have_merchant, merchant) != 0)
		r = issuer_fail(is, ISSUER_ERR_CONFLICT, "settle its journal and move it away, or give another folder",
				"%.100s is the terminal of \"%.20s\" with issuer %.8s", path, have_merchant, have_kid);
	json_decref(j);
	return r;
}

/* All or nothing: a new file beside the old one, flushed, then put in its place. */
static int write_replace(struct issuer *is, const char *dir, const char *path, const char *text)
{
	char tmp[512];
	size_t len = strlen(text);
	int fd, dfd, r = 0;

	snprintf(tmp, sizeof(tmp), "%s/.terminal.json.new", dir);
	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return file_fail(is, tmp);
	if (write(fd, text, len) != (ssize_t)len || fsync(fd) < 0)
		r = file_fail(is, tmp);
	if (close(fd) < 0 && r == 0)
		r = file_fail(is, tmp);
	if (r == 0 && rename(tmp, path) < 0)
		r = file_fail(is, path);
	if (r < 0) {
		unlink(tmp);
		return r;
	}
	dfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dfd < 0 || fsync(dfd) < 0)
		r = file_fail(is, dir);
	if (dfd >= 0)
		close(dfd);
	return r;
}

static json_t *terminal_json(const struct issuer *is, const struct tcert *c, const uint8_t *cert, size_t cert_len, const uint8_t key[RAW_KEY_LEN])
{
	char tid[HEX_TEXT(TID_LEN)], tcert[HEX_TEXT(TCERT_MAX)], priv[HEX_TEXT(RAW_KEY_LEN)], pk[HEX_TEXT(ED25519_PK_LEN)], kid[HEX_TEXT(KID_LEN)];
	char room[5];
	json_t *j = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "version", 1, "merchant", c->merchant,
			      "tid", hex_encode(c->tid, TID_LEN, tid), "tcert", hex_encode(cert, cert_len, tcert),
			      "key", hex_encode(key, RAW_KEY_LEN, priv), "issuer_pk", hex_encode(is->root_pk, ED25519_PK_LEN, pk),
			      "kid", hex_encode(is->kid, KID_LEN, kid), "currency", money_code(is->conf.currency, room),
			      "vcn_prefix", is->conf.vcn_prefix);

	explicit_bzero(priv, sizeof(priv));
	return j;
}

/* Signs the certificate for a fresh key and writes the file. */
static int terminal_write(struct issuer *is, struct tcert *c, const char *dir, const char *path)
{
	uint8_t cert[TCERT_MAX], raw[RAW_KEY_LEN];
	EVP_PKEY *key = openssl_x25519_generate();
	json_t *j = NULL;
	char *text = NULL;
	size_t len;
	int r = ISSUER_ERR_CRYPTO;

	if (key && openssl_key_public(key, c->pk) == 0 && openssl_key_private(key, raw) == 0 &&
	    tcert_sign(c, &openssl_crypto, is->root, cert, &len) == 0)
		r = 0;
	if (r == 0) {
		j = terminal_json(is, c, cert, len, raw);
		text = j ? json_dumps(j, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
	}
	if (!text)
		r = issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "cannot make the terminal's certificate");
	else
		r = write_replace(is, dir, path, text);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	json_decref(j);
	OPENSSL_cleanse(raw, sizeof(raw));
	EVP_PKEY_free(key);
	return r;
}

int terminals_certify(struct issuer *is, const char *merchant, unsigned int days, const char *dir, char *path, size_t room)
{
	struct bytes name = { (const uint8_t *)merchant, strlen(merchant) };
	struct store_terminal t = { 0 };
	struct tcert c = { 0 };
	int r;

	if (name.len == 0 || name.len > MERCHANT_MAX || !text_valid(name))
		return issuer_fail(is, ISSUER_ERR_INPUT, "give a printable name of 1 to 20 bytes of UTF-8", "bad merchant's name");
	if (days < 1 || days > TCERT_MAX_DAYS)
		return issuer_fail(is, ISSUER_ERR_INPUT, "give --days from 1 to 7", "a terminal's certificate lives 1 to %d days", TCERT_MAX_DAYS);
	if ((size_t)snprintf(path, room, "%s/terminal.json", dir) >= room)
		return issuer_fail(is, ISSUER_ERR_INPUT, "give a shorter path", "the path is too long");
	r = earlier_tid(is, path, merchant, c.tid);
	if (r < 0)
		return r;
	if (r == 0 && openssl_crypto.random(c.tid, sizeof(c.tid)) < 0)
		return issuer_fail(is, ISSUER_ERR_CRYPTO, "try again", "no random numbers");
	memcpy(c.kid, is->kid, sizeof(c.kid));
	c.start = issuer_day(is->now());
	c.end = (uint16_t)(c.start + days - 1);
	strcpy(c.merchant, merchant);
	r = store_begin(is->store);
	if (r < 0)
		return issuer_storage(is, r);
	/* In the books before it is in the world: a receipt of an unknown terminal has no account to go to. */
	r = store_terminal_get(is->store, c.tid, &t);
	if (r == 0) {
		memcpy(t.tid, c.tid, sizeof(t.tid));
		strcpy(t.merchant, merchant);
		r = store_terminal_put(is->store, &t, is->now());
	}
	else if (r == 1 && strcmp(t.merchant, merchant) != 0)
		r = issuer_fail(is, ISSUER_ERR_CONFLICT, "move it away, or give another folder", "%.150s has the terminal id of another merchant", path);
	r = issuer_storage(is, store_end(is->store, r < 0 ? r : 0));
	return r < 0 ? r : terminal_write(is, &c, dir, path);
}

int terminals_revoke(struct issuer *is)
{
	return issuer_storage(is, store_oldest_start_raise(is->store, issuer_day(is->now())));
}
