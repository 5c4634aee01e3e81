#!/usr/bin/env bash
# Builds the fuzz targets with Clang and runs each for a while on seeds that are made here and on what earlier runs
# found new: bash tests/fuzz/run.sh SECONDS [TARGET...]; without SECONDS the variable STENOMETRY_FUZZ_SECONDS counts. Exit code
# 77 means skipped, 1 that there are findings, which lie in FOLDER/findings. FUZZ_FOLDER says where the build and the corpora go, FUZZ_JOBS how many targets run at once.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=${1:-${STENOMETRY_FUZZ_SECONDS:-}}
shift || true
folder=${FUZZ_FOLDER:-$source/build/fuzz}
jobs=${FUZZ_JOBS:-$(nproc)}

if [[ -z $seconds ]]; then
    echo "skipped: STENOMETRY_FUZZ_SECONDS does not say how long"
    exit 77
fi
mkdir -p "$folder"
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$folder/probe.cpp"
if ! clang++ -fsanitize=fuzzer,address "$folder/probe.cpp" -o "$folder/probe" 2>"$folder/probe.log"; then
    echo "skipped: there is no clang++ with libFuzzer"
    exit 77
fi

cmake --preset fuzz -S "$source" -B "$folder" >"$folder/configure.log" || { cat "$folder/configure.log"; exit 1; }
cmake --build "$folder" >"$folder/build.log" || { tail -n 50 "$folder/build.log"; exit 1; }
"$folder/bin/fuzz_seeds" "$folder/seeds"
mkdir -p "$folder/findings" "$folder/logs"

# Every input must be read or refused within ten seconds and two gigabytes.
run_one() {
    local name=$1
    mkdir -p "$folder/corpus/$name"
    local longest=4096
    [[ $name == ledger_merge ]] && longest=65536  # tables take pages of their own
    if "$folder/bin/fuzz_$name" "$folder/corpus/$name" "$folder/seeds/$name" -max_total_time="$seconds" \
        -max_len="$longest" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
        -artifact_prefix="$folder/findings/$name-" >"$folder/logs/$name.log" 2>&1; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/logs/$name.log") executions, no finding"
    else
        echo "$name: FINDING"
        grep -m 3 -E "ERROR|SUMMARY|runtime error|terminate|what\(\)" "$folder/logs/$name.log" || tail -n 5 "$folder/logs/$name.log"
        return 1
    fi
}

targets=("$@")
if ((${#targets[@]} == 0)); then
    for program in "$folder"/bin/fuzz_*; do
        name=${program##*/fuzz_}
        [[ $name == seeds ]] || targets+=("$name")
    done
fi
pids=()
for name in "${targets[@]}"; do
    while (($(jobs -rp | wc -l) >= jobs)); do sleep 1; done
    run_one "$name" &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
exit $status
