# SPDX-License-Identifier: BSD-2-Clause
global-incdirs-y += ../../../docs/examples/hello/ta/include
srcs-y += careless_ta.c
