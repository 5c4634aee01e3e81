#!/usr/bin/env bash
# Analyses an archive with GNU parallel, here or on other machines, and merges what its jobs find:
#   run.sh SHARDS OUT INPUT... [OPTION OF stenometry batch]...
# OUT/jobs.log says how each shard ended. Called again, it runs those that have not succeeded, which go on where they were.
# PARALLEL holds more options of parallel, such as --sshloginfile; machines then share the folders of INPUT and OUT.
set -euo pipefail
shards=$1
out=$2
shift 2
mkdir -p "$out"

# Inputs that failed (6) are rows of the ledger, and no fault of the job.
shard() {
    local number=$1 shards=$2 out=$3
    shift 3
    stenometry batch "$@" --resume --jobs 1 --shard "$number/$shards" --out "$out/shard-$number" || (($? == 6))
}
export -f shard

seq "$shards" | parallel --will-cite --joblog "$out/jobs.log" --resume-failed --line-buffer --quote \
    shard {} "$shards" "$out" "$@"
rm -f "$out/ledger.sqlite"
stenometry merge "$out"/shard-*/ledger.sqlite --out "$out/ledger.sqlite"
