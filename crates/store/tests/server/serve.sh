#!/bin/sh
# A PostgreSQL of its own for tests: prints its URL once it takes connections, and is gone when this script's input ends.
# It refuses to run as root, so root gives it to nobody. It listens on a socket in its folder and nowhere else; with a port as
# its argument, also there on this machine, to those alone who speak TLS, as `localhost`, with a certificate whose issuer is
# printed on a second line.
set -eu
port=${1:-}

for bin in "$(dirname "$(command -v postgres || true)")" /usr/lib/postgresql/*/bin; do
  [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && found=$bin
done
[ -n "${found:-}" ] || { echo "initdb and postgres were not found; Debian has them in postgresql" >&2; exit 1; }

# In memory where there is plenty of it: every test has a database of its own here, and a slow disk would be all that is measured.
gigabytes() { "$@" 2>/dev/null | awk 'END { print int($NF / 1048576) }'; }
place=/tmp
if [ "$(gigabytes df --output=avail /dev/shm)" -ge 8 ] && [ "$(gigabytes awk '/MemAvailable/ { print $2 }' /proc/meminfo)" -ge 16 ]; then
  place=/dev/shm
fi
folder=$(mktemp -d "$place/saldo-postgres.XXXXXX")
server=""
clear_away() {
  trap '' HUP INT TERM
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clear_away EXIT
trap 'exit 1' HUP INT TERM
as=""
if [ "$(id -u)" = 0 ]; then
  chown nobody "$folder"
  as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi

cd "$folder"
$as "$found/initdb" --pgdata="$folder/data" --username=saldo --auth=trust --encoding=UTF8 --locale=C \
  --wal-segsize=4 --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }
network="-c listen_addresses="
if [ -n "$port" ]; then
  (
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Issuer for tests" \
      -keyout issuer.key -out issuer.crt
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
    echo "subjectAltName=DNS:localhost" >names
    openssl x509 -req -in server.csr -CA issuer.crt -CAkey issuer.key -CAcreateserial -days 2 -extfile names -out server.crt
  ) >certificates.log 2>&1 || { cat certificates.log >&2; exit 1; }
  [ -z "$as" ] || chown nobody server.key server.crt
  chmod 644 issuer.crt
  network="-c listen_addresses=127.0.0.1 -c port=$port -c ssl=on -c ssl_cert_file=$folder/server.crt -c ssl_key_file=$folder/server.key"
  printf 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n' >data/pg_hba.conf
fi
# A program that a test leaves running keeps its connections until the test's process ends.
# The program refuses a server that does not wait for its disk: fsync stays on.
$as "$found/postgres" -D "$folder/data" -k "$folder" $network -c max_connections=1000 \
  -c shared_buffers=64MB -c min_wal_size=16MB -c max_wal_size=256MB -c unix_socket_permissions=0777 \
  >"$folder/log" 2>&1 &
server=$!
# The kernel tells when the socket is there; until then the server is asked, and that it lives.
until "$found/pg_isready" --quiet --host="$folder" --port="${port:-5432}"; do
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.05
done
echo "postgres://saldo@$(echo "$folder" | sed 's|/|%2F|g')/postgres${port:+?port=$port}"
[ -z "$port" ] || echo "$folder/issuer.crt"
cat >/dev/null || true
