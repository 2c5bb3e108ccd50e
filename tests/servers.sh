#!/usr/bin/env bash
# The servers that the tests talk to: Dovecot, PostgreSQL, and Chromium for the pictures.
#
# On Debian and Ubuntu, as root, what is missing is installed, and nothing of it is started or enabled:
# the tests run private copies of their own. Anywhere else one line for each says what to install, and
# the tests that need it skip with the same words.
set -euo pipefail

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1; }
has_dovecot() { has dovecot && { [ -x /usr/lib/dovecot/imap ] || [ -x /usr/libexec/dovecot/imap ] || [ ! -e /etc/debian_version ]; }; }
has_postgres() { has postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_chromium() { has chromium || has chromium-browser || has google-chrome; }

missing=() # Debian's names of what is not here
has_dovecot || missing+=(dovecot-imapd)
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! has apt-get; then
  for package in "${missing[@]}"; do
    case $package in
      dovecot-imapd) echo "Dovecot is not installed: install dovecot-imapd (elsewhere: dovecot) to run the IMAP tests" ;;
      postgresql) echo "PostgreSQL is not installed: install postgresql to run the PostgreSQL tests" ;;
      chromium) echo "Chromium is not installed: install chromium to take the pictures" ;;
    esac
  done >&2
  exit 0
fi

# Debian's packages start their services when they are installed, unless this file says no (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=
clean_up() {
  [ -z "$ours" ] || rm -f "$policy"
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
if ! apt install --yes --no-install-recommends "${missing[@]}"; then
  tail -n 30 "$log" >&2
  echo "error: could not install ${missing[*]}" >&2
  exit 1
fi

# Enabled is what policy-rc.d does not prevent: without this they would start with the machine.
if has systemctl; then
  for package in "${missing[@]}"; do
    case $package in
      dovecot-imapd) systemctl disable dovecot.service dovecot.socket >>"$log" 2>&1 || true ;;
      postgresql) systemctl disable postgresql.service >>"$log" 2>&1 || true ;;
    esac
  done
fi
