#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the examples and the session test against real servers, one version after the other:
#
#     check.sh [VERSION]...      16 and 22, unless told otherwise
#
#   BUILD   where the programs are (build)
#   RUN     put before each of them, such as "valgrind -q --error-exitcode=99"
#
# A server that cannot be built or started on this machine is a counted skip. One that runs already
# is used and left running. Ends with one line of totals.
set -u
cd "$(dirname "$0")/../.." || exit 1

here=tests/asterisk
build=${BUILD:-build}
run=${RUN:-}
tmp=$(mktemp -d) || exit 1
ours=
passed=0 failed=0 skipped=0

stop_ours() {
    [ -z "$ours" ] || "$here/server.sh" stop "$ours" 2>/dev/null
    ours=
}
trap 'stop_ours; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM HUP

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
}

skip() {
    skipped=$((skipped + 1))
    echo "ok - $1 # SKIP $2"
}

# Two checks at once would stop each other's servers. A server must not keep descriptor 8.
wait_for_others() {
    exec 8<"$here/check.sh"
    if command -v flock >/dev/null 2>&1 && ! flock -n 8; then
        echo "# waiting for another check to end"
        flock 8
    fi
}

# The last thing that server.sh said.
reason() {
    sed -n 's/^server.sh: //p' "$tmp/server" | tail -n 1
}

# Reads how to reach the server.
read_env() {
    set -a
    # shellcheck source=/dev/null
    . "build/asterisk/$1.env"
    set +a
}

# Starts the server, unless it runs, and reads how to reach it. Fails when there is none.
start() {
    if "$here/server.sh" status "$1" >/dev/null 2>&1; then
        echo "# Asterisk $1 runs already"
    else
        ours=$1
        "$here/server.sh" start "$1" >/dev/null 2>"$tmp/server" 8<&-
        case $? in
        0) ;;
        77)
            skip "Asterisk $1" "$(reason)"
            return 1
            ;;
        *)
            sed 's/^/#   /' "$tmp/server"
            not_ok "Asterisk $1: does not start: $(reason)"
            return 1
            ;;
        esac
    fi
    read_env "$1"
}

# count VERSION WHAT: adds the totals in $tmp/log to ours. A program that ends without totals, or
# with an error that they do not tell of, has failed.
count() {
    what="Asterisk $1: $2"
    status=$(cat "$tmp/status")
    # shellcheck disable=SC2046
    set -- $(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
        "$tmp/log" | tail -n 1)
    if [ $# -ne 3 ]; then
        passed=$((passed + $(grep -c '^ok - ' "$tmp/log")))
        failed=$((failed + $(grep -c '^not ok - ' "$tmp/log")))
        not_ok "$what: ended with status $status and without totals"
        return
    fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    [ "$status" -eq 0 ] || [ "$2" -gt 0 ] || not_ok "$what: ended with status $status"
}

# check VERSION WHAT COMMAND...: its lines are told as they come, with the version put in.
check() {
    version=$1 what=$2
    shift 2
    echo 1 >"$tmp/status"
    {
        "$@" 2>&1 8<&-
        echo $? >"$tmp/status"
    } | tee "$tmp/log" | sed -e "s/^\(not \)\{0,1\}ok - /&Asterisk $version: /" \
        -e "s/^[0-9]* passed, .*/# Asterisk $version: $what: &/"
    count "$version" "$what"
}

test_version() {
    start "$1" || return
    # shellcheck disable=SC2086
    check "$1" session $run "$build/tests/asterisk_session"
    read_env "$1" # the tests have killed it now and then
    # A call to long@test lasts as long as its application, so that a listing finds it.
    EXAMPLES_DIR=$build/examples EXAMPLES_RUN=$run BAD_SERVER=none ORIGINATE_OK=Local/long@test \
        check "$1" examples sh tests/examples.sh
    if sh tests/check-install.sh "${MAKE:-make}" >"$tmp/log" 2>&1; then
        ok "Asterisk $1: an installed libami, found with pkg-config: $(grep -m 1 ^Asterisk "$tmp/log")"
    else
        sed 's/^/#   /' "$tmp/log"
        not_ok "Asterisk $1: an installed libami, found with pkg-config"
    fi
    if kill -0 "$AMI_PID" 2>/dev/null; then
        ok "Asterisk $1: the server is still up"
    else
        not_ok "Asterisk $1: the server is still up"
    fi
}

wait_for_others
[ $# -gt 0 ] || set -- 16 22
for number; do
    test_version "$number"
    stop_ours
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
