# Sourced by scripts that check claims on the real thing and write a JUnit report; `here` is the clone, `name` the script's,
# `report` the report's file. What they make lies in `work`, a temporary folder that goes at the end, with the daemon.
# shellcheck shell=bash disable=SC2154
work=$(mktemp -d "/tmp/$name.XXXX")
home=$work/home
export QUBESD_SOCKET=$home/run/qubesd.sock
daemon=""
cases="" passed=0 failed=0
# waits are bounded by this many seconds; CI machines may be slow
readonly patience=120

clean_up() {
  if [ -n "$daemon" ] && kill -0 "$daemon" 2>/dev/null; then
    qvm kill work >/dev/null 2>&1
    kill "$daemon"
    wait "$daemon"
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

qvm() {
  timeout "$patience" "$here/qvm" "$@"
}

# claim TEXT COMMAND...: the command succeeds
claim() {
  local text=$1 out
  shift
  if "$@" >"$work/claim" 2>&1; then
    passed=$((passed + 1))
    cases+="  <testcase classname=\"$name\" name=\"$text\"/>"$'\n'
    echo "  ok      $text"
  else
    failed=$((failed + 1))
    out=$(tr -d '\000-\010\013-\037' <"$work/claim" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g')
    cases+="  <testcase classname=\"$name\" name=\"$text\"><failure>$out</failure></testcase>"$'\n'
    echo "  FAILED  $text: $out"
  fi
}

# says CODE TEXT COMMAND...: the command ends with that exit code and its output has TEXT
says() {
  local code=$1 text=$2 out status=0
  shift 2
  out=$(timeout "$patience" "$@" 2>&1) || status=$?
  echo "exit code $status: $out"
  [ "$status" = "$code" ] && [[ $out == *"$text"* ]]
}

# shuts_down VM: it does when asked; qvm says so where it lost patience and ended it
shuts_down() {
  local out status=0
  out=$(qvm shutdown --wait "$1" 2>&1) || status=$?
  echo "exit code $status: $out"
  [ "$status" = 0 ] && [ -z "$out" ]
}

# one_line CODE COMMAND...: ends with that code, and all it says on standard error is one line
one_line() {
  local code=$1 status=0
  shift
  timeout "$patience" "$@" >/dev/null 2>"$work/err" || status=$?
  echo "exit code $status: $(cat "$work/err")"
  [ "$status" = "$code" ] && [ "$(wc -l <"$work/err")" = 1 ]
}

# eventually COMMAND...: succeeds within the patience
eventually() {
  local end=$((SECONDS + patience))
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

# start_daemon OPTION...: waits for its word that it is ready
start_daemon() {
  : >"$work/out" # before the daemon's shell gets to it: it has the last start's word
  "$here/qubesd" --home "$home" "$@" >"$work/out" 2>&1 9>&- &
  daemon=$!
  eventually grep -q -e '^qubesd: ready' "$work/out" || {
    cat "$work/out"
    return 1
  }
}

# stop_daemon: with SIGTERM, as a service manager does
stop_daemon() {
  local status=0
  kill -TERM "$daemon"
  wait "$daemon" || status=$?
  daemon=""
  echo "exit code $status"
  [ $status = 143 ] || [ $status = 0 ]
}

# write_report: exit 0 if all claims held
write_report() {
  mkdir -p "$(dirname "$report")"
  {
    echo '<?xml version="1.0" encoding="UTF-8"?>'
    echo "<testsuite name=\"$name\" tests=\"$((passed + failed))\" failures=\"$failed\" errors=\"0\" skipped=\"0\">"
    printf '%s' "$cases"
    echo "</testsuite>"
  } >"$report"
  [ $failed = 0 ]
}
