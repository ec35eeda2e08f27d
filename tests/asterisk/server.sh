#!/bin/bash
# Runs a real Asterisk on loopback for the tests.
#
#   server.sh build   16|22   install it into build/asterisk/NN (once, then cached)
#   server.sh start   16|22   start it and wait until it is fully booted
#   server.sh restart 16|22   kill it, if it still lives, and start it as it was: on
#                             the same ports, with its configuration and database
#   server.sh stop    16|22   stop it, whatever state it is in
#   server.sh status [16|22]  say what is built and what runs
#
# start and restart print one line, "host=127.0.0.1 port=15038 ...", and writes the same in
# shell syntax to build/asterisk/NN.env:
#
#   AMI_HOST AMI_PORT AMI_USER AMI_SECRET   what a client needs
#   AMI_TLS_PORT AMI_TLS_CA                 the TLS port and the certificate to trust
#   AMI_PID                                 the asterisk process, for tests that kill it
#   AMI_LOG                                 its warnings and errors
#   AMI_RESTART                             the command that restarts it
#
# The file is there exactly while the server runs. All other talk goes to stderr.
#
# Exit status: 0 done, 1 failed, 2 wrong usage, 3 (status) not running, 77 this
# machine cannot do it: the reason is printed, and a test should count as skipped.
#
# One server for each version and work tree: a second start finds the first one
# and uses it, and one stop ends it for all.
#
# Everything happens in a chroot that holds Debian's package. The server gets
# mount and process namespaces of its own, so that its mounts and children go
# when it goes, however it ends. What it reads and writes is in srv/ami inside
# the chroot and is made anew by each start; the rest of the chroot stays as built.

set -u

self=$(readlink -f "$0")
here=$(dirname "$self")
top=$(readlink -f "$here/../..")
base=$top/build/asterisk

host=127.0.0.1
user='admin'
secret=libami-secret
boot_seconds=90     # a loaded machine needs a few; the bound is for a broken one
stop_seconds=10

say() { printf 'server.sh: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
skip() { say "$*"; exit 77; }

usage() {
    say "usage: server.sh build|start|restart|stop 16|22, or server.sh status [16|22]"
    exit 2
}

# Sets the variables that depend on the version.
choose_version() {
    version=$1
    case $version in
        16) suite=bullseye first_port=15038 packages=asterisk,asterisk-voicemail,ca-certificates ;;
        22) suite=sid first_port=25038 packages=asterisk,ca-certificates ;;
        *) usage ;;
    esac
    root=$base/$version         # the chroot
    state=$root/srv/ami         # what one run reads and writes
    env_file=$base/$version.env
    pid_file=$base/$version.pid
}

need_root() {
    [ "$(id -u)" = 0 ] || skip "needs root to $1 Asterisk in a chroot"
}

# One command at a time for each version. Descriptor 9 holds the lock and must
# not reach the server, which would keep it for ever.
lock() {
    mkdir -p "$base" || die "cannot make $base"
    exec 9>"$base/$version.lock"
    flock -w 900 9 || die "another server.sh keeps $base/$version.lock"
}

# --- build -------------------------------------------------------------------

# The host's own package mirror, which no file of ours names.
find_mirror() {
    local codename words
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
    # The label is in the package lists; without lists the sources alone must do.
    for words in "|Label: Debian" "--no-release-info|Release: $codename"; do
        # shellcheck disable=SC2016,SC2086  # a variable of apt-get's; an option or none
        apt-get indextargets ${words%%|*} --format '$(REPO_URI)' \
            'Created-By: Packages' 'Component: main' "${words#*|}" 2>/dev/null
    done
}

# Can this machine give a command namespaces of its own?
can_unshare() {
    unshare --mount --pid --fork --kill-child true 2>/dev/null
}

install_mmdebstrap() {
    command -v mmdebstrap >/dev/null && return
    command -v apt-get >/dev/null || skip "no mmdebstrap and no apt-get: not a Debian host"
    say "installing mmdebstrap"
    { apt-get update && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends mmdebstrap; } >&2 9>&- ||
        skip "apt-get could not install mmdebstrap"
}

