#!/usr/bin/env bash
# Ask the registries for known weaknesses of everything that is locked. What could not be asked is a failure, not silence.
set -uo pipefail
cd "$(dirname "$0")/../.."

failed=()
for lock in requirements/*.txt; do
    echo "== $lock"
    .venv/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off --requirement "$lock" ||
        failed+=("$lock")
done
echo "== package-lock.json"
PATH="$PWD/.venvs/node/bin:$PATH" npm audit --audit-level=low || failed+=(package-lock.json)

if [ ${#failed[@]} -gt 0 ]; then
    printf 'Weaknesses are known, or could not be asked for, in: %s\n' "${failed[*]}" >&2
    exit 1
fi
echo 'No weakness is known.'
