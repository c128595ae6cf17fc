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
# Below libnfc, in the programs that drive a reader by it, not in the library: it stands in the place of two functions of libc.
USBFS := $(B)/obj/common/libusb/usbfs.o
OBJECTS += $(USBFS)
$(eval $(call program,nfctarget,daemon/nfctarget,$(USBFS) $(COMMON),libnfc,LIBEXEC))
$(eval $(call program,trustuid,daemon/trustuid,$(B)/obj/libtee/tui_wire.o $(COMMON) $(PROTO),libsystemd inih sqlite3 libcrypto ncursesw,LIBEXEC))
$(eval $(call program,pay,tools/pay,$(COMMON) $(PROTO),libcrypto libsystemd libcurl jansson sqlite3 inih,BIN))
$(eval $(call program,pos,tools/pos,$(USBFS) $(COMMON) $(PROTO),libcrypto libpcsclite libnfc libcurl jansson sqlite3 inih libsystemd,BIN))
$(eval $(call program,payissuer,tools/payissuer,$(COMMON) $(PROTO),libcrypto libmicrohttpd jansson sqlite3 inih libsystemd,BIN))
$(eval $(call program,teectl,tools/teectl,,libnl-genl-3.0 ncursesw libcrypto libsystemd,BIN))

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

# --- Tests and the virtual machine ---
include tests/unit/unit.mk tests/tears/tears.mk tests/system/system.mk tests/vm/module.mk tests/bench/bench.mk tests/check.mk tests/vm/vm.mk

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
make check-reboot wrong PINs and money over a reboot: two virtual machines, one behind the other
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
