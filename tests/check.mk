# SPDX-License-Identifier: BSD-2-Clause
# make check and its parts. Part of the Makefile above.

# The same unit tests again under AddressSanitizer and UBSan, in a build of their own.
SANITIZED := $(UNITS:$(B)/%=$(B)/san/%)

# deps may install what this makefile asks for while it is read (pkg-config, gcc), so the work is a make of its own.
check: deps
	+$(Q)$(MAKE) --no-print-directory -j2 check-build
	+$(Q)$(MAKE) --no-print-directory check-run

check-build: all $(UNITS) $(TEARS) $(TEARS)_seeded system-tools module-tests
	+$(Q)$(MAKE) --no-print-directory B=$(B)/san SAN=1 units

units: $(UNITS)

# The tables of docs/API.md, from what is built.
api: units module-tests
	$(Q)TEEPAY_BUILD=$(B) tests/api-check.pl --write

TREE_CHECKS := $(patsubst %,tests/%-check.sh,include abi module rules shell man) tests/syzlang-check.pl tests/api-check.pl
# The virtual machines first; their results are files of TAP that the harness reads with the rest, so that one line counts all.
# Two small ones at a time: each waits for a part of its time.
check-run:
	+$(Q)$(MAKE) --no-print-directory -j2 $(addprefix check-module-,$(KERNELS))
	$(Q)for k in $(KERNELS); do $(MAKE) --no-print-directory check-system-$$k; done
	@echo 'A reboot: two virtual machines, one behind the other (log: $(B)/check-reboot.log)'
	$(Q)$(MAKE) --no-print-directory check-reboot >$(B)/check-reboot.log 2>&1 || tail -n 40 $(B)/check-reboot.log
	$(Q)TEEPAY_BUILD=$(B) TEEPAY_KERNELS='$(KERNELS)' perl tests/harness.pl $(TREE_CHECKS) $(UNITS) $(SANITIZED) \
		$(TEARS) tests/tears/seeded.sh $(MODULE_TAPS) $(SYSTEM_TAPS) $(REBOOT_TAPS)

check-module: module-tests
	$(Q)$(MAKE) --no-print-directory vm-short TIMEOUT=900 TESTS='$(MODULE_TESTS) $(MODULE_TESTS_32) $(FUZZ)' WITH='$(MODULE_WITH)'

# One kernel's turns in check; a failure is in the results, or they are missing.
check-system-%:
	$(Q)rm -f $(B)/vm-out$(call dash,$*)/*.tap
	@echo 'System tests in a virtual machine, some minutes, kernel: $* (log: $(B)/$@.log)'
	$(Q)$(MAKE) --no-print-directory check-system KERNEL=$* SYSTEM_TESTS='$(call system_tests,$*)' >$(B)/$@.log 2>&1 || tail -n 40 $(B)/$@.log

check-module-%:
	$(Q)rm -f $(B)/vm-short-out$(call dash,$*)/*.tap
	@echo 'Module tests in a small virtual machine, kernel: $* (log: $(B)/$@.log)'
	$(Q)$(MAKE) --no-print-directory check-module KERNEL=$* >$(B)/$@.log 2>&1 || tail -n 40 $(B)/$@.log

# All that can be cut off in a payment, whole; check runs a sample of it. The last line counts.
check-tears: deps
	+$(Q)$(MAKE) --no-print-directory -j2 $(TEARS)
	$(Q)$(TEARS) --whole

# Breaks the module in each way of tests/vm/mutants.list, or those of MUTANTS, and sees its tests fail. Not part of check.
check-mutants: module-tests
	$(Q)tests/vm/mutants.sh $(B) $(MUTANTS)

# The module's tests again under KASAN, lockdep, kmemleak and UBSan, then with faults injected, then the fuzzer, in a kernel built for it the
# first time. Not part of check.
check-debug: deps module-tests $(FAULT_TESTS) $(FUZZ) $(COVER)
	$(Q)rm -f $(B)/vm-debug-out/*.tap; status=0; DEBUG_LIMIT=$$(($(FUZZ_SECONDS) + 2400)) tests/vm/debug.sh $(B) \
		$(addprefix --with ,$(MODULE_WITH) $(COVER)) -- $(MODULE_TESTS) $(FAULT_TESTS) '$(FUZZ_RUN)' tests/vm/guest/keep-cover \
		>$(B)/check-debug.log 2>&1 || status=$$?; \
		grep -aE '^# [0-9]+ (faults injected|system calls)' $(B)/check-debug.log; perl tests/vm/cover.pl $(B)/kmod-*-debug/teechan.ko $(B)/vm-debug-out; \
		perl tests/harness.pl $(DEBUG_TAPS) && [ $$status = 0 ] || { tail -n 40 $(B)/check-debug.log; exit 1; }

SYSTEM_LIMIT ?= 2400
check-system: system-tools
	$(Q)$(MAKE) --no-print-directory vm-run SCREEN=1 TIMEOUT=$(SYSTEM_LIMIT) TA='$(wildcard docs/examples/*/ta)' \
		CMD='TEEPAY_BUILD=$(B) RADIO_TAPS=$(RADIO_TAPS) RADIO_FAULTS=$(RADIO_FAULTS) RADIO_PARTS="$(RADIO_PARTS)" /mnt/host/tests/system/run.sh $(SYSTEM_TESTS)'

# Two machines, the second with what the first one's disk would have. A failure is in the results, or they are missing.
check-reboot: system-tools
	$(Q)rm -rf $(B)/reboot $(REBOOT_TAPS)
	$(Q)$(MAKE) --no-print-directory vm-run SCREEN=1 TIMEOUT=600 OUT=$(B)/vm-out-reboot-1 CMD='TEEPAY_BUILD=$(B) /mnt/host/tests/system/run.sh reboot.t'
	$(Q)mkdir $(B)/reboot && mv $(B)/vm-out-reboot-1/state.tar $(B)/reboot/
	$(Q)$(MAKE) --no-print-directory vm-run NO_UNITS=1 OUT=$(B)/vm-out-reboot-2 CMD='TEEPAY_BUILD=$(B) /mnt/host/tests/system/run.sh reboot.t'

# A hundred payments in a row each way, every fault at every command, every byte and block of a payment, and a long wait; check runs a sample of it.
check-radio:
	$(Q)$(MAKE) --no-print-directory check-system RADIO_TAPS=100 RADIO_FAULTS=all SYSTEM_LIMIT=14400 SYSTEM_TESTS='radio.t radio-faults.t radio-plug.t'

.PHONY: all api module devkit examples install demo bench unit units system-tools check check-build check-run check-module check-debug check-mutants check-system \
	check-tears check-radio check-reboot
