# Sourced by what assembles guests from Debian packages; `work` is its temporary folder, `me` the name to speak under.
# shellcheck shell=bash disable=SC2034,SC2154

# suffix of every temporary folder, so that what an interrupted run left can be told and removed
readonly unfinished=".unfinished"

die() {
  echo "$me: $*" >&2
  exit 1
}

# fetch FOLDER PACKAGE...: download packages and unpack each into FOLDER
fetch() {
  local into=$1 debs deb
  shift
  debs=$(mktemp -d "$work/debs.XXXX")
  # apt's own sandbox user cannot write here; as root it would warn on every run
  (cd "$debs" && apt-get -qq -o APT::Sandbox::User=root download "$@" >apt.log 2>&1) ||
    die "cannot download $* (is there a network? run apt-get update?): $(tail -n 1 "$debs/apt.log")"
  for deb in "$debs"/*.deb; do
    dpkg-deb -x "$deb" "$into"
  done
  rm -rf "$debs"
}

# number FILE OFFSET BYTES: an unsigned little-endian number in a binary file
number() {
  od -An -v -j "$2" -N "$3" -t "u$3" "$1" | tr -d ' '
}

# unpack_kernel BZIMAGE FILE: the ELF kernel inside a bzImage. QEMU starts it directly (PVH), which saves the guest
# unpacking itself: seconds without hardware virtualisation. Fails if the tool for its compression is not here.
unpack_kernel() {
  local image=$1 start length magic tool
  start=$((($(number "$image" $((0x1f1)) 1) + 1) * 512 + $(number "$image" $((0x248)) 4)))
  length=$(number "$image" $((0x24c)) 4)
  magic=$(od -An -j "$start" -N 2 -t x1 "$image" | tr -d ' ')
  case $magic in
    0221) tool="lz4 -dc" ;;
    1f8b) tool="gzip -dc" ;;
    fd37) tool="xz -dc --single-stream" ;;
    28b5) tool="zstd -dc" ;;
    *) return 1 ;;
  esac
  command -v "${tool%% *}" >/dev/null || return 1
  # four bytes of length follow the compressed data; the tools complain of them after having written everything
  tail -c "+$((start + 1))" "$image" | head -c "$length" | $tool >"$2" 2>/dev/null || true
  [ "$(head -c 4 "$2" | tr -d '\177')" = ELF ]
}

# add_module FROM NAME INTO: copy a module after the ones it depends on, and say the files in that order; built-in ones have
# no file and need none
add_module() {
  local file name dependency
  name=${2//-/_}
  file=$(find "$1" -name "$name.ko" -o -name "${name//_/-}.ko" | head -n 1)
  if [ -z "$file" ] || [ -e "$3/${file##*/}" ]; then
    return
  fi
  for dependency in $(tr '\0' '\n' <"$file" | sed -n 's/^depends=//p' | tr ',' ' '); do
    add_module "$1" "$dependency" "$3"
  done
  cp "$file" "$3/"
  echo "${file##*/}"
}
