/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GlobalPlatform TEE Trusted User Interface API 1.0 (GPD_SPE_020), on a text console: trustuid has a virtual terminal and, while a
 * session is open, all keyboards. One session at a time on the machine; a screen ends after a minute without an answer.
 *
 * What a text console has no use for is refused and not passed over: images, a wording of buttons of one's own, portrait orientation.
 * Sizes are in pixels of a cell of 8 by 16. A line of a label that begins with "# " is shown in large type: for the amount of a payment.
 */
#ifndef TEE_TUI_API_H
#define TEE_TUI_API_H

#include "tee_api_types.h"

#define TEE_TUI_NUMBER_BUTTON_TYPES	0x00000006

typedef enum {
	TEE_TUI_HIDDEN_MODE = 0,
	TEE_TUI_CLEAR_MODE,
	TEE_TUI_TEMPORARY_CLEAR_MODE,
} TEE_TUIEntryFieldMode;

typedef enum {
	TEE_TUI_NUMERICAL = 0,
	TEE_TUI_ALPHANUMERICAL,
} TEE_TUIEntryFieldType;

typedef enum {
	TEE_TUI_PORTRAIT = 0,
	TEE_TUI_LANDSCAPE,
} TEE_TUIScreenOrientation;

typedef enum {
	TEE_TUI_CORRECTION = 0,
	TEE_TUI_OK,
	TEE_TUI_CANCEL,
	TEE_TUI_VALIDATE,
	TEE_TUI_PREVIOUS,
	TEE_TUI_NEXT,
} TEE_TUIButtonType;

typedef enum {
	TEE_TUI_NO_SOURCE = 0,
	TEE_TUI_REF_SOURCE,
	TEE_TUI_OBJECT_SOURCE,
} TEE_TUIImageSource;

typedef struct {
	TEE_TUIImageSource source;
	union {
		struct {
			void *image;		/* PNG */
			size_t imageLength;	/* bytes */
		} ref;
		struct {
			uint32_t storageID;
			void *objectID;
			size_t objectIDLen;	/* bytes */
		} object;
	};
	uint32_t width;				/* pixels */
	uint32_t height;
} TEE_TUIImage;

typedef struct {
	char *text;
	uint32_t textXOffset;
	uint32_t textYOffset;
	uint8_t textColor[3];			/* red, green, blue */
	TEE_TUIImage image;
	uint32_t imageXOffset;
	uint32_t imageYOffset;
} TEE_TUIScreenLabel;

typedef struct {
	char *text;
	TEE_TUIImage image;
} TEE_TUIButton;

typedef struct {
	TEE_TUIScreenOrientation screenOrientation;
	TEE_TUIScreenLabel label;
	TEE_TUIButton *buttons[TEE_TUI_NUMBER_BUTTON_TYPES];
	bool requestedButtons[TEE_TUI_NUMBER_BUTTON_TYPES];
} TEE_TUIScreenConfiguration;

typedef struct {
	char *buttonText;
	uint32_t buttonWidth;
	uint32_t buttonHeight;
	bool buttonTextCustom;
	bool buttonImageCustom;
} TEE_TUIScreenButtonInfo;

typedef struct {
	uint32_t grayscaleBitsDepth;
	uint32_t redBitsDepth;
	uint32_t greenBitsDepth;
	uint32_t blueBitsDepth;
	uint32_t widthInch;			/* pixels an inch */
	uint32_t heightInch;
	uint32_t maxEntryFields;
	uint32_t entryFieldLabelWidth;
	uint32_t entryFieldLabelHeight;
	uint32_t maxEntryFieldLength;
	uint8_t labelColor[3];
	uint32_t labelWidth;
	uint32_t labelHeight;
	TEE_TUIScreenButtonInfo buttonInfo[TEE_TUI_NUMBER_BUTTON_TYPES];
} TEE_TUIScreenInfo;

typedef struct {
	char *label;
	TEE_TUIEntryFieldMode mode;
	TEE_TUIEntryFieldType type;
	uint32_t minExpectedLength;
	uint32_t maxExpectedLength;
	char *buffer;
	size_t bufferLength;			/* bytes */
} TEE_TUIEntryField;

/*
 * The room that @text takes: *width and *height in pixels, lines end with \n. TEE_ERROR_NOT_SUPPORTED: a character that the console does
 * not have, at the index (in bytes) *lastIndex; it has printable ASCII and U+00A0 to U+00FF. GP TUI 1.0 §4.2.
 */
TEE_Result TEE_TUICheckTextFormat(const char *text, uint32_t *width, uint32_t *height, uint32_t *lastIndex);

/*
 * What the screen is like with @nbEntryFields, at most 4. The strings in *screenInfo are static. TEE_ERROR_NOT_SUPPORTED: portrait, or more
 * fields; TEE_ERROR_COMMUNICATION: trustuid is not there. GP TUI 1.0 §4.3.
 */
TEE_Result TEE_TUIGetScreenInfo(TEE_TUIScreenOrientation screenOrientation, uint32_t nbEntryFields,
				TEE_TUIScreenInfo *screenInfo);

/*
 * Takes screen and keyboards from the rest of the machine. TEE_ERROR_BUSY: the session is open already; TEE_ERROR_NOT_SUPPORTED: this
 * machine has no console or its keyboards cannot be had; TEE_ERROR_COMMUNICATION: trustuid is not there. GP TUI 1.0 §4.4.
 */
TEE_Result TEE_TUIInitSession(void);

/* Gives them back; they are when it returns. TEE_ERROR_BAD_STATE without a session. GP TUI 1.0 §4.5. */
TEE_Result TEE_TUICloseSession(void);

/*
 * Shows a screen and waits for a button; *selectedButton is which. The label's text has at most 640 bytes; TEE_TUI_CORRECTION is handled
 * by the screen and never comes back. Each field's buffer has room for maxExpectedLength (at most 64) characters and a closing zero;
 * its bufferLength becomes the length of what was entered. TEE_ERROR_EXTERNAL_CANCEL: no answer within a minute, or the screen was taken
 * away; TEE_ERROR_CANCEL: the operation was cancelled (GP Core 1.3 §4.10). Both end the session. GP TUI 1.0 §4.6.
 */
TEE_Result TEE_TUIDisplayScreen(const TEE_TUIScreenConfiguration *screenConfiguration, bool closeTUISession,
				TEE_TUIEntryField *entryFields, uint32_t entryFieldCount,
				TEE_TUIButtonType *selectedButton);

#endif
