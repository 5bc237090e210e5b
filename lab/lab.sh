#!/bin/bash
# lab.sh - several real hypervisor hosts on one machine, for tests.
#
#   lab.sh up N             make the lab with hosts h1..hN (does what is missing, keeps what runs)
#   lab.sh down             end it: every process, namespace, mount and file that 'up' made
#   lab.sh status           one line for each host
#   lab.sh exec WHERE CMD   run CMD inside h1.. or inside "mgmt", the management station
#   lab.sh crash hN         power failure: every process of the host dies at once
#   lab.sh boot hN          bring a crashed host back (its disks and its configuration are kept)
#   lab.sh libvirtd hN kill|stop|start|restart|freeze|thaw    the daemon alone; guests keep running
#   lab.sh shared hN freeze|thaw|kill    the host's shared storage hangs, goes on, is lost
#   lab.sh link hN down|up  the host's network cables
#   lab.sh rate hN MBIT|off limit what the host can send, so that a migration takes a while
#
# A host is a set of Linux namespaces: network (an address of its own, which is
# reachable from nowhere but the lab), mount (/etc/libvirt, /run, /var/lib/libvirt
# of its own), PID (its init's death is the death of all of it), UTS, IPC, cgroup.
# In it runs an ordinary libvirtd with ordinary QEMU guests. Nothing of it needs
# systemd, D-Bus or polkit. A lab outlives whoever made it, until 'down' or a restart
# of the machine; after one, 'up' brings the same hosts back with their disks.
#
# The environment says which lab is meant, so that several can be up side by side:
#   LAB_DIR     where it keeps its files, at most 70 characters; default /var/tmp/hawkfish-lab
# and, when it is made ('up' writes them to LAB_DIR/settings, which later commands read):
#   LAB_TAG     prefix of its network namespaces' names, unlike any other lab's; default hflab
#   LAB_NET     hN is $LAB_NET.N and mgmt $LAB_NET.250, within the lab only; default 10.77.0
#   LAB_LITE=1  plain hosts, for development: no shared storage, no TLS, no TPM; fewer packages
#   LAB_OVS=1   Open vSwitch on every host;   LAB_CGROUPS=0   no CPU shares and quotas
#
# What is below LAB_DIR:
#   env                     shell variables for tests (addresses, socket paths, ...)
#   hN/run/libvirt/libvirt-sock      the host's API socket: works from outside too
#   hN/etc hN/lib hN/hawkfish hN/log hN/run hN/cache     what the host sees as /etc/libvirt,
#                           /var/lib/libvirt, /var/lib/hawkfish, /var/log, /run, /var/cache/libvirt
#   shared/                 the same path with the same files on every host (shared storage)
#   exports/SERVER/NAME/    what a host gets for an NFS mount of SERVER:/NAME
#   pki/                    a CA, one certificate for each host and one for a client
# From "mgmt" each host answers on TCP 16509 (no authentication) and TLS 16514.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

LAB=$(readlink -m "${LAB_DIR:-/var/tmp/hawkfish-lab}")
export LAB_DIR=$LAB
SELF=$(readlink -f "$0")
HERE=$(dirname "$SELF")
if [[ -e $LAB/settings ]]; then
    # shellcheck source=/dev/null
    . "$LAB/settings"
fi
TAG=${LAB_TAG:-hflab}
NET=${LAB_NET:-10.77.0}
LITE=${LAB_LITE:-0}
OVS=${LAB_OVS:-0}
CGROUPS=${LAB_CGROUPS:-$(if grep -q '^cgroup /sys/fs/cgroup/cpu cgroup rw' /proc/mounts; then echo 1; else echo 0; fi)}

say() { echo "lab: $*"; }
die() { echo "lab: $*" >&2; exit 1; }
live() { [[ -n ${1:-} && -d /proc/$1 ]] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "_init h"; }
netns() { # make a network namespace, unless it is there; its file may outlive a restart of the machine
    if [[ -e /run/netns/$1 ]]; then
        if nsenter --net="/run/netns/$1" true 2>/dev/null; then return 1; fi
        umount "/run/netns/$1" 2>/dev/null || true; rm -f "/run/netns/$1"
    fi
    ip netns add "$1"; ip -n "$1" link set lo up
}
initpid() { cat "$LAB/$1/init.pid" 2>/dev/null || true; }
hosts() { local d; for d in "$LAB"/h[0-9]*; do if [[ -d $d ]]; then basename "$d"; fi; done | sort -V; }
wait_for() { # seconds, what it is, command...
    local end=$((SECONDS + $1)) what=$2; shift 2
    until "$@" >/dev/null 2>&1; do
        (( SECONDS < end )) || { echo "lab: $what did not happen in time" >&2; return 1; }
        sleep 0.05
    done
}

# shellcheck source-path=SCRIPTDIR source=setup.sh
. "$HERE/setup.sh"
# shellcheck source-path=SCRIPTDIR source=host.sh
. "$HERE/host.sh"

