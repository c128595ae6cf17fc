// SPDX-License-Identifier: BSD-2-Clause
/* The Trusted User Interface API: its functions say honestly that there is no trusted screen yet (GP TUI 1.0 §4). */
#include <tee_tui_api.h>

#include <tee_internal_api.h>

TEE_Result TEE_TUICheckTextFormat(const char *text, uint32_t *width, uint32_t *height, uint32_t *lastIndex)
{
	(void)text;
	(void)width;
	(void)height;
	(void)lastIndex;
	return TEE_ERROR_NOT_SUPPORTED;
}

TEE_Result TEE_TUIGetScreenInfo(TEE_TUIScreenOrientation screenOrientation, uint32_t nbEntryFields,
				TEE_TUIScreenInfo *screenInfo)
{
	(void)screenOrientation;
	(void)nbEntryFields;
	(void)screenInfo;
	return TEE_ERROR_NOT_SUPPORTED;
}

TEE_Result TEE_TUIInitSession(void)
{
	return TEE_ERROR_NOT_SUPPORTED;
}

TEE_Result TEE_TUICloseSession(void)
{
	return TEE_ERROR_NOT_SUPPORTED;
}

TEE_Result TEE_TUIDisplayScreen(const TEE_TUIScreenConfiguration *screenConfiguration, bool closeTUISession,
				TEE_TUIEntryField *entryFields, uint32_t entryFieldCount,
				TEE_TUIButtonType *selectedButton)
{
	(void)screenConfiguration;
	(void)closeTUISession;
	(void)entryFields;
	(void)entryFieldCount;
	(void)selectedButton;
	return TEE_ERROR_NOT_SUPPORTED;
}
