#!/bin/sh
# Build the browser's JavaScript and CSS, if a source is newer than the last build.
set -eu

here=$(dirname "$0")
built=static/build
stamp=$built/.built
[ -e package.json ] || exit 0
if [ -e "$stamp" ] && [ -z "$(find package.json package-lock.json build.mjs static/src -newer "$stamp" 2>/dev/null)" ]; then
    exit 0
fi

quietly() {
    output=$(mktemp)
    if "$@" >"$output" 2>&1; then
        rm -f "$output"
    else
        cat "$output" >&2
        rm -f "$output"
        exit 1
    fi
}

if ! "$here/need.sh" node; then
    # Node 20 or newer from PyPI, in an environment of its own: Debian 12 has 18.
    "$here/environment.sh" .venvs/node node
    PATH="$PWD/.venvs/node/bin:$PATH"
    export PATH
fi
if [ ! -e node_modules/.installed ] || [ package-lock.json -nt node_modules/.installed ]; then
    echo 'Installing packages for the browser files ...'
    quietly npm ci --no-audit --no-fund --loglevel=error
    : >node_modules/.installed
fi
echo 'Building the browser files ...'
quietly npm run --silent build
: >"$stamp"
