#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the test programs given, then the checks, and counts. A program that dies counts as failed.
# RUN is put before each program; with it, the checks are left out.
set -u
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0

run() {
    "$@" >"$log" 2>&1
    status=$?
    cat "$log"
}

# cmocka prints a line for each test; a skipped test says SKIPPED.
count_cmocka() {
    ok=$(grep -c '^\[       OK \]' "$log")
    bad=$(grep -cE '^\[  FAILED  \] .*[^:]$' "$log")
    skip=$(grep -c '^\[  SKIPPED \]' "$log")
    bad=$(grep -c '^\[  FAILED  \] [a-z_A-Z0-9]*$' "$log")
    bad=$((bad / 2 + bad % 2)) # each is printed twice: when it fails, and in the summary
    [ "$status" != 0 ] && [ "$bad" = 0 ] && {
        echo "$1: ended with status $status"
        bad=1
    }
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

# Others print a line of totals: N passed, N failed, N skipped.
count_totals() {
    totals=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log")
    # shellcheck disable=SC2086
    set -- "$1" $totals
    [ $# = 4 ] || set -- "$1" 0 1 0
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
}

count_check() {
    case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
}

for program; do
    # shellcheck disable=SC2086
    run ${RUN:-} "$program"
    count_cmocka "$program"
done

if [ -z "${RUN:-}" ]; then
    run sh tests/mock-examples.sh
    count_totals "examples"
    for check in layers headers man; do
        run sh "tests/check-$check.sh"
        count_check
    done
    run sh tests/check-symbols.sh "$BUILD"
    count_check
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
