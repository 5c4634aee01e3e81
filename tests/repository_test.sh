#!/usr/bin/env bash
# What must never enter the history: large files, and places on somebody's machine. Exit code 77 means skipped.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "not a git checkout: nothing to look at"; exit 77; }

status=0
while IFS= read -r -d '' file; do
    [[ -f $file ]] || continue
    bytes=$(stat -c %s "$file")
    ((bytes <= 4 * 1024 * 1024)) || { echo "$file: $bytes bytes are too many for git"; status=1; }
done < <(git ls-files -z)

if git grep -nIE '(^|[^[:alnum:]_.])/(home|root|work|Users)/[[:alnum:]]'; then
    echo "the lines above name places on one machine"
    status=1
fi
exit $status
