# SPDX-License-Identifier: MIT
# From the structs of actions.h: for each a function call_<Action> that sends it with all members
# set, each to its own name, arrays to one such element; and a list TYPED_CALLS of the actions.
# Valid as C and as C++.
function begin(name) {
    type = name
    body = ""
    if (split(name, part, "_") == 3)
        return
    action = part[2]
    before = ""
}
function end() {
    if (type == "ami_UserEvent_header")
        return
    if (type != "ami_" action) {
        group[type] = body
        return
    }
    calls = calls " \\\n    X(" action ")"
    print "static int call_" action "(ami_session *session, ami_reply_fn fn, void *user)\n{"
    print before "    struct ami_" action " in;\n"
    print "    memset(&in, 0, sizeof in);"
    print body "    return ami_do_" action "(session, &in, fn, user, NULL);\n}\n"
}
/^struct ami_[A-Za-z0-9_]+ \{$/ { begin($2) }
/^    const char \*[A-Za-z0-9_]+;/ && type {
    name = $3
    gsub(/[*;]/, "", name)
    body = body "    in." name " = \"" name "\";\n"
}
/^    const char \*const \*Variable;/ {
    before = before "    static const char *const variables[] = {\"Variable=1\", NULL};\n"
    body = body "    in.Variable = variables;\n"
}
/^    const struct ami_[A-Za-z0-9]+_[a-z]+ \*[a-z]+_;/ {
    name = $4
    gsub(/[*;]/, "", name)
    before = before "    struct " $3 " " name "array[2];\n"
    set = group[$3]
    if ($3 == "ami_UserEvent_header")
        set = "    in.name = \"Header1\";\n    in.value = \"Header1\";\n"
    gsub(/ in\./, " " name "array[0].", set)
    body = body "    memset(" name "array, 0, sizeof " name "array);\n" set \
           "    in." name " = " name "array;\n"
}
/^\};$/ && type { end(); type = "" }
END { print "#define TYPED_CALLS(X)" calls }
