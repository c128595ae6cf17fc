# SPDX-License-Identifier: BSD-2-Clause
# The module's tests, the faults, the fuzzer, and libtee through the loaded module. Part of the Makefile above.

# Programs on the module's bare ABI for the short boot, each linked with the helpers beside them and no library.
MODULE_PROGRAMS := calls memory mapping death cancel refusals hammer stress stopped pinned owner limits races identity monitor \
	trace watch policy width
MODULE_HELPERS := $(call objects,$(addprefix tests/vm/kmod/,chan.c tap.c teectl.c genl.c))
MODULE_TESTS := $(MODULE_PROGRAMS:%=$(B)/tests/kmod/%)
MODULE_WITH := $(B)/bin/teectl
MODULE_RESULTS := $(MODULE_PROGRAMS) module-unload check-dmesg
$(MODULE_TESTS): $(B)/tests/kmod/%: $(B)/obj/tests/vm/kmod/%.o $(MODULE_HELPERS)
	$(link)
OBJECTS += $(MODULE_HELPERS) $(MODULE_PROGRAMS:%=$(B)/obj/tests/vm/kmod/%.o)

# Those that 32 bits can change, client and trusted application both, once more: NAME-32; any other can be built by that name.
# The ABI has sizes of 64 bits, which become a size_t of 32 there.
M32 := -m32 -D_FILE_OFFSET_BITS=64 -Wno-conversion -idirafter /usr/include/$(MULTIARCH)
MODULE_PROGRAMS_32 := $(addsuffix -32,calls memory mapping cancel refusals identity limits width)
MODULE_TESTS_32 := $(MODULE_PROGRAMS_32:%=$(B)/tests/kmod/%)
$(B)/obj32/%.o: %.c
	$(say) CC '$< (32-bit)'
	$(compile) $(M32)
$(MODULE_PROGRAMS:%=$(B)/tests/kmod/%-32): $(B)/tests/kmod/%-32: $(B)/obj32/tests/vm/kmod/%.o $(MODULE_HELPERS:$(B)/obj/%=$(B)/obj32/%)
	$(link) -m32
OBJECTS += $(MODULE_HELPERS:$(B)/obj/%=$(B)/obj32/%) $(MODULE_PROGRAMS:%=$(B)/obj32/tests/vm/kmod/%.o)

# Only the debugging kernel can make allocations and user copies fail.
FAULT_PROGRAMS := faults faults_monitor faults_ta
FAULT_TESTS := $(FAULT_PROGRAMS:%=$(B)/tests/kmod/%)
$(FAULT_TESTS): $(B)/tests/kmod/%: $(B)/obj/tests/vm/kmod/%.o $(B)/obj/tests/vm/kmod/fault.o $(MODULE_HELPERS)
	$(link)
OBJECTS += $(FAULT_PROGRAMS:%=$(B)/obj/tests/vm/kmod/%.o) $(B)/obj/tests/vm/kmod/fault.o
# Which places of the module the programs there come through.
COVER := $(B)/tests/libcover.so
$(COVER): tests/vm/kmod/cover.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDHARDEN) -shared -o $@ $<

# The fuzzer of the module: in make check for a short time on the stock kernel, in make check-debug until it has made FUZZ_CALLS system
# calls. The machine's own clock does not end it there, since under load the emulated one runs ahead: FUZZ_SECONDS are the host's, after which
# the run has failed. FUZZ_SEED=0 is a random one, printed.
FUZZ := $(B)/tests/fuzz/channel
FUZZ_SEED ?= 1
FUZZ_CALLS ?= $(if $(BOUNDED),50000,1000000)
FUZZ_SECONDS ?= $(if $(BOUNDED),600,3600)
FUZZ_RUN = $(FUZZ) --seed $(FUZZ_SEED) --calls $(FUZZ_CALLS) --least $(FUZZ_CALLS) --seconds 1000000 --slow 10
$(FUZZ): $(call objects,$(call sources,tests/fuzz) tests/vm/kmod/genl.c)
	$(link)
OBJECTS += $(call objects,$(call sources,tests/fuzz))

# libteec.so, the module and a sandboxed trusted application together.
FLAGS_tests/vm/tee = $(CLIENT_INC)
FLAGS_tests/vm/tee/ta = $(INTERNAL_INC)
TEE_PROCESS := tests/vm/tee/process.c tests/vm/kmod/tap.c
$(B)/tests/tee_api: $(call objects,tests/vm/tee/tee_api.c $(TEE_PROCESS)) $(TEEC)
	$(link) -Wl,-rpath,'$$ORIGIN'
# Its own variables apart, so that each instance has fresh ones.
$(B)/obj/%.ta.o: $(B)/obj/%.o libtee/devkit/mk/ta_data.ld
	$(Q)$(LD) -r -T libtee/devkit/mk/ta_data.ld -o $@ $<
# The same three times: two of one instance each, and one with an instance for each session.
TEE_TAS := $(addprefix $(B)/tests/tee_,ta ta2 ta3)
$(TEE_TAS): $(B)/tests/tee_%: $(B)/obj/tests/vm/tee/ta/tee_test_ta.ta.o $(B)/obj/tests/vm/tee/%/user_ta_header.o $(TEE)
	$(link) $(shell $(PKG_CONFIG) --libs $(TEE_PKGS))
OBJECTS += $(call objects,tests/vm/tee/tee_api.c tests/vm/tee/process.c tests/vm/tee/ta/tee_test_ta.c)
OBJECTS += $(patsubst %,$(B)/obj/tests/vm/tee/%/user_ta_header.o,ta ta2 ta3)
MODULE_TESTS += $(B)/tests/tee_api
MODULE_WITH += $(TEE_TAS) $(B)/libteec.so.1 $(B)/tests/kmod/width-32
MODULE_RESULTS := tee_api $(MODULE_RESULTS)
module-tests: $(MODULE_TESTS) $(MODULE_TESTS_32) $(MODULE_WITH) $(FUZZ)
DEBUG_TAPS := $(patsubst %,$(B)/vm-debug-out/%.tap,$(MODULE_RESULTS) $(FAULT_PROGRAMS) channel keep-cover leaks-loaded leaks-unloaded)
MODULE_TAPS := $(foreach k,$(KERNELS),$(patsubst %,$(B)/vm-short-out$(call dash,$(k))/%.tap,$(MODULE_RESULTS) $(MODULE_PROGRAMS_32) channel))
