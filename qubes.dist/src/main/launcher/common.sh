# Sourced by qubesd, qvm and verify; `here` is the clone or the folder of the installed package, `me` the name to speak under.
# shellcheck shell=bash disable=SC2034,SC2154

# packaged: everything lies beside the script; nothing is built or installed, and the folders are the system's
if [ -d "$here/launcher" ]; then
  packaged=yes prefix="" dist=$here guest_tools=$here/guest
  default_home=/var/lib/qubesd default_socket_dir=/run/qubesd
else
  packaged=no prefix=./ dist=$here/qubes.dist/target/dist guest_tools=$here/qubes.dist/guest
  default_home=$here/run default_socket_dir=$here/run/run
fi

die() {
  echo "$me: $*" >&2
  exit 1
}

wrong_usage() {
  echo "$me: $* (see $prefix$me --help)" >&2
  exit 2
}

# absolute PATH: the same path from the root; it need not exist
absolute() {
  case $1 in
    /*) realpath -ms -- "$1" ;;
    *) realpath -ms -- "$PWD/$1" ;;
  esac
}

# is_text WORDS: they are UTF-8 and in one line
is_text() {
  local LC_ALL=C
  case $1 in
    *[[:cntrl:]]*) return 1 ;;
    *[![:print:]]*) printf '%s' "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 ;;
  esac
}

# require COMMAND_OR_FILE PACKAGE: note that PACKAGE is missing unless the command is on the path or a file of that name exists
missing_packages=()
require() {
  case $1 in
    /*) compgen -G "$1" >/dev/null || missing_packages+=("$2") ;;
    *) command -v "$1" >/dev/null || missing_packages+=("$2") ;;
  esac
}

# install_missing: brings the packages that `require` found missing; only root can
install_missing() {
  [ ${#missing_packages[@]} != 0 ] || return 0
  local list="${missing_packages[*]}"
  command -v apt-get >/dev/null || die "install these packages (Debian's names) first: $list"
  [ "$(id -u)" = 0 ] || die "packages are missing; run as root: apt-get install --no-install-recommends $list"
  echo "$me: installing packages: $list"
  apt_get install -y --no-install-recommends "${missing_packages[@]}" ||
    { apt_get update && apt_get install -y --no-install-recommends "${missing_packages[@]}"; } ||
    die "cannot install packages: see $apt_log"
  missing_packages=()
}

apt_log=""
apt_get() {
  apt_log=${apt_log:-$(mktemp)}
  DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$apt_log" 2>&1 </dev/null
}

# java_command: the JVM to run with: QUBES_JAVA, else JAVA_HOME's, else the one on the path
java_command() {
  if [ -n "${QUBES_JAVA:-}" ]; then
    echo "$QUBES_JAVA"
  elif [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
    echo "$JAVA_HOME/bin/java"
  else
    command -v java || true
  fi
}

# java_release JAVA: the file in which it tells what it is
java_release() {
  local program
  program=$(readlink -f "$(command -v "$1")") || true
  echo "${program%/*/*}/release"
}

# java_major JAVA: its feature version, as 17; read from its release file, which is faster than asking it
java_major() {
  local release line version=""
  release=$(java_release "$1")
  if [ -r "$release" ]; then
    while IFS= read -r line; do
      [[ ! $line =~ ^JAVA_VERSION=\"([0-9]*) ]] || version=${BASH_REMATCH[1]}
    done <"$release"
  else
    version=$("$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
  fi
  echo "${version:-0}"
}

require_build_tools() {
  local java
  java=$(java_command)
  if [ -n "${QUBES_JAVA:-}" ] && [ "$(java_major "$java")" -lt 17 ]; then
    die "QUBES_JAVA names $QUBES_JAVA, which is no Java 17 or later"
  fi
  if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ] && [ "$(java_major "$JAVA_HOME/bin/java")" -lt 17 ]; then
    die "JAVA_HOME names $JAVA_HOME, which is no Java 17 or later: unset it, or name another"
  fi
  if [ -z "$java" ] || [ "$(java_major "$java")" -lt 17 ] || ! command -v javac >/dev/null; then
    missing_packages+=(openjdk-17-jdk-headless)
  fi
  require mvn maven
}

# what real guests need: libvirt with its QEMU driver, QEMU, and what the tiny guest is assembled with
require_guest_tools() {
  require '/usr/lib/*/libvirt.so.0' libvirt0
  require '/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so' libvirt-daemon-driver-qemu
  require qemu-system-x86_64 qemu-system-x86
  require qemu-img qemu-utils
  require cpio cpio
  require lz4 lz4
  require /usr/sbin/mke2fs e2fsprogs
  require flock util-linux
}

# with_fresh_lists COMMAND...: runs what downloads packages. Where apt's lists are missing or too old, root can renew them.
with_fresh_lists() {
  "$@" && return
  [ "$(id -u)" = 0 ] || return 1
  echo "$me: renewing the lists of packages and trying again" >&2
  apt_get update && "$@"
}

# make_tiny DIR: the tiny guest
make_tiny() {
  with_fresh_lists "$guest_tools/make-tiny" "$1"
}

# libvirt's QEMU driver, run by root, wants this user to exist even if every guest runs as somebody else
add_libvirt_user() {
  [ "$(id -u)" = 0 ] || return 0
  if ! getent passwd libvirt-qemu >/dev/null; then
    getent group libvirt-qemu >/dev/null || groupadd --system libvirt-qemu
    useradd --system --gid libvirt-qemu --home-dir /var/lib/libvirt --no-create-home --shell /usr/sbin/nologin \
      libvirt-qemu
  fi
}

# built_stamp: exists and is newer than every source if the distribution is built
built_stamp=$here/qubes.dist/target/built
is_built() {
  [ -f "$built_stamp" ] && [ -z "$(find "$here" \( -name target -o -path '*/src/test' -o -name .git -o -path "$here/run" \) -prune -o \
    -newer "$built_stamp" -type f \( -path '*/src/main/*' -o -name pom.xml -o -name '*.bnd' -o -name '*.bndrun' \) \
    ! -path "$here/qubes.dist/src/main/launcher/*" -print -quit 2>/dev/null)" ]
}

# build LOG: the distribution and the client, without tests and checks (./verify runs those); one build of a clone at a time.
# What runs in here does not inherit descriptor 9, the lock of a home: a build that outlives its caller must not hold it.
build() (
  exec 9>&-
  umask 022
  mkdir -p "${built_stamp%/*}" 2>/dev/null && [ -w "${built_stamp%/*}" ] ||
    die "cannot build: $here is not writable; build as its owner first"
  exec 8>>"$built_stamp.lock"
  flock 8
  ! is_built || exit 0
  started=$(mktemp)
  trap 'rm -f "$started"' EXIT
  cd "$here"
  # what a former build resolved would be shipped too
  rm -rf qubes.dist/target/export
  mvn -B -Pquick -DskipTests -pl qubes.dist -am package >"$1" 2>&1 </dev/null ||
    die "the build failed: $(grep -m 1 '\[ERROR\]' "$1" || tail -n 1 "$1") (all of it: $1)"
  # as old as the build's start: what changed meanwhile is built next time
  touch -r "$started" "$built_stamp"
)
