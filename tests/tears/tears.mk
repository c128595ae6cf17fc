# SPDX-License-Identifier: BSD-2-Clause
# The tears: a payment cut off everywhere. Part of the Makefile above.

# All parties of a payment in one program, each a process of its own. Their modules have names in common (a card is three things), so each party is
# linked to one object that keeps its names to itself but for its main function.
FLAGS_tests/tears = $(CLIENT_INC) $(INTERNAL_INC)
TEARS_payta := tests/tears/party_payta.c $(call sources,daemon/payta) daemon/payta/user_ta_header.c $(filter-out %/serve.c,$(TEE_HOST))
TEARS_walletd := tests/tears/party_walletd.c tests/tears/teec.c common/hex.c common/log.c common/money.c common/db.c \
	$(addprefix daemon/walletd/,apdu_engine.c arming.c card.c purse.c rf_vpcd.c store.c ta.c trace.c)
TEARS_pos := tests/tears/party_pos.c $(addprefix tools/pos/,purchase.c card.c journal.c deny.c reader.c terminal.c) \
	common/hex.c common/money.c common/db.c common/openssl_crypto.c
TEARS_pay := tests/tears/party_pay.c $(addprefix tools/pay/,link.c operation.c pending.c) common/hex.c
TEARS_issuer := tests/tears/party_issuer.c $(ISSUER_MODULES) tools/payissuer/api.c common/hex.c common/log.c common/money.c common/db.c \
	common/openssl_crypto.c
TEARS_PARTIES := payta walletd pos pay issuer
TEARS_HARNESS := $(filter-out tests/tears/party_%.c tests/tears/teec.c,$(call sources,tests/tears)) common/hex.c
TEARS := $(B)/tests/tears
# $(call tears_party,name)
define tears_party
$(B)/obj/tears/$(1).o: $(call objects,$(TEARS_$(1)) $(PROTO_MODULES))
	@mkdir -p $$(@D)
	$$(say) LD $$@
	$$(Q)$$(LD) -r -o $$@.all $$^ && objcopy --keep-global-symbol=party_$(1) --keep-global-symbol=party_$(1)_make $$@.all $$@ && rm $$@.all
OBJECTS += $(call objects,$(TEARS_$(1)))
endef
$(foreach p,$(TEARS_PARTIES),$(eval $(call tears_party,$(p))))
$(TEARS): $(B)/obj/tears/payta.o
$(TEARS)_seeded: $(B)/obj/tears/payta_seeded.o
$(TEARS) $(TEARS)_seeded: $(call objects,$(TEARS_HARNESS) $(PROTO_MODULES)) $(patsubst %,$(B)/obj/tears/%.o,$(filter-out payta,$(TEARS_PARTIES)))
	$(link) $(shell $(PKG_CONFIG) --libs libcrypto libseccomp libsystemd sqlite3 jansson)
OBJECTS += $(call objects,$(TEARS_HARNESS))
# The same with a payta that commits a debit behind its receipt: the harness must find it.
$(B)/obj/seeded/%.o: CPPFLAGS += -DTEEPAY_SEEDED_BUG
$(B)/obj/seeded/%.o: %.c
	$(say) CC '$< (seeded bug)'
	$(compile)
$(B)/obj/tears/payta_seeded.o: $(call objects,$(filter-out daemon/payta/ledger.c,$(TEARS_payta)) $(PROTO_MODULES)) $(B)/obj/seeded/daemon/payta/ledger.o
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(LD) -r -o $@.all $^ && objcopy --keep-global-symbol=party_payta $@.all $@ && rm $@.all
OBJECTS += $(B)/obj/seeded/daemon/payta/ledger.o
