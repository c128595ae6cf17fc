# SPDX-License-Identifier: BSD-2-Clause
#
# Builds a trusted application from a folder made for OP-TEE: its Makefile sets BINARY to the UUID and includes this file, sub.mk names
# the sources, user_ta_header_defines.h says what the application is.  The result is $(O)/$(BINARY).ta, an executable that
# teepay-ta@$(BINARY).service runs, and the same with symbols for a debugger, $(O)/$(BINARY).elf.
#
#   make TA_DEV_KIT_DIR=...               build
#   make TA_DEV_KIT_DIR=... install       put it where the unit finds it, with a user of its own (DESTDIR=folder: below that folder)
#   make TA_DEV_KIT_DIR=... clean
#
#   O=folder                              for what is built (default: here)
#   CFG_TEE_TA_LOG_LEVEL=0...4            what of trace.h is compiled (default: 2, EMSG and IMSG)
#   CFG_TA_OPTEE_CORE_API_COMPAT_1_1=y    the functions have their signatures of version 1.1 (32-bit sizes)
#   CFG_TA_SANITIZE_ADDRESS=y, CFG_TA_SANITIZE_UNDEFINED=y    for debugging, with TEEPAY_TA_NO_SANDBOX=1 when it runs
#
# A folder with LIBNAME=libNAME instead of BINARY is a static library: $(O)/libNAME.a.

ta-dev-kit-dir := $(patsubst %/,%,$(abspath $(dir $(lastword $(MAKEFILE_LIST)))..))
include $(ta-dev-kit-dir)/mk/conf.mk

.PHONY: all clean install
all:

ifneq ($(words $(BINARY) $(LIBNAME)),1)
$(error set exactly one of BINARY (the UUID of a trusted application) and LIBNAME (shared libraries, SHLIBNAME, are not there))
endif

O ?= .
ta-out := $(patsubst %/,%,$(O))
ta-out := $(if $(ta-out),$(ta-out),.)
sm := ta_x86_64

ifneq ($(filter default undefined,$(origin CC)),)
CC := $(CROSS_COMPILE)gcc
endif
ifneq ($(filter default undefined,$(origin CXX)),)
CXX := $(CROSS_COMPILE)g++
endif
ifneq ($(filter default undefined,$(origin AR)),)
AR := $(CROSS_COMPILE)ar
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy

ifeq ($(V),1)
ta-q :=
ta-say = @:
else
ta-q := @
ta-say = @printf '  %-7s %s\n'
endif

# --- What all sources are compiled with ---
CFG_TEE_TA_LOG_LEVEL ?= 2
ta-cppflags = $(CPPFLAGS) $(addprefix -I,$(ta-incdirs)) $(ta-global-cppflags) -I. -I$(ta-dev-kit-dir)/include \
	-DTEEPAY_DEVKIT=1 -DTRACE_LEVEL=$(CFG_TEE_TA_LOG_LEVEL) $(if $(filter y,$(CFG_TA_OPTEE_CORE_API_COMPAT_1_1)),-D__OPTEE_CORE_API_COMPAT_1_1=1) \
	$(ta-cfg)
