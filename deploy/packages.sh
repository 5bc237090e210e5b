#!/bin/bash
# packages.sh WHAT... - install, by name, the Debian packages that are missing for
#   postgresql   a private database         libvirt   a hypervisor of one's own
#   race         tests with the race detector         lab   the libvirt lab's guests
# Nothing is done where nothing is missing, so root is needed only then.
set -euo pipefail

# A package counts as there when its file, or its command, is.
declare -A provides=(
    [postgresql]="postgresql:/usr/lib/postgresql/*/bin/postgres"
    [libvirt]="libvirt-daemon-system:libvirtd libvirt-clients:virsh qemu-system-x86:qemu-system-x86_64
        qemu-utils:qemu-img iproute2:ip dnsmasq-base:dnsmasq iptables:iptables ovmf:/usr/share/OVMF/OVMF_CODE_4M.fd"
    [race]="gcc:gcc libc6-dev:/usr/include/stdlib.h"
    [lab]="binutils:as xorriso:xorriso"
)

missing=()
for what in "$@"; do
    for pair in ${provides[$what]}; do
        package=${pair%%:*} sign=${pair#*:}
        case $sign in
        /*) compgen -G "$sign" >/dev/null || missing+=("$package") ;;
        *)  PATH=$PATH:/usr/sbin:/sbin command -v "$sign" >/dev/null || missing+=("$package") ;;
        esac
    done
done
(( ${#missing[@]} )) || exit 0

if ! command -v apt-get >/dev/null; then
    echo "packages.sh: missing: ${missing[*]} (Debian's names); install them with your system's package manager" >&2
    exit 1
fi
sudo=
if (( $(id -u) != 0 )); then sudo=sudo; fi
echo "installing ${missing[*]}"
# HawkFish starts what it needs itself: the packages' services stay off where none runs yet.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod 755 $policy
    trap '$sudo rm -f $policy' EXIT
fi
log=$(mktemp)
if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    exit 1
fi