# Installs the packages into folder $1; $2 names the log.
run_mmdebstrap() {
    local folder=$1 log=$2 mirror options
    mirror=$(find_mirror | head -n 1)
    [ -n "$mirror" ] || skip "apt-get knows no Debian mirror on this machine"

    # mmdebstrap does not take the host's proxy settings over by itself.
    options=$folder.apt.conf
    apt-config dump Acquire::http >"$options"
    apt-config dump Acquire::https >>"$options"
    # A mirror frozen in time has release files that say they are too old.
    echo 'Acquire::Check-Valid-Until "false";' >>"$options"

    # Namespaces here too, and an end together with this script: a build that is
    # killed leaves no mounts and no installer behind.
    local words=(setpriv --pdeathsig KILL)
    can_unshare && words+=(unshare --mount --pid --fork --kill-child --mount-proc)
    "${words[@]}" mmdebstrap --variant=minbase --aptopt="$options" \
        --include="$packages" "$suite" "$folder" "$mirror" >"$log" 2>&1 </dev/null 9>&- &
    building=$!
    wait "$building"
}

# An interrupted build: end the installer, then throw away what it made.
abandon_build() {
    if [ -n "${building:-}" ]; then
        # unshare does not listen to TERM; KILL takes its whole namespace along.
        kill -KILL "$building" 2>/dev/null
        wait "$building" 2>/dev/null
    fi
    rm -rf --one-file-system "$base/$version".new.*
}

build() {
    if [ -d "$root" ]; then
        say "Asterisk $version is built: $root (cached)"
        return
    fi
    need_root build
    install_mmdebstrap

    # Made under another name and renamed when whole, so that a folder with the
    # right name is always a complete one.
    local fresh=$base/$version.new.$$ log=$base/$version.build.log
    building=
    trap abandon_build EXIT
    trap 'exit 130' INT TERM HUP
    rm -rf --one-file-system "$base/$version".new.*
    say "building Asterisk $version from Debian $suite"
    if ! run_mmdebstrap "$fresh" "$log"; then
        tail -n 15 "$log" >&2
        skip "$packages of Debian $suite could not be installed from this host's mirror; above is the end of $log"
    fi
    building=
    # The host's resolver is none of the server's business: no word leaves loopback.
    echo "nameserver 127.0.0.1" >"$fresh/etc/resolv.conf"
    chroot "$fresh" asterisk -V >&2 || skip "the installed asterisk does not run here"
    mv "$fresh" "$root" || die "cannot rename $fresh to $root"
    rm -f "$fresh.apt.conf"
    trap - EXIT INT TERM HUP
    say "built $root"
}

# --- processes ---------------------------------------------------------------

# Sets fields to what /proc says of process $1, from its state on. Fails if it is
# gone; a zombie is, and may stay one where the first process does not reap, unless
# threads of it still hold its sockets.
read_process() {
    local line
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    name=${line#*(}
    name=${name%)*}
    read -r -a fields <<<"${line##*) }"
    case ${fields[0]} in
        Z | X) [ "${fields[17]}" -gt 1 ] ;;
    esac
}

# Prints the start time of process $1: it tells it from a later one with its number.
birth() {
    local name fields
    read_process "$1" && printf %s "${fields[19]}"
}

# Sets leader to the recorded first process of the running server, or fails.
# It leads a process group that all others are in.
find_leader() {
    local born
    leader=
    { read -r leader born <"$pid_file"; } 2>/dev/null || return 1
    [ -n "$leader" ] && [ "$(birth "$leader")" = "$born" ]
}

# Prints the number of the asterisk process in the leader's group.
asterisk_pid() {
    local folder name fields
    for folder in /proc/[0-9]*; do
        read_process "${folder#/proc/}" || continue
        if [ "$name" = asterisk ] && [ "${fields[2]}" = "$leader" ]; then
            printf %s "${folder#/proc/}"
            return
        fi
    done
    return 1
}

# Is there a server that start has seen boot?
is_running() {
    [ -r "$env_file" ] && find_leader && asterisk_pid >/dev/null
}

# Waits up to $1 seconds for the leader to go, and for asterisk, which may take longer to
# die than the leader and still has its socket.
wait_for_end() {
    local until=$((SECONDS + $1))
    while find_leader || asterisk_pid >/dev/null; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.05
    done
}

