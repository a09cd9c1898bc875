# Sourced by qubesd: the home folder, the first system in it, and the start of the JVM.
# shellcheck shell=bash disable=SC2154

# short_path DIR: DIR, or a short link to it. libvirt's sockets lie up to 55 characters below its root, and the kernel
# allows 107 in all; and neither some of libvirt's settings nor Felix's can hold a blank, a quote or a percent sign.
short_path() {
  if [ ${#1} -le 50 ] && [[ $1 =~ ^[A-Za-z0-9/._-]+$ ]]; then
    echo "$1"
    return
  fi
  local link base
  link=qubesd-$(printf '%s' "$1" | sha256sum | head -c 8)
  for base in "${XDG_RUNTIME_DIR:-}" /run /tmp; do
    if [ -n "$base" ] && ln -sfnT -- "$1" "$base/$link" 2>/dev/null; then
      echo "$base/$link"
      return
    fi
  done
  die "the path of the home folder is too long, or has letters that not everything can hold: choose another with --home"
}

make_home() {
  local LC_ALL=C longest=$socket_dir/qubesd.internal.sock # in bytes
  [ ${#longest} -le 107 ] ||
    die "the path of the socket folder is too long for a socket: choose a shorter one with --socket-dir"
  # a JVM loads no code from there
  [[ $home != *[$'\xf0'-$'\xf4']* ]] ||
    die "the path of the home folder has letters beyond Unicode's first 65536: choose another with --home"
  # images and store are nobody else's business; on Qubes OS the group qubes reads some of it
  [ "$profile" = system ] || umask 077
  mkdir -p "$home"/{bundles,cache,etc/trusted,log,plugins,run} "$socket_dir" 2>/dev/null ||
    die "cannot make the home folder $home or the socket folder $socket_dir: choose others with --home and --socket-dir"
  [ -w "$home/run" ] && chmod 700 "$home/run" 2>/dev/null ||
    die "cannot write to the home folder $home: choose another with --home"
  [ -w "$socket_dir" ] || die "cannot write to the socket folder $socket_dir: choose another with --socket-dir"
  head -c 1048576 /dev/zero 2>/dev/null >"$home/run/.room" ||
    { rm -f "$home/run/.room" && no_room; }
  rm -f "$home/run/.room"
}

no_room() {
  die "cannot write to the home folder $home: its disk is full; free some space"
}

# take_lock: one daemon a home. The lock is the open file itself: it goes with the process, however that ends.
take_lock() {
  { exec 9>>"$home/run/qubesd.lock"; } 2>/dev/null ||
    die "cannot write to the home folder $home: choose another with --home"
  flock -n 9 || die "a qubesd is already running on $home (process $(cat "$home/run/qubesd.pid" 2>/dev/null || echo unknown))"
  echo $$ >"$home/run/qubesd.pid"
}

# install_bundles: copies what was built into the home, so that a later build does not disturb a running daemon. Plugins go
# where the user can take them out; one that was taken out stays out.
install_bundles() {
  if [ "$home/bundles/built" -nt "$built_stamp" ] && cmp -s "$dist/conf/shipped" "$home/bundles/conf/shipped" &&
    bundles_are_whole; then
    return
  fi
  copy_bundles 2>/dev/null || die "cannot copy the bundles to the home folder $home: is its disk full?"
}

# bundles_are_whole: none of those that are not the user's is missing or cut short, as after a loss of power
bundles_are_whole() {
  local jar names=()
  for jar in "$dist/bundle"/*.jar; do
    case ${jar##*/} in
      qubes.vm.* | qubes.storage.* | qubes.hypervisor.*) ;;
      *) names+=("${jar##*/}") ;;
    esac
  done
  [ "$(cd "$dist/bundle" && stat -c '%n %s' "${names[@]}" ../bin/felix.jar)" = \
    "$(cd "$home/bundles" && stat -c '%n %s' "${names[@]}" 2>/dev/null && stat -c '../bin/%n %s' felix.jar 2>/dev/null)" ] &&
    [ -s "$home/bundles/conf/config.properties" ]
}

# Its caller sees to failures, so that set -e does not.
copy_bundles() {
  local jar name
  rm -rf "$home/bundles"/{shell,console} "$home/bundles"/*.jar || return
  mkdir -p "$home/bundles"/{shell,console} || return
  cp "$dist/bin/felix.jar" "$home/bundles/" || return
  cp -R "$dist/conf" "$home/bundles/" || return
  cp "$dist/shell"/*.jar "$home/bundles/shell/" || return
  cp "$dist/console"/*.jar "$home/bundles/console/" || return
  : >"$home/bundles/shipped.new" || return
  for jar in "$dist/bundle"/*.jar; do
    name=${jar##*/}
    case $name in
      qubes.vm.* | qubes.storage.* | qubes.hypervisor.*)
        if [ -e "$home/plugins/$name" ] || ! grep -qxF "$name" "$home/bundles/shipped" 2>/dev/null; then
          cp "$jar" "$home/plugins/.$name" && mv "$home/plugins/.$name" "$home/plugins/$name" || return
        fi
        echo "$name" >>"$home/bundles/shipped.new" || return
        ;;
      *) cp "$jar" "$home/bundles/" || return ;;
    esac
  done
  mv "$home/bundles/shipped.new" "$home/bundles/shipped" && touch "$home/bundles/built"
}

