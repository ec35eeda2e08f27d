#!/bin/bash
# SPDX-License-Identifier: MIT
# Records what a real Asterisk says while calls run, about 400 KB of events, into events-VERSION.gz
# beside this file. Needs what tests/asterisk/server.sh needs.
#
#     record.sh 16|22
set -eu -o pipefail

version=${1:?usage: record.sh 16|22}
here=$(cd "$(dirname "$0")" && pwd)
server=$here/../asterisk/server.sh
bytes=400000
tmp=$(mktemp -d)

# A day at a small office: most calls are answered or bridged, some are busy, queue up or meet.
extensions='dial dial answer quick busy dial vars late userevent queue dial congestion conf broken'

cleanup() {
    kill "${pid:-}" 2>/dev/null || true
    "$server" stop "$version" 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT

call() {
    printf 'Action: Originate\r\nChannel: Local/%s@test\r\nApplication: Wait\r\nData: 1\r\n' "$1"
    printf 'CallerID: "Caller %s" <%d>\r\nAsync: true\r\n\r\n' "$1" $((1000 + RANDOM % 9000))
}

# Calls until nobody listens any more.
make_calls() {
    while :; do
        for extension in $extensions; do
            call "$extension" >&3
            sleep 0.3
        done
    done
}

# Whole events alone: no answers, and nothing of the one that the end of the recording cut.
events_of() {
    awk 'BEGIN { RS = ORS = "\r\n\r\n" } NR > 1 { print last } { last = "" }
         /^Event: / { last = $0 }' "$1" | awk 'BEGIN { RS = ORS = "\r\n\r\n" } $0 != ""'
}

"$server" start "$version" >/dev/null
# shellcheck source=/dev/null
. "$here/../../build/asterisk/$version.env"

exec 3<>"/dev/tcp/$AMI_HOST/$AMI_PORT"
printf 'Action: Login\r\nUsername: %s\r\nSecret: %s\r\n\r\n' "$AMI_USER" "$AMI_SECRET" >&3
make_calls 2>/dev/null &
pid=$!
head -c $bytes <&3 >"$tmp/raw"

events_of "$tmp/raw" >"$tmp/events"
gzip -9n <"$tmp/events" >"$here/events-$version.gz"
echo "$here/events-$version.gz: $(grep -c '^Event: ' "$tmp/events") events," \
    "$(wc -c <"$tmp/events") bytes, $(wc -c <"$here/events-$version.gz") compressed"
