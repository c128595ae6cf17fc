# SPDX-License-Identifier: BSD-2-Clause
#
# teepay.  `make help` says what there is; a fresh Debian 12 machine needs only `make demo` or `make check`.

VERSION := 0.1.0

B ?= build
V ?= 0
PREFIX ?= /usr
BINDIR ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/teepay
INCLUDEDIR ?= $(PREFIX)/include
MULTIARCH := $(shell gcc -print-multiarch 2>/dev/null)
LIBDIR ?= $(PREFIX)/lib/$(MULTIARCH)
# Where teepay-ta@UUID.service looks for trusted applications, and what builds them.
TADIR ?= $(LIBEXECDIR)/ta
DEVKITDIR ?= $(LIBDIR)/teepay/ta-devkit
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= /lib/systemd/system

CC ?= gcc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wcast-qual -Wmissing-prototypes -Wstrict-prototypes -Wconversion -Wvla -Werror
HARDEN := -fPIC -fno-plt -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero -fno-common
LDHARDEN := -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
ifeq ($(SAN),1)
# AddressSanitizer and UBSan stop at the first finding: a report is a failed test.
HARDEN += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDHARDEN += -fsanitize=address,undefined
else
HARDEN += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
override CPPFLAGS += -D_GNU_SOURCE -DTEEPAY_VERSION='"$(VERSION)"' -iquote .
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) $(HARDEN)

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-6s %s\n'
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SUFFIXES:

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))
sources = $(sort $(wildcard $(addsuffix /*.c,$(1))))
pkg_libs = $(if $(strip $(1)),$$(shell $(PKG_CONFIG) --libs $(1)))

# A program from all that it depends on; libraries go behind.
define link
@mkdir -p $(@D)
$(say) LD $@
$(Q)$(CC) $(ALL_CFLAGS) -pie $(LDHARDEN) $(LDFLAGS) -o $@ $^
endef

# What a folder's files are compiled with: who may include whom is said here and checked by tests/include-check.sh.
pkg_cflags = $(shell $(PKG_CONFIG) --cflags $(1))
CLIENT_INC := -Ilibtee/include/client
INTERNAL_INC := -Ilibtee/include/internal
FLAGS_libtee = $(CLIENT_INC) $(INTERNAL_INC)
FLAGS_libtee/client = $(CLIENT_INC)
FLAGS_libtee/internal = $(INTERNAL_INC)
DEVKIT_INC := -Ilibtee/devkit/include
FLAGS_libtee/devkit = $(INTERNAL_INC) $(DEVKIT_INC)
FLAGS_daemon/payta = $(INTERNAL_INC)
FLAGS_daemon/walletd = $(CLIENT_INC)
FLAGS_daemon/trustuid = $(call pkg_cflags,ncursesw)
FLAGS_daemon/nfctarget = $(call pkg_cflags,libnfc)
FLAGS_tools/pos = $(call pkg_cflags,libpcsclite libnfc)
FLAGS_tools/teectl = $(call pkg_cflags,libnl-genl-3.0 ncursesw)
FLAGS_tests/unit = $(CLIENT_INC) $(INTERNAL_INC) $(DEVKIT_INC) $(call pkg_cflags,libpcsclite libnfc libnl-genl-3.0)

define compile
@mkdir -p $(@D)
$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(FLAGS_$(patsubst %/,%,$(dir $<))) -MMD -MP -c -o $@ $<
endef

$(B)/obj/%.o: %.c
	$(say) CC $<
	$(compile)

# --- Libraries ---
# $(call library,name,sources)
define library
$(B)/lib$(1).a: $(call objects,$(2))
	$$(say) AR $$@
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
OBJECTS += $(call objects,$(2))
endef

$(eval $(call library,proto,$(call sources,proto)))
$(eval $(call library,common,$(call sources,common)))

# libtee: one library for clients, one for trusted applications; either has the channel to the kernel and not the in-process one.
# What trusted applications made for OP-TEE call beyond GlobalPlatform's API is in libtee/devkit.
TEE_INTERNAL := $(call sources,libtee/internal) $(filter-out %/user_ta_header.c,$(call sources,libtee/devkit)) libtee/tui_wire.c
TEE_CLIENT := $(call sources,libtee/client)
$(eval $(call library,tee,$(TEE_INTERNAL) libtee/channel_kernel.c))

$(B)/libteec.so.1: $(call objects,$(TEE_CLIENT) libtee/channel_kernel.c) libtee/client/libteec.map
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,libteec.so.1 -Wl,--version-script,libtee/client/libteec.map -Wl,-z,defs \
		$(LDHARDEN) $(LDFLAGS) -o $@ $(filter %.o,$^)
$(B)/libteec.so: $(B)/libteec.so.1
	$(Q)ln -sf libteec.so.1 $@
$(B)/teec.pc: libtee/client/teec.pc.in
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@DEVKITDIR@|$(DEVKITDIR)|' $< >$@
OBJECTS += $(call objects,$(TEE_CLIENT))
LIBRARIES += $(B)/libteec.so $(B)/teec.pc

# For unit tests: the trusted side without its main(), and the channel between threads; with TEE_CLIENT, both sides.
TEE_HOST := $(filter-out %/main.c,$(TEE_INTERNAL)) libtee/channel_inproc.c libtee/inproc_memory.c libtee/inproc_params.c
TEE_PKGS := libcrypto libseccomp libsystemd
OBJECTS += $(call objects,$(TEE_HOST))

# What a trusted application says of itself is compiled from its own user_ta_header_defines.h.
$(B)/obj/%/user_ta_header.o: libtee/devkit/user_ta_header.c
	@mkdir -p $(@D)
	$(say) CC '$< ($*)'
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(INTERNAL_INC) $(DEVKIT_INC) -I$* -MMD -MP -c -o $@ $<

# What builds a trusted application out of tree, as it is installed: make -C FOLDER TA_DEV_KIT_DIR=$(B)/ta-devkit, where FOLDER is as
# OP-TEE's build system wants it.  $(B)/export is what its clients take for TEEC_EXPORT.
DEVKIT := $(B)/ta-devkit
DEVKIT_FILES := $(addprefix $(DEVKIT)/,mk/conf.mk mk/ta_dev_kit.mk mk/ta_data.ld src/user_ta_header.c lib/libtee.a \
	$(addprefix include/,$(notdir $(wildcard libtee/include/internal/*.h libtee/devkit/include/*.h))))
CLIENT_EXPORT := $(addprefix $(B)/export/,include/tee_client_api.h lib/libteec.so.1 lib/libteec.so)
devkit: $(DEVKIT_FILES) $(CLIENT_EXPORT)
copy = @mkdir -p $(@D) && cp -P $< $@
$(DEVKIT)/include/%.h: libtee/include/internal/%.h
	$(copy)
$(DEVKIT)/include/%.h: libtee/devkit/include/%.h
	$(copy)
$(DEVKIT)/src/%.c: libtee/devkit/%.c
	$(copy)
$(DEVKIT)/mk/ta_dev_kit.mk: libtee/devkit/mk/ta_dev_kit.mk
	$(copy)
$(DEVKIT)/mk/ta_data.ld: libtee/devkit/mk/ta_data.ld
	$(copy)
$(DEVKIT)/lib/libtee.a: $(B)/libtee.a
	$(copy)
$(DEVKIT)/mk/conf.mk: libtee/devkit/mk/conf.mk.in Makefile
	@mkdir -p $(@D)
	$(Q)sed -e 's|@VERSION@|$(VERSION)|' -e 's|@TADIR@|$(TADIR)|' -e 's|@UNITDIR@|$(UNITDIR)|' \
		-e 's|@LIBS@|$(shell $(PKG_CONFIG) --libs $(TEE_PKGS))|' $< >$@
$(B)/export/include/%.h: libtee/include/client/%.h
	$(copy)
$(B)/export/lib/%: $(B)/%
	$(copy)
LIBRARIES += $(DEVKIT_FILES) $(CLIENT_EXPORT)

# --- Programs ---
# $(call program,name,folder,libraries in link order,pkg-config names,BIN or LIBEXEC: where it is installed)
define program
$(B)/bin/$(1): $(call objects,$(call sources,$(2))) $(3)
	$$(link) $(call pkg_libs,$(4))
OBJECTS += $(call objects,$(call sources,$(2)))
$(if $(call sources,$(2)),PROGRAMS += $(B)/bin/$(1)
INSTALL_$(5) += $(B)/bin/$(1))
endef

PROTO := $(B)/libproto.a
COMMON := $(B)/libcommon.a
TEEC := $(B)/libteec.so
TEE := $(B)/libtee.a

$(eval $(call program,payta,daemon/payta,$(PROTO) $(TEE),libcrypto libseccomp libsystemd,LIBEXEC))
$(B)/bin/payta: $(B)/obj/daemon/payta/user_ta_header.o
OBJECTS += $(B)/obj/daemon/payta/user_ta_header.o
$(eval $(call program,walletd,daemon/walletd,$(COMMON) $(PROTO) $(TEEC),libcrypto libsystemd sqlite3 inih,LIBEXEC))
$(eval $(call program,nfctarget,daemon/nfctarget,$(COMMON),libnfc,LIBEXEC))
$(eval $(call program,trustuid,daemon/trustuid,$(B)/obj/libtee/tui_wire.o $(COMMON) $(PROTO),libsystemd inih sqlite3 libcrypto ncursesw,LIBEXEC))
$(eval $(call program,pay,tools/pay,$(COMMON) $(PROTO),libcrypto libsystemd libcurl jansson sqlite3 inih,BIN))
$(eval $(call program,pos,tools/pos,$(COMMON) $(PROTO),libcrypto libpcsclite libnfc libcurl jansson sqlite3 inih libsystemd,BIN))
$(eval $(call program,payissuer,tools/payissuer,$(COMMON) $(PROTO),libcrypto libmicrohttpd jansson sqlite3 inih libsystemd,BIN))
$(eval $(call program,teectl,tools/teectl,,libnl-genl-3.0 ncursesw libcrypto libsystemd,BIN))

# --- Unit tests ---
# $(call unit,name,the modules under test,pkg-config names): tests/unit/NAME_test.c linked with just those modules.
define unit
$(B)/tests/$(1)_test: $(B)/obj/tests/unit/$(1)_test.o $(call objects,$(2))
	$$(link) $(call pkg_libs,cmocka $(3))
OBJECTS += $(B)/obj/tests/unit/$(1)_test.o
UNITS += $(B)/tests/$(1)_test
endef

$(eval $(call unit,walletd_apdu_engine,daemon/walletd/apdu_engine.c proto/apdu.c proto/cursor.c proto/tlv.c proto/select.c))
$(eval $(call unit,walletd_rf_vpcd,daemon/walletd/rf_vpcd.c,libsystemd))
$(eval $(call unit,walletd_rf_libnfc,daemon/walletd/rf_libnfc.c))
TEST_WORLD := tests/unit/world.c tests/unit/mutate.c common/openssl_crypto.c $(call sources,proto)
TEST_PAYTA := tests/unit/payta_card.c $(TEST_WORLD) $(call sources,daemon/payta) daemon/payta/user_ta_header.c $(filter-out %/serve.c,$(TEE_HOST))
OBJECTS += $(call objects,tests/unit/payta_card.c tests/unit/world.c tests/unit/mutate.c)
$(eval $(call unit,cursor,proto/cursor.c proto/text.c proto/err.c))
$(eval $(call unit,tlv,proto/tlv.c proto/cursor.c))
$(eval $(call unit,apdu,proto/apdu.c proto/cursor.c))
$(eval $(call unit,vcn,proto/vcn.c))
$(eval $(call unit,hpke,proto/hpke.c common/openssl_crypto.c common/hex.c,libcrypto))
$(eval $(call unit,walletd_screen,daemon/walletd/screen.c,libsystemd))
$(eval $(call unit,walletd_purse,daemon/walletd/purse.c daemon/walletd/store.c common/db.c common/log.c proto/purse.c proto/cursor.c proto/text.c,sqlite3 libsystemd))
$(eval $(call unit,pay_operation,tools/pay/link.c tools/pay/operation.c tools/pay/pending.c common/hex.c,jansson libcrypto))
$(eval $(call unit,pay_history,$(addprefix tools/pay/,filter.c listing.c) common/hex.c common/money.c proto/currency.c proto/purse.c proto/cursor.c proto/text.c,jansson))
$(eval $(call unit,pay_watch,$(addprefix tools/pay/,watch.c filter.c listing.c) common/hex.c common/money.c proto/currency.c proto/purse.c proto/cursor.c proto/text.c,jansson))
$(eval $(call unit,pay_recovery,$(addprefix tools/pay/,bring.c link.c operation.c pending.c recovery.c) tests/unit/temp_dir.c common/hex.c,jansson libcrypto))
TEE_FIXTURE := tests/unit/tee_fixture.c $(TEE_HOST)
OBJECTS += $(call objects,tests/unit/tee_fixture.c)
$(eval $(call unit,tee_crypto,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
TEE_CRYPTO_FIXTURE := tests/unit/tee_crypto_fixture.c $(filter-out %/serve.c,$(TEE_FIXTURE))
OBJECTS += $(call objects,tests/unit/tee_crypto_fixture.c)
$(foreach t,digest cipher mac ae rsa ec dsa derive key sequence,$(eval $(call unit,tee_$(t),$(TEE_CRYPTO_FIXTURE),$(TEE_PKGS))))
$(eval $(call unit,payta_pay,$(TEST_PAYTA),$(TEE_PKGS)))
$(eval $(call unit,walletd_card,$(addprefix daemon/walletd/,apdu_engine.c arming.c card.c purse.c store.c ta.c trace.c) $(call sources,common proto),libcrypto sqlite3 libsystemd inih))
$(eval $(call unit,trustuid_form,$(addprefix daemon/trustuid/,form.c) libtee/tui_wire.c))
$(eval $(call unit,trustuid_layout,$(addprefix daemon/trustuid/,bigtype.c form.c layout.c) common/hex.c libtee/tui_wire.c))
TEE_STORE_LOG := $(patsubst %,libtee/internal/%.c,store_log store_file store_sector store_crypt store_io uuid log)
$(eval $(call unit,tee_store_log,tests/unit/store_disk.c $(TEE_STORE_LOG),libcrypto))
$(eval $(call unit,tee_store,tests/unit/store_disk.c $(TEE_STORE_LOG) libtee/internal/store.c libtee/internal/store_share.c libtee/internal/store_table.c libtee/internal/panic.c,libcrypto))
OBJECTS += $(call objects,tests/unit/store_disk.c)
$(eval $(call unit,hex,common/hex.c))
$(eval $(call unit,log,common/log.c proto/text.c proto/cursor.c,libsystemd))
$(eval $(call unit,money,common/money.c proto/currency.c))
$(eval $(call unit,conf,common/conf.c,inih))
$(eval $(call unit,db,common/db.c tests/unit/temp_dir.c,sqlite3))
$(eval $(call unit,openssl_crypto,common/openssl_crypto.c common/hex.c proto/crypto.c,libcrypto))
$(eval $(call unit,payta_recover,$(TEST_PAYTA),$(TEE_PKGS)))
$(eval $(call unit,payta_message,$(TEST_PAYTA),$(TEE_PKGS)))
$(eval $(call unit,tee_ta_session,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_share,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_pool,libtee/internal/pool.c libtee/internal/log.c))
$(eval $(call unit,tee_persistent,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_persistent_time,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(B)/tests/tee_persistent_time_test: LDFLAGS += -Wl,--wrap=clock_gettime
$(eval $(call unit,tee_object,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,payta_card,$(TEST_PAYTA),$(TEE_PKGS)))
$(eval $(call unit,payta_crash,$(TEST_PAYTA),$(TEE_PKGS)))
# The holder is the test's, and so is the clock that his minute runs on.
TUI_USER := tests/unit/tui_user.c
OBJECTS += $(call objects,$(TUI_USER))
$(eval $(call unit,payta_pin,$(TUI_USER) $(TEST_PAYTA),$(TEE_PKGS)))
$(B)/tests/payta_pin_test: LDFLAGS += -Wl,--wrap=TEE_GetSystemTime,--wrap=TEE_MACInit
$(eval $(call unit,payta_limits,$(TUI_USER) $(TEST_PAYTA),$(TEE_PKGS)))
$(eval $(call unit,tui_wire,libtee/tui_wire.c tests/unit/mutate.c))
$(eval $(call unit,tee_tui,$(TUI_USER) $(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
POS_MODULES := tools/pos/purchase.c tools/pos/card.c tools/pos/journal.c tools/pos/deny.c tools/pos/reader.c
PROTO_MODULES := $(call sources,proto)
$(eval $(call unit,pos_purchase,$(POS_MODULES) tests/unit/field_card.c tests/unit/paper_card.c tests/unit/temp_dir.c common/db.c common/hex.c \
	common/openssl_crypto.c $(PROTO_MODULES),sqlite3 libcrypto))
$(eval $(call unit,tee_client,tests/unit/tee_client_fixture.c $(TEE_FIXTURE) $(TEE_CLIENT),$(TEE_PKGS)))
$(eval $(call unit,tee_client_memory,tests/unit/tee_client_fixture.c $(TEE_FIXTURE) $(TEE_CLIENT),$(TEE_PKGS)))
$(eval $(call unit,tee_client_cancel,tests/unit/tee_client_fixture.c $(TEE_FIXTURE) $(TEE_CLIENT),$(TEE_PKGS)))
OBJECTS += $(call objects,tests/unit/tee_client_fixture.c)
$(eval $(call unit,payment,$(TEST_WORLD) common/hex.c,libcrypto))
$(eval $(call unit,tee_secrets,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_system,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_arith,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_property,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_devkit,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
$(eval $(call unit,tee_compat,$(filter-out %/serve.c,$(TEE_FIXTURE)),$(TEE_PKGS)))
ISSUER_MODULES := $(addprefix tools/payissuer/,accounts.c issuer.c ledger.c lost.c receipts.c record.c reply.c store.c store_money.c terminals.c)
ISSUER_WORLD := $(ISSUER_MODULES) $(addprefix tests/unit/,issuer_world.c paper_card.c temp_dir.c) $(addprefix common/,db.c hex.c log.c money.c openssl_crypto.c) $(PROTO_MODULES)
$(foreach t,core transfer receipts,$(eval $(call unit,issuer_$(t),$(ISSUER_WORLD),sqlite3 libcrypto jansson libsystemd)))
$(eval $(call unit,cert,$(TEST_WORLD) common/hex.c,libcrypto))
$(eval $(call unit,issuing,$(TEST_WORLD),libcrypto))
$(eval $(call unit,purse,proto/purse.c proto/payta_cmd.c proto/text.c proto/cursor.c))
$(eval $(call unit,issuer_http,$(ISSUER_MODULES) tools/payissuer/api.c tools/payissuer/http.c tools/pos/journal.c tools/pos/settle.c \
	tests/unit/paper_card.c tests/unit/temp_dir.c common/db.c common/hex.c common/log.c common/money.c common/openssl_crypto.c $(PROTO_MODULES),\
	sqlite3 libcrypto jansson libmicrohttpd libcurl libsystemd))
$(eval $(call unit,pos_print,tools/pos/print.c tools/pos/journal.c common/db.c common/hex.c common/money.c $(PROTO_MODULES),sqlite3 jansson))
$(eval $(call unit,pos_worker,tools/pos/worker.c))
$(eval $(call unit,pos_journal,tools/pos/journal.c tests/unit/temp_dir.c common/db.c $(PROTO_MODULES),sqlite3))
$(eval $(call unit,pos_terminal,tools/pos/terminal.c tools/pos/deny.c tests/unit/temp_dir.c common/hex.c common/money.c common/openssl_crypto.c \
	$(PROTO_MODULES),jansson libcrypto))
$(eval $(call unit,payta_channel,daemon/walletd/ta.c common/log.c tests/unit/temp_dir.c $(TEST_WORLD) $(call sources,daemon/payta) \
	daemon/payta/user_ta_header.c $(TEE_HOST) $(TEE_CLIENT),$(TEE_PKGS)))
$(eval $(call unit,teectl_policy,$(addprefix tools/teectl/,octets.c policy_file.c) tests/unit/mutate.c tests/unit/temp_dir.c,libcrypto))
$(eval $(call unit,teectl_stop,tools/teectl/stop.c))
$(eval $(call unit,teectl_text,$(addprefix tools/teectl/,hist.c octets.c settings.c text.c words.c)))
$(eval $(call unit,teectl_trace,$(addprefix tools/teectl/,calls.c traceline.c)))
$(eval $(call unit,teectl_view,$(addprefix tools/teectl/,canvas.c draw.c hist.c names.c text.c view.c words.c)))
ACR122U_MODULES := $(filter-out tests/acr122u/main.c,$(call sources,tests/acr122u))
$(eval $(call unit,acr122u,$(ACR122U_MODULES)))
$(eval $(call unit,pay_doctor,tools/pay/doctor.c common/nfc_name.c))
# --- end of unit tests ---

# --- Tears ---
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

# --- Manual pages ---
MANUALS := $(patsubst docs/man/%.scd,$(B)/man/%,$(wildcard docs/man/*.scd))
$(MANUALS): $(B)/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	$(say) SCDOC $@
	$(Q)scdoc <$< >$@

# The virtual machine's kernel: stock is the one of this machine's Debian release, 6.12 another series that it offers, trixie the one of
# another release. make check runs on the stock one and, on Debian 12, on the series of Debian 13.
KERNEL ?= stock
export KERNEL
KERNELS ?= stock $(if $(filter bookworm,$(shell . /etc/os-release && echo $$VERSION_CODENAME)),6.12)
dash = $(addprefix -,$(filter-out stock,$(1)))

# The module for this machine's kernel, where its headers are; `make kmod` builds it for the virtual machine's.
KRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KRELEASE)/build
HAVE_KDIR := $(wildcard $(KDIR)/include/config/kernel.release)
module:
	$(say) KMOD 'teechan.ko ($(KRELEASE))'
	@mkdir -p $(B)
	$(Q)packaging/kmod-build.sh $(B) $(KRELEASE) $(KDIR) >$(B)/module.path

all: $(PROGRAMS) $(LIBRARIES) $(MANUALS) $(if $(HAVE_KDIR),module)

# --- Installation ---
SYSTEM := packaging/system
SYSTEMD_UNITS := $(wildcard $(SYSTEM)/*.service $(SYSTEM)/*.socket $(SYSTEM)/*.target)
install_to = install -d '$(DESTDIR)$(2)' && install -m $(3) $(1) '$(DESTDIR)$(2)/$(4)'

install: all
	$(say) INSTALL '$(if $(DESTDIR),$(DESTDIR),/)'
	$(Q)$(call install_to,$(INSTALL_BIN),$(BINDIR),755)
	$(Q)$(call install_to,$(INSTALL_LIBEXEC) $(SYSTEM)/make-device-key,$(LIBEXECDIR),755)
	$(Q)$(call install_to,$(B)/libteec.so.1,$(LIBDIR),644)
	$(Q)cp -P $(B)/libteec.so '$(DESTDIR)$(LIBDIR)/'
	$(Q)$(call install_to,$(B)/teec.pc,$(LIBDIR)/pkgconfig,644)
	$(Q)$(call install_to,libtee/include/client/tee_client_api.h,$(INCLUDEDIR),644)
	$(Q)for f in $(DEVKIT_FILES:$(DEVKIT)/%=%); do install -D -m 644 "$(DEVKIT)/$$f" "$(DESTDIR)$(DEVKITDIR)/$$f" || exit 1; done
	$(Q)install -d '$(DESTDIR)$(TADIR)'
	$(Q)$(call install_to,$(SYSTEMD_UNITS),$(UNITDIR),644)
	$(Q)$(call install_to,$(SYSTEM)/teepay.sysusers,$(PREFIX)/lib/sysusers.d,644,teepay.conf)
	$(Q)$(call install_to,$(SYSTEM)/teepay.tmpfiles,$(PREFIX)/lib/tmpfiles.d,644,teepay.conf)
	$(Q)$(call install_to,$(SYSTEM)/70-teepay.rules,/lib/udev/rules.d,644)
	$(Q)$(call install_to,$(SYSTEM)/modprobe.conf,$(PREFIX)/lib/modprobe.d,644,teepay.conf)
	$(Q)$(call install_to,$(SYSTEM)/60-teepay.conf,$(PREFIX)/lib/sysctl.d,644)
	$(if $(HAVE_KDIR),$(Q)$(call install_to,"$$(cat $(B)/module.path)",/lib/modules/$(KRELEASE)/updates,644))
	$(if $(HAVE_KDIR),$(if $(DESTDIR),,$(Q)depmod $(KRELEASE)))
	$(Q)$(call install_to,$(SYSTEM)/org.teepay.Wallet1.conf,$(PREFIX)/share/dbus-1/system.d,644)
	$(Q)$(call install_to,$(SYSTEM)/org.teepay.Wallet1.xml,$(PREFIX)/share/dbus-1/interfaces,644)
	$(Q)$(foreach n,1 7 8,$(call install_to,$(filter %.$(n),$(MANUALS)),$(MANDIR)/man$(n),644) &&) :

# --- The demo ---
demo: deps
	@mkdir -p $(B); echo 'building teepay; the first time also the virtual machine, which takes some minutes'
	+$(Q)$(MAKE) --no-print-directory -j2 all kmod $(if $(RF),$(ACR122U)) >$(B)/demo.log 2>&1 || { cat $(B)/demo.log; exit 1; }
	$(Q)$(MAKE) --no-print-directory -s vm-run NO_UNITS=1 CMD='cd /mnt/host/tests/system && RF=$(RF) TEEPAY_BUILD=$(B) ./demo.sh'

# --- Tests ---
unit: $(UNITS)
	$(Q)perl tests/harness.pl $(UNITS)

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

# Not among them, to be run by name: radio-faults.t, which never ran whole.
# Order: removal.t takes everything down and brings it back; wallet.t moves the card's clock by days, so it is the last.
SYSTEM_TESTS ?= services.t examples.t debug.t payment.t transfer.t refuse.t kill.t opensc.t isolation.t teectl.t pin.t policy.t radio.t radio-plug.t removal.t wallet.t
# How many payments radio.t makes each way, and what radio-faults.t and radio-plug.t try: some, or all (make check-radio).
RADIO_TAPS ?= 20
RADIO_FAULTS ?= few
# Those that check runs on a kernel: on another than the stock one what tells that all works there.
system_tests = $(if $(filter stock,$(1)),$(SYSTEM_TESTS),$(filter services.t payment.t,$(SYSTEM_TESTS)))
SYSTEM_TAPS := $(foreach k,$(KERNELS),$(patsubst %,$(B)/vm-out$(call dash,$(k))/%.tap,$(call system_tests,$(k))))
system-tools: $(SYSTEM_TOOLS) $(ACR122U) examples

# The examples, with what is built here in the places of what is installed.
examples: devkit
	$(Q)$(MAKE) --no-print-directory -s -C docs/examples O='$(abspath $(B))/examples' \
		TA_DEV_KIT_DIR='$(abspath $(DEVKIT))' TEEC_EXPORT='$(abspath $(B))/export'
	$(Q)$(MAKE) --no-print-directory -s -C docs/examples/hello/ta O='$(abspath $(B))/examples-asan/hello' \
		TA_DEV_KIT_DIR='$(abspath $(DEVKIT))' CFG_TA_SANITIZE_ADDRESS=y

# --- Module tests ---
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

# --- Benchmarks ---
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
	$(Q)TEEPAY_BUILD=$(B) TEEPAY_KERNELS='$(KERNELS)' perl tests/harness.pl $(TREE_CHECKS) $(UNITS) $(SANITIZED) \
		$(TEARS) tests/tears/seeded.sh $(MODULE_TAPS) $(SYSTEM_TAPS)

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

# A hundred payments in a row each way, every fault at every command, every byte and block of a payment, and a long wait; check runs a sample of it.
check-radio:
	$(Q)$(MAKE) --no-print-directory check-system RADIO_TAPS=100 RADIO_FAULTS=all SYSTEM_LIMIT=14400 SYSTEM_TESTS='radio.t radio-faults.t radio-plug.t'

.PHONY: all api module devkit examples install demo bench unit units system-tools check check-build check-run check-module check-debug check-mutants check-system \
	check-tears check-radio

# --- Virtual machine ---
# Scripts in tests/vm do the work; each says --help. Slow pieces are kept in $XDG_CACHE_HOME/teepay (~/.cache/teepay).
OUT ?= $(B)/vm-out$(call dash,$(KERNEL))
KMOD_PATH = $(B)/kmod$(call dash,$(KERNEL)).path
SHARE ?= .
TIMEOUT ?= 300
VM_CMD := $(value CMD)
export VM_CMD
vm_options = --share '$(SHARE)' --out '$(OUT)' --timeout '$(TIMEOUT)' $(if $(NO_UNITS),--no-units) $(if $(SCREEN),--screen)
vm_teepay = $(if $(PLAIN),,--root $(B)/vm-root $(if $(wildcard Kbuild),--module "$$(cat $(KMOD_PATH))"))

deps:
	$(Q)packaging/deps.sh

kmod: deps
	$(say) KMOD 'teechan.ko (kernel: $(KERNEL))'
	@mkdir -p $(B)
	$(Q)tests/vm/kmod.sh $(B) $(KMOD_FLAGS) >$(KMOD_PATH).new && mv $(KMOD_PATH).new $(KMOD_PATH)

vm-image: deps
	$(Q)tests/vm/image.sh

# teepay as a user would install it; laid over the image at each run.
vm-root: deps
	$(Q)rm -rf $(B)/vm-root
	$(Q)$(MAKE) --no-print-directory install DESTDIR=$(abspath $(B))/vm-root
	$(Q)for f in $(TA); do $(MAKE) --no-print-directory -s -C "$$f" TA_DEV_KIT_DIR='$(abspath $(DEVKIT))' \
		O="$(abspath $(B))/ta$$(cd "$$f" && pwd)" DESTDIR='$(abspath $(B))/vm-root' install || exit 1; done

vm_needs = $(if $(PLAIN),deps,vm-root $(if $(wildcard Kbuild),kmod))

vm-run: $$(vm_needs)
	$(Q)[ -n "$$VM_CMD" ] || { echo "usage: make vm-run CMD='...' [SHARE=folder] [OUT=folder] [TIMEOUT=s]" >&2; exit 2; }
	$(Q)tests/vm/run.sh $(vm_options) $(vm_teepay) -- "$$VM_CMD"

vm-shell: $$(vm_needs)
	$(Q)tests/vm/run.sh --share '$(SHARE)' --out '$(OUT)' $(vm_teepay) --shell

# The module and the programs of TESTS, nothing else: seconds. ARGS go to each of them, WITH are helpers in /test.
vm-short: $$(if $$(wildcard Kbuild),kmod)
	$(Q)tests/vm/short.sh --share '$(SHARE)' --out $(B)/vm-short-out$(call dash,$(KERNEL)) --timeout '$(TIMEOUT)' \
		$(if $(wildcard Kbuild),--module "$$(cat $(KMOD_PATH))") $(addprefix --with ,$(WITH)) -- \
		$(foreach t,$(TESTS),'$(strip $(t) $(ARGS))')

.PHONY: deps kmod vm-image vm-root vm-run vm-shell vm-short
# --- end ---

# --- Housekeeping ---
define HELP
make              build everything in $(B)/, and the module when the headers of the running kernel are there
make demo         pay once in a virtual machine, and tell every step (RF=acr122u: through two virtual ACR122U)
make check        all tests; the last line counts them

make unit         only the unit tests on this machine       (SAN=1 B=build/san: under AddressSanitizer and UBSan)
make check-module only the module's tests, in a small virtual machine  (KERNEL=6.12: on another kernel; so with check-system, vm-*, kmod)
make check-debug  the same on a debugging kernel, which is built the first time (10 to 20 minutes)
make check-tears  cuts a payment off at every byte, system call, write and allocation, and counts the money after each; some minutes
make check-radio  a hundred payments through two virtual readers, each fault of a reader at each command, each byte and block; an hour
make bench        what a call of the channel, a payment and libtee beside OpenSSL cost, as ratios: tables and $(B)/bench.json
make check-mutants breaks the module in every way of tests/vm/mutants.list and sees its tests fail (MUTANTS='a b': only these)
make check-system only the system tests                     (SYSTEM_TESTS='payment.t ...': only these)
make vm-run CMD='...' [SHARE=folder] [TA=folder]   run a command as root in the virtual machine, with teepay installed, and
                  the trusted application that is made in a folder as OP-TEE's build system wants it
make vm-shell     a root prompt there
make vm-image     build the image, if the one in the cache is not current
make kmod         build the module for the virtual machine's kernel

make api          write the tables of docs/API.md anew: which function of GlobalPlatform's which test calls

make deps         install the Debian packages that all this needs
make install      install on this machine                   (DESTDIR=folder: below that folder)
make clean        delete what was built; distclean deletes the virtual machine's images and kernels too

V=1 shows every command, B=folder builds elsewhere.
endef
export HELP
help:
	@echo "$$HELP"

cache_dir = $${XDG_CACHE_HOME:-$$HOME/.cache}/teepay
clean:
	@if [ -d '$(B)' ]; then du -sh '$(B)' | awk '{ print "clean: " $$1 " in " $$2 }'; fi
	$(Q)rm -rf '$(B)'
distclean: clean
	@if [ -d "$(cache_dir)" ]; then du -sh "$(cache_dir)" | awk '{ print "distclean: " $$1 " of images and kernels in the cache" }'; fi
	$(Q)rm -rf "$(cache_dir)"

.PHONY: help clean distclean

-include $(OBJECTS:.o=.d)
