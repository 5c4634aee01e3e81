#!/usr/bin/env bash
# Installs those Debian packages of packages.txt that are missing. Where none is, it needs neither root nor a network.
set -euo pipefail

die() {
    echo "install_packages.sh: $*" >&2
    exit 1
}

missing_packages() {
    local package
    while read -r package; do
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$(dirname "${BASH_SOURCE[0]}")/packages.txt")
}

as_root() {
    if [[ $EUID -eq 0 ]]; then "$@"; else sudo "$@"; fi
}

# apt's own account goes to the log and is shown only if it fails.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}

command -v dpkg-query >/dev/null ||
    die "this is not Debian: install the counterparts of cmake/packages.txt, then run the three commands of CONTRIBUTING.md"
mapfile -t packages < <(missing_packages)
((${#packages[@]})) || exit 0
((EUID == 0)) || command -v sudo >/dev/null ||
    die "missing packages, and neither root nor sudo to install them: ${packages[*]}"

echo "Installing ${#packages[@]} packages: ${packages[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install=(install --no-install-recommends "${packages[@]}")
# The package lists are fetched only where they are missing or too old to install from.
if ! apt "${install[@]}"; then
    apt update || { cat "$log" >&2; die "apt-get update failed"; }
    apt "${install[@]}" || { cat "$log" >&2; die "apt-get install failed"; }
fi
