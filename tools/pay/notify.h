/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEEPAY_PAY_NOTIFY_H
#define TEEPAY_PAY_NOTIFY_H

/*
 * Notifications on the desktop (org.freedesktop.Notifications of the session bus), where there is one.  Without a session bus or such a service nothing
 * happens: who watches on a terminal sees it there.
 */
struct notify;

/* NULL: there is no session bus. */
struct notify *notify_open(void);
void notify_close(struct notify **notify);
/* Shows it, and does not wait.  @notify may be NULL.  @text is plain: what a desktop would take for markup is escaped. */
void notify_show(struct notify *notify, const char *title, const char *text);

#endif
