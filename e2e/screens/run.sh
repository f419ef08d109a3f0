#!/bin/sh
# The screens in a real browser. Needs QUITA_BIN (the built binary), node, npm and chromium.
# `run.sh --screenshots FOLDER` takes pictures of every screen instead.
set -eu
: "${QUITA_BIN:?set QUITA_BIN to the built quita binary}"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$here"
npm ci --ignore-scripts --no-audit --no-fund --silent
if [ "${1-}" = --screenshots ]; then
    exec node screenshots.mjs "${2:?a folder for the pictures}"
fi
failed=0
for file in ./*.test.mjs; do
    printf '%s\n' "$file"
    timeout 300 node --test "$file" || failed=1
done
exit "$failed"
