#!/usr/bin/env bash
# Opens the pages of `stenometry report` in a browser, as a person does: browser_test.sh PROGRAM SAMPLE_IMAGES.
# Exit code 77 means skipped: `npm install --prefix tests/report` and a Chromium make it run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

chromium=${STENOMETRY_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
skip() { echo "not tested in a browser: $1"; exit 77; }
[[ -n $chromium ]] || skip "there is no chromium"
command -v node >/dev/null || skip "there is no node"
node -e 'require.resolve("playwright-core")' 2>/dev/null || skip "playwright-core is not installed in tests/report"

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
STENOMETRY_CHROMIUM=$chromium STENOMETRY_PROGRAM=$1 STENOMETRY_SAMPLE_IMAGES=$2 STENOMETRY_PAGES=$folder \
    node --test browser_test.mjs
