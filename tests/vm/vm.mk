# SPDX-License-Identifier: BSD-2-Clause
# The virtual machine. Part of the Makefile above.

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
