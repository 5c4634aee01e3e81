#!/bin/sh
# bench_phantoms.sh PROGRAM OUT COUNT: phantoms of single vessels (drilled, tapering, dividing, crossing), as test benches have them,
# and arteries with a catheter before a chest, rendered by `PROGRAM phantom` with their labels.
set -eu
program=$1 out=$2
mkdir -p "$out"
between() { awk -v seed="$1" -v low="$2" -v high="$3" 'BEGIN { srand(seed); rand(); print low + (high - low) * rand() }'; }
for i in $(seq 1 "$3"); do
    s=$((i * 7919))
    case $((i % 7)) in
    0 | 1) kind="drilled --bore $(between $((s + 3)) 0.4 2.0) --angle $(between $((s + 2)) 0 180)" ;;
    2) kind="tube --diameter $(between $((s + 3)) 1.5 4) --angle $(between $((s + 2)) 0 180) --percent-diameter $(between $((s + 4)) 10 85)" ;;
    3) kind="bifurcation --angle $(between $((s + 4)) 30 90)" ;;
    4) kind="crossing --angle $(between $((s + 4)) 30 90)" ;;
    5) kind="coronary --artery left" ;;
    6) kind="coronary --artery right" ;;
    esac
    # shellcheck disable=SC2086
    "$program" phantom "$out/$i.png" --labels "$out/${i}_labels.png" --kind $kind --size 352 --seed $((i + 31000)) \
        --spacing "$(between $((s + 1)) 0.1 0.28)" --background "$(between $((s + 6)) 0.2 1.5)" \
        --attenuation "$(between $((s + 7)) 0.06 0.2)" --quanta "$(between $((s + 8)) 600 6000 | cut -d. -f1)" >"$out/log" 2>&1
done
