#!/usr/bin/env bash
# One task of the array that submit.sh submits: one shard of the batch, with a ledger of its own. A task that is killed
# and queued again goes on where it was.
#SBATCH --job-name=stenometry
#SBATCH --cpus-per-task=2
#SBATCH --mem=1500M
#SBATCH --requeue
#SBATCH --open-mode=append
set -uo pipefail
out=$1
shift

stenometry batch "$@" --resume \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
    --out "$out/shard-$SLURM_ARRAY_TASK_ID"
code=$?
((code == 6)) && exit 0  # inputs that failed are rows of the ledger, and no fault of the task
exit $code
