#!/bin/bash
# verify.sh DMTF - fail when something that is generated is out of date, or a file is not formatted.
# DMTF's data may be absent: what is made from it is checked where it is there.
set -euo pipefail
failed=0
fail() { echo "verify: $*" >&2; failed=1; }

unformatted=$(git ls-files '*.go' | xargs gofmt -l)
[[ -z $unformatted ]] || fail "not formatted: $unformatted"

# Generated files are made in a copy, so that a failure changes nothing here.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | tar --null -T - -c | tar -x -C "$copy"
cd "$copy"
if [[ -d $OLDPWD/$1 || -d $1 ]]; then
    dmtf=$(cd "$OLDPWD" && readlink -f "$1")
    go run ./schemas/gen -dmtf "$dmtf" -out schemas
else
    echo "verify: no DMTF data in $1: the schemas are not checked against it"
fi
go test ./internal/config -run 'TestDocumentIsUpToDate$' -update >/dev/null
go test ./api -run 'TestResourceDocs$' -update >/dev/null
(cd store && go tool -modfile=../tools/go.mod sqlc generate)
cd "$OLDPWD"
for folder in schemas store docs; do
    diff -r "$folder" "$copy/$folder" >/dev/null || fail "$folder is out of date: run make gen, and look at: $(diff -rq "$folder" "$copy/$folder" | head -3)"
done
(( failed == 0 )) && echo "verify: all is up to date"
exit $failed
