#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the examples against the mock server, as Asterisk 11, which has the old forms of Command and
# of AsyncAGI, and as 22. BUILD is the build folder.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
tmp=$(mktemp -d) || exit 1
mock=
trap 'kill $mock 2>/dev/null; rm -rf "$tmp"' EXIT
passed=0
failed=0
skipped=0

# With a port for TLS, if there is openssl(1) to make a certificate.
tls=
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout "$tmp/key" -out "$tmp/cert" \
    >/dev/null 2>&1; then
    tls="--cert $tmp/cert --key $tmp/key"
    export AMI_TLS_CA="$tmp/cert" AMI_TLS_PORT
fi

for version in 11 22; do
    bad_server=none # once is enough
    mock_again=
    [ $version = 11 ] || bad_server=$build/tests/bad_server mock_again=$build/ami-mock
    # shellcheck disable=SC2086
    "$build/ami-mock" --port 0 --version $version --call-ms 2000 $tls >"$tmp/ready" &
    mock=$!
    until [ -s "$tmp/ready" ] || ! kill -0 $mock 2>/dev/null; do sleep 0.05; done
    AMI_TLS_PORT=$(sed -n 's/.* with TLS .* port //p' "$tmp/ready")
    AMI_HOST=127.0.0.1 AMI_PORT=$(sed -n '1s/.* port //p' "$tmp/ready") AMI_USER=admin \
        AMI_SECRET=secret EXAMPLES_DIR="$build/examples" BAD_SERVER="$bad_server" \
        MOCK="$mock_again" \
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
# What asks for TLS gets it, or is told.
for option in --key --tls-port; do
    timeout 20 "$build/ami-mock" $option 1 >"$tmp/out" 2>&1
    if [ $? = 2 ] && grep -q 'without --cert$' "$tmp/out"; then
        passed=$((passed + 1))
        echo "ok - ami-mock $option without --cert"
    else
        failed=$((failed + 1))
        echo "not ok - ami-mock $option without --cert"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
