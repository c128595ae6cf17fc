// SPDX-License-Identifier: BSD-2-Clause
#include "policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "octets.h"

#define FILE_MAX  65536
#define WORDS	  3
#define BLANKS	  " \t\r\v\f"

/* Where a fault is, and what it is. */
struct place {
	const char *name;
	unsigned int line;
	char *error;
};

__attribute__((format(printf, 2, 3))) static int fault(const struct place *at, const char *format, ...)
{
	va_list args;
	int len = snprintf(at->error, POLICY_ERROR_LEN, at->line ? "%s:%u: " : "%s: ", at->name, at->line);

	if (len < 0 || len >= POLICY_ERROR_LEN)
		return -1;
	va_start(args, format);
	(void)vsnprintf(at->error + len, (size_t)(POLICY_ERROR_LEN - len), format, args);
	va_end(args);
	return -1;
}

/* ---- words ---- */

static int take_uuid(const struct place *at, const char *word, uint8_t uuid[TEECHAN_UUID_LEN])
{
	if (octets_uuid(word, uuid))
		return fault(at, "\"%s\" is no UUID; write one like 7ee9a100-0c1d-4f0e-9b5a-746565706179", word);
	return 0;
}

static int take_user(const struct place *at, const char *word, uint32_t *uid)
{
	const struct passwd *user;
	unsigned long number;
	char *end;

	if (strspn(word, "0123456789") == strlen(word)) {
		errno = 0;
		number = strtoul(word, &end, 10);
		if (errno || number >= UINT32_MAX)
			return fault(at, "there can be no user id %s; the largest is 4294967294", word);
		*uid = (uint32_t)number;
		return 0;
	}
	user = getpwnam(word);
	if (!user)
		return fault(at, "there is no user \"%s\"; write a name that getent passwd shows, or a user id", word);
	*uid = user->pw_uid;
	return 0;
}

/* ---- executables ---- */

static int hash(int fd, uint8_t digest[TEECHAN_DIGEST_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex2(ctx, EVP_sha256(), NULL) == 1;
	static uint8_t bytes[65536];
	ssize_t len = 0;

	while (ok && (len = read(fd, bytes, sizeof(bytes))) > 0)
		ok = EVP_DigestUpdate(ctx, bytes, (size_t)len) == 1;
	ok = ok && len == 0 && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}

/* Regular, and changed by nobody but root or ourselves. What is true of an open file stays true of it. */
static int check_owner(const struct place *at, int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		return fault(at, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fault(at, "%s is no file; name the file itself", path);
	if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return fault(at, "others than root can change %s; run: chown root %s && chmod go-w %s", path, path, path);
	return 0;
}

static int measure(const struct place *at, const char *path, uint8_t digest[TEECHAN_DIGEST_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), ret;

	if (fd < 0)
		return fault(at, "cannot read the executable %s: %s; name one that is there, or write its digest", path,
			     strerror(errno));
	ret = check_owner(at, fd, path);
	if (!ret && hash(fd, digest))
		ret = fault(at, "cannot measure %s; write its digest, as sha256sum prints it", path);
	close(fd);
	return ret;
}

static int take_executable(const struct place *at, const char *word, uint8_t digest[TEECHAN_DIGEST_LEN])
{
	if (word[0] == '/')
		return measure(at, word, digest);
	if (!octets_digest(word, digest))
		return 0;
	if (!strcmp(word, "*"))
		return fault(at, "every entry names one executable, \"*\" would allow all; write the path of the right one");
	return fault(at, "\"%s\" is no executable; write its absolute path, or its SHA-256 in 64 hex digits", word);
}

/* ---- lines ---- */

static int take_entry(const struct place *at, struct policy *policy, char *const words[WORDS])
{
	struct policy_entry *entry = &policy->entries[policy->count];

	if (policy->count == TEECHAN_POLICY_MAX)
		return fault(at, "more than %d entries; leave out what is not used", TEECHAN_POLICY_MAX);
	if (take_uuid(at, words[0], entry->uuid) || take_user(at, words[1], &entry->uid) ||
	    take_executable(at, words[2], entry->digest))
		return -1;
	for (size_t i = 0; i < policy->count; i++)
		if (!memcmp(&policy->entries[i], entry, sizeof(*entry)))
			return fault(at, "the same as entry %zu; leave one of them out", i + 1);
	policy->count++;
	return 0;
}

static int take_line(const struct place *at, struct policy *policy, char *line)
{
	char *words[WORDS], *rest = NULL, *word;
	size_t count = 0;

	line[strcspn(line, "#")] = 0;
	for (word = strtok_r(line, BLANKS, &rest); word; word = strtok_r(NULL, BLANKS, &rest)) {
		if (count == WORDS)
			return fault(at, "\"%s\" is one word too many; a line is UUID, user and executable", word);
		words[count++] = word;
	}
	if (!count)
		return 0;
	if (count < WORDS)
		return fault(at, "only %zu of three words; a line is UUID, user and executable", count);
	return take_entry(at, policy, words);
}

int policy_parse(struct policy *policy, const char *name, const char *text, size_t len, char error[POLICY_ERROR_LEN])
{
	struct place at = { name, 0, error };
	char line[1024];

	memset(policy, 0, sizeof(*policy));
	while (len) {
		const char *end = memchr(text, '\n', len);
		const size_t size = end ? (size_t)(end - text) : len;

		at.line++;
		if (size >= sizeof(line) || memchr(text, 0, size))
			return fault(&at, "this is no line of text; a line is UUID, user and executable");
		memcpy(line, text, size);
		line[size] = 0;
		if (take_line(&at, policy, line))
			return -1;
		text += size + (end != NULL);
		len -= size + (end != NULL);
	}
	at.line = 0;
	return policy->count ? 0 : fault(&at, "there is no entry in it; a line is UUID, user and executable");
}

int policy_read(struct policy *policy, const char *path, char error[POLICY_ERROR_LEN])
{
	const struct place at = { path, 0, error };
	static char text[FILE_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), ret;
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return fault(&at, "%s", strerror(errno));
	ret = check_owner(&at, fd, path);
	while (!ret && got > 0 && len < sizeof(text)) {
		got = read(fd, text + len, sizeof(text) - len);
		if (got > 0)
			len += (size_t)got;
	}
	close(fd);
	if (ret)
		return ret;
	if (got < 0)
		return fault(&at, "cannot be read");
	if (len == sizeof(text))
		return fault(&at, "larger than %d bytes; this is no policy", FILE_MAX);
	return policy_parse(policy, path, text, len, error);
}
