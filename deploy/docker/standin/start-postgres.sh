#!/bin/sh
# What of the official image's entry point the local overlay uses: PGDATA, POSTGRES_PASSWORD and *.sql of
# /docker-entrypoint-initdb.d, run once on an empty data folder.
set -eu
bin=/opt/postgres/bin
LD_LIBRARY_PATH=/opt/postgres/lib
export LD_LIBRARY_PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  echo "$POSTGRES_PASSWORD" >/tmp/password
  "$bin/initdb" --pgdata="$PGDATA" --username=postgres --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 --locale=C
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  # The single-user mode needs no client, one statement a line.
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$file" ] && "$bin/postgres" --single -D "$PGDATA" postgres <"$file"
  done
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
