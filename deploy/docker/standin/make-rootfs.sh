#!/bin/sh
# make-rootfs.sh WORK NODE POSTGRES: makes WORK/build (Debian with Node), WORK/runtime (libraries and certificates only,
# no shell) and WORK/postgres (Debian with the PostgreSQL of POSTGRES). See README.md.
set -eu
work=$1 node=$2 postgres=$3
debootstrap --variant=minbase --include=ca-certificates,libatomic1,libstdc++6,netbase,tzdata bookworm "$work/build" >&2
install -D -m 755 "$node" "$work/build/usr/local/bin/node"
rm -rf "$work/build/var/cache/apt" "$work/build/var/lib/apt/lists" "$work/build/usr/share/doc" "$work/build/usr/share/man" \
  "$work/build/usr/share/locale"

# Files of the packages that distroless/cc has, and nothing that could be run but the loader.
runtime="$work/runtime"
mkdir -p "$runtime/usr/lib" "$runtime/usr/lib64"
ln -s usr/lib usr/lib64 "$runtime/"
for package in base-files libc6 libgcc-s1 libstdc++6 netbase tzdata ca-certificates; do
  list=$(ls "$work/build/var/lib/dpkg/info/$package.list" "$work/build/var/lib/dpkg/info/$package:"*.list 2>/dev/null | head -1)
  while read -r path; do
    if [ -f "$work/build$path" ] || [ -L "$work/build$path" ]; then echo ".$path"; fi
  done <"$list"
done | grep -Ev '^\./(bin|sbin|lib|lib64)$|^\./(usr/)?s?bin/|/gconv/|/doc/|/man/|/update-motd|/zoneinfo/(right|posix)/' |
  tar -C "$work/build" --files-from=- -c | tar -C "$runtime" -P --keep-directory-symlink -x
# The bundle of certificates is made when the package is installed and belongs to no list.
install -D -m 644 "$work/build/etc/ssl/certs/ca-certificates.crt" "$runtime/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$runtime/tmp" "$runtime/home/nonroot" "$runtime/proc" "$runtime/sys" "$runtime/dev"
chmod 1777 "$runtime/tmp"
chown 65532:65532 "$runtime/home/nonroot"
echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$runtime/etc/passwd"
echo 'nonroot:x:65532:' >"$runtime/etc/group"
echo 'hosts: files dns' >"$runtime/etc/nsswitch.conf"

database="$work/postgres"
cp -a "$work/build" "$database"
rm "$database/usr/local/bin/node"
mkdir -p "$database/opt/postgres" "$database/docker-entrypoint-initdb.d"
cp -rL "$postgres/." "$database/opt/postgres/"
chmod 755 "$database"/opt/postgres/bin/*
echo 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' >>"$database/etc/passwd"
install -m 755 "$(dirname "$0")/start-postgres.sh" "$database/usr/local/bin/start-postgres"
