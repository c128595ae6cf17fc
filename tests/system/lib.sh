# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Shared by the system tests: TAP, the people of the story, and waiting for a state (never for a time).
set -u
tests=0

ok()
{
	name=$1
	shift
	tests=$((tests + 1))
	if "$@" >/tmp/ok.log 2>&1; then
		echo "ok $tests - $name"
	else
		echo "not ok $tests - $name"
		sed 's/^/#   /' /tmp/ok.log
	fi
}

not() { ! "$@"; }

# is NAME GOT WANT
is()
{
	tests=$((tests + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tests - $1"
	else
		printf 'not ok %d - %s\n#   got:  %s\n#   want: %s\n' "$tests" "$1" "$2" "$3"
	fi
}

# like NAME GOT PATTERN
like()
{
	tests=$((tests + 1))
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		echo "ok $tests - $1"
	else
		printf 'not ok %d - %s\n#   does not match: %s\n' "$tests" "$1" "$3"
		printf '%s\n' "$2" | sed 's/^/#   /'
	fi
}

finish() { echo "1..$tests"; exit 0; }

# until_true SECONDS COMMAND...: wait for a state; 1 when it does not come in time.
until_true()
{
	limit=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$limit" ] || return 1
		sleep 0.1
	done
}

# The people: alice may spend, the till may take payments, mallory is in no group.
people()
{
	id alice >/dev/null 2>&1 && return
	useradd -m -G teepay alice
	# A till may also reach the issuer, whose socket is for the group teepay until it has accounts of its own.
	useradd -m -G teepay-pos,teepay till
	useradd -m mallory
}
alice() { runuser -u alice -- "$@"; }
till() { runuser -u till -- "$@"; }
mallory() { runuser -u mallory -- "$@"; }
issuer() { runuser -u teepay-issuer -- payissuer "$@"; }

# wallet_conf LINES [ARMING]: walletd's configuration, which begins with when the card answers: always, unless ARMING says something else.
wallet_conf()
{
	mkdir -p /etc/teepay
	printf '[wallet]\narming = %s\n%b' "${2:-always}" "$1" >/etc/teepay/walletd.conf
	systemctl restart teepay-walletd
}

# A card with money and a terminal, always ready; does nothing when they are there.
issue_card()
{
	people
	[ ! -e /var/lib/teepay/pos/terminal.json ] || return 0
	# These tests pay more often than a holder may without the PIN; pin.t has a card with such limits.
	issuer init --limit-sum 0 --limit-count 0 >/dev/null || return
	systemctl start teepay-issuer.socket || return
	make_terminal /var/lib/teepay/pos || return
	wallet_conf '' || return
	alice pay apply >/dev/null || return
	alice pay topup 100.00 >/dev/null
}

# make_terminal FOLDER [COMMAND...]: a certificate for this merchant, for the till to use; made by COMMAND terminal ..., or payissuer.
make_terminal()
{
	dir=$1
	shift
	case " $* " in
	*' payissuer '*) ;;
	*) set -- "$@" payissuer ;;
	esac
	tmp=$(mktemp -d)
	chown teepay-issuer "$tmp"
	runuser -u teepay-issuer -- "$@" terminal --merchant 'Campus Canteen No. 1' --out "$tmp" >/dev/null || return
	mkdir -p "$dir"
	mv "$tmp"/* "$dir"
	chown -R till:teepay-pos "$dir"
	rm -rf "$tmp"
}

balance() { alice pay balance --json | sed -n 's/.*"balance": *\([0-9]*\).*/\1/p'; }
main_pid() { systemctl show -p MainPID --value "$1"; }
