#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the benchmarks given, one after the other, and fails when a figure is not what it must be,
# three times over.
set -u
corpora=$(ls "$BUILD"/bench/events-[0-9][0-9])
failed=

# measure PROGRAM: a virtual machine may lose half its speed to a neighbour for some seconds, and
# memchr feels less of that than anything else.
measure() {
    for try in 1 2 3; do
        echo "== ${1##*/}$([ $try = 1 ] || echo ", once more")"
        # shellcheck disable=SC2086
        "$1" $corpora && return
    done
    return 1
}

for program; do
    measure "$program" || failed="$failed ${program##*/}"
done

if [ -n "$failed" ]; then
    echo "not what it must be:$failed"
    exit 1
fi
