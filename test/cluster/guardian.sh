#!/bin/sh
# Runs "$@" until it ends by itself or standard input closes. The kernel closes that pipe when the process that holds its
# other end is gone, by whatever signal, so nothing that runs under this script can outlive the run that started it.
exec 3<&0
"$@" </dev/null 3<&- &
component=$!
{
  read -r _ <&3
  kill -KILL "$component"
} 2>/dev/null &
watcher=$!
exec 3<&-
# The shell would report a killed component on the component's own standard error.
wait "$component" 2>/dev/null
code=$?
kill -KILL "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
# Killed: whatever the component started itself (the compilers under `go build`) is in this process group and goes as well.
[ "$code" -eq 137 ] && kill -KILL 0
exit "$code"
