// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "client.h"
#include "limits.h"
#include "mapping.h"
#include "netlink.h"
#include "ta.h"

#define TCH_INBOX_PAGES	(TCH_INBOX_SIZE >> PAGE_SHIFT)

static struct tch_session *tch_session_of_place(struct tch_place *place)
{
	return container_of(place, struct tch_session, place);
}

static bool tch_inbox_get(struct tch_place *place)
{
	return kref_get_unless_zero(&tch_session_of_place(place)->ref);
}

static void tch_inbox_put(struct tch_place *place)
{
	tch_session_put(tch_session_of_place(place));
}

struct tch_inbox_view {
	const struct tch_session *session;
	unsigned long base;
};

static struct page *tch_inbox_page(void *data, unsigned long pgoff)
{
	const struct tch_inbox_view *view = data;

	return virt_to_page(view->session->inbox +
			    ((pgoff - view->base) << PAGE_SHIFT));
}

/* Only the TA has the inbox mapped, and keeps it as long as the session lives. */
static vm_fault_t tch_inbox_fill(struct tch_place *place, struct vm_fault *vmf,
				 unsigned long base, bool ro)
{
	struct tch_session *session = tch_session_of_place(place);
	struct tch_inbox_view view = { session, base };

	WRITE_ONCE(session->mapped, true);
	return tch_mapping_fill(vmf, base, TCH_INBOX_PAGES, tch_inbox_page, &view);
}

static const struct tch_place_ops tch_inbox_ops = {
	.get = tch_inbox_get,
	.put = tch_inbox_put,
	.fill = tch_inbox_fill,
};

/*
 * Zeros. A user who opens one session after the other, none of which uses its inbox,
 * gets the same one each time: to make 16 KiB of zeros costs more than the rest.
 */
static void *tch_inbox_new(struct tch_client *client)
{
	void *inbox = tch_user_take_spare(client->user);

	return inbox ?: alloc_pages_exact(TCH_INBOX_SIZE, GFP_KERNEL_ACCOUNT |
					  __GFP_ZERO | __GFP_NOWARN);
}

void tch_inbox_free(void *inbox)
{
	if (inbox)
		free_pages_exact(inbox, TCH_INBOX_SIZE);
}

/* Of tch_session_put(). May run under the mmap lock: a fault in a window holds a reference. */
void tch_session_release(struct kref *ref)
{
	struct tch_session *session = container_of(ref, struct tch_session, ref);
	struct tch_window *window = &session->ta->window;

	/*
	 * The range must stay taken until nothing of it is mapped. Most sessions
	 * never have a temporary reference: then it never was, and is zeros still.
	 */
	if (session->mapped) {
		tch_place_unmap(window, &session->place, 0, TCH_INBOX_PAGES, false);
		tch_place_unmap(window, &session->place, 0, TCH_INBOX_PAGES, true);
	}
	tch_place_del(window, &session->place);
	if (session->mapped || session->written) {
		memzero_explicit(session->inbox, TCH_INBOX_SIZE);
		tch_inbox_free(session->inbox);
	} else if (!tch_user_keep_spare(session->client->user, session->inbox)) {
		tch_inbox_free(session->inbox);
	}
	tch_charge_give(&session->charge);
	tch_ta_put(session->ta);
	tch_client_put(session->client);
	kfree(session);
}

/*
 * Into both tables, with a reference each. Numbers are not used again at once,
 * so that the id of a message long gone does not become that of another.
 */
static int tch_session_list(struct tch_session *session)
{
	struct tch_ta *ta = session->ta;
	struct tch_client *client = session->client;
	int ret;

	kref_get(&session->ref);
	ret = xa_alloc_cyclic(&ta->sessions, &session->ta_id, session,
			      XA_LIMIT(1, INT_MAX), &ta->next_session,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		tch_session_put(session);
		return ret;
	}
	kref_get(&session->ref);
	ret = xa_alloc_cyclic(&client->sessions, &session->client_id, session,
			      XA_LIMIT(1, INT_MAX), &client->next_session,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		tch_session_unlist(session);
		tch_session_put(session);
		return ret;
	}
	return 0;
}

