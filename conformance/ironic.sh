#!/bin/bash
# ironic.sh - OpenStack's Ironic takes a guest of a real libvirt host for bare metal: it enrols the system, inspects it,
# sets it up, cleans it with a ramdisk from virtual media, deploys another ramdisk and takes it back. Every step
# prints PASS or FAIL.
#
#   REPORTS=DIR  where the state and the logs go, at most 60 characters; default: a new folder in /tmp
#   PROGRAM      the development binary to run; default: bin/hawkfish-dev
#
# It needs root, for the host (lab/). Ironic is one process here: no message bus, no login, and a database beside HawkFish's own.
# Exit: 0 all passed; 1 a step failed; 2 something is missing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stack.sh"
. "$here/steps.sh"

missing=()
need() { "${@:2}" >/dev/null 2>&1 || missing+=("$1"); }
need python3-ironic /usr/bin/python3 -c 'import ironic, sushy'
need python3-psycopg2 /usr/bin/python3 -c 'import psycopg2'
need curl command -v curl
need iproute2 env PATH="$PATH:/usr/sbin:/sbin" which ip
need libvirt-daemon-system env PATH="$PATH:/usr/sbin" which libvirtd
need libvirt-clients command -v virsh
need qemu-system-x86 command -v qemu-system-x86_64
need qemu-utils command -v qemu-img
need ovmf test -e /usr/share/OVMF/OVMF_CODE_4M.fd
need binutils command -v as
need xorriso command -v xorriso
(( ${#missing[@]} == 0 )) || fail "missing: apt-get install ${missing[*]}"
(( $(id -u) == 0 )) || fail "the host's namespaces need root"

export REPORTS=${REPORTS:-$(mktemp -d /tmp/hawkfish-ironic-XXXXXX)}
enclosed "$0" "$@"
export LAB_DIR=$REPORTS/lab LAB_TAG=hfi$$ LAB_LITE=1

end() {
    [[ -z ${ironic:-} ]] || { kill "$ironic" 2>/dev/null; wait "$ironic" 2>/dev/null; }
    stop_stack
    "$root/lab/lab.sh" down >/dev/null
}
trap end EXIT
mkdir -p "$REPORTS/media" && chmod 755 "$REPORTS"
bash "$root/lab/guest/build.sh" "$REPORTS/guest" tiny >"$REPORTS/guest.log" 2>&1 || fail "no guest: see $REPORTS/guest.log"
cp "$REPORTS"/guest/tiny.{img,iso} "$REPORTS/media"
"$root/lab/lab.sh" up 1 >"$REPORTS/lab.log" 2>&1 || fail "no host: see $REPORTS/lab.log"

hypervisor=libvirt
export HAWKFISH_LIBVIRT=metal=$LAB_DIR/h1/run/libvirt/libvirt-sock
export HAWKFISH_DOMAIN_TYPE=qemu HAWKFISH_CPU_MODEL=qemu64 HAWKFISH_IMAGE_ALLOW=localhost
start_stack "$REPORTS"
serve_media "$REPORTS/media"
{
    hf -d '{"Name":"tiny","Version":"1","Format":"raw","URL":"'$media'/tiny.img"}' /redfish/v1/Oem/HawkFish/Images && settle
    hf -d '{"Name":"metal","CPU":2,"MemoryMiB":1024,"DiskGiB":8,"Image":"tiny:1"}' /redfish/v1/Systems && settle
} >/dev/null || fail "there is no system to enrol"
system=$(hf /redfish/v1/Systems/metal | sed -n 's/.*"Id":"\([^"]*\)".*/\1/p')
[[ -n $system ]] || fail "there is no system to enrol"

# What Ironic publishes of its own goes to the same server.
mkdir -p "$REPORTS"/ironic/{images,tmp}
database="host=$REPORTS/state/postgres/socket user=hawkfish"
/usr/bin/python3 -c 'import sys, psycopg2; c = psycopg2.connect(sys.argv[1]); c.autocommit = True; c.cursor().execute("CREATE DATABASE ironic")' \
    "$database dbname=hawkfish" || fail "there is no database for Ironic"
sed -e "s|@DIR@|$REPORTS/ironic|; s|@SOCKET@|$REPORTS/state/postgres/socket|; s|@MEDIA@|$media|; s|@PUBLIC@|$REPORTS/media|" "$here/ironic/ironic.conf" >"$REPORTS/ironic/ironic.conf"
run_ironic() { (cd "$REPORTS/ironic" && exec /usr/bin/python3 -c "from ironic.$1 import main; main()" --config-file ironic.conf "${@:2}"); }
run_ironic cmd.dbsync create_schema >"$REPORTS/ironic/dbsync.log" 2>&1 || fail "Ironic's database cannot be made: see $REPORTS/ironic/dbsync.log"
run_ironic cmd.singleprocess >"$REPORTS/ironic/ironic.log" 2>&1 &
ironic=$!
export IRONIC=http://127.0.0.1:6385
for _ in $(seq 300); do
    kill -0 $ironic 2>/dev/null || fail "Ironic has ended: see $REPORTS/ironic/ironic.log"
    curl -s $IRONIC/v1/drivers | grep -q redfish && break
    sleep 0.2
done

reported < <(BASE=$base USERNAME=$user PASSWORD=$password CERTIFICATE=$REPORTS/state/tls-certificate.pem MEDIA=$media SYSTEM=$system \
    /usr/bin/python3 "$here/ironic/steps.py" 2>"$REPORTS/ironic/steps.err")
(( failed == 0 )) || echo "logs are in $REPORTS"
summary
