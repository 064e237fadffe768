/** What can be done in GitHub once. */

import { createCheckRun, updateCheckRun } from "./check-runs.ts";
import { addComment, upsertComment } from "./comments.ts";
import { createCommitStatus } from "./commit-statuses.ts";
import { createRepositoryDispatch, dispatchWorkflow } from "./dispatches.ts";
import { addLabels, closeIssue, createIssue, getIssue, searchIssues, updateIssue } from "./issues.ts";
import { createPullRequest } from "./pull-requests.ts";

export const actions = {
  create_issue: createIssue,
  update_issue: updateIssue,
  close_issue: closeIssue,
  get_issue: getIssue,
  search_issues: searchIssues,
  add_comment: addComment,
  upsert_comment: upsertComment,
  add_labels: addLabels,
  create_pull_request: createPullRequest,
  dispatch_workflow: dispatchWorkflow,
  create_repository_dispatch: createRepositoryDispatch,
  create_commit_status: createCommitStatus,
  create_check_run: createCheckRun,
  update_check_run: updateCheckRun,
};
