#!/usr/bin/env bash
# The second step of action.yml: the inputs as flags, the command, its result as outputs.
#
# Inputs come as environment variables and each becomes one argument, so that nothing in a branch's or a file's
# name is ever read as shell, as another flag or as another output. Needs bash 3.2, which macOS has.
set -euo pipefail

# Names the input and quotes its value on one line, as the runner takes lines that begin with `::` for commands.
refuse() {
  printf 'plumbline action: %s%s\n' "$1" "${2+: $(printf %q "$2")}" >&2
  exit 1
}

# Ends unless an input is true or false. Not a command in `$(…)`, which would not end the script.
assert_switch() {
  case $2 in true | false | '') ;; *) refuse "the input $1 is neither true nor false" "$2" ;; esac
}

# Refuses inputs that the command does not know: left out silently, they would seem to act.
not_for() {
  local input name value
  for input in "$@"; do
    name=INPUT_$(printf %s "$input" | tr 'a-z-' 'A-Z_')
    value=${!name}
    case $value in '' | false) ;; *) refuse "the input $input is not for the command $INPUT_COMMAND" ;; esac
  done
}

assert_switch offline "$INPUT_OFFLINE"
assert_switch comment "$INPUT_COMMENT"
case $INPUT_PLAN_FILE in *[[:cntrl:]]*) refuse "the input plan-file has control characters" "$INPUT_PLAN_FILE" ;; esac
[ "$INPUT_COMMENT" = true ] || unset PLUMBLINE_COMMENT_TOKEN
cd -- "$INPUT_WORKING_DIRECTORY" || refuse "there is no folder as the input working-directory names" "$INPUT_WORKING_DIRECTORY"

arguments=()
add() { [ -z "$2" ] || arguments+=("--$1=$2"); }
add_files() {
  local line
  while IFS= read -r line; do add file "${line%$'\r'}"; done <<<"$INPUT_FILE"
}

plan=
case $INPUT_COMMAND in
  plan)
    not_for confirm-removals lock-timeout
    arguments=(--detailed-exitcode)
    add_files
    add base "$INPUT_BASE"
    add state "$INPUT_STATE"
    add out "$INPUT_PLAN_FILE"
    add comment-id "$INPUT_COMMENT_ID"
    [ "$INPUT_OFFLINE" != true ] || arguments+=(--offline)
    [ "$INPUT_COMMENT" != true ] || arguments+=(--comment github)
    case $INPUT_PLAN_FILE in '') ;; /*) plan=$INPUT_PLAN_FILE ;; *) plan=$PWD/$INPUT_PLAN_FILE ;; esac
    ;;
  apply)
    not_for base offline comment comment-id
    arguments=(--auto-approve)
    add state "$INPUT_STATE"
    add confirm-removals "$INPUT_CONFIRM_REMOVALS"
    add lock-timeout "$INPUT_LOCK_TIMEOUT"
    if [ -n "$INPUT_PLAN_FILE" ]; then arguments+=(-- "$INPUT_PLAN_FILE"); else add_files; fi
    ;;
  validate)
    not_for base offline comment comment-id state plan-file confirm-removals lock-timeout
    arguments=(-o github) # annotations of the lines
    add_files
    ;;
  *) refuse "the input command is not one of plan, apply and validate" "$INPUT_COMMAND" ;;
esac

# The runner tells only this process that a job is cancelled; an apply has to end its write and free the lock.
"$PLUMBLINE_HOME/bin/plumbline" "$INPUT_COMMAND" "${arguments[@]}" &
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM
code=0
wait "$child" || code=$?
while kill -0 "$child" 2>/dev/null; do
  code=0
  wait "$child" || code=$?
done

changes=
[ "$INPUT_COMMAND" != plan ] || case $code in 0) changes=false ;; 2) changes=true ;; esac
[ -z "$plan" ] || [ -f "$plan" ] || plan=
printf '%s\n' "exitcode=$code" "changes=$changes" "plan=$plan" >>"$GITHUB_OUTPUT"
[ -z "$changes" ] || exit 0
exit "$code"
