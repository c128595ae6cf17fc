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

#define TC_INBOX_PAGES	(TC_INBOX_SIZE >> PAGE_SHIFT)

static struct tc_session *tc_session_of_place(struct tc_place *place)
{
	return container_of(place, struct tc_session, place);
}

static bool tc_inbox_get(struct tc_place *place)
{
	return kref_get_unless_zero(&tc_session_of_place(place)->ref);
}

static void tc_inbox_put(struct tc_place *place)
{
	tc_session_put(tc_session_of_place(place));
}

struct tc_inbox_view {
	const struct tc_session *session;
	unsigned long base;
};

static struct page *tc_inbox_page(void *data, unsigned long pgoff)
{
	const struct tc_inbox_view *view = data;

	return virt_to_page(view->session->inbox +
			    ((pgoff - view->base) << PAGE_SHIFT));
}

/* Only the TA has the inbox mapped, and keeps it as long as the session lives. */
static vm_fault_t tc_inbox_fill(struct tc_place *place, struct vm_fault *vmf,
				unsigned long base, bool ro)
{
	struct tc_inbox_view view = { tc_session_of_place(place), base };

	return tc_mapping_fill(vmf, base, TC_INBOX_PAGES, tc_inbox_page, &view);
}

static const struct tc_place_ops tc_inbox_ops = {
	.get = tc_inbox_get,
	.put = tc_inbox_put,
	.fill = tc_inbox_fill,
};

/* May run under the mmap lock: a fault in a window holds a reference. */
static void tc_session_release(struct kref *ref)
{
	struct tc_session *session = container_of(ref, struct tc_session, ref);
	struct tc_window *window = &session->ta->window;

	/* The range must stay taken until nothing of it is mapped. */
	tc_place_unmap(window, &session->place, 0, TC_INBOX_PAGES, false);
	tc_place_unmap(window, &session->place, 0, TC_INBOX_PAGES, true);
	tc_place_del(window, &session->place);
	memzero_explicit(session->inbox, TC_INBOX_SIZE);
	free_pages_exact(session->inbox, TC_INBOX_SIZE);
	tc_charge_free(session->charge);
	tc_ta_put(session->ta);
	tc_client_put(session->client);
	kfree(session);
}

void tc_session_put(struct tc_session *session)
{
	kref_put(&session->ref, tc_session_release);
}

/*
 * Into both tables, with a reference each. Numbers are not used again at once,
 * so that the id of a message long gone does not become that of another.
 */
static int tc_session_list(struct tc_session *session)
{
	struct tc_ta *ta = session->ta;
	struct tc_client *client = session->client;
	int ret;

	kref_get(&session->ref);
	ret = xa_alloc_cyclic(&ta->sessions, &session->ta_id, session,
			      XA_LIMIT(1, INT_MAX), &ta->next_session,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		tc_session_put(session);
		return ret;
	}
	kref_get(&session->ref);
	ret = xa_alloc_cyclic(&client->sessions, &session->client_id, session,
			      XA_LIMIT(1, INT_MAX), &client->next_session,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0) {
		tc_session_unlist(session);
		tc_session_put(session);
		return ret;
	}
	return 0;
}

/**
 * tc_session_new() - a session that is opening
 * @client: whose; its table gets a reference
 * @ta: to whom; its table gets a reference
 * @who: what the TA will be told
 *
 * Next is a tc_call_begin() with TEECHAN_KIND_OPEN, whose failure ends it.
 *
 * Return: the session with the caller's reference, or ERR_PTR(): -EDQUOT,
 * -ENOMEM, -ENOSPC as tc_charge_new() and tc_place_add().
 */
struct tc_session *tc_session_new(struct tc_client *client, struct tc_ta *ta,
				  const struct teechan_identity *who)
{
	struct tc_session *session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!session)
		return ERR_PTR(-ENOMEM);
	kref_init(&session->ref);
	session->client = client;
	session->ta = ta;
	session->who = *who;
	session->life = TC_OPENING;
	session->listed = true;
	INIT_LIST_HEAD(&session->on_queue);
	INIT_LIST_HEAD(&session->waiters);
	init_waitqueue_head(&session->wait);
	init_waitqueue_head(&session->slot_wait);

	session->charge = tc_charge_new(client->user, client->owner.mm,
					TC_KIND_SESSION, TC_INBOX_SIZE);
	if (IS_ERR(session->charge)) {
		ret = PTR_ERR(session->charge);
		goto free_session;
	}
	ret = -ENOMEM;
	session->inbox = alloc_pages_exact(TC_INBOX_SIZE, GFP_KERNEL_ACCOUNT |
					   __GFP_ZERO | __GFP_NOWARN);
	if (!session->inbox)
		goto free_charge;
	ret = tc_place_add(&ta->window, &session->place, &tc_inbox_ops,
			   TC_INBOX_PAGES);
	if (ret)
		goto free_inbox;
	tc_ta_get(ta);
	tc_client_get(client);

	ret = tc_session_list(session);
	if (ret) {
		tc_session_put(session);
		return ERR_PTR(ret);
	}
	return session;

free_inbox:
	free_pages_exact(session->inbox, TC_INBOX_SIZE);
free_charge:
	tc_charge_free(session->charge);
free_session:
	kfree(session);
	return ERR_PTR(ret);
}

/**
 * tc_session_of_client() - a client's session by its id
 * @client: whose
 * @id: as given at opening
 *
 * The reference is taken under the lock under which the id is removed.
 *
 * Return: the session with a reference, or NULL.
 */
struct tc_session *tc_session_of_client(struct tc_client *client, u32 id)
{
	struct tc_session *session;

	xa_lock(&client->sessions);
	session = xa_load(&client->sessions, id);
	if (session)
		kref_get(&session->ref);
	xa_unlock(&client->sessions);
	return session;
}

/**
 * tc_session_live() - change a session's stage of life, forwards only
 * @session: ta->lock is held
 * @life: the next stage
 */
void tc_session_live(struct tc_session *session, enum tc_life life)
{
	struct tc_ta *ta = session->ta;

	lockdep_assert_held(&ta->lock);
	if (session->life <= TC_OPEN && life > TC_OPEN && session->counted)
		ta->live--;
	session->life = life;
}

/* The TA is done with the session: its number is free again. */
void tc_session_unlist(struct tc_session *session)
{
	struct tc_ta *ta = session->ta;
	bool was, closed;

	spin_lock(&ta->lock);
	was = session->listed;
	session->listed = false;
	if (was)
		xa_erase(&ta->sessions, session->ta_id);
	closed = session->msg.kind == TEECHAN_KIND_CLOSE;
	spin_unlock(&ta->lock);
	if (!was)
		return;
	if (closed)
		tc_event_close(session);
	tc_session_put(session);
}

/**
 * tc_session_leave() - the client is done with a session
 * @session: in the client's table, or was until another thread was quicker
 *
 * What is under way is abandoned; the TA is told with a CLOSE as soon as it is
 * done with that.
 */
void tc_session_leave(struct tc_session *session)
{
	struct tc_client *client = session->client;
	bool was;

	xa_lock(&client->sessions);
	was = xa_load(&client->sessions, session->client_id) == session;
	if (was)
		__xa_erase(&client->sessions, session->client_id);
	xa_unlock(&client->sessions);
	if (!was)
		return;
	tc_message_quit(session);
	tc_session_put(session);
}
