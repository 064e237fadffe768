/**
 * A pipeline for GitLab, for `init` and, with no names of its own, as the template ci/gitlab.yml.
 *
 * A merge request from a fork runs in the fork, which has none of the project's variables
 * (https://docs.gitlab.com/ci/pipelines/merge_request_pipelines), so it gets the view that needs none. The others
 * are held against the target branch itself: who opens a merge request chooses where it branches off.
 * The program comes from its repository: what a package registry has under a name may be somebody else's.
 */
import type { CiOptions } from "./ci.ts";

/** @returns `.gitlab-ci.yml`. */
export function gitlabPipeline({ variables, folder }: CiOptions): string {
  return `# Plumbline: the plan as a comment on each merge request, applied when it is merged.
#
# Settings > CI/CD > Variables needs, masked: ${["PLUMBLINE_STATE_KEY", "GITLAB_TOKEN", ...variables].join(", ")}.
# PLUMBLINE_STATE_KEY is 32 random bytes, the same for ever: openssl rand -base64 32
# GITLAB_TOKEN is a project access token with the scope api, for the comment.
# Settings > CI/CD > Job token permissions has to allow Git pushes: the state is a ref of this repository.
# Whoever may push a branch here can change this file and read unprotected variables: let CODEOWNERS
# protect it, and plumbline.config.yaml.

${jobs(folder)}`;
}

/** @returns the part that `init` and the template have in common, but for the folder. */
function jobs(folder: string): string {
  return `.plumbline:
  image: node:24
  variables:
    GIT_DEPTH: "0" # what the target branch says is compared with
    PLUMBLINE_REVISION: v0 # replace by the full commit of a release: a tag can be moved
    PLUMBLINE_HOME: /opt/plumbline
    PLUMBLINE_FOLDER: ${JSON.stringify(folder === "" ? "." : folder)}
    PLUMBLINE_FILE: manifests
    PLUMBLINE_STATE: git:refs/plumbline/state
  before_script:
    - git clone --quiet https://github.com/plumbline-dev/plumbline "$PLUMBLINE_HOME"
    - git -C "$PLUMBLINE_HOME" checkout --quiet "$PLUMBLINE_REVISION"
    - bash "$PLUMBLINE_HOME/ci/install.sh"
    - export PATH="$PLUMBLINE_HOME/bin:$PATH"
    - cd "$PLUMBLINE_FOLDER"

plumbline-plan:
  extends: .plumbline
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID
  script:
    - plumbline plan --file="$PLUMBLINE_FILE" --base="origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME" --state="$PLUMBLINE_STATE" --comment gitlab

# From a fork: no secrets, so no system is asked; what the files change is shown in the job's log.
plumbline-plan-of-fork:
  extends: .plumbline
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_MERGE_REQUEST_PROJECT_ID
  script:
    - plumbline plan --file="$PLUMBLINE_FILE" --base="$CI_MERGE_REQUEST_DIFF_BASE_SHA" --offline

plumbline-apply:
  extends: .plumbline
  rules:
    - if: $CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  resource_group: plumbline # one at a time
  interruptible: false
  script:
    - plumbline apply --file="$PLUMBLINE_FILE" --state="$PLUMBLINE_STATE" --auto-approve
`;
}
