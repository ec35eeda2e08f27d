#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the examples against the mock server, as Asterisk 13, which has the old form of Command, and
# as 22. BUILD is the build folder.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
mock=
trap 'kill $mock 2>/dev/null; rm -rf "$tmp"' EXIT
passed=0
failed=0
skipped=0

for version in 13 22; do
    bad_server=none # once is enough
    [ $version = 13 ] || bad_server=$build/tests/bad_server
    "$build/ami-mock" --port 0 --version $version --call-ms 2000 >"$tmp/ready" &
    mock=$!
    until [ -s "$tmp/ready" ] || ! kill -0 $mock 2>/dev/null; do sleep 0.05; done
    AMI_HOST=127.0.0.1 AMI_PORT=$(sed 's/.* port //' "$tmp/ready") AMI_USER=admin \
        AMI_SECRET=secret EXAMPLES_DIR="$build/examples" BAD_SERVER="$bad_server" \
        sh tests/examples.sh >"$tmp/out" 2>&1
    kill $mock 2>/dev/null
    wait $mock 2>/dev/null
    : >"$tmp/ready"
    echo "examples against ami-mock --version $version:"
    sed '/^[0-9]* passed, /d' "$tmp/out"
    totals=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$tmp/out")
    # shellcheck disable=SC2086
    set -- ${totals:-0 1 0}
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
