// SPDX-License-Identifier: BSD-2-Clause
#include "bus_caller.h"

#include <grp.h>
#include <pwd.h>
#include <stdbool.h>

#define GROUP		"teepay"
#define GROUPS_MAX	256

static bool is_member(uid_t uid)
{
	gid_t groups[GROUPS_MAX];
	int n = GROUPS_MAX;
	const struct passwd *pw = getpwuid(uid);
	const struct group *gr;

	if (!pw || getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
		return false;
	gr = getgrnam(GROUP);
	for (int i = 0; gr && i < n; i++)
		if (groups[i] == gr->gr_gid)
			return true;
	return false;
}

int bus_caller_check(sd_bus_message *m, void *ctx, sd_bus_error *error)
{
	sd_bus_creds *creds = NULL;
	uid_t uid = (uid_t)-1;
	int r;

	(void)ctx;
	if (!sd_bus_message_is_method_call(m, NULL, NULL) || sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Introspectable", NULL))
		return 0;
	r = sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID, &creds);

	if (r >= 0)
		r = sd_bus_creds_get_euid(creds, &uid);
	sd_bus_creds_unref(creds);
	if (r >= 0 && (uid == 0 || is_member(uid)))
		return 0;
	return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "only root and members of the group " GROUP " may use the wallet; "
				"an administrator says: adduser USER " GROUP);
}
