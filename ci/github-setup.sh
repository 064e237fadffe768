#!/usr/bin/env bash
# The first step of action.yml: a program that can be run, and its place for the next one.
#
# The action is a checkout of Plumbline at the ref that the workflow names, so that is what runs. Another
# version is asked for by the input `version`, which is data: it reaches Git as an argument and nothing else.
set -euo pipefail

home=$GITHUB_ACTION_PATH
if [ -n "$INPUT_VERSION" ]; then
  if [[ ! $INPUT_VERSION =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ ]]; then
    printf 'plumbline action: the input version is no tag, branch or commit: %q\n' "$INPUT_VERSION" >&2
    exit 1
  fi
  home=$RUNNER_TEMP/plumbline-${INPUT_VERSION//\//-}
  if [ ! -d "$home" ]; then
    git init --quiet "$home"
    git -C "$home" fetch --quiet --depth=1 https://github.com/plumbline-dev/plumbline "$INPUT_VERSION"
    git -C "$home" checkout --quiet --detach FETCH_HEAD
  fi
fi

"$home/ci/install.sh"
printf 'home=%s\n' "$home" >>"$GITHUB_OUTPUT"
printf '%s\n' "$home/bin" >>"$GITHUB_PATH"
