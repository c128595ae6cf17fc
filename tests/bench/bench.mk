# SPDX-License-Identifier: BSD-2-Clause
# Benchmarks. Part of the Makefile above.

FLAGS_tests/bench = $(CLIENT_INC)
FLAGS_tests/bench/ta = $(INTERNAL_INC)
$(B)/tests/bench/channel: $(call objects,$(call sources,tests/bench) $(TEE_PROCESS)) $(TEEC)
	$(link) -Wl,-rpath,'$$ORIGIN'
$(B)/tests/bench/bench_ta: $(call objects,tests/bench/ta/bench_ta.c) $(B)/obj/tests/bench/ta/user_ta_header.o $(TEE)
	$(link) $(shell $(PKG_CONFIG) --libs $(TEE_PKGS))
OBJECTS += $(call objects,$(call sources,tests/bench) tests/bench/ta/bench_ta.c) $(B)/obj/tests/bench/ta/user_ta_header.o
# What libtee adds to OpenSSL, on the host: no channel is involved.
FLAGS_tests/bench/crypto = $(INTERNAL_INC)
$(B)/tests/bench/crypto: $(call objects,tests/bench/crypto/crypto.c tests/bench/stats.c $(filter-out %/serve.c,$(TEE_HOST)))
	$(link) $(shell $(PKG_CONFIG) --libs $(TEE_PKGS))
OBJECTS += $(call objects,tests/bench/crypto/crypto.c)
BENCH_WITH := $(B)/tests/bench/bench_ta $(B)/libteec.so.1

# The card's part of a payment, on this machine: walletd's modules keep their names to themselves, as in the tears.
FLAGS_tests/bench/payment = $(CLIENT_INC) $(INTERNAL_INC)
BENCH_PAYMENT := $(B)/tests/bench/payment
$(B)/obj/bench/wallet.o: $(call objects,tests/bench/payment/wallet.c $(filter-out tests/% %/rf_vpcd.c,$(TEARS_walletd)) $(PROTO_MODULES))
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(LD) -r -o $@.all $^ && objcopy --wildcard --keep-global-symbol='wallet_*' $@.all $@ && rm $@.all
$(BENCH_PAYMENT): $(call objects,$(filter-out %/wallet.c,$(call sources,tests/bench/payment)) tests/bench/stats.c $(TEST_WORLD) \
	$(call sources,daemon/payta) daemon/payta/user_ta_header.c $(TEE_HOST) $(TEE_CLIENT)) $(B)/obj/bench/wallet.o
	$(link) $(shell $(PKG_CONFIG) --libs $(TEE_PKGS) cmocka sqlite3)
OBJECTS += $(call objects,$(call sources,tests/bench/payment))

bench: deps $(B)/tests/bench/channel $(B)/tests/bench/crypto $(BENCH_WITH) $(BENCH_PAYMENT) $(ACR122U) kmod
	$(Q)rm -rf $(B)/bench-radio; $(MAKE) --no-print-directory vm-run OUT=$(B)/bench-radio CMD='TEEPAY_BUILD=$(B) /mnt/host/tests/bench/radio.sh' \
		>$(B)/bench-radio.log 2>&1 || { tail -n 20 $(B)/bench-radio.log >&2; exit 1; }
	$(Q)tests/bench/run.sh $(B) --module "$$(cat $(KMOD_PATH))" $(addprefix --with ,$(BENCH_WITH)) -- $(B)/tests/bench/channel
