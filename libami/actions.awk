# SPDX-License-Identifier: MIT
# catalog.tsv to typed calls, put in place of @actions@ of actions.h.in. usage:
#     awk -f actions.awk catalog.tsv actions.h.in
function fail(what) {
    print FILENAME ":" FNR ": " what > "/dev/stderr"
    failed = 1
    exit 1
}
function out(line) { text = text line "\n" }
# A comment of several lines.
function comment(words, n, i, word, line) {
    n = split(words, word, " ")
    line = "/* " word[1]
    for (i = 2; i <= n; i++) {
        if (length(line word[i]) > 96) {
            out(line)
            line = " *"
        }
        line = line " " word[i]
    }
    out(line " */")
}
# A name for C: without the number of the first one, and with _ for what C cannot have.
function member_of(name) {
    sub(/-0+$/, "", name)
    sub(/\(0\)$/, "", name)
    gsub(/[^A-Za-z0-9_]/, "_", name)
    return name
}
function member(type, name, remark) {
    lines = lines "    " type name ";" (remark ? " /* " remark " */" : "") "\n"
}
function parameter(name, required) {
    if (sub(/\+$/, "", name)) {
        if (name != "Variable")
            fail("only Variable can be repeated outside a group")
        member("const char *const *", name, "\"name=value\", ..., NULL")
    } else {
        required = sub(/\*$/, "", name)
        member("const char *", member_of(name), required ? "required" : "")
    }
}
# The struct of a group, such as ami_UpdateConfig_step for steps, and a member that points to it.
function take_group(group, parameters, element, n, i, name, outer) {
    element = "struct ami_" $1 "_" substr(group, 1, length(group) - 1)
    if (group != "headers") {
        outer = lines
        lines = ""
        n = split(parameters, name, ",")
        for (i = 1; i <= n; i++)
            parameter(name[i])
        out(element " {\n" lines "};\n")
        lines = outer
    }
    return "const " element " *"
}
# The members of the struct, in lines. Groups come as group{...}, and their commas are no ends.
function take(parameters, name, group, type) {
    lines = ""
    while (match(parameters, /^[a-z]+\{[^}]*\}|^[^,]+/)) {
        name = substr(parameters, 1, RLENGTH)
        parameters = substr(parameters, RLENGTH + 2)
        if (!index(name, "{")) {
            parameter(name)
            continue
        }
        group = substr(name, 1, index(name, "{") - 1)
        type = take_group(group, substr(name, length(group) + 2, length(name) - length(group) - 2))
        member(type, group "_", "ends with one that holds nothing")
    }
}
# A string, in pieces that fit into a line.
function literal(s, cut, pieces) {
    while (length(s) > 80) {
        cut = 80
        while (substr(s, cut, 1) != ",")
            cut--
        pieces = pieces "        \"" substr(s, 1, cut) "\"\n"
        s = substr(s, cut + 1)
    }
    return pieces "        \"" s "\""
}
function describe(s) {
    s = $1 ": " $10 "."
    if ($2 == "list")
        s = s " A list of " $3 ", ended by " $4 "."
    else if ($2 == "deferred")
        s = s " The result comes in " $4 "."
    else if ($3 != "-")
        s = s " On some arguments a list of " $3 ", ended by " $4 "."
    if ($6 != "none" && $6 != "-")
        s = s " Class: " $6 "."
    if ($8 == "-")
        return s " Documented, but no server has it."
    s = s " Since " $8
    return s ($9 != "-" ? ", until " $9 "." : ".")
}
BEGIN { FS = "\t" }
FNR == 1 { files++ }
files == 2 {
    if ($0 == "@actions@")
        printf "%s", text
    else
        print
    next
}
/^#/ { next }
{
    sub(/\?.*/, "", $2)
    if ($5 == "-")
        $5 = ""
    take($5)
    comment(describe())
    out("struct ami_" $1 " {\n" lines "    int timeout_ms_;\n};")
    out("static inline ami_action *ami_new_" $1 "(const struct ami_" $1 " *in)\n{")
    sub(/headers\{[^}]*\}/, "headers:", $5)
    out("    return ami_typed_new_(\"" $1 "\",\n" literal($5) ",\n" \
        "        in, in ? in->timeout_ms_ : 0);\n}")
    out("static inline int ami_do_" $1 "(ami_session *session,")
    out("    const struct ami_" $1 " *in,\n    ami_reply_fn fn, void *user, ami_id *id)\n{")
    out("    return ami_typed_submit_(session, ami_new_" $1 "(in), fn, user, id);\n}\n")
}
END {
    if (failed || files != 2)
        exit 1
}
