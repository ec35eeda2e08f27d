#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Holds the manual against the headers: lint, names, prototypes, examples, error codes.
# Run it as `sh tests/check-man.sh`. Exit status: 0, 1 when something is wrong, 77 without mandoc.
#
# A `.Bd -literal` display is a C program and must compile, unless the line before it says
#   .\" declaration   copied from a header (compared without regard to white space)
#   .\" shell         commands
#   .\" wire          what a program prints, or the protocol
# One that needs an event loop which is not there is left out, and that is told.
# Inside programs only the escapes \e and \& are understood.

set -u
LC_ALL=C
export LC_ALL
CC=${CC:-cc}
SHOWN=8 # errors shown of each step

cd "$(dirname "$0")/.." || exit 1
if ! command -v mandoc >/dev/null; then
    echo "check-man: skipped, mandoc is missing"
    exit 77
fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/check-man.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

errors=$tmp/errors
: >"$errors"
failed=0

# step NUMBER WHAT: says how the step went that just wrote its errors.
step() {
    if [ -s "$errors" ]; then
        count=$(wc -l <"$errors")
        echo "$1 FAILED: $2: $((count)) errors"
        sed -n "1,${SHOWN}s/^/    /p" "$errors"
        failed=1
        : >"$errors"
    else
        echo "$1 ok: $2"
    fi
}

# What a compiler says against the pages. The compiler is split into words on purpose.
compile() {
    flags=
    for loop in $(sed -n 's|^#include <ami/adapters/\(.*\)\.h>|\1|p' "$1"); do
        flags="$flags $(sh tests/loop/find.sh "$loop" --cflags 2>>"$tmp/lacking")" || return
    done
    # shellcheck disable=SC2086
    $CC -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Werror -Iinclude $flags \
        -fsyntax-only "$1" >"$tmp/said" 2>&1 && return
    if grep -q '^man/.*error' "$tmp/said"; then
        grep '^man/.*error' "$tmp/said" >>"$errors"
    else
        sed -n 1,3p "$tmp/said" >>"$errors"
    fi
}

lines() {
    count=$(wc -l <"$1")
    echo $((count))
}

# ---- What there is -------------------------------------------------------------------------

# The pages, and the files that only point to one.
for file in man/*.[1-9]; do
    case $(sed -n 1p "$file") in
    '.so '*) echo "$file" >>"$tmp/aliases" ;;
    *) echo "$file" >>"$tmp/pages" ;;
    esac
done
touch "$tmp/aliases" "$tmp/pages"
grep '\.3$' "$tmp/pages" >"$tmp/pages3"

# All headers in one line, without comments.
cat include/ami/*.h include/ami/adapters/*.h | awk '
    { text = text " " $0 }
    END {
        while ((from = index(text, "/*")) > 0) {
            to = index(substr(text, from + 2), "*/")
            text = substr(text, 1, from - 1) " " substr(text, from + to + 3)
        }
        gsub(/[ \t]+/, " ", text)
        print text
    }' >"$tmp/headers"

