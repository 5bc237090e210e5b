#!/bin/bash
# packages.sh WHAT... - install, by name, the Debian packages that are missing for
#   postgresql   a private database         libvirt   a hypervisor of one's own
#   race         tests with the race detector         lab   the libvirt lab's guests
#   validators   what DMTF's validators import        clients  those that conformance/clients.sh converses with
# Nothing is done where nothing is missing, so root is needed only then.
set -euo pipefail

# Each package with what shows that it is there: a command, or a file. (Written for the old bash of macOS, too.)
packages() {
    case $1 in
    postgresql) echo "postgresql:postgres|/usr/lib/postgresql/*/bin/postgres|/opt/homebrew/opt/postgresql@*/bin/postgres" ;;
    libvirt) echo "libvirt-daemon-system:libvirtd libvirt-clients:virsh qemu-system-x86:qemu-system-x86_64 qemu-utils:qemu-img" \
        "iproute2:ip dnsmasq-base:dnsmasq iptables:iptables ovmf:/usr/share/OVMF/OVMF_CODE_4M.fd" ;;
    race) echo "gcc:gcc libc6-dev:/usr/include/stdlib.h|/Library/Developer" ;;
    lab) echo "binutils:as xorriso:xorriso" ;;
    validators)
        echo "iproute2:ip curl:curl"
        for module in requests urllib3 bs4 lxml colorama jsonschema openpyxl jsonpatch six xlsxwriter pyasn1 dateutil; do
            echo "python3-$module:/usr/lib/python3/dist-packages/$module*"
        done
        echo "python3-json-pointer:/usr/lib/python3/dist-packages/jsonpointer*" \
            "python3-requests-toolbelt:/usr/lib/python3/dist-packages/requests_toolbelt" \
            "python3-requests-unixsocket:/usr/lib/python3/dist-packages/requests_unixsocket" \
            "python3-pyasn1-modules:/usr/lib/python3/dist-packages/pyasn1_modules" ;;
    clients) echo "iproute2:ip curl:curl python3-sushy:/usr/lib/python3/dist-packages/sushy python3-sushy-cli:sushycli redfishtool:redfishtool ansible:ansible" ;;
    *) echo "packages.sh: nothing is known of $1" >&2; exit 2 ;;
    esac
}

present() { # any of its signs
    local sign
    local IFS='|'
    for sign in $1; do
        case $sign in
        /*) if compgen -G "$sign" >/dev/null; then return 0; fi ;;
        *)  if PATH=$PATH:/usr/sbin:/sbin command -v "$sign" >/dev/null; then return 0; fi ;;
        esac
    done
    return 1
}

missing=()
for what in "$@"; do
    wanted=$(packages "$what")
    for pair in $wanted; do
        present "${pair#*:}" || missing+=("${pair%%:*}")
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
