# Debian packages that the other scripts need: `ensure_packages GROUP...` installs what is missing. Sourced, not run.
#
# A package may have alternatives, "libboost1.81-dev|libboost1.83-dev": one that is installed will do, else the first
# that this Debian offers is installed. "npm@npm" is also satisfied by a command of that name from elsewhere.

dunlin_packages() {
  case $1 in
    build)
      echo 'clang-19 lld-19 libstdc++-12-dev|libstdc++-14-dev ccache ninja-build cmake pkg-config|pkgconf' \
        'libboost1.81-dev|libboost1.83-dev libpqxx-dev libssl-dev nlohmann-json3-dev libspdlog-dev libfmt-dev' \
        'libtomlplusplus-dev libcli11-dev libicu-dev libidn2-dev libpsl-dev libgumbo-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libargon2-dev' \
        'libcurl4-openssl-dev zlib1g-dev prometheus-cpp-dev catch2 libvips-dev libseccomp-dev libqrencode-dev'
      ;;
    run) echo 'postgresql ca-certificates ffmpeg publicsuffix' ;;
    sanitizers) echo 'libclang-rt-19-dev llvm-19' ;;
    test)
      echo 'clang-format-19 libclang-rt-19-dev curl@curl python3 python3-cryptography python3-mastodon python3-botocore toot nodejs@node npm@npm chromium@chromium fonts-dejavu-core ffmpeg libvips-tools'
      ;;
    bench) echo 'ffmpeg nginx@nginx wrk@wrk python3 python3-cryptography postgresql-contrib|postgresql' ;;
    *) echo "unknown package group: $1" >&2 && return 1 ;;
  esac
}

_is_there() { # PACKAGE[@COMMAND]
  local package=${1%@*} command=''
  [[ $1 == *@* ]] && command=${1#*@}
  [[ -n $command ]] && command -v "$command" >/dev/null && return 0
  # Any version of the server programs will do, also one that did not come with the metapackage.
  [[ $package == postgresql ]] && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
  [[ $_installed == *$'\n'"$package"$'\n'* ]]
}

_is_offered() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]; }

# Sets `missing` to one package per line that is not there.
_find_missing() {
  local spec alternative found
  missing=()
  for spec in $(for group in "$@"; do dunlin_packages "$group"; done); do
    found=''
    for alternative in ${spec//|/ }; do
      _is_there "$alternative" && found=yes && break
    done
    [[ -n $found ]] || missing+=("$spec")
  done
}

# Sets `chosen` to the packages to install; false when the package lists do not offer one of `missing`.
_choose() {
  local spec alternative found
  chosen=() unknown=()
  for spec in "${missing[@]}"; do
    found=''
    for alternative in ${spec//|/ }; do
      _is_offered "${alternative%@*}" && found=${alternative%@*} && break
    done
    if [[ -n $found ]]; then chosen+=("$found"); else unknown+=("${spec//@*/}"); fi
  done
  ((${#unknown[@]} == 0))
}

_as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "These Debian packages are missing, and this user can neither be root nor use sudo. As root, run:" >&2
    echo "  apt-get install --no-install-recommends ${chosen[*]:-${missing[*]//[@|]*/}}" >&2
    return 1
  fi
}

_apt() { _as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@"; }

# We want the programs, not their services: no Debian cluster is made for PostgreSQL, nothing is started.
_install() {
  _as_root env DEBIAN_FRONTEND=noninteractive bash -s -- "$@" <<'SCRIPT'
set -euo pipefail
cluster=/etc/postgresql-common/createcluster.d/dunlin-setup.conf
policy=/usr/sbin/policy-rc.d
mark='# by the set-up of Dunlin, while it installs'
[[ -e $policy ]] && ! grep -qxF "$mark" "$policy" && policy='' # somebody else's
clean_up() {
  rm -f "$cluster" $policy
  rmdir --ignore-fail-on-non-empty "${cluster%/*}" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM
mkdir -p "${cluster%/*}"
echo 'create_main_cluster = false' >"$cluster"
if [[ -n $policy ]]; then
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod +x "$policy"
fi
apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install "$@" </dev/null
SCRIPT
}

# Installs what this system's sources offer of PACKAGE..., and says nothing of the rest: for what tests skip without.
try_packages() {
  local -a missing chosen unknown
  local _installed package
  command -v dpkg-query >/dev/null || return 0
  # shellcheck disable=SC2016  # dpkg-query's own variables
  _installed=$'\n'$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')$'\n'
  for package; do
    if ! _is_there "$package" && _is_offered "${package%@*}"; then chosen=("${package%@*}") && _install "${package%@*}" || true; fi
  done
}

ensure_packages() { # GROUP...
  local -a missing chosen unknown
  local _installed log
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian: nothing is installed by itself (docs/operations.md lists what is needed)." >&2
    return 0
  fi
  # shellcheck disable=SC2016  # dpkg-query's own variables
  _installed=$'\n'$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')$'\n'
  _find_missing "$@"
  ((${#missing[@]})) || return 0

  log=$(mktemp)
  if ! _choose; then
    echo "Updating the package lists ..." >&2
    _apt update >"$log" 2>&1 || { cat "$log" >&2 && rm -f "$log" && return 1; }
    if ! _choose; then
      echo "This Debian does not offer: ${unknown[*]} (Debian 12 does)" >&2
      rm -f "$log"
      return 1
    fi
  fi
  echo "Installing ${#chosen[@]} Debian packages: ${chosen[*]}" >&2
  # Lists may be older than the archive: once more with fresh ones.
  if ! _install "${chosen[@]}" >"$log" 2>&1 && ! { _apt update && _install "${chosen[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "The packages could not be installed." >&2
    return 1
  fi
  rm -f "$log"
}
