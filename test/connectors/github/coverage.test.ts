/**
 * Which operations of GitHub's description the connector has, and why it has no others. What each test file uses
 * is printed at its end; this table says of the rest that it is left out on purpose.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contractSpecs } from "../../support/openapi.ts";

const listed = "the list tells all that is needed";
const alerts = "vulnerability alerts are not declared";

const unused: Readonly<Record<string, string>> = {
  "actions/get-environment-secret": listed,
  "actions/get-environment-variable": listed,
  "actions/get-org-variable": listed,
  "actions/get-repo-variable": listed,
  "actions/get-workflow": "a workflow is started by its file's name",
  "actions/get-workflow-run": "no action waits for a workflow",
  "actions/list-repo-workflows": "a workflow is started by its file's name",
  "actions/list-workflow-runs": "no action waits for a workflow",
  "apps/get-authenticated": "the installation names its App",
  "apps/get-by-slug": "Apps are stated by their ids",
  "apps/get-org-installation": "credentials.installationId names it",
  "apps/get-repo-installation": "credentials.installationId names it",
  "apps/update-webhook-config-for-app": "the App's own webhook is not declared",
  "checks/get": "no action reads a check run",
  "issues/add-assignees": "update_issue sets them",
  "issues/get-label": listed,
  "issues/get-milestone": listed,
  "issues/list-labels-on-issue": "the issue has them",
  "issues/remove-label": "update_issue sets them",
  "issues/set-labels": "update_issue sets them",
  "meta/get": "the version of an Enterprise Server changes nothing",
  "orgs/cancel-invitation": "removing the membership takes an invitation back too",
  "orgs/check-membership-for-user": listed,
  "orgs/create-invitation": "setting the membership invites",
  "orgs/get-membership-for-user": listed,
  "orgs/get-webhook": listed,
  "orgs/get-webhook-config-for-org": listed,
  "orgs/list-outside-collaborators": "collaborators are declared in their repositories",
  "orgs/ping-webhook": "a new webhook pings by itself",
  "orgs/remove-member": "removing the membership does it, and takes an invitation back too",
  "pulls/get": "no action reads a pull request; get_issue shows what it has of an issue",
  "rate-limit/get": "every answer tells the limit",
  "repos/check-vulnerability-alerts": alerts,
  "repos/disable-vulnerability-alerts": alerts,
  "repos/enable-vulnerability-alerts": alerts,
  "repos/get-all-topics": "the repository has them",
  "repos/get-branch": listed,
  "repos/get-branch-rules": "which rulesets hold for a branch is not declared",
  "repos/get-combined-status-for-ref": "no action reads statuses",
  "repos/get-environment": listed,
  "repos/get-webhook": listed,
  "repos/get-webhook-config-for-repo": listed,
  "repos/list-teams": "read from the teams' side, which costs what the declared teams cost",
  "repos/ping-webhook": "a new webhook pings by itself",
  "repos/update-deployment-branch-policy": "a name that changes goes, and the new one comes",
  "teams/check-permissions-for-repo-in-org": "the list of a team's repositories tells the permissions",
  "teams/get-membership-for-user-in-org": "the lists of members and of invitations tell it",
};

/** Operations whose path ends as that of one that is called. */
const lookalikes = new Set(["actions/get-environment-secret", "orgs/cancel-invitation", "repos/list-teams"]);

/** What the source holds of operations whose address is put together elsewhere than they are sent. */
const calls: Readonly<Record<string, string>> = {
  graphql: ".graphql(account.graphql",
  "apps/list-webhook-deliveries": 'address: "/app/hook/deliveries"',
  "orgs/list-webhook-deliveries": "list the deliveries of",
  "repos/list-webhook-deliveries": "list the deliveries of",
  "apps/redeliver-webhook-delivery": "redeliver the webhook delivery",
  "orgs/redeliver-webhook-delivery": "redeliver the webhook delivery",
  "repos/redeliver-webhook-delivery": "redeliver the webhook delivery",
  "repos/list-for-authenticated-user": 'address: "/user/repos"',
  "repos/get-branch-protection": "http.get(addressOf(",
  "repos/update-branch-protection": "http.put(address, { json: protection",
  "repos/delete-branch-protection": "http.delete(addressOf(",
  "repos/create-commit-signature-protection": "what: `require signed commits",
  "repos/delete-commit-signature-protection": "what: `no longer require signed commits",
};

const senders: Readonly<Record<string, RegExp>> = {
  get: /\bget\(|\bbyLink[<(]/,
  post: /\.post\(/,
  put: /\.put\(/,
  patch: /\.patch\(/,
  delete: /\.delete\(/,
};

const folder = join(import.meta.dirname, "../../../src/connectors/github");
const source = readdirSync(folder)
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n\n");
const parts = source.split("\n\n");

/** The end of a path, below its repository, environment or organisation, as the source writes it. */
function written(path: string): RegExp {
  const end = path
    .replace(/^\/(?:repos\/\{owner\}\/\{repo\}|orgs\/\{org\})(?=\/.)/, "")
    .replace(/^\/(?:actions|environments\/\{environment_name\})(?=\/(?:variables|secrets))/, "");
  const words = end.split(/\{[^}]*\}/).map((word) => word.replaceAll(".", "\\."));
  return new RegExp(`${words.join("\\$\\{[^}]*\\}")}[\`"]`);
}

interface Operation {
  id: string;
  method: string;
  path: string;
}

function isCalled({ id, method, path }: Operation): boolean {
  const call = calls[id];
  if (call !== undefined) return source.includes(call);
  if (lookalikes.has(id)) return false;
  const address = written(path);
  return parts.some((part) => address.test(part) && senders[method]?.test(part));
}

function operationsIn(specs: string): Operation[] {
  const { paths } = JSON.parse(readFileSync(join(specs, "github.json"), "utf8")) as {
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId: id }]) =>
      id === undefined ? [] : [{ id, method, path }],
    ),
  );
}

const specs = contractSpecs(process.env, () => undefined);

describe.skipIf(specs === undefined)("of the described operations", () => {
  const operations = specs === undefined ? [] : operationsIn(specs);

  test("those that are not called have a reason, and no others do", () => {
    expect(operations.length).toBeGreaterThan(100);
    const missing = operations.filter((operation) => !isCalled(operation)).map(({ id }) => id);
    expect(missing.sort()).toEqual(Object.keys(unused).sort());
    const called = operations.length - missing.length;
    const reasons = Object.entries(unused).map(([operation, reason]) => `  ${operation}: ${reason}`);
    console.info(`github: ${called} of ${operations.length} operations are called; not called:\n${reasons.join("\n")}`);
  });
});
