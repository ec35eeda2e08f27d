#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone, as C99, C11 and C++17, and so do its initialisers and a typed
# call of every action; an adapter if its event loop is there. The generated header is looked for in
# the folder BUILD.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
warnings="-Wall -Wextra -Wpedantic -Werror -Iinclude -I$build/include"
failed=0

one() { # compiler and flags, then the header
    header=$1
    shift
    printf '#include <ami/%s>\nint main(void) { return 0; }\n' "$header" | "$@" - || failed=1
}

for path in include/ami/*.h "$build/include/ami/actions.h"; do
    header=${path##*/}
    # shellcheck disable=SC2086
    for standard in c99 c11; do
        one "$header" "${CC:-cc}" -std=$standard $warnings -fsyntax-only -x c
    done
    # shellcheck disable=SC2086
    one "$header" "${CXX:-c++}" -std=c++17 $warnings -fsyntax-only -x c++
done

for language in "${CC:-cc} -std=c99 -x c" "${CC:-cc} -std=c11 -x c" "${CXX:-c++} -std=c++17 -x c++"; do
    # shellcheck disable=SC2086
    $language $warnings -fsyntax-only - <<'END' || failed=1
#include <ami/ami.h>
int main(void)
{
    struct ami_limits limits = AMI_LIMITS_INIT;
    struct ami_session_opts session = AMI_SESSION_OPTS_INIT;
    struct ami_login_opts login = AMI_LOGIN_OPTS_INIT;
    struct ami_conn_opts conn = AMI_CONN_OPTS_INIT;
    struct ami_tls_opts tls = AMI_TLS_OPTS_INIT;
    struct ami_env env = AMI_ENV_INIT;
    struct ami_var var = AMI_VAR_INIT;
    return !(limits.size && session.size && login.size && conn.size && tls.size && env.size &&
             var.size);
}
END
    # Compiled whole: some warnings come only with code.
    # shellcheck disable=SC2086
    $language $warnings -O2 -c -o /dev/null -I"$build" - <<'END' || failed=1
#include <ami/actions.h>
#include "typed_calls.h"
#define LIST(action) call_##action,
int (*const calls[])(ami_session *, ami_reply_fn, void *) = {TYPED_CALLS(LIST)};
int main(void)
{
    return calls[0] == NULL;
}
END
done

adapters=
for loop in epoll glib libev libevent libuv sdevent; do
    flags=$(sh tests/loop/find.sh $loop --cflags 2>/dev/null) || continue
    adapters="$adapters $loop"
    for language in "${CC:-cc} -std=c99 -x c" "${CC:-cc} -std=c11 -x c" \
        "${CXX:-c++} -std=c++17 -x c++"; do
        # shellcheck disable=SC2086
        $language $warnings -D_POSIX_C_SOURCE=200809L $flags -O2 -c -o /dev/null - <<END || failed=1
#include <ami/adapters/$loop.h>
int main(void)
{
    return ami_${loop}_attach(NULL, NULL);
}
END
    done
done

# The program of ami(7) that makes a typed call: check-man does not know that header.
sed -n '/^\.\\" typed$/,/^\.Ed$/p' man/ami.7 | sed -e '/^\./d' -e 's/\\e/\\/g' -e 's/^\\&//' |
    "${CC:-cc}" -std=c11 $warnings -fsyntax-only -x c - || failed=1

[ "$failed" = 0 ] && echo "headers: each compiles alone as C99, C11 and C++17, and so does every typed call; adapters:$adapters"
exit "$failed"
