# shellcheck shell=bash
# host.sh - one host: its network, its namespaces, its first process, its daemons. Sourced
# by lab.sh; the functions marked "(inside the host)" run in the host's namespaces.

# ---- the management station: one namespace that holds the switch --------------------
mgmt_up() {
    local ns=$TAG-mgmt
    netns "$ns" || return 0
    ip -n "$ns" link add br0 type bridge forward_delay 0
    ip -n "$ns" addr add "$NET.250/24" dev br0
    ip -n "$ns" link set br0 up
    ip -n "$ns" link add br1 type bridge forward_delay 0    # the guests' network: VLAN tags pass
    ip -n "$ns" link set br1 up
}

# ---- one host ------------------------------------------------------------------
host_net() {
    local h=$1 i=${1#h} ns=$TAG-$1
    netns "$ns" || return 0
    ip -n "$ns" link add eth0 type veth peer name "$h" netns "$TAG-mgmt"
    # The host's uplink is a bridge, as on a real hypervisor: guests may be put on it.
    ip -n "$ns" link add vmbr0 type bridge forward_delay 0
    ip -n "$ns" link set eth0 master vmbr0 up
    ip -n "$ns" addr add "$NET.$i/24" dev vmbr0
    ip -n "$ns" link set vmbr0 up
    # A second uplink without an address, for guests alone (a bridge or Open vSwitch takes it).
    ip -n "$ns" link add eth1 type veth peer name "${h}x" netns "$TAG-mgmt"
    ip -n "$ns" link set eth1 up
    ip -n "$TAG-mgmt" link set "$h" master br0
    ip -n "$TAG-mgmt" link set "${h}x" master br1
}

host_up() {
    local h=$1 d=$LAB/$1
    host_files "$h"
    host_net "$h"
    ip -n "$TAG-mgmt" link set "$h" up
    ip -n "$TAG-mgmt" link set "${h}x" up
    if ! live "$(initpid "$h")"; then
        rm -f "$d/init.pid" "$d/run/libvirtd.pid"
        ( cgroup_enter "$h"
          exec setsid nsenter --net="/run/netns/$TAG-$h" \
            unshare --mount --uts --ipc --cgroup --pid --fork --kill-child=KILL --propagation private \
            bash "$SELF" _init "$h" ) </dev/null >>"$d/log.init" 2>&1 &
        wait_for 20 "$h's start" test -s "$d/init.pid"
    fi
    wait_for 30 "$h's libvirtd" test -S "$d/run/libvirt/libvirt-sock"
    wait_for 30 "$h's answer" virsh -c "qemu:///system?socket=$d/run/libvirt/libvirt-sock" hostname
}

shared_mounts() { # (inside the host)
    local d=$1
    # See sharedfs/main.go.  The files are reached from below the mount through a second name.
    mkdir /run/shared-source
    mount --bind "$LAB/shared" /run/shared-source
    "$LAB/sharedfs" /run/shared-source "$LAB/shared" &
    echo $! >/run/sharedfs.pid
    wait_for 10 "the shared file system" mountpoint -q "$LAB/shared"
    # The kernel has no NFS client.  "mount -t nfs SERVER:/EXPORT DIR", which is what a netfs
    # pool runs, gets the directory LAB_DIR/exports/SERVER/EXPORT in the same way.
    mkdir -p "$d"/sbin/{up,work}
    cat >"$d/sbin/up/mount.nfs" <<EOF
#!/bin/sh
dir="$LAB/exports/\${1%%:*}\${1#*:}"
[ -d "\$dir" ] || { echo "mount.nfs: mounting \$1 failed, reason given by server: No such file or directory" >&2; exit 32; }
setsid "$LAB/sharedfs" "\$dir" "\$2" "\$1" </dev/null >/dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do mountpoint -q "\$2" && exit 0; sleep 0.1; done
echo "mount.nfs: \$1: Connection timed out" >&2; exit 32
EOF
    chmod 755 "$d/sbin/up/mount.nfs"
    mount -t overlay -o "lowerdir=/usr/sbin,upperdir=$d/sbin/up,workdir=$d/sbin/work" overlay /usr/sbin
}

# PID 1 of a host.  Everything it starts, and all that those leave behind, is its
# child in the end; bash reaps them.
host_init() {
    local h=$1 d=$LAB/$1 outer
    read -r outer _ </proc/self/stat    # our number outside: this is still the outside's /proc
    # Mount points that the machine may lack are made on the machine; they stay empty there.
    mkdir -p /etc/pki /var/lib/libvirt /var/lib/hawkfish /var/cache/libvirt /var/lib/swtpm-localca
    hostname "$h"
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    cgroup_mount || echo "no cgroups for $h"
    mount --bind "$d/etc" /etc/libvirt
    mount --bind "$d/pki" /etc/pki
    mount --bind "$d/lib" /var/lib/libvirt
    mount --bind "$d/hawkfish" /var/lib/hawkfish    # HawkFish's storage pool
    mount --bind "$d/log" /var/log
    mount --bind "$d/tpmca" /var/lib/swtpm-localca
    mount --bind "$d/cache" /var/cache/libvirt
    mount --bind "$LAB/etc.hosts" /etc/hosts
    mount --bind "$d/hostname" /etc/hostname
    rm -rf "$d"/run/*; mkdir -p "$d"/run/{lock,libvirt,tmp}        # a boot starts with an empty /run
    mount --bind "$d/run" /run
    [[ $LITE == 1 ]] || shared_mounts "$d"
    echo "$outer" >"$d/init.pid"
    ovs
    host_libvirtd start
    while :; do sleep 3600 & wait $! || true; done
}

# CPU shares and quotas need the cpu controller (cgroup v1; LAB_CGROUPS=0 does without).  A host gets a group of its
# own below ours, which its cgroup namespace then takes for the root.
cgroup_dirs() { # the host's directory in each controller's hierarchy
    local c
    for c in cpu cpuacct; do
        echo "/sys/fs/cgroup/$c$(awk -F: -v c=$c '$2 == c {print $3}' /proc/self/cgroup)/$TAG-$1" | sed 's,//,/,g'
    done
}
cgroup_enter() {
    local g
    [[ $CGROUPS == 1 ]] || return 0
    for g in $(cgroup_dirs "$1"); do mkdir -p "$g"; echo "$BASHPID" >"$g/cgroup.procs"; done
}
cgroup_mount() { # (inside the host)
    local c
    [[ $CGROUPS == 1 ]] || return 0
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for c in cpu cpuacct; do mkdir "/sys/fs/cgroup/$c"; mount -t cgroup -o "$c" cgroup "/sys/fs/cgroup/$c"; done
}
cgroup_leave() {
    local g
    for g in $(cgroup_dirs "$1"); do
        [[ -d $g ]] || continue
        find "$g" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

# Open vSwitch (LAB_OVS=1) with its user-space datapath, since this kernel has neither the OVS
# module nor 802.1Q: bridge ovs0 with the uplink eth1, for port groups with VLAN tags.
ovs() { # (inside the host)
    local d=/run/openvswitch
    [[ $OVS == 1 ]] || return 0
    mkdir -p $d
    ovsdb-tool create $d/conf.db /usr/share/openvswitch/vswitch.ovsschema
    ovsdb-server $d/conf.db --remote=punix:$d/db.sock --pidfile=$d/ovsdb-server.pid --detach --log-file=$d/db.log
    ovs-vsctl --no-wait init
    ovs-vswitchd unix:$d/db.sock --pidfile=$d/ovs-vswitchd.pid --detach --log-file=$d/vswitchd.log
    ovs-vsctl add-br ovs0 -- set bridge ovs0 datapath_type=netdev -- add-port ovs0 eth1
}

host_libvirtd() { # (inside the host)
    local p; p=$(cat /run/libvirtd.pid 2>/dev/null || true)
    if [[ -n $p && $(cat "/proc/$p/comm" 2>/dev/null) != libvirtd ]]; then p=; fi
    case $1 in
    start)
        [[ -z $p ]] || return 0
        rm -f /run/libvirtd.pid
        /usr/sbin/libvirtd --daemon --listen --pid-file /run/libvirtd.pid ;;
    stop|kill)
        [[ -n $p ]] || return 0
        if [[ $1 == stop ]]; then kill -TERM "$p"; else kill -KILL "$p"; fi
        wait_for 20 "libvirtd's end" bash -c "! test -d /proc/$p" ;;
    restart) host_libvirtd stop; host_libvirtd start ;;
    freeze) kill -STOP "$p" ;;
    thaw)  kill -CONT "$p" ;;
    *) die "libvirtd hN kill|stop|start|restart|freeze|thaw" ;;
    esac
}

inside() { # run in a host or in mgmt
    local h=$1; shift
    if [[ $h == mgmt ]]; then exec nsenter --net="/run/netns/$TAG-mgmt" -- "$@"; fi
    local p; p=$(initpid "$h"); live "$p" || die "$h is down"
    exec nsenter -t "$p" -m -u -i -n -p -- "$@"
}

host_crash() {
    local p; p=$(initpid "$1")
    # The cable goes first: a host without power sends no FIN and no RST.
    local l; for l in "$1" "${1}x"; do ip -n "$TAG-mgmt" link set "$l" down 2>/dev/null || true; done
    if live "$p"; then
        kill -KILL "$p"
        wait_for 20 "$1's end" bash -c "! test -d /proc/$p"
    fi
    rm -f "$LAB/$1/init.pid"
    # Bridges, taps and packet filters go with the kernel that has them.
    for l in "$1" "${1}x"; do ip -n "$TAG-mgmt" link del "$l" 2>/dev/null || true; done
    ip netns del "$TAG-$1" 2>/dev/null || true
    cgroup_leave "$1"
}
