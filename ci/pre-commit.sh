#!/usr/bin/env bash
# The hook of .pre-commit-hooks.yaml: sets up pre-commit's checkout at its first run, and checks the folder.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
"$root/ci/install.sh" >&2
exec "$root/bin/plumbline" validate "$@"
