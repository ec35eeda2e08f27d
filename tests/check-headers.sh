#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone, as C99, C11 and C++17, and so do its initialisers.
set -u
cd "$(dirname "$0")/.." || exit 1
warnings="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude"
failed=0

one() { # compiler and flags, then the header
    header=$1
    shift
    printf '#include <ami/%s>\nint main(void) { return 0; }\n' "$header" | "$@" - || failed=1
}

for path in include/ami/*.h; do
    header=${path#include/ami/}
    # shellcheck disable=SC2086
    for standard in c99 c11; do
        one "$header" "${CC:-cc}" -std=$standard $warnings -x c
    done
    # shellcheck disable=SC2086
    one "$header" "${CXX:-c++}" -std=c++17 $warnings -x c++
done

for language in "${CC:-cc} -std=c99 -x c" "${CC:-cc} -std=c11 -x c" "${CXX:-c++} -std=c++17 -x c++"; do
    # shellcheck disable=SC2086
    $language $warnings - <<'END' || failed=1
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
done

[ "$failed" = 0 ] && echo "headers: each compiles alone as C99, C11 and C++17"
exit "$failed"
