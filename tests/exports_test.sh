#!/usr/bin/env bash
# A shared library exports what its public headers declare and nothing else of this project:
# exports_test.sh INCLUDE_DIRECTORY LIBRARY...
set -euo pipefail
include=$1
shift

# The words of the public headers, without their comments.
words=$(mktemp)
trap 'rm -f "$words"' EXIT
find "$include" -name '*.h' -exec sed 's,//.*,,' {} + | grep -oE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$words"

# Functions, types and tables of this project, each as the first name within its public namespaces: Frame for
# stenometry::Frame::validate() const, but kernels for stenometry::kernels::gaussian_rows(...).
exported_names() {
    nm -DC --defined-only "$1" | cut -c20- |
        sed -E 's/^(typeinfo|typeinfo name|vtable|VTT|guard variable|non-virtual thunk to) for //' |
        grep -E '^([a-z_0-9:]+[*&]* )?stenometry::' |
        sed -E 's/^([a-z_0-9:]+[*&]* )?(stenometry::)((io|viz|phantom|interop)::)?//; s/[^A-Za-z0-9_~].*//' | sort -u
}

status=0
for library in "$@"; do
    names=$(exported_names "$library")
    [[ -n $names ]] || { echo "$library exports nothing of this project"; status=1; continue; }
    private=$(comm -23 <(echo "$names") "$words")
    [[ -z $private ]] || { echo "$library exports private names:" $private; status=1; }
    echo "$library: $(wc -l <<<"$names") names"
done
exit $status
