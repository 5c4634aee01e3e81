#!/bin/sh
# train_drawn.sh OUT ARCADE WEIGHTS.stn: from weights that know rendered frames (`train.sh`, or weights/rendered.stn) to those of the
# library, which know real ones too, in OUT. ARCADE is the folder of its training part with images/ and mask_derived/.
# Two cores, some forty minutes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
cmake -S "$here/.." -B "$out/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTENOMETRY_BUILD_TRAINING=ON -DSTENOMETRY_BUILD_TESTS=OFF
cmake --build "$out/build" --target render_scenes stenometry_program
render() { "$out/build/bin/render_scenes" "$out/$1" "$2" "$3" "$4" --devices "$5" ${6:-}; }
render sketches_plain 700 320 21000001 0 --sketches
render sketches_devices 1500 320 22000001 0.9 --sketches
render scenes_devices 1000 384 23000001 0.9
render validation 96 256 5000001 0.6
"$here/bench_phantoms.sh" "$out/build/bin/stenometry" "$out/bench_pictures" 300
/usr/bin/python3 "$here/bench_phantoms.py" "$out/bench_pictures" "$out/bench"
/usr/bin/python3 "$here/drawn.py" "$2" "$out/drawn" --network "$3"
# Threads that wait without spinning leave the core to whoever works; memory that is not given back is not asked for again.
export GOMP_SPINCOUNT=0 OMP_WAIT_POLICY=passive MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=8589934592
cd "$out"
/usr/bin/python3 "$here/train.py" --start "$3" --out stage5 --validation validation --plain sketches_plain bench bench \
    --devices sketches_devices sketches_devices scenes_devices --drawn drawn/catheter drawn/catheter drawn/catheter drawn/plain \
    --drawn-share 0.5 --side 352 --batch 4 --steps 3600 --every 200 --rate 1.5e-3 --keep 0.995 --catheter 4 \
    --first-share 0.6 --last-share 0.6 --guide 0 --seed 13
/usr/bin/python3 "$here/export.py" stage5/weights.pt vessel_network.stn --onnx vessel_network.onnx
