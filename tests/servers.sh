#!/usr/bin/env bash
# The servers that the tests talk to: Dovecot, Cyrus, PostgreSQL, and Chromium for the pictures.
#
# On Debian and Ubuntu, as root, what is missing is installed, and nothing of it is started or enabled:
# the tests run private copies of their own. Anywhere else one line for each says what to install, and
# the tests that need it skip with the same words.
#
# Cyrus is not installed but unpacked into a folder of its own (support/cyrus.py looks there): Debian allows
# one IMAP server a machine, and would also bring a mail transport agent and a virus scanner.
set -euo pipefail

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1; }
has_dovecot() { has dovecot && { [ -x /usr/lib/dovecot/imap ] || [ -x /usr/libexec/dovecot/imap ] || [ ! -e /etc/debian_version ]; }; }
has_postgres() { has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
cyrus=/usr/local/lib/cyrus-for-tests
has_cyrus() { [ -x /usr/lib/cyrus/bin/imapd ] || [ -x /usr/libexec/cyrus-imapd/imapd ] || [ -x $cyrus/usr/lib/cyrus/bin/imapd ]; }
has_chromium() { has chromium || has chromium-browser || has google-chrome; }

missing=() # Debian's names of what is not here
has_dovecot || missing+=(dovecot-imapd)
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
has_cyrus || missing+=(cyrus-imapd)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! has apt-get; then
  for package in "${missing[@]}"; do
    case $package in
      dovecot-imapd) echo "Dovecot is not installed: install dovecot-imapd (elsewhere: dovecot) to run the IMAP tests" ;;
      postgresql) echo "PostgreSQL is not installed: install postgresql to run the PostgreSQL tests" ;;
      cyrus-imapd) echo "Cyrus is not there: \`make servers\` as root unpacks it (Debian); elsewhere install cyrus-imapd" ;;
      chromium) echo "Chromium is not installed: install chromium to take the pictures" ;;
    esac
  done >&2
  exit 0
fi

# Debian's packages start their services when they are installed, unless this file says no (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=
unpacking=
clean_up() {
  [ -z "$ours" ] || rm -f "$policy"
  [ -z "$unpacking" ] || rm -rf "$unpacking"
  rm -f "$log"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
  ours=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}

echo "installing ${missing[*]}"
# The lists have a lock of their own that apt-get does not wait for; and what apt knew before may do.
for wait in 5 5 5 0; do
  if apt update; then break; fi
  sleep "$wait"
done
failed() {
  tail -n 30 "$log" >&2
  echo "error: could not install $*" >&2
  exit 1
}
# Its libraries come as any package's do; that of the virus scanner, seven megabytes, only serves a tool of its own.
cyrus_libraries() {
  apt-cache depends cyrus-common cyrus-imapd | sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p' | grep -v '^libclamav' | sort -u
}
unpack_cyrus() {
  unpacking=$(mktemp -d)
  chmod 755 "$unpacking"
  (cd "$unpacking" && apt-get -qq download cyrus-common cyrus-imapd) >>"$log" 2>&1 || return 1
  for package in "$unpacking"/*.deb; do
    dpkg -x "$package" "$unpacking/root" || return 1
  done
  rm -rf "$cyrus" && mkdir -p "${cyrus%/*}" && mv "$unpacking/root" "$cyrus"
}

installed=()
for package in "${missing[@]}"; do
  if [ "$package" = cyrus-imapd ]; then
    mapfile -t libraries < <(cyrus_libraries)
    installed+=("${libraries[@]}")
  else
    installed+=("$package")
  fi
done
apt install --yes --no-install-recommends "${installed[@]}" || failed "${missing[@]}"
has_cyrus || unpack_cyrus || failed cyrus-imapd

# Enabled is what policy-rc.d does not prevent: without this they would start with the machine.
if has systemctl; then
  for package in "${missing[@]}"; do
    case $package in
      dovecot-imapd) systemctl disable dovecot.service dovecot.socket >>"$log" 2>&1 || true ;;
      postgresql) systemctl disable postgresql.service >>"$log" 2>&1 || true ;;
    esac
  done
fi
