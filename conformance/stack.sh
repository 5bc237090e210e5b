# stack.sh - sourced by the scripts beside it: a HawkFish of their own, in a network namespace of its own.
# What they start can reach nobody, and nobody can reach it; the ports are free whatever else runs here.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() { echo "${0##*/}: $*" >&2; exit 2; }

# enclosed SCRIPT ARGS... starts the script again inside the namespace, unless it is inside already.
enclosed() {
    [[ -z ${CONFORMANCE_ENCLOSED:-} ]] || { bring_up_loopback; return; }
    export CONFORMANCE_ENCLOSED=1
    if (( $(id -u) == 0 )); then exec unshare --net -- bash "$@"; fi
    exec unshare --net --map-current-user --keep-caps -- bash "$@"
}

# Multicast goes to loopback, too: searches of the local network (SSDP) are part of the protocol.
bring_up_loopback() {
    PATH=$PATH:/usr/sbin:/sbin
    ip link set lo up && ip link set lo multicast on && ip route add 224.0.0.0/4 dev lo
}

# Python's clients would check certificates against these, whatever they are told.
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

base=https://127.0.0.1:8443 user=admin
# No English word: the Protocol Validator looks for it in the text of answers.
password=Xq7-tzkWobble42

# start_stack DIR starts a fleet, simulated unless $hypervisor says otherwise, whose state is in DIR, and waits until it is
# ready. Further variables of the configuration may be set by the caller.
start_stack() {
    local dir=$1
    local program=${PROGRAM:-$root/bin/hawkfish-dev}
    [[ -x $program ]] || fail "$program is missing: make build-dev"
    mkdir -p "$dir" && chmod 755 "$dir" && rm -rf "$dir/state"
    HAWKFISH_STATE_DIR=$dir/state HAWKFISH_HYPERVISOR=${hypervisor:-simulated} HAWKFISH_ADMIN_PASSWORD=$password HAWKFISH_LISTEN=127.0.0.1:8443 \
    HAWKFISH_TEMPORAL_UI_LISTEN=127.0.0.1:8233 "$program" run >"$dir/stack.log" 2>&1 &
    stack=$!
    local _
    for _ in $(seq 300); do
        kill -0 $stack 2>/dev/null || { tail "$dir/stack.log" >&2; fail "the stack did not start"; }
        [[ $(curl -sk -o /dev/null -w '%{http_code}' $base/readyz) == 200 ]] && return
        sleep 0.3
    done
    fail "the stack is not ready: see $dir/stack.log"
}

stop_stack() {
    [[ -z ${media_server:-} ]] || kill "$media_server" 2>/dev/null
    media_server=
    [[ -n ${stack:-} ]] || return 0
    kill -INT "$stack" 2>/dev/null && wait "$stack"
    stack=
}

# serve_media DIR serves the files of a folder to whoever is in the namespace, at $media: what drives are filled from.
media=http://127.0.0.1:8000
serve_media() {
    /usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$1" 8000 >"$1.log" 2>&1 &
    media_server=$!
    local _
    for _ in $(seq 50); do
        curl -s -o /dev/null $media/ && return
        sleep 0.1
    done
    fail "no server of media: see $1.log"
}

# hf [CURL-OPTION...] PATH asks as the administrator, and prints the body; it fails on 4xx and 5xx.
hf() { curl -sSk --fail-with-body --max-time 30 -u "$user:$password" -H 'Content-Type: application/json' "${@:1:$#-1}" "$base${!#}" || { echo "${0##*/}: ${!#} failed" >&2; return 22; }; }

# settle [NUMBER] waits until no more tasks than NUMBER run.
settle() {
    local _
    for _ in $(seq 200); do
        (( $(hf '/redfish/v1/TaskService/Tasks?$expand=.' | grep -Eo '"TaskState":"(New|Pending|Starting|Running)"' | wc -l) > ${1:-0} )) || return 0
        sleep 0.3
    done
    fail "tasks do not end"
}
