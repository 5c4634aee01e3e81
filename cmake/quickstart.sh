#!/usr/bin/env bash
# Installs what is missing, builds, and measures the images of sample_images/: bash cmake/quickstart.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=build/release/bin/stenometry
results=build/quickstart

bash cmake/install_packages.sh
! command -v ccache >/dev/null || export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER-ccache}"
cmake --preset release
cmake --build --preset release --target stenometry_program

mkdir -p "$results"
for image in sample_images/*.png sample_images/*.dcm; do
    name=$(basename "${image%.*}")
    spacing=()  # a PNG file holds no pixel size; the truth beside it does
    [[ $image == *.dcm ]] || spacing=(--spacing "$(sed -n 's/.*"pixel_mm": *\([0-9.]*\).*/\1/p' "${image%.png}.json")")
    echo
    echo "$image"
    "$program" analyze "$image" "${spacing[@]}" --json "$results/$name.json" --overlay "$results/$name.png"
done
echo
echo "Pictures with walls and lesions: $results/*.png, every number: $results/*.json"
echo "The program: $program --help"
