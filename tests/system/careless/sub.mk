# SPDX-License-Identifier: BSD-2-Clause
global-incdirs-y += ../../../docs/examples/hello/ta/include
# A result that is not looked at is a mistake that OP-TEE's headers let pass.
cflags-y += -Werror
srcs-y += careless_ta.c
