#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the test programs given, then the checks of the whole, and counts. A program that dies counts
# as failed, one of an event loop that is not there as skipped. RUN is put before each program; with
# it the checks of the whole are left out.
set -u
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0

run() {
    echo "== $*"
    timeout 3600 "$@" >"$log" 2>&1
    status=$?
    cat "$log"
}

count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# cmocka's totals: "[  PASSED  ] 3 test(s).", "[  FAILED  ] 1 test(s), listed below:".
cmocka_total() {
    sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$log" |
        awk '{ n += $1 } END { print n + 0 }'
}

count_cmocka() {
    bad=$(cmocka_total FAILED)
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        echo "$1 ended with status $status"
        bad=1
    fi
    count "$(cmocka_total PASSED)" "$bad" "$(cmocka_total SKIPPED)"
}

# Others end with a line of totals: N passed, N failed, N skipped.
count_totals() {
    totals=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log")
    # shellcheck disable=SC2086
    count ${totals:-0 1 0}
}

count_status() {
    case $status in
    0) count 1 0 0 ;;
    77) count 0 0 1 ;;
    *) count 0 1 0 ;;
    esac
}

for program; do
    if [ ! -e "$program" ]; then
        echo "== $program"
        echo "skipped: $(sh tests/loop/find.sh "${program##*/loop_}" --libs 2>&1)"
        count 0 0 1
        continue
    fi
    # shellcheck disable=SC2086
    run ${RUN:-} "$program"
    count_cmocka "$program"
done

if [ -z "${RUN:-}" ]; then
    run sh tests/mock-examples.sh
    count_totals
    run sh tests/check-symbols.sh "$BUILD"
    count_status
    for check in layers headers man; do
        run sh "tests/check-$check.sh"
        count_status
    done
    if [ -z "${SAN:-}" ]; then
        run sh tests/syscalls.sh
        count_totals
        run sh tests/check-install.sh "${MAKE:-make}"
        count_status
    fi
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
