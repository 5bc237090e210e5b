#!/bin/bash
# clients.sh [CLIENT...] - a conversation of each client that people use with a simulated fleet of its own: list,
# inventory, power, boot, media, BIOS, users, sessions, tasks. Every step prints PASS or FAIL.
#
#   REPORTS=DIR  where the fleet's state and the failed steps' output go; default: a new folder in /tmp
#   PROGRAM      the development binary to run; default: bin/hawkfish-dev
#
# Exit: 0 all passed; 1 a step failed; 2 a client or the fleet is missing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stack.sh"
. "$here/populate.sh"
. "$here/steps.sh"

# A client is a file in clients/; Debian's package for each.
declare -A packages=([curl]=curl [sushy]=python3-sushy [sushycli]=python3-sushy-cli [redfishtool]=redfishtool [ansible]=ansible)
clients=("$@")
(( $# )) || clients=(curl sushy sushycli redfishtool ansible)
for client in "${clients[@]}"; do
    package=${packages[$client]:-}
    [[ -n $package ]] || fail "there is no conversation with $client: ${!packages[*]}"
    [[ $client == sushy ]] && found=$(/usr/bin/python3 -c 'import sushy' 2>&1 && echo found) || found=$(command -v "$client")
    [[ -n $found ]] || fail "$client is missing: apt-get install $package"
done

export REPORTS=${REPORTS:-$(mktemp -d /tmp/hawkfish-clients-XXXXXX)}
enclosed "$0" "$@"
trap stop_stack EXIT
export HAWKFISH_IMAGE_ALLOW=*,localhost # where media come from here, and images of people
start_stack "$REPORTS"
mkdir -p "$REPORTS/media" && head -c 3000000 /dev/urandom >"$REPORTS/media/boot.iso" && cp "$REPORTS/media/boot.iso" "$REPORTS/media/disk.img"
serve_media "$REPORTS/media"
export MEDIA=$media
populate "$REPORTS" || fail "the fleet could not be filled"

# until_shows PATH PATTERN waits until a resource shows something, as a client that polls does.
until_shows() {
    local _ shown
    for _ in $(seq 100); do
        shown=$(hf "/redfish/v1/$1") && grep -Eq "$2" <<<"$shown" && return
        sleep 0.2
    done
    echo "no $2 in $shown"
    return 1
}
until_power() { until_shows "Systems/$1" "\"PowerState\":\"$2\""; }

for client in "${clients[@]}"; do
    . "$here/clients/$client.sh"
done
summary