# The functions: the first name before a parenthesis behind each AMI_API.
awk '{
    n = split($0, piece, "AMI_API ")
    for (i = 2; i <= n; i++) {
        sub(/;.*/, "", piece[i])
        if (match(piece[i], /[A-Za-z_0-9]+\(/) && piece[i] !~ /^#|^ *__attribute__/)
            print substr(piece[i], RSTART, RLENGTH - 1)
    }
}' "$tmp/headers" >"$tmp/functions.unsorted"

# Those of the adapters are no part of the library.
sed -n 's/^static inline int \(ami_[a-z]*_\(attach\|wait\)\)(.*/\1/p' include/ami/adapters/*.h |
    sort - "$tmp/functions.unsorted" >"$tmp/functions"

# The error codes and their numbers.
sed -n 's/.*X(\([A-Z_]*\), *\(-[0-9]*\),.*/AMI_E_\1 \2/p' include/ami/error.h >"$tmp/codes"

# All other words of the interface.
tr -c 'A-Za-z0-9_' '\n' <"$tmp/headers" | grep -E '^(ami|AMI)_' | sort -u >"$tmp/words"
sed 's/ .*//' "$tmp/codes" >>"$tmp/words"

# Takes the pages apart. prototypes/: one C file for each page. programs/: one for each program.
# Tables of page, line and name: nm (NAME), fn (SYNOPSIS), refs (functions and pages referred to),
# used (words in running text), sections, decls (declarations; page, line, text).
mkdir "$tmp/prototypes" "$tmp/programs"
for table in nm fn refs used sections decls; do
    : >"$tmp/$table"
done
cat >"$tmp/take.awk" <<'AWK'
function put(table, what) { print page, FNR, what >>(tmp "/" table) }
function wrong(what) { print page ":" FNR ": " what >>(tmp "/errors.take") }
function unquote(s) {
    sub(/^[ \t]*"?/, "", s)
    sub(/"?[ \t]*$/, "", s)
    return s
}
function prototype(args) {
    put("fn", name)
    printf "#line %d \"%s\"\n%s %s(%s);\n", at, page, type, name, args >>proto
}
function words_of(s) {
    while (match(s, /(ami|AMI)_[A-Za-z0-9_]+/)) {
        put("used", substr(s, RSTART, RLENGTH))
        s = substr(s, RSTART + RLENGTH)
    }
}
BEGIN { proto = tmp "/prototypes/" base ".c" }
kind != "" {
    if ($0 == ".Ed") {
        if (kind == "declaration")
            print page, began, text >>(tmp "/decls")
        kind = ""
        next
    }
    if (kind == "declaration")
        text = text " " $0
    if (kind == "program") {
        line = $0
        if (line ~ /^[.']/)
            wrong("a macro inside a program")
        sub(/^\\&/, "", line)
        rest = line
        gsub(/\\e/, "", rest)
        if (index(rest, "\\") > 0)
            wrong("an escape in a program that is neither \\e nor \\&")
        gsub(/\\e/, "\\", line)
        print line >>program
    }
    if (kind != "shell" && kind != "wire")
        words_of($0)
    next
}
/^\.\\" (declaration|shell|wire)$/ { mark = $2; next }
/^\.Bd -literal/ {
    kind = mark == "" ? "program" : mark
    mark = ""
    began = FNR
    text = ""
    if (kind == "program") {
        program = tmp "/programs/" base "-" FNR ".c"
        printf "#line %d \"%s\"\n", FNR + 1, page >>program
        put("sections", "a program")
    }
    next
}
mark != "" { wrong("a mark that is not before .Bd -literal"); mark = "" }
/^\.Dt / { next }
/^\.\\"/ { next }
/^\.Sh / { section = substr($0, 5); put("sections", section); next }
section == "NAME" && /^\.Nm / { put("nm", $2) }
section == "SYNOPSIS" && /^\.In / { printf "#include <%s>\n", $2 >>proto }
section == "SYNOPSIS" && /^\.Ft / { type = unquote(substr($0, 5)) }
section == "SYNOPSIS" && /^\.Fn / {
    name = $2
    at = FNR
    rest = substr($0, index($0, $2) + length($2))
    args = ""
    while (match(rest, /"[^"]*"|[^ \t"]+/)) {
        args = args (args == "" ? "" : ", ") unquote(substr(rest, RSTART, RLENGTH))
        rest = substr(rest, RSTART + RLENGTH)
    }
    prototype(args)
}
section == "SYNOPSIS" && /^\.Fo / { name = $2; at = FNR; args = "" }
section == "SYNOPSIS" && /^\.Fa / {
    args = args (args == "" ? "" : ", ") unquote(substr($0, 5))
}
section == "SYNOPSIS" && /^\.Fc/ { prototype(args) }
/^\.(Fn|It Fn) ami_/ { put("refs", ($1 == ".It" ? $3 : $2) " 3") }
/^\.Xr ami/ { put("refs", $2 " " $3) }
/^\.Xr / { next }
{ words_of($0) }
END {
    if (kind != "")
        wrong("a display without an end")
    if (base ~ /\.3$/ && section != "SEE ALSO")
        wrong("the last section is not SEE ALSO")
}
AWK
while read -r page; do
    awk -v tmp="$tmp" -v page="$page" -v base="${page#man/}" -f "$tmp/take.awk" "$page"
done <"$tmp/pages"

# ---- 1: lint and sections ------------------------------------------------------------------

while read -r page; do
    mandoc -Tlint -W warning "$page" >"$tmp/said" 2>&1 ||
        [ -s "$tmp/said" ] || echo "$page: mandoc failed" >>"$errors"
    sed 's/^mandoc: //' "$tmp/said" >>"$errors"
done <"$tmp/pages"
wanted='NAME,SYNOPSIS,DESCRIPTION,RETURN VALUES,OWNERSHIP,FROM A CALLBACK,EXAMPLES,a program,ERRORS,SEE ALSO'
while read -r page; do
    has=$(sed -n "s|^$page [0-9]* ||p" "$tmp/sections" | uniq | tr '\n' ',')
    [ "$has" = "$wanted," ] || echo "$page:1: has the sections $has not $wanted" >>"$errors"
done <"$tmp/pages3"
[ ! -f "$tmp/errors.take" ] || cat "$tmp/errors.take" >>"$errors"
step 1 "mandoc -Tlint and sections, $(lines "$tmp/pages") pages"

# ---- 2: names ------------------------------------------------------------------------------

# The NAME sections of section 3 hold each function once, and its page or alias is there.
awk -v functions="$tmp/functions" '
    BEGIN {
        while ((getline name <functions) > 0)
            known[name] = 1
    }
    $1 !~ /\.3$/ { next }
    {
        if (!($3 in known))
            print $1 ":" $2 ": no header has a function " $3
        if ($3 in page)
            print $1 ":" $2 ": " $3 " is also in the NAME section of " page[$3]
        page[$3] = $1
        if (!($1 in first)) {
            first[$1] = $3
            if ($1 != "man/" $3 ".3")
                print $1 ":" $2 ": the first name is " $3
        } else {
            print "man/" $3 ".3 .so man3/" substr($1, 5) >aliases
        }
    }
    END {
        for (name in known)
            if (!(name in page))
                print "man: no page has " name " in its NAME section"
    }' aliases="$tmp/wanted" "$tmp/nm" >>"$errors"
touch "$tmp/wanted"
while read -r alias text; do
    if [ ! -f "$alias" ]; then
        echo "$alias: is missing; it should hold $text" >>"$errors"
    elif [ "$(cat "$alias")" != "$text" ]; then
        echo "$alias:1: should hold $text" >>"$errors"
    fi
done <"$tmp/wanted"
while read -r alias; do
    grep -q "^$alias " "$tmp/wanted" ||
        echo "$alias:1: stands for a name that no NAME section has" >>"$errors"
done <"$tmp/aliases"

# What pages refer to, and the words of the interface they use, exist.
while read -r page line name section; do
    [ -f "man/$name.$section" ] || echo "$page:$line: there is no page $name($section)" >>"$errors"
done <"$tmp/refs"
awk -v words="$tmp/words" '
    BEGIN {
        while ((getline word <words) > 0)
            known[word] = 1
    }
    !($3 in known) { print $1 ":" $2 ": no header has " $3 }' "$tmp/used" >>"$errors"
step 2 "names, $(lines "$tmp/functions") functions, $(lines "$tmp/wanted") aliases,\
 $(lines "$tmp/refs") references, $(lines "$tmp/used") uses"

# ---- 3: prototypes and declarations --------------------------------------------------------

while read -r page; do
    base=${page#man/}
    [ ! -f "$tmp/prototypes/$base.c" ] || compile "$tmp/prototypes/$base.c"
    sed -n "s|^$page [0-9]* ||p" "$tmp/nm" >"$tmp/names"
    sed -n "s|^$page [0-9]* ||p" "$tmp/fn" >"$tmp/protos"
    cmp -s "$tmp/names" "$tmp/protos" ||
        echo "$page:1: NAME and SYNOPSIS differ:" \
            "$(diff "$tmp/names" "$tmp/protos" | sed -n 's/^[<>] //p' | tr '\n' ' ')" >>"$errors"
done <"$tmp/pages3"
awk -v headers="$tmp/headers" '
    function squeeze(s) {
        gsub(/[ \t]+/, " ", s)
        sub(/^ /, "", s)
        sub(/ $/, "", s)
        return s
    }
    BEGIN { getline all <headers }
    {
        where = $1 ":" $2
        $1 = $2 = ""
        if (index(all, squeeze($0)) == 0)
            print where ": no header has this: " squeeze($0)
    }' "$tmp/decls" >>"$errors"
step 3 "prototypes, $(lines "$tmp/fn") functions, $(lines "$tmp/decls") declarations"

# ---- 4: programs ---------------------------------------------------------------------------

programs=0
for program in "$tmp"/programs/*.c; do
    [ -f "$program" ] || break
    programs=$((programs + 1))
    compile "$program"
done
[ "$programs" -gt 0 ] || echo "man: there are no programs" >>"$errors"
step 4 "examples, $programs programs"

# ---- 5: error codes ------------------------------------------------------------------------

awk -v codes="$tmp/codes" '
    BEGIN {
        while ((getline <codes) > 0)
            known[$1] = $2
    }
    /AMI_E_/ {
        line = $0
        while (match(line, /AMI_E_[A-Z_]*/)) {
            code = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (!(code in known))
                print FILENAME ":" FNR ": there is no error " code
        }
    }
    FILENAME == "man/ami_strerror.3" && /^\.It Bq Er AMI_E_/ {
        described[$4] = 1
        if (known[$4] != $6)
            print FILENAME ":" FNR ": the number of " $4 " is " known[$4]
    }
    END {
        for (code in known)
            if (!(code in described))
                print "man/ami_strerror.3: does not describe " code
    }' man/*.[1-9] >>"$errors"
[ -s "$tmp/codes" ] || echo "include/ami/error.h: no codes were found" >>"$errors"
step 5 "error codes, $(lines "$tmp/codes") of them, in $(cat man/*.[1-9] | grep -c AMI_E_) lines"

[ ! -s "$tmp/lacking" ] || sort -u "$tmp/lacking" | sed 's/^/not compiled: /'
exit "$failed"
