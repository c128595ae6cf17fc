/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAYISSUER_API_H
#define TEEPAY_PAYISSUER_API_H

#include <jansson.h>

#include "issuer.h"

/*
 * The issuer's resources, as JSON; who carries them is http.c's business.  Binary values are lower-case hex, amounts are numbers of minor units.
 *
 *   POST /v1/challenges           {}                                     {challenge}
 *   POST /v1/cards                {challenge, application, holder}       {issue, cid}
 *   POST /v1/cards/CID/topups     {key, amount}                          {seq, message}
 *   POST /v1/cards/CID/transfers  {key, payee, amount}                   {seq, message}
 *   GET  /v1/cards/CID/messages                                          {messages: [{seq, message}]}, those without an answer, in order
 *   POST /v1/cards/CID/replies    {reply}                                {status: "applied" | "refused" | "known"}
 *   POST /v1/cards/CID/lost       {}                                     {state, refund_after, held}
 *   POST /v1/cards/CID/refunds    {to}                                   {seq, amount}; the message is in the list of card @to
 *   POST /v1/receipts             {receipts: [{cert | tid, cid, ctr, p, ebal, rsig}]}
 *                                                                        {accepted, known, refused: [{index, cid, ctr, error, hint}]}
 *   GET  /v1/info                                                        {issuer_pk, money_pk, kid, currency, vcn_prefix, max_balance}
 *
 * An error is {error, hint} with a status from 400 on.
 */
#define API_MESSAGES_MAX	32	/* in one answer: the client fetches again when it has taken them */
#define API_RECEIPTS_MAX	32	/* in one request */

/* Answers one request: the HTTP status, and in *@answer an object for the caller to release (NULL only without memory). */
unsigned int api_answer(struct issuer *is, const char *method, const char *path, const char *body, size_t len, json_t **answer);

/* {error, hint} */
json_t *api_error(const char *error, const char *hint);

#endif
