#!/bin/sh
# The simulators against a client that nobody here wrote: brbank, from PyPI, unmodified.
# Needs QUITA_BIN (the built binary), python3 with venv, and the network or a pip cache.
set -eu
: "${QUITA_BIN:?set QUITA_BIN to the built quita binary}"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check brbank==0.0.5
for bank in inter itau; do
    mkdir "$work/$bank"
    "$work/venv/bin/python" "$here/$bank.py" "$QUITA_BIN" "$work/$bank"
done
