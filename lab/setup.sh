# shellcheck shell=bash
# setup.sh - what the lab needs before its first host: packages, the shared file
# system's program, certificates, and the configuration files of a host. Sourced by lab.sh.

# ---- what must be installed ---------------------------------------------------
packages() {
    local need=() p
    declare -A by=([libvirtd]=libvirt-daemon-system [virsh]=libvirt-clients
        [qemu-system-x86_64]=qemu-system-x86 [qemu-img]=qemu-utils [ip]=iproute2
        [dnsmasq]=dnsmasq-base [iptables]=iptables [nsenter]=util-linux)
    [[ $LITE == 1 ]] || by+=([certtool]=gnutls-bin [swtpm]=swtpm [swtpm_setup]=swtpm-tools)
    for p in "${!by[@]}"; do command -v "$p" >/dev/null || need+=("${by[$p]}"); done
    [[ $OVS == 0 ]] || command -v ovs-vswitchd >/dev/null || need+=(openvswitch-switch)
    [[ $LITE == 1 || -e /usr/share/OVMF/OVMF_CODE_4M.fd ]] || need+=(ovmf)
    (( ${#need[@]} == 0 )) && return 0
    say "installing ${need[*]}"
    # A policy that forbids starting services: the lab starts its own daemons.
    local pol=/usr/sbin/policy-rc.d mine=
    if [[ ! -e $pol ]]; then printf '#!/bin/sh\nexit 101\n' >$pol; chmod 755 $pol; mine=1; fi
    ( export DEBIAN_FRONTEND=noninteractive
      apt-get update && apt-get install -y --no-install-recommends "${need[@]}" ) >"$LAB/apt.log" 2>&1 ||
        { [[ $mine ]] && rm -f $pol; tail -5 "$LAB/apt.log" >&2; die "apt-get failed"; }
    if [[ $mine ]]; then rm -f $pol; fi
}

# ---- the shared file system's program ------------------------------------------------
sharedfs() {
    [[ $LITE == 1 || -x $LAB/sharedfs ]] && return 0
    local go; go=$(command -v go || echo /usr/local/go/bin/go)
    ( cd "$HERE/sharedfs" && GOFLAGS='' GOWORK=off CGO_ENABLED=0 "$go" build -trimpath -ldflags '-s -w' -o "$LAB/sharedfs" . ) ||
        die "cannot build sharedfs"
}

# ---- certificates --------------------------------------------------------------
pki() {
    local d=$LAB/pki h
    [[ $LITE == 0 ]] || return 0
    mkdir -p "$d"
    if [[ ! -s $d/cacert.pem ]]; then
        certtool --generate-privkey --key-type=rsa --bits 2048 --outfile "$d/cakey.pem" 2>/dev/null
        printf 'cn = lab CA\nca\ncert_signing_key\nexpiration_days = 3650\n' >"$d/ca.tmpl"
        certtool --generate-self-signed --load-privkey "$d/cakey.pem" --template "$d/ca.tmpl" \
            --outfile "$d/cacert.pem" 2>/dev/null
    fi
    for h in "$@" client; do
        [[ -s $d/$h.pem ]] && continue
        certtool --generate-privkey --key-type=rsa --bits 2048 --outfile "$d/$h.key" 2>/dev/null
        {   printf 'cn = %s\norganization = lab\nexpiration_days = 3650\nsigning_key\nencryption_key\ntls_www_client\n' "$h"
            [[ $h == client ]] || printf 'tls_www_server\ndns_name = %s\nip_address = %s\n' "$h" "$NET.${h#h}"
        } >"$d/$h.tmpl"
        certtool --generate-certificate --load-privkey "$d/$h.key" --load-ca-certificate "$d/cacert.pem" \
            --load-ca-privkey "$d/cakey.pem" --template "$d/$h.tmpl" --outfile "$d/$h.pem" 2>/dev/null
    done
    # The layout that go-libvirt's and libvirt's pkipath= expect, for a client outside the hosts.
    cp "$d/client.pem" "$d/clientcert.pem"; cp "$d/client.key" "$d/clientkey.pem"
}

# ---- what a host finds in /etc -----------------------------------------------------
host_files() {
    local h=$1 i=${1#h} d=$LAB/$1
    mkdir -p "$d"/{etc,run,hawkfish,lib/images,log/libvirt,cache,tpmca,pki/CA,pki/libvirt/private,pki/qemu}
    if [[ ! -e $d/etc/libvirtd.conf ]]; then
        cp -a /etc/libvirt/. "$d/etc/"
        # The machine's own guests, networks, pools and secrets are none of the host's.
        rm -rf "$d"/etc/{storage,secrets} "$d"/etc/qemu/{*.xml,autostart,networks,checkpoint,snapshot}
        mkdir -p "$d"/etc/qemu/networks
        cat >"$d/etc/libvirtd.conf" <<EOF
# Written by lab.sh.
host_uuid = "00000000-0000-4000-8000-$(printf %012x "$i")"
listen_tcp = 1
listen_tls = $((1 - LITE))
listen_addr = "$NET.$i"
auth_tcp = "none"
auth_tls = "none"
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
max_clients = 5000
max_workers = 40
# A client may have this many calls in progress; with the default of 5 the daemon stops
# reading from a connection while five long calls (migrations, say) run on it.
max_client_requests = 50
# How soon a peer-to-peer migration notices that the other daemon is gone: 2 s * 3.
keepalive_interval = 2
keepalive_count = 3
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
EOF
        cat >"$d/etc/qemu.conf" <<EOF
# Written by lab.sh.
user = "root"
group = "root"
security_driver = "none"
dynamic_ownership = 0
remember_owner = 0
namespaces = []
stdio_handler = "file"
vnc_listen = "$NET.$i"
spice_listen = "$NET.$i"
# Guests get ports of their own range in each host; hosts do not share addresses, so it may be the same one.
remote_display_port_min = 5900
remote_display_port_max = 6399
migration_address = "$NET.$i"
migration_host = "$NET.$i"
keepalive_interval = 2
keepalive_count = 3
swtpm_user = "root"
swtpm_group = "root"
max_queued = 0
EOF
        echo 'cgroup_controllers = ['"$([[ $CGROUPS == 1 ]] && echo '"cpu", "cpuacct"')"']' >>"$d/etc/qemu.conf"
        [[ $LITE == 1 ]] ||
            printf 'default_tls_x509_cert_dir = "/etc/pki/qemu"\ndefault_tls_x509_verify = 1\n' >>"$d/etc/qemu.conf"
        echo "$h" >"$d/hostname"
        [[ $LITE == 0 ]] || return 0
        cp "$LAB/pki/cacert.pem" "$d/pki/CA/cacert.pem"
        cp "$LAB/pki/cacert.pem" "$d/pki/qemu/ca-cert.pem"
        local k
        for k in server client; do
            cp "$LAB/pki/$h.pem" "$d/pki/libvirt/${k}cert.pem"
            cp "$LAB/pki/$h.key" "$d/pki/libvirt/private/${k}key.pem"
            cp "$LAB/pki/$h.pem" "$d/pki/qemu/$k-cert.pem"
            cp "$LAB/pki/$h.key" "$d/pki/qemu/$k-key.pem"
        done
    fi
}