# Ends the server in whatever state it is, and forgets it.
end_server() {
    local pid
    if find_leader; then
        # Asked first, but while it boots it would not listen. CONT because a test
        # may have frozen it.
        if [ -e "$env_file" ] && pid=$(asterisk_pid); then
            kill -TERM "$pid" 2>/dev/null
            kill -CONT "$pid" 2>/dev/null
            wait_for_end "$stop_seconds" || say "Asterisk $version does not stop: killing it"
        fi
        kill -KILL -- "-$leader" 2>/dev/null
        wait_for_end "$stop_seconds" || die "process $leader does not go"
    fi
    rm -f "$env_file" "$pid_file"
}

# --- start -------------------------------------------------------------------

# Does anything listen on port $1?
port_taken() {
    (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null
}

# Sets ami_port to the first of a free block: manager, TLS, IAX, PJSIP, SIP, Skinny.
choose_ports() {
    for ((ami_port = first_port; ami_port < first_port + 1000; ami_port += 10)); do
        port_taken "$ami_port" || port_taken $((ami_port + 1)) ||
            port_taken $((ami_port + 5)) || return 0
    done
    die "no free ports from $first_port on"
}

# A key and a certificate that is its own authority, good for a month.
make_certificate() {
    chroot "$root" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
        -nodes -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout /srv/ami/etc/server.key -out /srv/ami/etc/server.pem 2>/dev/null
}

# Makes srv/ami anew from conf/.
make_state() {
    local modules file tls=yes
    modules=$(cd "$root" && echo /usr/lib/asterisk/modules)
    [ -d "$root$modules" ] ||
        modules=$(cd "$root" && printf '/%s\n' usr/lib/*/asterisk/modules | head -n 1)
    [ -d "$root$modules" ] || die "no asterisk modules in $root"

    rm -rf --one-file-system "$state"
    mkdir -p "$state"/{etc,lib/keys,log,run,spool} || die "cannot make $state"
    make_certificate || tls=no
    for file in "$here"/conf/*.conf; do
        sed -e "s|@MODULES@|$modules|" \
            -e "s|@AMI_PORT@|$ami_port|" \
            -e "s|@TLS_PORT@|$((ami_port + 1))|" \
            -e "s|@IAX_PORT@|$((ami_port + 2))|" \
            -e "s|@PJSIP_PORT@|$((ami_port + 3))|" \
            -e "s|@SIP_PORT@|$((ami_port + 4))|" \
            -e "s|@SKINNY_PORT@|$((ami_port + 5))|" \
            -e "s|@TLS@|$tls|" \
            -e "s|@SECRET@|$secret|" \
            "$file" >"$state/etc/${file##*/}" || die "cannot write $state/etc"
    done
    chroot "$root" chown -R asterisk:asterisk /srv/ami || die "cannot chown $state"
    # The certificate alone is for clients, also those that are not root.
    chmod 755 "$state" "$state/etc"
}

# What runs in the server's namespaces; $1 says whether there are any. The shell
# stays as their first process: when it ends, the kernel ends everything in them.
inside() {
    if [ "$1" = apart ]; then
        mount -t proc proc "$root/proc" || exit 1
        mount --rbind /dev "$root/dev" || exit 1
    fi
    # Two descriptors and more for each of hundreds of calls and sessions.
    ulimit -n 16384 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/srv/ami \
        chroot "$root" /usr/sbin/asterisk -f -C /srv/ami/etc/asterisk.conf
    exit $?
}

# Starts the server in a process group of its own and records its leader.
launch() {
    local words=("$self" inside "$version")
    if can_unshare; then
        words=(unshare --mount --pid --fork --kill-child "${words[@]}" apart)
    else
        # A container that allows chroot only: Asterisk runs without /proc.
        say "no namespaces here: running without mounts"
        words+=(bare)
    fi
    setsid "${words[@]}" >"$state/log/console" 2>&1 </dev/null 9>&- &
    leader=$!
    disown "$leader"            # its end is ours to tell, not the shell's
    echo "$leader $(birth "$leader")" >"$pid_file"
}

# Reads lines from descriptor 3 until one begins with $1, or time is up.
read_until() {
    local line
    while IFS= read -r -t "$boot_seconds" line <&3; do
        case $line in "$1"*) return 0 ;; esac
        [ "$SECONDS" -lt "$deadline" ] || return 1
    done
    return 1
}

