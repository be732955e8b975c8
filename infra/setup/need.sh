#!/bin/sh
# Check for a program that the machine must provide: need.sh python|venv|node|chromium|postgresql|gettext|exiftool
# Installs Debian packages only as root or with sudo that needs no password; otherwise prints what is missing.
set -eu

PYTHON=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

install() {
    if ! command -v apt-get >/dev/null; then return 1; fi
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; else return 1; fi
    say "Installing $* ..."
    export DEBIAN_FRONTEND=noninteractive
    # The package lists of a new machine are empty or old.
    $as_root apt-get -qq install -y --no-install-recommends "$@" >/dev/null 2>&1 || {
        $as_root apt-get -qq update >/dev/null
        $as_root apt-get -qq install -y --no-install-recommends "$@" >/dev/null
    }
}

need_python() {
    if ! command -v "$PYTHON" >/dev/null; then
        say "Python is missing. Install Python 3.11 or newer; on Debian: apt-get install python3 python3-venv"
        exit 1
    fi
    if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        say "Python 3.11 or newer is required; $PYTHON is $("$PYTHON" -V 2>&1). Choose another: make PYTHON=python3.12 ..."
        exit 1
    fi
}

need_venv() {
    need_python
    # On Debian both are in a package of their own, python3-venv.
    if "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    if install python3-venv && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    say "Python's venv module is missing. On Debian: sudo apt-get install python3-venv"
    exit 1
}

has_node() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'
}

has_chromium() {
    command -v chromium >/dev/null || return 1
    # Playwright's Node is linked against it, and no other package on a bare Debian installs it.
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libatomic\.so\.1'
}

need_chromium() {
    if has_chromium; then return; fi
    if install chromium fonts-dejavu-core libatomic1 && has_chromium; then return; fi
    say "Chromium is missing, so the browser tests are skipped. On Debian: sudo apt-get install chromium libatomic1"
    exit 1
}

need_postgresql() {
    if ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null; then return; fi
    if install postgresql; then return; fi
    say "PostgreSQL is missing. On Debian: sudo apt-get install postgresql"
    exit 1
}

need_gettext() {
    if command -v xgettext >/dev/null; then return; fi
    if install gettext; then return; fi
    say "GNU gettext is missing, so the test of locale/ is left out. On Debian: sudo apt-get install gettext"
    exit 1
}

need_exiftool() {
    if command -v exiftool >/dev/null; then return; fi
    if install libimage-exiftool-perl; then return; fi
    say "exiftool is missing, so dates are not compared with it. On Debian: sudo apt-get install libimage-exiftool-perl"
    exit 1
}

case "${1:-}" in
python) need_python ;;
venv) need_venv ;;
node) has_node ;;
chromium) need_chromium ;;
postgresql) need_postgresql ;;
gettext) need_gettext ;;
exiftool) need_exiftool ;;
*)
    say "need.sh python|venv|node|chromium|postgresql|gettext|exiftool"
    exit 2
    ;;
esac