/**
 * tch_session_new() - a session that is opening
 * @client: whose; its table gets a reference
 * @ta: to whom; its table gets a reference
 * @who: what the TA will be told
 *
 * Next is a tch_call_begin() with TEECHAN_KIND_OPEN, whose failure ends it.
 *
 * Return: the session with the caller's reference, or ERR_PTR(): -EDQUOT,
 * -ENOMEM, -ENOSPC as tch_charge_take() and tch_place_add().
 */
struct tch_session *tch_session_new(struct tch_client *client, struct tch_ta *ta,
				    const struct teechan_identity *who)
{
	struct tch_session *session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!session)
		return ERR_PTR(-ENOMEM);
	kref_init(&session->ref);
	session->client = client;
	session->ta = ta;
	session->who = *who;
	session->life = TCH_OPENING;
	session->listed = true;
	INIT_LIST_HEAD(&session->on_queue);
	INIT_LIST_HEAD(&session->waiters);
	init_waitqueue_head(&session->slot_wait);

	ret = tch_charge_take(&session->charge, client->user, client->owner.mm,
			      TCH_KIND_SESSION, TCH_INBOX_SIZE);
	if (ret)
		goto free_session;
	ret = -ENOMEM;
	session->inbox = tch_inbox_new(client);
	if (!session->inbox)
		goto free_charge;
	ret = tch_place_add(&ta->window, &session->place, &tch_inbox_ops,
			    TCH_INBOX_PAGES);
	if (ret)
		goto free_inbox;
	tch_ta_get(ta);
	tch_client_get(client);

	ret = tch_session_list(session);
	if (ret) {
		tch_session_put(session);
		return ERR_PTR(ret);
	}
	return session;

free_inbox:
	tch_inbox_free(session->inbox);
free_charge:
	tch_charge_give(&session->charge);
free_session:
	kfree(session);
	return ERR_PTR(ret);
}

/**
 * tch_session_of_client() - a client's session by its id
 * @client: whose
 * @id: as given at opening
 *
 * The reference is taken under the lock under which the id is removed.
 *
 * Return: the session with a reference, or NULL.
 */
__tch_hot_client struct tch_session *tch_session_of_client(struct tch_client *client, u32 id)
{
	struct tch_session *session;

	xa_lock(&client->sessions);
	session = client->recent;
	if (!session || session->client_id != id)
		session = xa_load(&client->sessions, id);
	if (session) {
		client->recent = session;
		kref_get(&session->ref);
	}
	xa_unlock(&client->sessions);
	return session;
}

/**
 * tch_session_live() - change a session's stage of life, forwards only
 * @session: ta->lock is held
 * @life: the next stage
 */
void tch_session_live(struct tch_session *session, enum tch_life life)
{
	struct tch_ta *ta = session->ta;

	lockdep_assert_held(&ta->lock);
	if (session->life <= TCH_OPEN && life > TCH_OPEN && session->counted)
		ta->live--;
	session->life = life;
}

/* The TA is done with the session: its number is free again. */
void tch_session_unlist(struct tch_session *session)
{
	struct tch_ta *ta = session->ta;
	bool was, closed;

	spin_lock(&ta->lock);
	was = session->listed;
	session->listed = false;
	if (was)
		xa_erase(&ta->sessions, session->ta_id);
	if (ta->recent == session)
		ta->recent = NULL;
	closed = session->msg.kind == TEECHAN_KIND_CLOSE;
	spin_unlock(&ta->lock);
	if (!was)
		return;
	if (closed)
		tch_event_close(session);
	tch_session_put(session);
}

/**
 * tch_session_leave() - the client is done with a session
 * @session: in the client's table, or was until another thread was quicker
 *
 * What is under way is abandoned; the TA is told with a CLOSE as soon as it is
 * done with that.
 */
void tch_session_leave(struct tch_session *session)
{
	struct tch_client *client = session->client;
	bool was;

	xa_lock(&client->sessions);
	was = xa_load(&client->sessions, session->client_id) == session;
	if (was)
		__xa_erase(&client->sessions, session->client_id);
	if (client->recent == session)
		client->recent = NULL;
	xa_unlock(&client->sessions);
	if (!was)
		return;
	tch_message_quit(session);
	tch_session_put(session);
}
