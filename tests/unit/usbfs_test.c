// SPDX-License-Identifier: BSD-2-Clause
/* common/libusb/usbfs.c between a libusb 0.1 and a kernel that are both this test: the calls and their order are those of libusb's usb_urb_transfer(). */
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include <cmocka.h>

#define IN	0x82
#define OUT	0x02
#define FD	7

/* --- the kernel --- */

static struct {
	struct usbdevfs_urb *in;	/* a read that it has */
	struct usbdevfs_urb *done[2];
	unsigned int ndone, discards;
} kernel;

static void finish(struct usbdevfs_urb *u, int status)
{
	assert_in_range(kernel.ndone, 0, 1);
	u->status = status;
	kernel.done[kernel.ndone++] = u;
}

/* The reader sends @text. */
static void says(const char *text)
{
	struct usbdevfs_urb *u = kernel.in;

	assert_non_null(u);
	kernel.in = NULL;
	memcpy(u->buffer, text, strlen(text));
	u->actual_length = (int)strlen(text);
	finish(u, 0);
}

long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	unsigned long request;
	struct usbdevfs_urb *u;
	va_list list;

	(void)number;
	va_start(list, number);
	assert_int_equal(va_arg(list, int), FD);
	request = va_arg(list, unsigned long);
	u = va_arg(list, void *);
	va_end(list);
	if (request == USBDEVFS_SUBMITURB && u->endpoint & 0x80) {
		assert_null(kernel.in);
		kernel.in = u;
	} else if (request == USBDEVFS_SUBMITURB) {
		u->actual_length = u->buffer_length;
		finish(u, 0);
	} else if (request == USBDEVFS_REAPURBNDELAY && kernel.ndone > 0) {
		*(struct usbdevfs_urb **)(void *)u = kernel.done[0];
		kernel.done[0] = kernel.done[1];
		kernel.ndone--;
	} else if (request == USBDEVFS_REAPURBNDELAY) {
		errno = EAGAIN;
		return -1;
	} else if (request == USBDEVFS_REAPURB) {
		fail_msg("it would wait for ever");
	} else if (request == USBDEVFS_DISCARDURB) {
		kernel.discards++;
	}
	return 0;
}

/* --- libusb --- */

static struct usbdevfs_urb urb;
static char data[64];

static int set_up(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return ioctl(FD, USBDEVFS_CLAIMINTERFACE, &(unsigned int){ 0 });
}

static void begin(unsigned char endpoint, int len)
{
	memset(data, 0, sizeof(data));
	urb = (struct usbdevfs_urb){ .type = USBDEVFS_URB_TYPE_BULK, .endpoint = endpoint, .buffer = data, .buffer_length = len };
	assert_int_equal(ioctl(FD, USBDEVFS_SUBMITURB, &urb), 0);
}

static bool is_done(void)
{
	struct usbdevfs_urb *context = NULL;

	if (ioctl(FD, USBDEVFS_REAPURBNDELAY, &context) < 0) {
		assert_int_equal(errno, EAGAIN);
		return false;
	}
	assert_ptr_equal(context, &urb);
	return true;
}

static void give_up(void)
{
	struct usbdevfs_urb *context = NULL;

	assert_int_equal(ioctl(FD, USBDEVFS_DISCARDURB, &urb), 0);
	assert_int_equal(ioctl(FD, USBDEVFS_REAPURB, &context), 0);
}

static void reads(const char *text)
{
	begin(IN, sizeof(data));
	assert_true(is_done());
	assert_int_equal(urb.actual_length, strlen(text));
	assert_string_equal(data, text);
}

static void writes(void)
{
	begin(OUT, 4);
	while (!is_done())
		;
	assert_int_equal(urb.actual_length, 4);
}

static void a_read_and_a_write(void **state)
{
	(void)state;
	writes();
	begin(IN, sizeof(data));
	assert_false(is_done());
	says("answer");
	assert_true(is_done());
	assert_string_equal(data, "answer");
	assert_int_equal(urb.actual_length, 6);
}

static void a_cancelled_read_goes_on(void **state)
{
	(void)state;
	writes();
	for (int i = 0; i < 3; i++) {
		begin(IN, sizeof(data));
		assert_false(is_done());
		give_up();
	}
	assert_int_equal(kernel.discards, 0);
	says("late");
	reads("late");
}

/* Debian's libusb looks at the clock after the transfer has ended, too. */
static void done_and_cancelled(void **state)
{
	(void)state;
	begin(IN, sizeof(data));
	says("just in time");
	assert_true(is_done());
	give_up();
	reads("just in time");
	begin(OUT, 4);
	assert_true(is_done());
	give_up();
}

static void an_older_answer_is_dropped(void **state)
{
	(void)state;
	begin(IN, sizeof(data));
	give_up();
	says("to the command before");
	writes();
	begin(IN, sizeof(data));
	assert_false(is_done());
	says("to this one");
	assert_true(is_done());
	assert_string_equal(data, "to this one");
}

static void in_pieces(void **state)
{
	(void)state;
	begin(IN, sizeof(data));
	give_up();
	says("abcdef");
	begin(IN, 4);
	assert_true(is_done());
	assert_memory_equal(data, "abcd", 4);
	reads("ef");
}

/* What comes while a write waits is kept for the read behind it. */
static void while_it_writes(void **state)
{
	struct usbdevfs_urb *write;

	(void)state;
	begin(IN, sizeof(data));
	give_up();
	begin(OUT, 4);
	write = kernel.done[0];
	kernel.ndone = 0;
	says("answer");
	assert_false(is_done());
	finish(write, 0);
	assert_true(is_done());
	reads("answer");
}

static void an_error_is_told_once(void **state)
{
	(void)state;
	begin(IN, sizeof(data));
	finish(kernel.in, -EPIPE);
	kernel.in = NULL;
	assert_true(is_done());
	assert_int_equal(urb.status, -EPIPE);
	assert_int_equal(urb.actual_length, 0);
	begin(IN, sizeof(data));
	assert_false(is_done());
}

/* The kernel ended its read when the file was closed, and told nobody. */
static void another_reader(void **state)
{
	(void)state;
	begin(IN, sizeof(data));
	give_up();
	set_up(NULL);
	begin(IN, sizeof(data));
	says("of the other");
	assert_true(is_done());
	assert_string_equal(data, "of the other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_read_and_a_write, set_up), cmocka_unit_test_setup(a_cancelled_read_goes_on, set_up),
		cmocka_unit_test_setup(done_and_cancelled, set_up), cmocka_unit_test_setup(an_older_answer_is_dropped, set_up),
		cmocka_unit_test_setup(in_pieces, set_up), cmocka_unit_test_setup(while_it_writes, set_up),
		cmocka_unit_test_setup(an_error_is_told_once, set_up), cmocka_unit_test_setup(another_reader, set_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
