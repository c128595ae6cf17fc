# SPDX-License-Identifier: BSD-2-Clause
# What the system tests need, and which of them make check runs. Part of the Makefile above.

# What the system tests need beside teepay: linked to nothing.
SYSTEM_TOOLS := $(patsubst tests/system/%.c,$(B)/tests/system/%,$(wildcard tests/system/*.c))
$(SYSTEM_TOOLS): $(B)/tests/system/%: $(B)/obj/tests/system/%.o
	$(link)
OBJECTS += $(SYSTEM_TOOLS:$(B)/%=$(B)/obj/%.o)

# Two virtual readers for the kernel's own USB (acr122u --help).
ACR122U := $(B)/tests/acr122u/acr122u
$(ACR122U): $(call objects,$(call sources,tests/acr122u))
	$(link)
OBJECTS += $(call objects,$(call sources,tests/acr122u))

# Not among them, since its sample alone takes some minutes: radio-faults.t (make check-radio).
# Order: removal.t takes everything down and brings it back; wallet.t moves the card's clock by days, so it is the last.
SYSTEM_TESTS ?= services.t examples.t debug.t payment.t transfer.t refuse.t kill.t opensc.t isolation.t teectl.t pin.t policy.t radio.t radio-plug.t removal.t wallet.t
# Each in a machine of its own.
REBOOT_TAPS := $(foreach n,1 2,$(B)/vm-out-reboot-$(n)/reboot.t.tap)
# How many payments radio.t makes each way, and what radio-faults.t and radio-plug.t try: some, or all (make check-radio).
RADIO_TAPS ?= 20
RADIO_FAULTS ?= few
# Those that check runs on a kernel: on another than the stock one what tells that all works there.
system_tests = $(if $(filter stock,$(1)),$(SYSTEM_TESTS),$(filter services.t payment.t,$(SYSTEM_TESTS)))
SYSTEM_TAPS := $(foreach k,$(KERNELS),$(patsubst %,$(B)/vm-out$(call dash,$(k))/%.tap,$(call system_tests,$(k))))
system-tools: $(SYSTEM_TOOLS) $(ACR122U) examples careless

# The examples, with what is built here in the places of what is installed.
examples: devkit
	$(Q)$(MAKE) --no-print-directory -s -C docs/examples O='$(abspath $(B))/examples' \
		TA_DEV_KIT_DIR='$(abspath $(DEVKIT))' TEEC_EXPORT='$(abspath $(B))/export'

# A trusted application with a mistake, for debug.t, and the same for AddressSanitizer.
.PHONY: careless
careless: devkit
	$(Q)$(MAKE) --no-print-directory -s -C tests/system/careless O='$(abspath $(B))/careless' TA_DEV_KIT_DIR='$(abspath $(DEVKIT))'
	$(Q)$(MAKE) --no-print-directory -s -C tests/system/careless O='$(abspath $(B))/careless-asan' TA_DEV_KIT_DIR='$(abspath $(DEVKIT))' \
		CFG_TA_SANITIZE_ADDRESS=y
