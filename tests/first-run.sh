#!/bin/sh
# `make run` as a stranger has it: with what it installs by itself, before the tests add anything.
set -eu
folder=$(mktemp -d)
port=$(.venv/bin/python -c "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])")
PORT=$port SHOP_DATA_DIR=$folder/var setsid make run >"$folder/log" 2>&1 &
group=$!
stop() {
  kill -INT -- "-$group" 2>/dev/null || true
  wait "$group" || true
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
