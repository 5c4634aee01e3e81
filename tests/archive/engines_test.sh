#!/usr/bin/env bash
# Runs the examples that spread a batch over jobs, and compares what comes out with a single run, byte for byte:
#   engines_test.sh slurm|parallel|snakemake PROGRAM SOURCE_DIRECTORY
# Slurm is a cluster of its own on this machine, one of whose tasks is killed and queued again. Exit code 77 means skipped.
set -euo pipefail
engine=$1
program=$2
source=$3

need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
    done
}

folder=$(mktemp -d)
daemons=()
# Each daemon by its number, the last that was started first; munged does not heed a polite word.
clean_up() {
    local i
    for ((i = ${#daemons[@]} - 1; i >= 0; --i)); do
        kill "${daemons[i]}" 2>/dev/null || continue
        sleep 1
        kill -KILL "${daemons[i]}" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap clean_up EXIT
export PATH="$(dirname "$program"):/usr/sbin:$PATH"

make_inputs() {
    mkdir "$folder/in"
    local i
    for i in $(seq "$1"); do cp "$source/sample_images/$2" "$folder/in/image $i.png"; done
    echo "this is text" >"$folder/in/damaged.png"
}

tables() {
    local table
    for table in inputs vessels lesions; do stenometry table "$1" "--$table"; done
}

single_run() {
    stenometry batch "$folder/in" --out "$folder/single" --spacing 0.2 2>/dev/null || (($? == 6))
    tables "$folder/single/ledger.sqlite" >"$folder/single.txt"
}

wait_until() {
    local last=$((SECONDS + 60))
    while ((SECONDS < last)); do
        if timeout 10 bash -c '"$@"' - "$@" 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    echo "waited a minute for: $*"
    cat "$folder"/*.log "$folder"/out/*.log 2>/dev/null || true
    return 1
}

# --- Slurm: slurmctld, slurmd and munged with all they have in the folder ---

begin_daemon() {
    "$@" >>"$folder/daemons.log" 2>&1 &
    daemons+=($!)
}

begin_cluster() {
    local node memory port=$((20000 + RANDOM % 10000))
    node=$(hostname -s)
    memory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
    mkdir "$folder/state" "$folder/spool"
    dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2>/dev/null
    chmod 600 "$folder/munge.key"
    cat >"$folder/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
KillWait=1
SchedulerParameters=sched_interval=1,bf_interval=1
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 RealMemory=$memory State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
END
    export SLURM_CONF="$folder/slurm.conf"
    begin_daemon munged --foreground --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" \
        --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munged.seed"
    wait_until test -S "$folder/munge.socket"
    begin_daemon slurmctld -D
    begin_daemon slurmd -D -N "$node"
    wait_until sh -c "sinfo --noheader --format=%t | grep -q idle"
}

has_rows() {
    [[ -f $1 ]] && (($(stenometry table "$1" --inputs 2>/dev/null | wc -l) > 1))
}

no_job_left() { [[ -z $(squeue --noheader) ]]; }

waits_for_its_time() {
    squeue --noheader --array --format="%i %r" | grep -qx "$1 BeginTime"
}

# What is queued again waits for two minutes, so that nothing is left of it on the node. Here that is known.
queue_again() {
    scontrol requeue "$1"
    wait_until grep -q "^stopped" "$folder/out/shard-1.log"
    wait_until waits_for_its_time "$1"
    sleep 3
    scontrol update "JobId=$1" StartTime=now
}

export -f has_rows no_job_left waits_for_its_time

run_slurm() {
    need slurmctld slurmd munged sbatch
    ((EUID == 0)) || { echo "skipped: the daemons of a cluster need root"; exit 77; }
    make_inputs 12 left_coronary.png
    single_run
    begin_cluster
    local jobs array
    jobs=$("$source/examples/slurm/submit.sh" 2 "$folder/out" "$folder/in" --spacing 0.2)
    array=$(grep -oE '[0-9]+' <<<"$jobs" | head -1)
    wait_until has_rows "$folder/out/shard-1/ledger.sqlite"
    queue_again "${array}_1"
    wait_until no_job_left
    cat "$folder"/out/*.log
    grep -q "of them before" "$folder/out/shard-1.log" || { echo "the task had ended before it was killed"; exit 1; }
}

run_parallel() {
    need parallel
    make_inputs 6 drilled_1mm.png
    single_run
    "$source/examples/parallel/run.sh" 3 "$folder/out" "$folder/in" --spacing 0.2
    (($(wc -l <"$folder/out/jobs.log") == 4))
    # Nothing is left to do.
    "$source/examples/parallel/run.sh" 3 "$folder/out" "$folder/in" --spacing 0.2
}

run_snakemake() {
    need snakemake
    make_inputs 6 drilled_1mm.png
    single_run
    mkdir "$folder/out"
    HOME="$folder" snakemake --snakefile "$source/examples/snakemake/Snakefile" --directory "$folder/out" --cores 2 --quiet \
        --config "input=$folder/in" shards=3 options="--spacing 0.2"
    cmp "$folder/out/lesions.csv" <(stenometry table "$folder/single/ledger.sqlite" --lesions)
}

"run_$engine"
tables "$folder/out/ledger.sqlite" | cmp - "$folder/single.txt"
echo "$engine: as a single run, $(wc -l <"$folder/single.txt") lines"