# write_qemu_conf: libvirt reads it when the daemon connects
write_qemu_conf() {
  local file=$home/etc/qemu.conf
  [ ! -e "$file" ] || return 0
  # no virtlogd runs beside us: QEMU writes its own log
  echo 'stdio_handler = "file"' >"$file"
  [ "$(id -u)" = 0 ] || return 0
  cat >>"$file" <<CONF
# As the user libvirt-qemu, guests could not reach a home folder below /root; and where /dev/kvm opens for root only,
# libvirt would probe QEMU anew at every call, for a minute.
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
CONF
}

# tiny_guest: where the assembled tiny guest is; assembles it if need be
tiny_guest() {
  local guest=$here/qubes.dist/target/tiny
  [ $packaged = no ] || guest=$home/cache/tiny
  mkdir -p "${guest%/*}" 2>/dev/null && [ -w "${guest%/*}" ] || guest=$home/cache/tiny
  make_tiny "$guest" >&2 9>&- && echo "$guest"
}

# make_first_system: a store with the template `tiny`, its volumes and a kernel, or with none of these. The store comes
# last: whatever interrupts this, the next start begins again.
make_first_system() {
  local guest kernel template=$data/vm-templates/tiny
  mkdir -p "$data"/{appvms,vm-kernels,vm-templates}
  if [ "$tiny" = no ]; then
    write_first_store >"$store.new"
    mv "$store.new" "$store"
    return
  fi
  echo "qubesd: assembling the template tiny (seconds)"
  guest=$(tiny_guest) || die "cannot assemble the template tiny; with --hypervisor test:///default no guest is needed"
  kernel=$(basename "$guest"/kernels/*)
  mkdir -p "$template"
  cp -R "$guest/kernels/$kernel" "$data/vm-kernels/"
  cp --sparse=always --reflink=auto "$guest/root.img" "$template/root.img"
  rm -f "$template/private.img"
  truncate -s 2G "$template/private.img"
  write_first_store "$kernel" "$(stat -c %s "$template/root.img")" >"$store.new"
  mv "$store.new" "$store"
}

# write_first_store [KERNEL ROOT_SIZE]: the first store, as the daemon itself writes it; with the template if there is a kernel
write_first_store() {
  local label index=1 dir kernel="" template=""
  dir=$(for_xml "$data")
  if [ $# -gt 0 ]; then
    kernel="<property name=\"default_kernel\">$1</property>"
    template="<property name=\"default_template\">tiny</property>"
  fi
  echo "<qubes>"
  echo "  <labels>"
  for label in 0xcc0000:red 0xf57900:orange 0xedd400:yellow 0x73d216:green 0x555555:gray 0x3465a4:blue 0x75507b:purple \
    0x000000:black; do
    echo "    <label id=\"label-$index\" color=\"${label%:*}\">${label#*:}</label>"
    index=$((index + 1))
  done
  cat <<STORE
  </labels>
  <pools>
    <pool name="varlibqubes" dir_path="$dir" driver="$(image_driver)" revisions_to_keep="1" ephemeral_volatile="False"/>
    <pool name="linux-kernel" dir_path="$dir/vm-kernels" driver="linux-kernel"/>
  </pools>
  <properties>
    $kernel
    <property name="default_pool">varlibqubes</property>
    <property name="default_pool_kernel">linux-kernel</property>
    $template
  </properties>
  <domains>
    <domain id="domain-0" class="AdminVM">
      <properties>
        <property name="label">black</property>
      </properties>
      <features/>
      <tags/>
    </domain>
STORE
  [ $# = 0 ] || cat <<STORE
    <domain id="domain-1" class="TemplateVM">
      <properties>
        <property name="label">black</property>
        <property name="memory">128</property>
        <property name="name">tiny</property>
        <property name="qid">1</property>
        <property name="uuid">$(cat /proc/sys/kernel/random/uuid)</property>
        <property name="vcpus">1</property>
      </properties>
      <features/>
      <tags>
        <tag name="created-by-dom0"/>
      </tags>
      <volume-config>
        <volume name="root" pool="varlibqubes" vid="vm-templates/tiny/root" revisions_to_keep="1" rw="True" save_on_stop="True" snap_on_start="False" size="$2"/>
        <volume name="private" pool="varlibqubes" vid="vm-templates/tiny/private" revisions_to_keep="1" rw="True" save_on_stop="True" snap_on_start="False" size="2147483648"/>
        <volume name="volatile" pool="varlibqubes" vid="vm-templates/tiny/volatile" revisions_to_keep="0" rw="True" save_on_stop="False" snap_on_start="False" size="10737418240"/>
        <volume name="kernel" pool="linux-kernel" vid="$1" revisions_to_keep="0" rw="False" save_on_stop="False" snap_on_start="False"/>
      </volume-config>
    </domain>
STORE
  cat <<STORE
  </domains>
</qubes>
STORE
}

# image_driver: file-reflink where files of the data folder can share their blocks, found out with a real file; else file
image_driver() {
  local probe=$data/.reflink driver=file
  head -c 4096 /dev/zero >"$probe"
  ! cp --reflink=always "$probe" "$probe~" 2>/dev/null || driver=file-reflink
  rm -f "$probe" "$probe~"
  echo $driver
}

for_xml() {
  printf '%s' "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/"/\&quot;/g'
}

# accelerator: kvm or tcg, found out once a home with a guest that really boots
accelerator() {
  local known=$home/cache/accelerator kernel guest
  if [ ! -e "$known" ]; then
    kernel=$(compgen -G "$data/vm-kernels/*/initramfs" | head -n 1) || true
    if [ -z "$kernel" ] && [ "$tiny" = no ]; then
      # found out once there is a kernel
      if [ -w /dev/kvm ]; then echo kvm; else echo tcg; fi
      return
    fi
    if [ -z "$kernel" ] && [ -w /dev/kvm ]; then
      guest=$(tiny_guest) && kernel=$(compgen -G "$guest/kernels/*/initramfs" | head -n 1)
    fi
    if [ -n "$kernel" ]; then
      "$guest_tools/probe-kvm" "${kernel%/*}" >"$known.new" 9>&- && mv "$known.new" "$known"
    else
      echo tcg >"$known"
    fi
  fi
  cat "$known"
}

accelerator_note() {
  case $uri in
    qemu*) [ "$(accelerator)" = kvm ] && echo " (hardware virtualisation)" || echo " (emulation: no guest boots with KVM here)" ;;
  esac
}

