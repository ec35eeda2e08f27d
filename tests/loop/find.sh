#!/bin/sh
# SPDX-License-Identifier: MIT
# Where the library of an event loop is: find.sh LOOP --cflags | --libs. When it is not there, the
# status is 1, and the reason comes on stderr.
set -u
loop=$1 what=$2

package() {
    "${PKG_CONFIG:-pkg-config}" --exists "$1" || {
        echo "pkg-config does not find $1" >&2
        exit 1
    }
    "${PKG_CONFIG:-pkg-config}" "$what" "$1"
}

# For one that pkg-config does not know everywhere.
header() {
    # shellcheck disable=SC2086
    echo "#include <$1>" | ${CC:-cc} ${CPPFLAGS:-} -E - >/dev/null 2>&1 || {
        echo "there is no <$1>" >&2
        exit 1
    }
    [ "$what" = --cflags ] || echo "$2"
}

case $loop in
poll | epoll) ;;
libevent) package libevent ;;
libuv) package libuv ;;
libev) header ev.h -lev ;;
glib) package glib-2.0 ;;
sdevent) package libsystemd ;;
*)
    echo "find.sh: there is no loop $loop" >&2
    exit 1
    ;;
esac
