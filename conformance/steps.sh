# steps.sh - sourced by the scripts beside it: steps that print PASS or FAIL, and their number.
# The scripts may say in client whose conversation it is.

passed=0 failed=0

# verdict RESULT NAME OUTPUT counts a step and prints it; of a failed one with what the client said.
verdict() {
    echo "$1  ${client:+$client: }$2"
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

# reported reads lines of PASS or FAIL, a tab, a step's name, a tab, and what was said: a conversation in another language.
reported() {
    local result name said any=
    while IFS=$'\t' read -r result name said; do
        any=1
        verdict "$result" "$name" "$said"
    done
    [[ -n $any ]] || verdict FAIL "the conversation" "it said nothing"
}

# summary prints how it went, and is the script's own result.
summary() {
    echo "$passed passed, $failed failed"
    (( failed == 0 ))
}
