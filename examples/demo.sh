#!/bin/sh
# SPDX-License-Identifier: MIT
# ping, originate and events against the mock server, on a port of its own on the loopback.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
mock=
trap 'kill $mock 2>/dev/null; rm -rf "$tmp"' EXIT

"$build/ami-mock" --port 0 --demo >"$tmp/ready" &
mock=$!
until [ -s "$tmp/ready" ]; do
    kill -0 $mock 2>/dev/null || exit 1
    sleep 0.05
done
cat "$tmp/ready"
AMI_SECRET=secret
export AMI_SECRET

show() {
    program=$1
    shift
    set -- --host 127.0.0.1 --port "$(sed 's/.* port //' "$tmp/ready")" --user admin "$@"
    echo
    echo "\$ AMI_SECRET=secret $build/examples/$program $*"
    "$build/examples/$program" "$@" || exit 1
}

show ping -c 3 -i 0.2
show originate Local/100@demo --application Playback --data hello
show events --count 12 --brief
echo
echo "demo: ping, originate and events ran against ami-mock"