# set_key FILE KEY VALUE: in a configuration file; other lines of it are the user's and stay
set_key() {
  local others="" wanted
  wanted=$2=$(for_properties "$3")
  ! has_key "$1" "$2" "$wanted" || return 0
  [ ! -e "$1" ] || others=$(grep -v "^$2 *=" "$1") || true
  printf '%s%s\n' "${others:+$others
}" "$wanted" 2>/dev/null >"$1.new" || no_room
  mv "$1.new" "$1"
}

# has_key FILE KEY LINE: LINE is there, and no other line with that key; starts no program, since most starts change nothing
has_key() {
  local line found=no
  [ -r "$1" ] || return
  while IFS= read -r line || [ -n "$line" ]; do
    if [ "$line" = "$3" ]; then
      found=yes
    elif [[ $line =~ ^$2\ *= ]]; then
      return 1
    fi
  done <"$1"
  [ $found = yes ]
}

# for_properties TEXT: as the value in a properties file; where a letter could mean something else there, all as \uXXXX
for_properties() {
  local LC_ALL=C
  if [[ $1 =~ ^[A-Za-z0-9/._:?=\&+@%,~-]*$ ]]; then
    echo "$1"
  else
    # a backslash before a brace or another: else ${x} were a variable
    printf '%s' "$1" | sed 's/[\\{}]/\\&/g' | iconv -f UTF-8 -t UTF-16BE | od -An -v -tx1 | tr -d ' \n' | sed 's/..../\\u&/g'
  fi
}

