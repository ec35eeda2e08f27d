#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs into a folder of its own, builds a program with nothing but what pkg-config says, as C and
# as C++, shared and static, runs it against ami-mock, and uninstalls: nothing may be left.
# With AMI_PORT, AMI_USER and AMI_SECRET it runs against that server instead.
# usage: check-install.sh MAKE
set -u
cd "$(dirname "$0")/.." || exit 1
make=${1:-make}
unset BUILD SAN # what is installed is the plain build
tmp=$(mktemp -d) || exit 1
mock=
trap 'kill $mock 2>/dev/null; rm -rf "$tmp"' EXIT
prefix=$tmp/usr

fail() {
    echo "install: $*"
    exit 1
}

$make -s install prefix="$prefix" >"$tmp/log" 2>&1 || { cat "$tmp/log"; fail "make install failed"; }
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
version=$(pkg-config --modversion ami) || fail "pkg-config does not find ami"

port=${AMI_PORT:-}
if [ -z "$port" ]; then
    "$prefix/bin/ami-mock" --port 0 >"$tmp/ready" &
    mock=$!
    until [ -s "$tmp/ready" ]; do sleep 0.05; done
    port=$(sed 's/.* port //' "$tmp/ready")
fi

build_and_run() {
    name=$1
    shift
    "$@" -o "$tmp/$name" || fail "$name: does not build"
    LD_LIBRARY_PATH="$prefix/lib" "$tmp/$name" "$port" || fail "$name: does not run"
}

flags=$(pkg-config --cflags --libs ami)
static=$(pkg-config --cflags --static --libs ami | sed 's/-lami /-Wl,-Bstatic -lami -Wl,-Bdynamic /')
# shellcheck disable=SC2086
{
    build_and_run shared "${CC:-cc}" -std=c99 tests/downstream.c $flags
    build_and_run static "${CC:-cc}" tests/downstream.c $static
    build_and_run cxx "${CXX:-c++}" -std=c++17 -x c++ tests/downstream.c -x none $flags
    "${CC:-cc}" -o "$tmp/loop_epoll" examples/loop_epoll.c examples/console.c examples/cli.c $flags ||
        fail "an adapter does not build"
}
readelf -d "$tmp/static" | grep -q libami && fail "the static program needs libami.so"
readelf -d "$tmp/shared" | grep -q 'libami.so.0' || fail "the soname is not libami.so.0"

$make -s uninstall prefix="$prefix" >"$tmp/log" 2>&1 || { cat "$tmp/log"; fail "make uninstall failed"; }
left=$(find "$prefix" ! -type d)
[ -z "$left" ] || fail "left behind: $left"
echo "install: ami $version builds and runs from pkg-config, as C99, static and C++17; uninstall leaves nothing"
