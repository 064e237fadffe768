#!/usr/bin/env bash
# Sets up the checkout that this file is in, once: what the lock file pins, and the program built from it.
#
# It runs in jobs that hold credentials, so the packages' own scripts get none of them: only what npm and a
# network need is handed on.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
[ ! -x "$root/node_modules/node/bin/node" ] || [ ! -f "$root/dist/cli.js" ] || exit 0

if ! command -v npm >/dev/null; then
  echo "plumbline: npm is missing, and setting up takes it once. Install Node.js 20 or newer." >&2
  exit 1
fi

kept=()
while IFS= read -r name; do
  case $name in
    PATH | HOME | TMPDIR | LANG | LC_* | *_proxy | *_PROXY | npm_config_* | NPM_CONFIG_* | NODE_EXTRA_CA_CERTS | SSL_CERT_*)
      kept+=("$name=${!name}")
      ;;
  esac
done < <(compgen -e)

cd "$root"
exec env -i "${kept[@]}" PLUMBLINE_BUILD=program npm ci --no-audit --no-fund
