#!/bin/sh
# train.sh OUT: from nothing to the weights of the library, in OUT. Two cores, some forty minutes; no real frame takes part.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
cmake -S "$here/.." -B "$out/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSTENOMETRY_BUILD_TRAINING=ON -DSTENOMETRY_BUILD_TESTS=OFF
cmake --build "$out/build" --target render_scenes
render() { "$out/build/bin/render_scenes" "$out/$1" "$2" 256 "$3" --devices "$4" ${5:-}; }
render sketches_plain 4000 1000001 0 --sketches
render sketches_devices 4000 2000001 0.8 --sketches
render scenes_devices 1600 3000001 0.8
render scenes_plain 600 4000001 0
render scenes_more 1000 7000001 0.8
render validation 128 5000001 0.6
cd "$out"
# Threads that wait without spinning leave the core to whoever works.
export GOMP_SPINCOUNT=0 OMP_WAIT_POLICY=passive
train() { /usr/bin/python3 "$here/train.py" --validation validation --batch 8 --every 100 "$@"; }
train --out stage1 --plain sketches_plain --devices sketches_devices --side 192 --steps 5000 --stop 600 --guide 0
train --out stage2 --start stage1/weights.pt --plain sketches_plain scenes_plain \
    --devices sketches_devices scenes_devices scenes_devices --side 224 --steps 1500 --first-share 0.5 --guide 0
# Whole frames, and the catheter counts twice as much: it is told by where it comes from.
train --out stage3 --start stage2/weights.pt --plain sketches_plain scenes_plain \
    --devices sketches_devices scenes_devices scenes_more scenes_more --side 256 --steps 650 --seed 3 --rate 2e-3 \
    --catheter 4 --first-share 0.85 --last-share 0.95 --guide 0
train --out stage4 --start stage3/weights.pt --plain sketches_plain scenes_plain \
    --devices sketches_devices scenes_devices scenes_more scenes_more --side 256 --steps 300 --seed 4 --rate 2e-3 \
    --catheter 4 --first-share 0.9 --last-share 0.95 --guide 1
/usr/bin/python3 "$here/export.py" stage4/weights.pt vessel_network.stn --onnx vessel_network.onnx