# ---- commands ------------------------------------------------------------------
cmd_up() {
    local n=${1:-3} i h list=()
    [[ $(id -u) == 0 ]] || die "must be root"
    [[ $n =~ ^[1-9][0-9]?$ ]] || die "up N, N from 1 to 99"
    (( ${#LAB} <= 70 )) || die "LAB_DIR is too long for the sockets below it"
    mkdir -p "$LAB/shared" "$LAB/exports"
    exec 9>"$LAB/.lock"; flock 9
    printf 'LAB_%s\n' "TAG=$TAG" "NET=$NET" "LITE=$LITE" "OVS=$OVS" "CGROUPS=$CGROUPS" >"$LAB/settings"
    packages
    sharedfs
    for ((i = 1; i <= n; i++)); do list+=("h$i"); done
    pki "${list[@]}"
    {   echo "127.0.0.1 localhost"; echo "$NET.250 mgmt"
        for ((i = 1; i <= 99; i++)); do echo "$NET.$i h$i"; done; } >"$LAB/etc.hosts"
    mgmt_up
    for h in "${list[@]}"; do host_up "$h" 9>&-; done
    {   echo "LAB_DIR=$LAB"; echo "LAB_NETNS=$TAG-mgmt"; echo "LAB_HOSTS=\"$(hosts | xargs)\""
        echo "LAB_SHARED=$LAB/shared"; echo "LAB_PKI=$LAB/pki"
        for h in $(hosts); do
            echo "LAB_${h^^}_ADDR=$NET.${h#h}"; echo "LAB_${h^^}_SOCK=$LAB/$h/run/libvirt/libvirt-sock"
        done; } >"$LAB/env"
    say "up: $(hosts | xargs)"
}

cmd_down() {
    local h p ns
    [[ -e $LAB/settings ]] || { say "no lab in $LAB"; return 0; }
    exec 9>"$LAB/.lock"; flock 9
    for h in $(hosts); do host_crash "$h"; done
    for ns in $(ip netns list 2>/dev/null | awk '{print $1}' | grep -E "^$TAG-(mgmt|h[0-9]+)$" || true); do
        # anything that a test started in the namespace and left there
        for p in $(ip netns pids "$ns"); do kill -KILL "$p" 2>/dev/null || true; done
        ip netns del "$ns" 2>/dev/null || rm -f "/run/netns/$ns"
    done
    rm -rf "${LAB:?}"
    say "down"
}

cmd_status() {
    local h p d n
    [[ -e $LAB/settings ]] || { say "no lab in $LAB"; return 1; }
    for h in $(hosts); do
        p=$(initpid "$h"); d=$LAB/$h
        if ! live "$p"; then echo "$h $NET.${h#h} down"; continue; fi
        if n=$(timeout 5 virsh -c "qemu:///system?socket=$d/run/libvirt/libvirt-sock" list --name 2>/dev/null); then
            echo "$h $NET.${h#h} up init=$p guests=$(grep -c . <<<"$n" || true)"
        else echo "$h $NET.${h#h} up init=$p libvirtd does not answer"; fi
    done
}

cmd_link() {
    case $2 in
    up|down) ip -n "$TAG-mgmt" link set "$1" "$2"; ip -n "$TAG-mgmt" link set "${1}x" "$2" ;;
    *) die "link hN up|down" ;;
    esac
}

cmd_rate() {
    ip netns exec "$TAG-$1" tc qdisc del dev eth0 root 2>/dev/null || true
    [[ $2 == off ]] || ip netns exec "$TAG-$1" tc qdisc add dev eth0 root tbf rate "$2mbit" burst 64kb latency 100ms
}

case ${1:-} in
up)     cmd_up "${2:-3}" ;;
down)   cmd_down ;;
status) cmd_status ;;
exec)   shift; inside "$@" ;;
crash)  host_crash "$2" ;;
boot)   host_up "$2" ;;
libvirtd) p=$(initpid "$2"); live "$p" || die "$2 is down"
        nsenter -t "$p" -m -u -i -n -p -- bash "$SELF" _libvirtd "$3"
        case $3 in start|restart) wait_for 30 "libvirtd's answer" \
            virsh -c "qemu:///system?socket=$LAB/$2/run/libvirt/libvirt-sock" hostname ;; esac ;;
link)   cmd_link "$2" "$3" ;;
rate)   cmd_rate "$2" "$3" ;;
shared) case $3 in freeze) s=STOP ;; thaw) s=CONT ;; kill) s=KILL ;; *) die "shared hN freeze|thaw|kill" ;; esac
        inside "$2" bash -c "kill -$s \$(cat /run/sharedfs.pid)" ;;
_init)  host_init "$2" ;;
_libvirtd) host_libvirtd "$2" ;;
*)      sed -n '2,/^set -/p' "$SELF" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
esac
