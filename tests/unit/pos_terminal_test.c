// SPDX-License-Identifier: BSD-2-Clause
#include <jansson.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/hex.h"
#include "common/openssl_crypto.h"
#include "temp_dir.h"
#include "tools/pos/deny.h"
#include "tools/pos/terminal.h"

#define OPS	(&openssl_crypto)
#define START	20000
#define ROWS(a)	(sizeof(a) / sizeof((a)[0]))

static json_t *good;

static void set_hex(json_t *j, const char *name, const void *p, size_t len)
{
	char hex[512];

	assert_true(HEX_TEXT(len) <= sizeof(hex));
	json_object_set_new(j, name, json_string(hex_encode(p, len, hex)));
}

static int set_up(void **state)
{
	EVP_PKEY *root = openssl_ed25519_generate(), *key = openssl_x25519_generate();
	uint8_t raw[32], pk[32], kid[KID_LEN], cert[TCERT_MAX];
	struct tcert t = { .start = START, .end = START + 6, .merchant = "Canteen" };
	size_t len;

	(void)state;
	assert_int_equal(openssl_key_public(root, pk), 0);
	assert_int_equal(openssl_key_private(key, raw), 0);
	assert_int_equal(openssl_key_public(key, t.pk), 0);
	assert_int_equal(cert_kid(OPS, pk, kid), 0);
	memcpy(t.kid, kid, KID_LEN);
	assert_int_equal(tcert_sign(&t, OPS, root, cert, &len), 0);
	good = json_pack("{s:i, s:s, s:s, s:s}", "version", 1, "merchant", "Canteen", "currency", "EUR", "vcn_prefix", "977700");
	set_hex(good, "tid", t.tid, TID_LEN);
	set_hex(good, "tcert", cert, len);
	set_hex(good, "key", raw, sizeof(raw));
	set_hex(good, "issuer_pk", pk, sizeof(pk));
	set_hex(good, "kid", kid, KID_LEN);
	EVP_PKEY_free(root);
	EVP_PKEY_free(key);
	return temp_dir_make();
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(good);
	return temp_dir_remove();
}

static int load(const json_t *j, mode_t mode, struct terminal *t, char error[TERMINAL_ERROR_LEN])
{
	const char *path = temp_dir_path("terminal.json");

	unlink(path);
	assert_int_equal(json_dump_file(j, path, 0), 0);
	assert_int_equal(chmod(path, mode), 0);
	return terminal_load(t, path, error);
}

static void a_good_file(void **state)
{
	char error[TERMINAL_ERROR_LEN];
	struct terminal t;

	(void)state;
	if (load(good, 0600, &t, error) < 0)
		fail_msg("%s", error);
	assert_string_equal(t.cert.merchant, "Canteen");
	assert_int_equal(t.currency, 0x0978);
	assert_false(terminal_valid(&t, START - 1));
	assert_true(terminal_valid(&t, START));
	assert_true(terminal_valid(&t, START + 6));
	assert_false(terminal_valid(&t, START + 7));
	terminal_free(&t);
	terminal_free(&t);
}

static void secrets_are_private(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0644, 0660, 0610 };
	char error[TERMINAL_ERROR_LEN];
	struct terminal t;

	(void)state;
	for (size_t i = 0; i < ROWS(modes); i++) {
		assert_int_equal(load(good, modes[i], &t, error), -1);
		assert_non_null(strstr(error, "chmod 600"));
	}
}

static void parts_that_do_not_fit(void **state)
{
	static const char other[] = "77076d0a7318a57d3c16c17251b26645c6c2f6c8b9d2c6f2a0b0c4e0f1a2b3c4";
	static const struct {
		const char *name, *member, *value;
	} rows[] = {
		{ "another private key", "key", other }, { "another issuer", "issuer_pk", other }, { "another kid", "kid", "00000000" },
		{ "key cut short", "key", "77" }, { "certificate cut short", "tcert", "1201" }, { "no hex", "tcert", "zz" },
		{ "unknown currency", "currency", "EURO" }, { "range of letters", "vcn_prefix", "97770x" }, { "range too long", "vcn_prefix", "9777001" },
		{ "no key", "key", NULL }, { "no certificate", "tcert", NULL }, { "no version", "version", NULL },
	};
	char error[TERMINAL_ERROR_LEN];
	struct terminal t;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		json_t *j = json_deep_copy(good);

		if (rows[i].value)
			json_object_set_new(j, rows[i].member, json_string(rows[i].value));
		else
			json_object_del(j, rows[i].member);
		if (load(j, 0600, &t, error) != -1 || !strstr(error, "payissuer terminal"))
			fail_msg("%s", rows[i].name);
		assert_null(t.key);
		json_decref(j);
	}
}

static void no_file_at_all(void **state)
{
	char error[TERMINAL_ERROR_LEN];
	struct terminal t;
	FILE *f;

	(void)state;
	assert_int_equal(terminal_load(&t, "/nonexistent/terminal.json", error), -1);
	assert_non_null(strstr(error, "payissuer terminal"));
	assert_int_equal(terminal_load(&t, "/", error), -1);
	f = fopen(temp_dir_path("big"), "w");
	assert_non_null(f);
	for (int i = 0; i < 10000; i++)
		fputc(' ', f);
	fclose(f);
	assert_int_equal(chmod(temp_dir_path("big"), 0600), 0);
	assert_int_equal(terminal_load(&t, temp_dir_path("big"), error), -1);
	/* Nothing waits for the writer of a FIFO. */
	assert_int_equal(mkfifo(temp_dir_path("fifo"), 0600), 0);
	alarm(10);
	assert_int_equal(terminal_load(&t, temp_dir_path("fifo"), error), -1);
	alarm(0);
}

static int load_deny_text(const char *text, struct deny_list *d, char error[DENY_ERROR_LEN])
{
	FILE *f = fopen(temp_dir_path("deny"), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return deny_load(d, temp_dir_path("deny"), true, error);
}

static void deny_lists(void **state)
{
	static const struct {
		const char *name, *text, *where;
		int result;
		size_t n;
	} rows[] = {
		{ "two", "ffffffffffffffff\n0011223344556677\n", NULL, 0, 2 }, { "comments and blanks", "# all\n\n0011223344556677 # lost\n", NULL, 0, 1 },
		{ "no newline at the end", "0011223344556677", NULL, 0, 1 }, { "empty", "", NULL, 0, 0 },
		{ "too short", "0011223344556677\n00112233\n", ":2:", -1, 0 }, { "no hex", "zz11223344556677\n", ":1:", -1, 0 },
		{ "two on a line", "0011223344556677 0011223344556678\n", ":1:", -1, 0 },
	};
	const uint8_t listed[CID_LEN] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77 }, free_one[CID_LEN] = { 1 };
	char error[DENY_ERROR_LEN], line[600];
	struct deny_list d;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		if (load_deny_text(rows[i].text, &d, error) != rows[i].result || d.n != rows[i].n)
			fail_msg("%s: %zu", rows[i].name, d.n);
		if (rows[i].where)
			assert_non_null(strstr(error, rows[i].where));
		assert_int_equal(deny_has(&d, listed), d.n > 0);
		assert_false(deny_has(&d, free_one));
		deny_free(&d);
	}
	memset(line, ' ', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(load_deny_text(line, &d, error), -1);
	assert_int_equal(deny_load(&d, "/nonexistent/deny", true, error), -1);
	assert_int_equal(deny_load(&d, "/nonexistent/deny", false, error), 0);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = { T(a_good_file), T(secrets_are_private), T(parts_that_do_not_fit), T(no_file_at_all), T(deny_lists) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
