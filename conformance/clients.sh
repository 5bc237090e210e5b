#!/bin/bash
# clients.sh [CLIENT...] - a conversation of each client that people use with a simulated fleet of its own: list,
# inventory, power, users, sessions, tasks. Every step prints PASS or FAIL.
#
#   REPORTS=DIR  where the fleet's state and the failed steps' output go; default: a new folder in /tmp
#   PROGRAM      the development binary to run; default: bin/hawkfish-dev
#
# Exit: 0 all passed; 1 a step failed; 2 a client or the fleet is missing.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stack.sh"
. "$here/populate.sh"

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
start_stack "$REPORTS"
populate "$REPORTS" || fail "the fleet could not be filled"

passed=0 failed=0

# verdict RESULT NAME OUTPUT counts a step and prints it; of a failed one with what the client said.
verdict() {
    echo "$1  $client: $2"
    if [[ $1 == PASS ]]; then (( ++passed )); return; fi
    (( ++failed ))
    sed 's/^/      /' <<<"${3:0:2000}"
}

# step NAME PATTERN COMMAND... passes when the command succeeds and what it says has the pattern (an extended regular
# expression; it goes across lines).
step() {
    local name=$1 pattern=$2 output result=FAIL; shift 2
    output=$("$@" 2>&1) && [[ $output =~ $pattern ]] && result=PASS
    verdict $result "$name" "$output"
}

# refused NAME PATTERN COMMAND... passes when the command says so: with the pattern in what it says.
refused() {
    local name=$1 pattern=$2 output result=FAIL; shift 2
    output=$("$@" 2>&1)
    [[ $output =~ $pattern ]] && result=PASS
    verdict $result "$name" "$output"
}

# later NAME WHY names a step that is to come.
later() { echo "LATER $client: $1: $2"; }

# reported reads lines of PASS or FAIL, a tab, a step's name, a tab, and what was said: a conversation in another language.
reported() {
    local result name said any=
    while IFS=$'\t' read -r result name said; do
        any=1
        verdict "$result" "$name" "$said"
    done
    [[ -n $any ]] || verdict FAIL "the conversation" "it said nothing"
}

# until_power SYSTEM STATE waits until the system is in the power state, as a client that polls does.
until_power() {
    local _
    for _ in $(seq 100); do
        hf "/redfish/v1/Systems/$1" | grep -q "\"PowerState\":\"$2\"" && return
        sleep 0.2
    done
    echo "$1 is not $2"
    return 1
}

for client in "${clients[@]}"; do
    . "$here/clients/$client.sh"
done
echo "$passed passed, $failed failed"
(( failed == 0 ))
