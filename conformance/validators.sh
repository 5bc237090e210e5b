#!/bin/bash
# validators.sh DIR [BASE_URL] - run DMTF's validators, which lie in DIR, and compare what they find with known.md.
#
# DIR holds checkouts of the tools and of what they import; README.md lists them. Without BASE_URL a fleet is started
# and filled for them. With it, that service is validated as it is, as USERNAME with PASSWORD.
#
#   DMTF=DIR     DMTF's data: csdl/ (DSP8010) and profiles/; default: the same as the Makefile's
#   REPORTS=DIR  where the tools' own reports go; default: a new folder in /tmp
#   PROGRAM      the development binary to run; default: bin/hawkfish-dev
#
# Exit: 0 nothing but what known.md explains; 1 more than that; 2 the tools could not be run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stack.sh"
. "$here/populate.sh"

(( $# >= 1 && $# <= 2 )) || fail "usage: validators.sh DIR [BASE_URL]"
tools=$(readlink -f "$1")
dmtf=$(readlink -f "${DMTF:-$root/../shared/dmtf}")
[[ -d $dmtf/csdl && -d $dmtf/profiles ]] || fail "DMTF's data is not in $dmtf: set DMTF to the folder with csdl/ and profiles/"

# tool NAME prints the folder in which the program NAME lies.
tool() {
    local found
    found=$(find "$tools" -maxdepth 2 -name "$1" -type f -printf '%h\n' -quit)
    [[ -n $found ]] || fail "$1 is nowhere in $tools"
    echo "$found"
}
service=$(tool RedfishServiceValidator.py) protocol=$(tool rf_protocol_validator.py) interop=$(tool RedfishInteropValidator.py)

# What the tools import, and distributions do not have: each is a folder of a checkout, or of its src.
for module in redfish redfish_utilities aenum sseclient; do
    found=$(find "$tools" -maxdepth 4 -path "*/$module/__init__.py" -printf '%h\n' -quit)
    [[ -z $found ]] || PYTHONPATH=${found%/*}:${PYTHONPATH:-}
done
export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
python=/usr/bin/python3
$python -c 'import redfish, redfish_utilities, aenum, sseclient, requests, bs4, lxml, openpyxl, colorama, jsonschema, pyasn1_modules' ||
    fail "see README.md for what the tools import"

(( $# == 2 )) || { export REPORTS=${REPORTS:-$(mktemp -d /tmp/hawkfish-conformance-XXXXXX)}; enclosed "$0" "$@"; }
reports=${REPORTS:-$(mktemp -d)}
mkdir -p "$reports" && chmod 755 "$reports"
profiles=(OpenStackIronicProfile.v1_1_0 OpenStackIronicProfile.v1_2_0 OCPBaselineHardwareManagement.v1_1_1)
for old in csdl service protocol "${profiles[@]}"; do rm -rf "${reports:?}/$old" "$reports/$old.log"; done
if (( $# == 2 )); then
    base=${2%/} user=${USERNAME:?} password=${PASSWORD:?}
else
    trap stop_stack EXIT
    start_stack "$reports"
    populate "$reports"
    # The validator searches for the service, too, once it may be found.
    hf -X PATCH -d '{"SSDP":{"ProtocolEnabled":true}}' /redfish/v1/Managers/HawkFish/NetworkProtocol >/dev/null
fi

# check NAME COMMAND... runs one tool; what it says goes to NAME.log. That it found something is not yet a failure.
check() {
    local name=$1; shift
    echo "running $name" >&2
    timeout 900 "$@" >"$reports/$name.log" 2>&1 || true
}

# The Service Validator adds what $metadata refers to, such as our own schemas, to its folder of schemas.
cp -r "$dmtf/csdl" "$reports/csdl" && chmod -R u+w "$reports/csdl"
(cd "$service" && check service $python RedfishServiceValidator.py -r "$base" -u "$user" -p "$password" --authtype Session \
    --schema_directory "$reports/csdl" --logdir "$reports/service")
for profile in "${profiles[@]}"; do
    (cd "$interop" && check $profile $python RedfishInteropValidator.py "$dmtf/profiles/$profile.json" -r "$base" -u "$user" -p "$password" \
        --authtype Session --no_online_profiles --logdir "$reports/$profile")
done
# Last: it changes accounts, and expects to be the only one who does.
(cd "$protocol" && check protocol $python rf_protocol_validator.py -r "$base" -u "$user" -p "$password" --no-cert-check --report-dir "$reports/protocol")

$python "$here/verdict.py" "$reports" "$here/known.md"