write_configuration() {
  local etc=$home/etc
  set_key "$etc/qubes.core.cfg" store "$store"
  set_key "$etc/qubes.core.cfg" home "$data"
  set_key "$etc/qubes.core.cfg" create "$create"
  set_key "$etc/qubes.core.cfg" profile "$profile"
  set_key "$etc/qubes.hypervisor.libvirt.cfg" uri "$uri"
  case $uri in
    qemu*) set_key "$etc/qubes.hypervisor.libvirt.cfg" accelerator "$(accelerator)" ;;
  esac
  set_key "$etc/qubes.admin.cfg" socket.dir "$socket_dir"
  # who calls finds all that is to start started
  set_key "$etc/qubes.admin.cfg" start.cardinality.minimum 1
  set_key "$etc/qubes.admin.cfg" log.calls "${log_calls:-false}"
  set_key "$etc/qubes.admin.cfg" metrics "$metrics"
  set_key "$etc/qubes.admin.cfg" metrics.port "$metrics_port"
  set_key "$etc/qubes.daemon.cfg" stop.guests "$stop_guests"
  # without an option it stays as it is: no start may open by chance what was closed
  [ -z "$require_signed" ] || set_key "$etc/qubes.trust.cfg" required "$require_signed"
  write_felix_configuration
}

