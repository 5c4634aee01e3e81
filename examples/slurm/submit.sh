#!/usr/bin/env bash
# Analyses an archive on many machines of a Slurm cluster, and merges what they find:
#   submit.sh SHARDS OUT INPUT... [OPTION OF stenometry batch]...
# The machines share the folders of INPUT and OUT and have stenometry in their PATH. Called again after a failure, it goes
# on where the shards were.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
shards=$1
out=$2
shift 2
mkdir -p "$out"

array=$(sbatch --parsable --array="1-$shards" --output="$out/shard-%a.log" "$here/shard.sh" "$out" "$@")
merge=$(sbatch --parsable --dependency="afterok:$array" --output="$out/merge.log" "$here/merge.sh" "$out")
echo "array $array, then merge $merge: the result is $out/ledger.sqlite"
