#!/usr/bin/env bash
# What a Makefile does: pkg-config says how to compile a program against the installed library, wherever that lies.
# pkg_config_test.sh PREFIX LIBRARY_DIRECTORY VERSION WORK_DIRECTORY shared|static SOURCE COMPILER [FLAGS...]
set -euo pipefail
prefix=$1 library_directory=$2 version=$3 work=$4 kind=$5 source=$6
shift 6

export PKG_CONFIG_PATH=$prefix/$library_directory/pkgconfig
[[ $(pkg-config --modversion stenometry) == "$version" ]]
[[ $(realpath "$(pkg-config --variable=prefix stenometry)") == "$(realpath "$prefix")" ]] ||
    { echo "stenometry.pc does not know where it lies"; exit 1; }

static=()
[[ $kind == shared ]] || static=(--static)
read -ra flags <<<"$(pkg-config "${static[@]}" --cflags --libs stenometry)"
mkdir -p "$work"
"$@" -std=c++20 "$source" "${flags[@]}" -Wl,-rpath,"$prefix/$library_directory" -o "$work/program"
"$work/program"
