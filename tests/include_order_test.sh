#!/usr/bin/env bash
# Dependencies point one way. Every folder of src/, with the public headers that its sources implement, may include what
# stands before it in this list and nothing that stands behind it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

order="kernels core preprocess vesselness evidence segment centerline tree lumen lesion analysis comparison
       calibrate evaluation phantom network io report viz interop"
most_levels=12

# Includes against the order, each with its reason. At most five: more would be another order.
allowed='
src/core/mat.h stenometry/interop/opencv.h  # the one view of an image as a matrix, for the stages as for users
'

awk -v order="$order" -v most_levels="$most_levels" -v allowed="$allowed" '
function stem(path) { sub(/.*\//, "", path); sub(/\.[a-z]+$/, "", path); return path }
# src/lumen/contour.cpp lies in lumen, and so does the header that it implements. Headers without a source of their
# name are said here.
function folder_of_source(path) { sub(/^src\//, "", path); sub(/\/.*/, "", path); return path }
function folder_of_header(path,    name) {
    if (path ~ /^stenometry\/(io|viz|interop)\//) { sub(/^stenometry\//, "", path); sub(/\/.*/, "", path); return path }
    name = stem(path)
    return name in home ? home[name] : "?"
}
function folder_of(path) {
    if (path ~ /^src\//) return folder_of_source(path)
    sub(/^include\//, "", path)
    return folder_of_header(path)
}
function depth(folder,    k, most, other) {
    if (folder in depth_of) return depth_of[folder]
    most = 0
    for (other in rank)
        if ((folder, other) in uses && depth(other) > most) most = depth(other)
    return depth_of[folder] = most + 1
}
BEGIN {
    folders = split(order, names, /[ \n]+/)
    for (i = 1; i <= folders; ++i) rank[names[i]] = i
    home["export"] = home["image"] = home["progress"] = "core"
    home["network"] = "network"
    home["analysis"] = "analysis"
    exceptions = split(allowed, lines, "\n")
    for (i = 1; i <= exceptions; ++i)
        if (split(lines[i], word, " ") >= 2) permitted[word[1], word[2]] = 0
}
FNR == 1 {
    file = FILENAME
    if (file ~ /^src\/.*\.cpp$/ && file !~ /^src\/io\//) home[stem(file)] = folder_of_source(file)
    files[++count] = file
}
match($0, /^#include "[^"]+"/) { included[file] = included[file] substr($0, RSTART + 10, RLENGTH - 11) "\n" }
END {
    for (i = 1; i <= count; ++i) {
        file = files[i]
        if (file == "include/stenometry/stenometry.h") continue  # includes all by its purpose
        own = folder_of(file)
        if (!(own in rank)) { print file ": its folder " own " is not in the order"; bad = 1; continue }
        n = split(included[file], paths, "\n")
        for (k = 1; k < n; ++k) {
            other = paths[k] ~ /^stenometry\// ? folder_of_header(paths[k]) : folder_of_source(paths[k])
            if (paths[k] ~ /^hwy\// || other == own) continue
            if (!(other in rank)) { print file " includes " paths[k] ", of which no folder is known"; bad = 1; continue }
            if ((file, paths[k]) in permitted) { permitted[file, paths[k]] = 1; continue }
            if (rank[other] > rank[own]) { print file " (" own ") includes " paths[k] " (" other ")"; bad = 1 }
            uses[own, other] = 1
        }
    }
    for (pair in permitted) {
        ++against
        if (!permitted[pair]) { split(pair, word, SUBSEP); print "no longer needed: " word[1] " includes " word[2]; bad = 1 }
    }
    if (against > 5) { print against " includes against the order are too many"; bad = 1 }
    if (bad) exit 1
    for (folder in rank) if (depth(folder) > levels) levels = depth(folder)
    print count " files in " folders " folders on " levels " levels, " against + 0 " includes against the order"
    exit levels > most_levels
}' $(find src include -name '*.cpp' -o -name '*.h' | sort -r)