# Each CFG_ variable is a macro too: 1 for y, left out for n.
ta-cfg := $(foreach v,$(filter CFG_%,$(.VARIABLES)),$(if $(filter y,$($v)),-D$v=1,$(if $(filter-out n,$($v)),-D$v='$($v)')))
ta-sanitize := $(if $(filter y,$(CFG_TA_SANITIZE_ADDRESS)),-fsanitize=address) $(if $(filter y,$(CFG_TA_SANITIZE_UNDEFINED)),-fsanitize=undefined)
ta-cflags := -O2 -g -Wall -fPIE -fstack-protector-strong -fstack-clash-protection -fno-common $(ta-sanitize) \
	$(if $(filter -fsanitize=address,$(ta-sanitize)),-fno-omit-frame-pointer,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
ta-c := -std=gnu11 -Werror=implicit-function-declaration -Werror=incompatible-pointer-types
# The sanitizers' libraries are linked in: where the application runs they need not be installed. Symbols stay, for their reports.
ta-ldflags := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed $(ta-sanitize) \
	$(patsubst -fsanitize=address,-static-libasan,$(patsubst -fsanitize=undefined,-static-libubsan,$(ta-sanitize)))

# --- Sources, folder by folder ---
ta-sources :=
ta-incdirs :=
ta-global-cppflags :=

# An object stands below $(O) even if its source is above this folder.
ta-object = $(ta-out)/$(subst ..,__,$(patsubst /%,%,$(basename $1))).o
ta-path = $(if $(filter /%,$2),$2,$(if $(filter .,$1),$2,$1/$2))
ta-paths = $(foreach p,$2,$(call ta-path,$1,$p))

# $(call ta-source,folder,name as sub.mk has it): remembers the source, and what sub.mk says of it alone.
define ta-source
ta-sources += $(call ta-path,$1,$2)
ta-own-$(call ta-object,$(call ta-path,$1,$2)) := $$(cppflags-y) $$(cppflags-$2-y) $$(addprefix -I,$$(call ta-paths,$1,$$(incdirs-y) $$(incdirs-$2-y))) \
	$(if $(filter %.S,$2),$$(aflags-y) $$(aflags-$2-y),$(if $(filter %.c,$2),$$(cflags-y) $$(cflags-$2-y),$$(cxxflags-y) $$(cxxflags-$2-y)))
ta-not-$(call ta-object,$(call ta-path,$1,$2)) := $$(cflags-remove-y) $$(cflags-remove-$2-y) $$(cppflags-remove-y) $$(cppflags-remove-$2-y)
endef

ta-lists := srcs-y srcs_ext-y gensrcs-y asm-defines-y incdirs-y global-incdirs-y cppflags-y global-cppflags-y cflags-y cxxflags-y aflags-y cflags-remove-y \
	cppflags-remove-y subdirs-y

define ta-folder
$(foreach v,$(ta-lists),$(v) :=
)
sub-dir := $1
include $1/sub.mk
$$(if $$(strip $$(gensrcs-y) $$(srcs_ext-y) $$(asm-defines-y)),$$(error $1/sub.mk: gensrcs-y, srcs_ext-y and asm-defines-y are not there))
ta-incdirs += $$(call ta-paths,$1,$$(global-incdirs-y))
ta-global-cppflags += $$(global-cppflags-y)
$$(foreach s,$$(srcs-y),$$(eval $$(call ta-source,$1,$$s)))
ta-below := $$(call ta-paths,$1,$$(subdirs-y))
$$(foreach d,$$(ta-below),$$(eval $$(call ta-folder,$$d)))
endef
$(eval $(call ta-folder,.))

ta-odd := $(filter-out %.c %.cpp %.S,$(ta-sources))
$(if $(ta-odd),$(error do not know how to compile $(ta-odd)))
ta-objects := $(foreach s,$(ta-sources),$(call ta-object,$s))

# $(call ta-compile,compiler,name,flags)
define ta-compile
@mkdir -p $(@D)
$(ta-say) $2 $@
$(ta-q)$1 $(filter-out $(ta-not-$@),$(ta-cppflags) $(ta-cflags) $3 $(ta-own-$@)) -MMD -MP -c -o $@ $<
endef

# Other flags than last time: everything anew.
ta-flags := $(ta-out)/.ta-flags
ta-flags-now := $(CC) $(ta-cppflags) $(ta-cflags) $(CFLAGS) $(LDFLAGS)
ifneq ($(MAKECMDGOALS),clean)
ifneq ($(file <$(ta-flags)),$(ta-flags-now))
$(shell mkdir -p '$(ta-out)')
$(file >$(ta-flags),$(ta-flags-now))
endif
endif

define ta-rule
$(call ta-object,$1): $1 $(MAKEFILE_LIST) $(ta-flags)
	$$(call ta-compile,$(if $(filter %.cpp,$1),$$(CXX),$$(CC)),$(if $(filter %.cpp,$1),CXX,$(if $(filter %.S,$1),AS,CC)),$(if $(filter %.c,$1),$$(ta-c) $$(CFLAGS),$(if $(filter %.cpp,$1),$$(CXXFLAGS))))
endef
$(foreach s,$(ta-sources),$(eval $(call ta-rule,$s)))

ta-made := $(ta-objects) $(ta-objects:.o=.d) $(ta-flags)

ifneq ($(LIBNAME),)
# --- A static library ---
ta-library := $(ta-out)/$(LIBNAME).a
ta-made += $(ta-library)
all: $(ta-library)
$(ta-library): $(ta-objects)
	$(ta-say) AR $@
	$(ta-q)rm -f $@ && $(AR) rcs $@ $^
install: all

else
# --- A trusted application ---
ta-header-sources := $(wildcard $(ta-dev-kit-dir)/src/*.c)
ta-header-objects := $(patsubst $(ta-dev-kit-dir)/src/%.c,$(ta-out)/teepay_%.o,$(ta-header-sources))
ta-elf := $(ta-out)/$(BINARY).elf
ta-file := $(ta-out)/$(BINARY).ta
# Its own variables apart from those of the libraries, so that each instance has fresh ones (teepay-ta(7)). Not with a sanitizer, which
# has marks between them.
ta-joined := $(if $(strip $(ta-sanitize)),$(ta-objects),$(ta-out)/teepay_joined.o)
ta-made += $(ta-header-objects) $(ta-header-objects:.o=.d) $(filter %/teepay_joined.o,$(ta-joined)) $(ta-elf) $(ta-file)

$(ta-out)/teepay_joined.o: $(ta-objects) $(ta-dev-kit-dir)/mk/ta_data.ld
	$(ta-say) LD $@
	$(ta-q)$(LD) -r -T $(ta-dev-kit-dir)/mk/ta_data.ld -o $@ $(ta-objects)

$(ta-header-objects): $(ta-out)/teepay_%.o: $(ta-dev-kit-dir)/src/%.c $(MAKEFILE_LIST) $(ta-flags)
	$(call ta-compile,$(CC),CC,$(ta-c))

all: $(ta-file)
$(ta-file): $(ta-elf)
	$(ta-say) OBJCOPY $@
	$(ta-q)$(OBJCOPY) $(if $(strip $(ta-sanitize)),,--strip-unneeded) $< $@

$(ta-elf): $(ta-header-objects) $(ta-joined) $(ta-dev-kit-dir)/lib/libtee.a $(libdeps)
	$(ta-say) LD $@
	$(ta-q)$(CC) $(ta-cflags) $(CFLAGS) $(ta-ldflags) $(LDFLAGS) -o $@ $(ta-header-objects) $(ta-joined) $(addprefix -L,$(libdirs)) \
		-Wl,--start-group $(addprefix -l,$(libnames)) $(LDADD) $(ta-dev-kit-dir)/lib/libtee.a -Wl,--end-group $(TEEPAY_TA_LIBS)

# Users have short names: the first 20 digits of the UUID are enough.
ta-user := ta-$(shell printf '%s' '$(BINARY)' | tr -d - | cut -c1-20)
ta-unit = $(DESTDIR)$(TEEPAY_UNIT_DIR)/teepay-ta@$(BINARY).service.d
install: all
	$(ta-say) INSTALL '$(DESTDIR)$(TEEPAY_TA_DIR)/$(BINARY).ta'
	$(ta-q)install -d '$(DESTDIR)$(TEEPAY_TA_DIR)' '$(ta-unit)' && install -m 755 $(ta-file) '$(DESTDIR)$(TEEPAY_TA_DIR)/$(BINARY).ta'
	$(ta-q)printf '[Service]\nUser=$(ta-user)\n' >'$(ta-unit)/10-user.conf'
endif

clean:
	$(ta-say) CLEAN '$(ta-out)'
	$(ta-q)rm -f $(ta-made)

-include $(wildcard $(filter %.d,$(ta-made)))
