#!/usr/bin/env bash
# Makes one ledger of those of all shards, once the array has ended.
#SBATCH --job-name=stenometry-merge
#SBATCH --requeue
set -euo pipefail
out=$1
rm -f "$out/ledger.sqlite"
stenometry merge "$out"/shard-*/ledger.sqlite --out "$out/ledger.sqlite"