# web_console: what makes Felix's web console listen and whom it lets in. Its own default, admin with password admin, holds
# until it is configured: so it is told by properties of the framework, before it is there. They have the password's hash.
web_console() {
  local file=$home/web-console.password password hash
  [ -s "$file" ] || (umask 077 && head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$file.new" && mv "$file.new" "$file") 2>/dev/null ||
    no_room
  chmod 600 "$file" && { IFS= read -r password || true; } <"$file" && [ -n "$password" ] || die "cannot read a password from $file"
  hash=$(printf '%s' "$password" | sha256sum | head -c 64 | sed 's/../\\x&/g')
  cat <<CONSOLE
felix.webconsole.username=admin
felix.webconsole.password={sha-256}$(printf '%b' "$hash" | base64)
org.apache.felix.http.host=127.0.0.1
org.osgi.service.http.port=$console_port
CONSOLE
}

# write_felix_configuration: the distribution's, and which bundles start in which order. File Install (level 1) reads the
# configuration files and starts the product's plugins before there are components (level 2): so the core (3) finds its
# plugins, and each component its configuration. What faces the outside is next (4), what is no part of the product last (5).
# Who decides what may run comes before all that installs, and after the log.
write_felix_configuration() {
  local jar log="" guard="" services="" components="" core="" outside="" console=""
  for jar in "$short_home"/bundles/*.jar; do
    case ${jar##*/} in
      felix.jar) ;;
      pax-logging-*) log="$log \"reference:file:$jar\"" ;;
      qubes.trust-*) guard="\"reference:file:$jar\"" ;;
      org.apache.felix.scr-*) components="\"reference:file:$jar\"" ;;
      qubes.core-*) core="$core \"reference:file:$jar\"" ;;
      qubes.*) outside="$outside \"reference:file:$jar\"" ;;
      *) services="$services \"reference:file:$jar\"" ;;
    esac
  done
  if [ $shell = yes ]; then
    for jar in "$short_home"/bundles/shell/*.jar; do
      outside="$outside \"reference:file:$jar\""
    done
  fi
  if [ -n "$console_port" ]; then
    for jar in "$short_home"/bundles/console/*.jar; do
      outside="$outside \"reference:file:$jar\""
    done
    console=$(web_console)
  fi
  discard_former_cache
  (umask 077 && cat "$home/bundles/conf/config.properties" - 2>/dev/null >"$home/cache/felix.properties") <<FELIX || no_room

# Of this home, written at each start
felix.auto.deploy.action=
felix.auto.start.1=$log $guard $services
felix.auto.start.2=$components
felix.auto.start.3=$core
felix.auto.start.4=$outside
felix.fileinstall.filter=[^.].*[.](jar|cfg|config)
felix.fileinstall.start.level=0
felix.fileinstall.subdir.mode=skip
org.osgi.framework.startlevel.beginning=5
org.osgi.framework.storage=$short_home/cache/felix
qubes.trust.strangers.level=5
$console
FELIX
}

# discard_former_cache: what a former process left there may be damaged, and is made anew anyway. It is out of the way at once,
# and removed beside the start, by a process that is no child of the daemon to be.
discard_former_cache() {
  rm -f "$home/cache/felix.properties"
  [ ! -e "$home/cache/felix" ] || mv -T "$home/cache/felix" "$home/cache/felix.former.$$" 2>/dev/null ||
    rm -rf "$home/cache/felix" # one of that name is left, from a process of that number
  (rm -rf "$home"/cache/felix.former.* 9>&- &)
}

# find_class_archive JAVA: sets `archive` to the folder of an archive of the classes that a start loads, which saves a third of
# a second of it, or to nothing. It is made once for a build and a JVM, by a start of its own with a small store; whatever
# goes wrong with that is no reason not to start. The JVM itself passes over an archive that does not fit.
find_class_archive() {
  local base
  archive=""
  [ "${QUBES_CLASS_ARCHIVE:-}" != no ] || return 0
  case ${QUBES_JAVA_OPTS:-} in
    # the user's own: some of these exclude each other, and the JVM would not start
    *-Xshare* | *Archive* | *-XX:AOT*) return 0 ;;
  esac
  base=${QUBES_CLASS_ARCHIVE:-$(cd "$dist/.." && pwd -P)/starts}
  [ -d "$base" ] || mkdir -p "$base" 2>/dev/null || true
  if ! [ -w "$base" ]; then
    base=$home/cache/starts
    mkdir -p "$base" 2>/dev/null || return 0
  fi
  archive=$base/$({
    echo "$1 ${QUBES_JAVA_OPTS:-}"
    cat "$(java_release "$1")" 2>/dev/null || true
    stat -c '%n %s %Y' "$dist/bundle"/*.jar "$dist/bin/felix.jar"
    stat -c '%s %Y' "$here/qubes.dist/src/main/launcher/home.sh"
  } | sha256sum | head -c 16)
  if [ ! -e "$archive" ]; then
    echo "qubesd: preparing quick starts (seconds, once a build)"
    make_class_archive "$1" "$base" "$archive" >/dev/null 2>&1 || true
  fi
  if ! [ -r "$archive/classes" ]; then
    archive=""
  elif [ "$(stat -c %s "$archive/classes")" != "$(cat "$archive/size" 2>/dev/null)" ]; then
    # cut short: the JVM would crash on it. The next start makes it anew.
    rm -rf "$archive" 2>/dev/null || true
    archive=""
  fi
}

# make_class_archive JAVA BASE FOLDER: FOLDER is there afterwards even if there is no archive in it: it is tried once. Its
# caller sees to failures, so that set -e does not.
make_class_archive() (
  exec 9>&- # whoever holds the home
  umask 022
  exec 8>>"$2/lock" || exit
  flock -n 8 || exit # else somebody else makes one right now
  # those of former builds; a daemon that runs from one does not mind
  [ ! -e "$built_stamp" ] || find "$2" -mindepth 1 -maxdepth 1 -type d ! -newer "$built_stamp" -exec rm -rf {} +
  # a JVM that has no room for it would say so only when it ends
  [ "$(df -Pk "$2" | awk 'NR == 2 { print $4 }')" -gt 65536 ] || exit
  # an archive is for one class path, and each home has its own felix.jar
  mkdir "$3" && cp "$dist/bin/felix.jar" "$3/felix.jar" || exit
  rehearsal=$(mktemp -d /tmp/qubesd.XXXXXX) && mkdir "$rehearsal/home" || exit
  daemon=""
  trap '[ -z "$daemon" ] || kill -KILL "$daemon"; rm -rf "$rehearsal"' EXIT
  data=$rehearsal/home write_first_store 6.1 1073741824 >"$rehearsal/qubes.xml"
  env -u NOTIFY_SOCKET QUBES_CLASS_ARCHIVE=no QUBES_ARCHIVE_TO="$3" QUBES_JAVA="$1" "$here/qubesd" \
    --home "$rehearsal/home" --store "$rehearsal/qubes.xml" --hypervisor test:///default >"$rehearsal/out" 2>&1 8>&- &
  daemon=$!
  for ((i = 0; i < 600; i++)); do
    ! grep -q ': ready after' "$rehearsal/out" || break
    kill -0 "$daemon" || exit
    sleep 0.1
  done
  kill "$daemon"
  wait "$daemon"
  daemon=""
  chmod 644 "$3/classes.new" && sync "$3/classes.new" && stat -c %s "$3/classes.new" >"$3/size" &&
    mv "$3/classes.new" "$3/classes"
)

# archive_flag MAJOR make|use: from 25 on there is an archive that holds more, a sixth of a start's processor time
archive_flag() {
  case $2-$(($1 >= 25)) in
    make-0) echo -XX:ArchiveClassesAtExit ;;
    make-1) echo -XX:AOTCacheOutput ;;
    use-0) echo -XX:SharedArchiveFile ;;
    use-1) echo -XX:AOTCache ;;
  esac
}

# run_daemon: becomes the JVM, so that signals reach it and its exit code is ours
run_daemon() {
  local java major flags archive felix=$short_home/bundles/felix.jar
  java=$(java_command)
  major=$(java_major "$java")
  # begins with what a start of a thousand domains takes without a full collection, and grows by need: ten thousand and an
  # export of them take some 200 MiB
  flags=(-Xms32m -XX:MetaspaceSize=48m -Xmx512m -XX:+UseSerialGC -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError)
  # Optimise what is really hot only: a start is half a second of processor time cheaper.
  flags+=(-XX:Tier4InvocationThreshold=30000 -XX:Tier4MinInvocationThreshold=10000 -XX:Tier4CompileThreshold=60000
    -XX:Tier4BackEdgeThreshold=120000)
  flags+=(-Xlog:cds=off -Xlog:cds+dynamic=off)
  find_class_archive "$java"
  if [ -n "${QUBES_ARCHIVE_TO:-}" ]; then
    felix=$QUBES_ARCHIVE_TO/felix.jar
    # classes of bundles that were stopped could not be archived
    flags+=("$(archive_flag "$major" make)=$QUBES_ARCHIVE_TO/classes.new" -Dfelix.shutdown.hook=false)
  elif [ -n "$archive" ]; then
    felix=$archive/felix.jar
    flags+=("$(archive_flag "$major" use)=$archive/classes")
    [ "$major" -lt 25 ] || flags+=(-Xlog:aot=off)
  fi
  # JNA and libvirt's native library; the first flag is unknown to older JVMs
  [ "$major" -lt 24 ] || flags+=(--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED)
  export LIBVIRT_LOG_OUTPUTS="${LIBVIRT_LOG_OUTPUTS:-3:file:$short_home/log/libvirt.log}"
  export MALLOC_ARENA_MAX=2
  # a service manager is told by the daemon and by nothing that the daemon starts
  [ -z "${NOTIFY_SOCKET:-}" ] || export QUBESD_NOTIFY_SOCKET=$NOTIFY_SOCKET
  unset NOTIFY_SOCKET
  # the JVM reads and writes names of files in the locale's letters
  [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
  # shellcheck disable=SC2086 # QUBES_JAVA_OPTS is a list of words
  exec "$java" "${flags[@]}" ${QUBES_JAVA_OPTS:-} -Dqubes.home="$short_home" -Dqubes.dist="$short_home/bundles" \
    -Dqubes.log.level="$level" -Djava.awt.headless=true -Dfelix.config.properties="file:$short_home/cache/felix.properties" \
    -jar "$felix"
}
