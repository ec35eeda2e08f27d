#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library exports exactly what the headers declare, and the library has no variable
# that changes. usage: check-symbols.sh BUILD-FOLDER
set -u
build=$1
top=$(dirname "$0")/..
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

sed -n 's/^ *\(ami_[a-z0-9_]*\);$/\1/p' "$top/libami/libami.map" | sort >"$tmp/map"
cat "$top"/include/ami/*.h | tr '\n' ' ' | grep -oE 'AMI_API [^;(]*\(' |
    grep -oE 'ami_[a-z0-9_]+\($' | tr -d '(' | sort >"$tmp/headers"
nm -D --defined-only "$build/libami.so" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' |
    sort >"$tmp/exported"

diff "$tmp/headers" "$tmp/map" >"$tmp/diff" || {
    echo "symbols: headers (<) and libami.map (>) differ:"
    cat "$tmp/diff"
    failed=1
}
diff "$tmp/headers" "$tmp/exported" >"$tmp/diff" || {
    echo "symbols: headers (<) and libami.so (>) differ:"
    cat "$tmp/diff"
    failed=1
}
# Tables of constants with pointers in them are in .data.rel.ro, which is not written either.
changing=$(size -A "$build/libami.a" | awk '$1 == ".data" || $1 == ".bss" { n += $2 } END { print n + 0 }')
if [ "$changing" != 0 ] && [ -z "${SAN:-}" ]; then
    echo "symbols: $changing bytes of variables that change"
    failed=1
fi
[ "$failed" = 0 ] && echo "symbols: $(wc -l <"$tmp/exported") exported, no variable that changes"
exit "$failed"
