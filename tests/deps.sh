#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the packages that are missing, with apt-get, and says what it did.
set -u

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    echo "deps: this is no Debian; install a C11 and a C++17 compiler, pkg-config, OpenSSL 3," >&2
    echo "deps: cmocka and mandoc with their development files (Debian calls them: $PACKAGES)" >&2
    exit 1
fi

missing=
for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "deps: nothing to install: $PACKAGES"
    exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null 2>&1 || {
        echo "deps: to install$missing, run this as root or install sudo" >&2
        exit 1
    }
fi
echo "deps: installing$missing"
# A fresh machine may be busy with upgrades of its own.
install="apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600$missing"
# shellcheck disable=SC2086
if ! $as_root apt-get update -qq ||
    ! $as_root env DEBIAN_FRONTEND=noninteractive $install >/dev/null; then
    echo "deps: apt-get could not install$missing" >&2
    exit 1
fi
echo "deps: installed$missing"
