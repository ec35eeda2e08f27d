#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmarks given, one after the other, and fails when a figure is not what it must be.
set -u
corpora=$(ls "$BUILD"/bench/events-[0-9][0-9])
failed=

for program; do
    echo "== ${program##*/}"
    # shellcheck disable=SC2086
    "$program" $corpora || failed="$failed ${program##*/}"
done

if [ -n "$failed" ]; then
    echo "not what it must be:$failed"
    exit 1
fi