# One try to log in and hear FullyBooted, which comes at once if it has been
# sent before, and else when the last module is loaded.
hear_fully_booted() {
    local result=1
    { exec 3<>"/dev/tcp/$host/$ami_port"; } 2>/dev/null || return 1
    if read_until 'Asterisk Call Manager/'; then
        printf 'Action: Login\r\nUsername: %s\r\nSecret: %s\r\n\r\n' "$user" "$secret" >&3
        read_until 'Event: FullyBooted' && result=0
    fi
    exec 3>&-
    return "$result"
}

wait_for_boot() {
    deadline=$((SECONDS + boot_seconds))
    while ! hear_fully_booted 2>/dev/null; do
        find_leader || { say "Asterisk $version ended while starting"; return 1; }
        [ "$SECONDS" -lt "$deadline" ] ||
            { say "Asterisk $version was not ready after $boot_seconds s"; return 1; }
        sleep 0.1
    done
}

write_env() {
    {
        echo "AMI_HOST=$host"
        echo "AMI_PORT=$ami_port"
        echo "AMI_USER=$user"
        echo "AMI_SECRET=$secret"
        if [ -s "$state/etc/server.pem" ]; then
            echo "AMI_TLS_PORT=$((ami_port + 1))"
            printf 'AMI_TLS_CA=%q\n' "$state/etc/server.pem"
        fi
        echo "AMI_PID=$(asterisk_pid)"
        printf 'AMI_LOG=%q\n' "$state/log/messages"
        printf 'AMI_RESTART=%q\n' "$self restart $version"
    } >"$env_file.new"
    mv "$env_file.new" "$env_file"
}

# The one line that start promises.
print_line() {
    # shellcheck source=/dev/null disable=SC2153  # set by the file
    (. "$env_file" && echo "host=$AMI_HOST port=$AMI_PORT user=$AMI_USER" \
        "secret=$AMI_SECRET tls_port=${AMI_TLS_PORT:-none} pid=$AMI_PID env=$env_file")
}

# Starts the server and tells how to reach it. Whatever goes wrong leaves nothing running.
boot() {
    trap end_server EXIT
    trap 'exit 130' INT TERM HUP
    launch
    if ! wait_for_boot; then
        tail -n 20 "$state/log/console" "$state/log/messages" >&2
        exit 1
    fi
    write_env
    trap - EXIT INT TERM HUP
    print_line
}

start() {
    need_root start
    lock
    if is_running; then
        say "Asterisk $version runs already"
        print_line
        return
    fi
    end_server                  # half of one, or what a crash left
    [ -d "$root" ] || build
    choose_ports
    make_state
    boot
}

# --- restart, stop, status ------------------------------------------------------------

restart() {
    need_root restart
    lock
    [ -e "$env_file" ] || die "Asterisk $version was not started"
    # shellcheck source=/dev/null disable=SC2153  # set by the file
    ami_port=$(. "$env_file" && echo "$AMI_PORT")
    if find_leader; then
        kill -KILL -- "-$leader" 2>/dev/null
        wait_for_end "$stop_seconds" || die "process $leader does not go"
    fi
    boot
}

stop() {
    if [ ! -e "$pid_file" ]; then
        say "Asterisk $version does not run"
        return
    fi
    need_root stop
    lock
    end_server
    say "Asterisk $version is stopped"
}

# Describes each version asked for; fails unless all of them run.
status() {
    local result=0 version
    for version in "$@"; do
        choose_version "$version"
        if is_running; then
            echo "$version: running, $(print_line)"
        elif [ -d "$root" ]; then
            echo "$version: built, not running"
            result=3
        else
            echo "$version: not built"
            result=3
        fi
    done
    return "$result"
}

command=${1:-}
case $command in
    build) choose_version "${2:-}" && [ "$(id -u)" = 0 ] && lock; build ;;
    start) choose_version "${2:-}"; start ;;
    restart) choose_version "${2:-}"; restart ;;
    stop) choose_version "${2:-}"; stop ;;
    status) if [ $# -gt 1 ]; then status "$2"; else status 16 22; fi ;;
    inside) choose_version "${2:-}"; inside "${3:-}" ;;    # used by start itself
    *) usage ;;
esac
