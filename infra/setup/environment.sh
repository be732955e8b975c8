#!/bin/sh
# Install a locked set of packages into a virtual environment: environment.sh FOLDER SET
# Does nothing if that set is installed there.
set -eu

PYTHON=${PYTHON:-python3}
folder=$1
set_name=$2
lock="requirements/$set_name.txt"
here=$(dirname "$0")
digest=$(cksum <"$lock" | tr ' ' '-')
stamp="$folder/holds-$set_name-$digest"

if [ -e "$stamp" ]; then exit 0; fi
PYTHON="$PYTHON" "$here/need.sh" venv
if [ ! -x "$folder/bin/python" ]; then
    mkdir -p "$(dirname "$folder")"
    "$PYTHON" -m venv "$folder"
fi
printf 'Installing %s packages (%s) into %s ...\n' "$(grep -c '==' "$lock")" "$set_name" "$folder"
if ! "$folder/bin/python" -m pip --disable-pip-version-check -qq install --no-input --require-hashes -r "$lock"; then
    echo "The packages could not be installed; see pip's message above. Check the network connection." >&2
    exit 1
fi
rm -f "$folder/holds-$set_name-"*
: >"$stamp"
