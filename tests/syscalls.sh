#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts with strace what build/tests/syscalls does: a message that arrives alone costs two system
# calls at most, to wait and to receive; and when nothing comes, the only wake-ups are those of
# keep-alive, for the time to ask and for the answer. BUILD is the build folder.
set -u
cd "$(dirname "$0")/.." || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0

# A clock that the kernel has to be asked for is nothing of ours.
trace() {
    strace -qq -e 'trace=!clock_gettime' -o "$tmp/trace" "$@"
}

if ! command -v strace >/dev/null 2>&1; then
    echo "syscalls: skipped, strace is missing"
elif ! trace true 2>"$tmp/why"; then
    echo "syscalls: skipped, strace is not allowed here: $(sed -n 1p "$tmp/why")"
else
    # check WHAT LIMIT HOW CALLS: so many calls of these names are allowed for each.
    check() {
        number=$(trace "${BUILD:-build}/tests/syscalls" "$1" "$3") || number=0
        calls=$(awk -v calls="^($4)\\\\(" '
            /^getppid\(/ { marks++; next }
            marks == 1 && $0 ~ calls { n++ }
            END { print n + 0 }' "$tmp/trace")
        if [ "$number" -gt 0 ] && [ "$calls" -gt 0 ] && [ "$calls" -le $((number * $2)) ]; then
            passed=$((passed + 1))
            echo "ok - $3: $number $1, $calls calls"
        else
            failed=$((failed + 1))
            echo "not ok - $3: $number $1, $calls calls, $2 for each are allowed"
            sed -n '/^getppid/,/^getppid/p' "$tmp/trace" | sed -n '1,20s/^/#   /p'
        fi
    }
    for how in epoll wait; do
        check events 2 $how '.*'
        check pings 2 $how 'poll|ppoll|epoll_wait|epoll_pwait'
    done
fi
skipped=$((4 - passed - failed))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
