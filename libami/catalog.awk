# SPDX-License-Identifier: MIT
# catalog.tsv and events.tsv to C: one pool of strings without a pointer, and an array for each file
# whose elements hold places in it. Sorts by name, in lower case, itself: sort(1) follows the locale.
function fail(what) {
    print FILENAME ":" FNR ": " what > "/dev/stderr"
    failed = 1
    exit 1
}
# The place of a string, which may hold several that end in \n.
function place(s) {
    if (!(s in places)) {
        places[s] = pool_len
        pool[pool_count++] = s
        pool_len += length(s) + 1
    }
    return places[s]
}
function text(s) { return place(s == "-" ? "" : s) }
# Several strings: their number and their place.
function strings(list, n) {
    gsub(/,/, "\n", list)
    return place(list) ", " n
}
function items(list) { return list == "-" ? place("") ", 0" : strings(list, split(list, item, ",")) }
# Each name once, behind a digit: 1 required, 2 repeatable.
function parameters(list, i, n, m, name, in_group, marks, all, known) {
    if (list == "-")
        return place("") ", 0"
    split("", known)
    n = split(list, name, ",")
    m = 0
    for (i = 1; i <= n; i++) {
        if (sub(/^[a-z]+\{/, "", name[i]))
            in_group = 1
        marks = in_group || name[i] ~ /\+\*?$/ ? 2 : 0
        if (!in_group && name[i] ~ /\*\+?$/)
            marks++
        if (sub(/\}$/, "", name[i]))
            in_group = 0
        gsub(/[*+]/, "", name[i])
        if (!(name[i] in known))
            all = all (m++ ? "," : "") marks name[i]
        known[name[i]] = 1
    }
    return strings(all, m)
}
# "simple?1.1" to 101: up to this banner the answer may fail to come, or to end; "raw" never has one.
function unsure(kind, version) {
    if (kind == "raw" || kind ~ /\?$/)
        return "ALWAYS"
    return split(kind, version, /[?.]/) == 3 ? 100 * version[2] + version[3] : 0
}
function kind_of(column) {
    sub(/\?.*/, "", column)
    return column
}
# "system,user" in C.
function classes(list) {
    gsub(/,/, " | AMI_CLASS_", list)
    return "AMI_CLASS_" toupper(list)
}
# Puts a row in its place, behind those of the same name.
function insert(table, name, code, i) {
    name = tolower(name)
    for (i = ++rows[table]; i > 1 && name < key[table, i - 1]; i--) {
        key[table, i] = key[table, i - 1]
        row[table, i] = row[table, i - 1]
    }
    key[table, i] = name
    row[table, i] = code
}
function print_rows(type, table, i) {
    print "static const struct " type " " table "[] = {"
    for (i = 1; i <= rows[table]; i++)
        print row[table, i]
    print "};"
}
# The string as elements of an array of char.
function characters(s, i, c, out) {
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        out = out (c == "\n" ? "0," : "'" (c == "'" || c == "\\" ? "\\" : "") c "',")
    }
    return out "0,"
}
BEGIN {
    FS = "\t"
    pool_len = pool_count = 0
    answer["simple"] = "AMI_ANSWER_SIMPLE"
    answer["list"] = "AMI_ANSWER_LIST"
    answer["command"] = "AMI_ANSWER_COMMAND"
    answer["deferred"] = "AMI_ANSWER_DEFERRED"
    answer["raw"] = "AMI_ANSWER_RAW"
}
FNR == 1 { columns = FILENAME ~ /events/ ? 5 : 10 }
/^#/ { next }
NF != columns { fail("has " NF " columns") }
columns == 5 {
    insert("events", $1, sprintf("{%s, %s, %s, %s, %s},", text($1), text($3), text($4), text($5),
                                 classes($2)))
    next
}
!(kind_of($2) in answer) { fail("unknown kind of answer: " $2) }
{
    insert("entries", $1,
           sprintf("{%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %d, %d},", answer[kind_of($2)],
                   unsure($2), items($3), text($4), text($1), parameters($5),
                   place($6 == "none" || $6 == "-" ? "" : $6), text($8), text($9), text($10),
                   $7 ~ /16/, $7 ~ /22/))
}
END {
    if (failed)
        exit 1
    print "static const char pool[] = {"
    for (i = 0; i < pool_count; i++)
        print characters(pool[i])
    print "};"
    print_rows("ami_catalog_entry", "entries")
    print_rows("event", "events")
}
