#!/bin/bash
# fuzz.sh [OPTION...] - a hundred thousand requests that nobody means, to a simulated fleet of its own; the options are
# those of conformance/fuzz (such as -requests 10000 -seed 2).
#
#   REPORTS=DIR  where the fleet's state and log go; default: a new folder in /tmp
#   PROGRAM      the development binary to run; default: bin/hawkfish-dev
#   GO           the Go command; default: go
#
# Exit: 0 nothing found; 1 a 5xx (other than 501, 503 and 507, which DSP0266 asks for), a hang, a panic, or an error that is not
# Redfish's; 2 it could not be run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/stack.sh"
. "$here/populate.sh"

if [[ -z ${CONFORMANCE_ENCLOSED:-} ]]; then
    export REPORTS=${REPORTS:-$(mktemp -d /tmp/hawkfish-fuzz-XXXXXX)}
    mkdir -p "$REPORTS"
    (cd "$root" && ${GO:-go} build -o "$REPORTS/fuzz" ./conformance/fuzz)
fi
enclosed "$0" "$@"
trap stop_stack EXIT
start_stack "$REPORTS"
populate "$REPORTS"
PASSWORD=$password "$REPORTS/fuzz" -log "$REPORTS/stack.log" "$@"
