#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the fuzzers in a directory, where they also keep what they find; stops at the first input for
# which something is not so.
set -eu
dir=$1
for name in parser session; do
    mkdir -p "$dir/seeds/$name" "$dir/corpus/$name"
done
"$dir/fuzz_seeds" "$dir/seeds" >"$dir/words"
for name in parser session; do
    echo "== $name, $FUZZ_SECONDS s"
    "$dir/fuzz_$name" -max_total_time="$FUZZ_SECONDS" -max_len=1200 -timeout=10 -verbosity=0 \
        -print_final_stats=1 -dict="$dir/words" -artifact_prefix="$dir/" \
        "$dir/corpus/$name" "$dir/seeds/$name" 2>"$dir/$name.log" || {
        cat "$dir/$name.log"
        exit 1
    }
    sed -n 's/^stat::number_of_executed_units: */  inputs: /p' "$dir/$name.log"
done
