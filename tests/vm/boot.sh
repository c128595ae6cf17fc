# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Start QEMU, stream the command's output, and judge how it ended. Sourced after lib.sh by run.sh and short.sh, which set
# $kernel, $share and $work.
# shellcheck disable=SC2154
#
# Exit status of a run: that of the command, or 124 for a time-out, 125 for a panic or a missing verdict.

# boot_out FOLDER: make and empty the folder that the guest may write, and take it for this run. When another run has
# it, a folder beside it is used. Only a folder that carries our mark is emptied.
boot_out()
{
	n=1
	out=$1
	while :; do
		mkdir -p "$out"
		[ -e "$out/.vm-out" ] || [ -z "$(ls -A "$out")" ] ||
			die "$out exists and is not an output folder of an earlier run; remove it or name another"
		: >>"$out/.vm-out"
		exec 8<"$out/.vm-out"
		flock -n 8 && break
		n=$((n + 1))
		[ "$n" -le 16 ] || die "sixteen runs share $1; end some"
		out=$1.$n
	done
	[ "$n" = 1 ] || say "another run uses $1; this one writes to $out"
	find "$out" -mindepth 1 ! -name .vm-out -delete
	out=$(cd "$out" && pwd)
}

# boot_emulated: no virtualisation in this processor. /dev/kvm alone proves nothing.
boot_emulated() { ! { grep -qwE 'vmx|svm' /proc/cpuinfo && [ -w /dev/kvm ]; }; }

# With $icount the machine has one processor, and its clock goes on by a nanosecond with each instruction.
boot_accel()
{
	if [ -n "${icount-}" ]; then
		echo '-machine q35,usb=off,vmport=off -accel tcg,thread=single -cpu max,la57=off,svm=off -icount shift=0,sleep=off -smp 1'
	elif ! boot_emulated; then
		echo '-machine q35,usb=off,vmport=off -accel kvm -cpu host -smp 2'
	else
		echo '-machine q35,usb=off,vmport=off -accel tcg,thread=multi -cpu max,la57=off,svm=off -smp 2'
	fi
}

# boot_kernel_args: what both kinds of boot tell the kernel. The last is for our own scripts inside; the kernel passes over a name with a dot.
boot_kernel_args()
{
	echo "console=ttyS0 panic=-1 oops=panic loglevel=4 log_buf_len=4M no_timer_check tsc=reliable random.trust_cpu=on net.ifnames=0 $(boot_emulated && echo teepay.emulated)"
}

# boot_shell INITRD APPEND [QEMU-ARG...]: the same machine with its console on this terminal. It ends with this script, whatever
# ends that, and with the terminal, whose end need not be told by a signal: only a terminal that is there is one.
boot_shell()
{
	initrd=$1
	append=$2
	shift 2
	exec 7<&0
	# shellcheck disable=SC2046,SC2086 # lists of options
	setpriv --pdeathsig TERM qemu-system-x86_64 -name teepay -nodefaults -no-user-config -no-reboot -display none \
		$(boot_accel) -m 1024 -nic none -rtc base=utc \
		-kernel "$kernel/vmlinux" -initrd "$initrd" -append "$(boot_kernel_args) $append" -serial mon:stdio \
		-virtfs "local,path=$share,mount_tag=host,security_model=none,readonly=on,multidevs=remap" \
		-virtfs "local,path=$out,mount_tag=out,security_model=none,multidevs=remap" \
		"$@" ${QEMU_ARGS-} <&7 &
	child=$!
	if [ -t 0 ]; then
		(while kill -0 "$child" && [ -t 7 ]; do sleep 0.5; done; kill "$child") >/dev/null 2>&1 8<&- &
	fi
	qemu=0
	wait "$child" || qemu=$?
	child=
	exit "$qemu"
}

# boot_slipped: a kernel that boots patches its own code, by way of a breakpoint. With two emulated processors, QEMU 7.2 can run such a breakpoint after it
# is gone, if the other processor translates that page just then: the kernel finds an int3 that nobody set. Only before anything of ours has run.
boot_slipped()
{
	boot_emulated && ! grep -q up "$work/verdict" && grep -aqE 'int3: 0000 \[#1\]' "$out/console.log" &&
		! grep -aq 'Modules linked in:.*teechan' "$out/console.log"
}

# boot_qemu LIMIT INITRD APPEND [QEMU-ARG...]: boot $kernel, with $share and $out shared; returns when QEMU has ended.
# Leaves $out/console.log, $out/output.log and $work/verdict. An emulator that slipped is started once more.
boot_qemu()
{
	boot_once "$@"
	if boot_slipped; then
		mv "$out/console.log" "$out/console-slipped.log"
		say "the emulator slipped while the kernel patched itself ($out/console-slipped.log); starting it once more"
		boot_once "$@"
	fi
}

# The output goes by a file, since QEMU blocks on a pipe. Whatever ends this script, SIGKILL too, ends QEMU.
boot_once()
{
	limit=$1
	initrd=$2
	append=$3
	shift 3
	: >"$work/verdict"
	: >"$out/output.log"
	# shellcheck disable=SC2046,SC2086 # lists of options
	setpriv --pdeathsig TERM timeout -k 5 "$limit" qemu-system-x86_64 -name teepay -nodefaults -no-user-config -no-reboot -display none \
		$(boot_accel) -m 1024 -nic none -rtc base=utc \
		-kernel "$kernel/vmlinux" -initrd "$initrd" -append "$(boot_kernel_args) $append" \
		-serial "file:$out/console.log" -device virtio-serial-pci \
		-chardev "file,id=out,path=$out/output.log" -device virtserialport,chardev=out,name=out \
		-chardev "file,id=verdict,path=$work/verdict" -device virtserialport,chardev=verdict,name=verdict \
		-virtfs "local,path=$share,mount_tag=host,security_model=none,readonly=on,multidevs=remap" \
		-virtfs "local,path=$out,mount_tag=out,security_model=none,multidevs=remap" \
		"$@" ${QEMU_ARGS-} </dev/null 2>"$out/qemu.log" &
	child=$!
	tail -q -c +1 -s 0.1 -f --pid="$child" "$out/output.log" &
	streamer=$!
	qemu=0
	wait "$child" || qemu=$?
	child=
	wait "$streamer" || :
}

# boot_verdict: exit as the command did, or say why there is no verdict.
boot_verdict()
{
	status=$(sed -n 's/^exit \([0-9][0-9]*\)$/\1/p' "$work/verdict" | tail -n 1)
	if [ -n "$status" ]; then
		exit "$status"
	fi
	if grep -aqs 'Kernel panic' "$out/console.log"; then
		reason='the kernel panicked'
		code=125
	elif [ "$qemu" = 124 ] || [ "$qemu" = 137 ]; then
		reason="no end after $limit s"
		grep -q up "$work/verdict" || reason="$reason; the command was not even started"
		code=124
	else
		reason="the machine ended without a verdict (QEMU $qemu)"
		code=125
	fi
	if [ -s "$out/console.log" ]; then
		say "---- last lines of the console ($out/console.log)"
		tail -n 40 "$out/console.log" >&2
	fi
	if [ -s "$out/qemu.log" ]; then
		say "---- QEMU said"
		cat "$out/qemu.log" >&2
	fi
	say "FAILED: $reason"
	exit "$code"
}
