#!/bin/sh
# `make run` as a stranger has it: with what it installs by itself, before the tests add anything.
set -eu
folder=$(mktemp -d)
port=$(.venv/bin/python - <<'PORTS'
import random, socket
while True:  # the sandbox takes the next one
    port = random.randrange(20_000, 30_000)
    try:
        with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 1)):
            break
    except OSError:
        pass
print(port)
PORTS
)
PORT=$port SHOP_DATA_DIR=$folder/var setsid make run >"$folder/log" 2>&1 &
group=$!
stop() {
  kill -s TERM -- "-$group" || true
  (sleep 60; kill -s KILL -- "-$group") 2>/dev/null &
  watchdog=$!
  wait "$group" || true
  kill "$watchdog" 2>/dev/null || true
}

give_up() {
  echo "make run: $1"
  cat "$folder/log"
  stop
  exit 1
}

tries=0
until .venv/bin/python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:$port/readyz', timeout=5)" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || give_up "not ready after two minutes"
  kill -0 "$group" 2>/dev/null || give_up "it ended by itself"
  sleep 1
done
stop
echo "make run: ready, and stopped"
rm -r "$folder"
