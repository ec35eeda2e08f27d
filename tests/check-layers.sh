#!/bin/sh
# SPDX-License-Identifier: MIT
# Every file of libami/ stands in the list of layers, and includes only headers of files before it.
set -u
cd "$(dirname "$0")/../libami" || exit 1
order=$(sed -n 's/^[a-z]*://p' layers)
failed=0

say() {
    echo "libami/$1: $2"
    failed=1
}

for source in *.c *.h; do
    name=${source%.[ch]}
    case " $(echo "$order" | tr '\n' ' ') " in
    *" $name "*) ;;
    *) say "$source" "is in no layer" ;;
    esac
done

before=
for name in $order; do
    before="$before $name"
    for source in "$name.c" "$name.h"; do
        [ -f "$source" ] || continue
        # shellcheck disable=SC2013
        for header in $(sed -n 's/^#include "\([^"]*\)\.h".*/\1/p' "$source"); do
            [ "$header" = catalog_rows ] && continue
            case "$before " in
            *" $header "*) ;;
            *) say "$source" "includes $header.h, which stands above it" ;;
            esac
        done
    done
done

[ "$failed" = 0 ] && echo "layers: $(echo "$order" | wc -w) files include only what stands below them"
exit "$failed"
