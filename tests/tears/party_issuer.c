// SPDX-License-Identifier: BSD-2-Clause
/* The issuer: its books behind its own JSON. */
#include "party.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "tools/payissuer/accounts.h"
#include "tools/payissuer/api.h"
#include "tools/payissuer/terminals.h"

static struct issuer is;

/* Members of an answer go to the mailbox, as text. */
static void mail(int fd, int32_t result, json_t *j)
{
	size_t n = j ? json_dumpb(j, (char *)shared->mail, MAIL_SIZE - 1, JSON_COMPACT) : 0;

	json_decref(j);
	if (n >= MAIL_SIZE)
		_exit(9);
	shared->mail[n] = '\0';
	wire_answer(fd, n > 0 ? result : -1, NULL, 0);
}

static void serve(int fd, struct message *m)
{
	const char *method = (const char *)m->data, *path = method + strlen(method) + 1, *body = path + strlen(path) + 1;
	json_t *answer = NULL;
	unsigned int status = api_answer(&is, method, path, body, m->len - (size_t)(body - method), &answer);

	mail(fd, (int32_t)status, answer);
}

void party_issuer(int fd, const char *dir)
{
	static struct message m;
	char path[128];

	log_init("payissuer", LOG_EMERG);
	snprintf(path, sizeof(path), "%s/issuer/issuer.db", dir);
	if (issuer_open(&is, path) < 0)
		_exit(1);
	wire_answer(fd, 0, NULL, 0);
	while (wire_receive(fd, &m, NULL) == 0) {
		if (m.what == ASK_ACCOUNTS)
			mail(fd, 0, accounts_json(&is));
		else
			serve(fd, &m);
	}
	_exit(0);
}

void party_issuer_make(const char *dir)
{
	const struct store_issuer conf = { .currency = 0x0978, .vcn_prefix = "977700", .max_balance = 100000000 };
	char path[128], made[256];

	log_init("payissuer", LOG_EMERG);
	snprintf(path, sizeof(path), "%s/issuer/issuer.db", dir);
	if (issuer_create(&is, path, &conf) < 0) {
		fprintf(stderr, "issuer: %s\n", is.error);
		exit(1);
	}
	snprintf(path, sizeof(path), "%s/pos", dir);
	if (terminals_certify(&is, "Campus Canteen No. 1", 7, path, made, sizeof(made)) < 0) {
		fprintf(stderr, "issuer: %s\n", is.error);
		exit(1);
	}
	issuer_close(&is);
}
