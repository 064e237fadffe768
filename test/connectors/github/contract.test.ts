/** GitHub in the suite that every connector passes. */
import { fetch } from "undici";
import { expect } from "vitest";
import github from "../../../src/connectors/github/index.ts";
import { startGitHub } from "../../support/github.ts";
import { FORM, fromGitHub, GITHUB_SECRET } from "../../support/inbound.ts";
import { describeConnector } from "../contract.ts";
import { meaningIn } from "./markdown.ts";

/** What a person wrote: a backslash and `u00e9` are five of its letters. */
const TITLE = String.raw`C:\users \u00e9 é 🎉 ’`;
const signed = { credentials: { webhookSecret: GITHUB_SECRET }, now: Date.UTC(2026, 10, 25) };
const id = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

describeConnector({
  connector: github,
  events: [
    {
      name: "a delivery as JSON, with escapes, raw letters and two blanks",
      ...signed,
      request: fromGitHub(
        "issues",
        String.raw`{"action":"opened",  "issue":{"number":1,"title":"C:\\users \\u00e9 é 🎉 \u2019"},"repository":{"full_name":"o/r"}}`,
      ),
      events: [
        { id, name: "issues", subject: "o/r#1", data: expect.objectContaining({ issue: { number: 1, title: TITLE } }) },
      ],
    },
    {
      name: "a delivery as a form",
      ...signed,
      request: fromGitHub(
        "issues",
        "payload=%7B%22action%22%3A%22opened%22%2C%22issue%22%3A%7B%22number%22%3A2%2C%22title%22%3A%22a+b%26c%22%7D%7D",
        { "content-type": FORM },
      ),
      events: [{ id, name: "issues", data: { action: "opened", issue: { number: 2, title: "a b&c" } } }],
    },
    {
      name: "a push of an organisation's hook",
      ...signed,
      request: fromGitHub("push", {
        ref: "refs/heads/main",
        repository: { full_name: "o/r" },
        organization: { login: "o" },
      }),
      events: [{ id, name: "push", subject: "o/r" }],
    },
    {
      name: "the ping of a new hook",
      ...signed,
      request: fromGitHub("ping", {
        zen: "Design for failure.",
        hook_id: 1,
        hook: { type: "Organization" },
        organization: { login: "o" },
      }),
      events: [{ id, name: "ping", subject: "o" }],
    },
  ],
  spec: "github",
  undescribed: /\/actions\/variables\/[^/]+\/repositories$/,
  async start({ smallPages }) {
    const { url, token, org, api, close } = await startGitHub({
      defaultLabels: false,
      members: ["ada", "bob"],
      outsiders: ["eve"],
      branches: ["release/1.2"],
      ...(smallPages ? { pageLimit: 1 } : {}),
    });
    for (const name of ["Engineering", "On call"]) await api("POST", `/orgs/${org}/teams`, { name });
    return {
      url,
      connection: { organization: org },
      credentials: { token, webhookSecret: "It's a Secret to Everybody" },
      close,
    };
  },
  kinds: {
    repositories: {
      entries: [
        {
          name: "Billing",
          auto_init: true,
          description: "Invoices",
          visibility: "private",
          topics: ["payments", "money"],
          has_wiki: false,
          allow_squash_merge: true,
          allow_update_branch: true,
          squash_merge_commit_title: "PR_TITLE",
          squash_merge_commit_message: "PR_BODY",
          web_commit_signoff_required: true,
        },
        { name: "shop", visibility: "public" },
      ],
      change: {
        description: "",
        topics: ["money"],
        has_wiki: true,
        allow_update_branch: false,
        homepage: "https://acme.example",
      },
    },
    "repositories.labels": {
      entries: [
        { name: "area/api #1 & co", color: "D73A4A", description: "" },
        { name: "100%", color: "008672", description: "all of it" },
      ],
      change: { color: "0052CC", description: "The API" },
    },
    "repositories.milestones": {
      entries: [
        { title: "1.0", state: "open", description: "", due_on: "2027-01-31" },
        { title: "later / never", state: "closed", description: "Some day", due_on: "" },
      ],
      change: { state: "closed", description: "The first", due_on: "2027-07-01T23:59:59Z" },
    },
    "repositories.webhooks": {
      entries: [
        { url: "https://ci.example/h?a=1&b=%2F", events: ["push", "issues"], active: false, secret: "a hook's secret" },
        { url: "https://chat.example/h", content_type: "form", insecure_ssl: "1" },
      ],
      change: { events: ["*"], active: true, content_type: "form", insecure_ssl: "1" },
    },
    "repositories.variables": {
      entries: [
        { name: "region", value: "eu-central-1" },
        { name: "_EMPTY2", value: " a\nb " },
      ],
      change: { value: "x".repeat(1000) },
    },
    "repositories.secrets": {
      entries: [
        { name: "deploy_token", value: "a token that is secret" },
        { name: "PIN", value: "0000" },
      ],
    },
    "repositories.environments": {
      entries: [
        {
          name: "Customer/Production #1",
          wait_timer: 30,
          prevent_self_review: true,
          reviewers: [{ type: "User", reviewer: "Plumbline-Bot" }],
          deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
        },
        { name: "100%", wait_timer: 0, prevent_self_review: false, reviewers: [], deployment_branch_policy: null },
      ],
      change: {
        wait_timer: 0,
        prevent_self_review: false,
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
        deployment_branch_patterns: [{ name: "main" }, { name: "v*", type: "tag" }],
      },
    },
    "repositories.environments.variables": {
      entries: [
        { name: "region", value: "eu-central-1" },
        { name: "_EMPTY2", value: " a\nb " },
      ],
      change: { value: "us" },
    },
    "repositories.environments.secrets": {
      entries: [
        { name: "deploy_token", value: "a token that is secret" },
        { name: "PIN", value: "0000" },
      ],
    },
    "repositories.teams": {
      entries: [
        { team: "Engineering", permission: "pull" },
        { team: "on-call", permission: "release-manager" },
      ],
      change: { permission: "maintain" },
    },
    "repositories.collaborators": {
      entries: [
        { username: "Ada", permission: "push" },
        { username: "eve", permission: "read" },
      ],
      change: { permission: "admin" },
    },
    "repositories.branchProtection": {
      entries: [
        {
          branch: "main",
          enforce_admins: true,
          required_status_checks: { strict: true, checks: [{ context: "ci", app_id: 15368 }, { context: "lint" }] },
          required_pull_request_reviews: {
            required_approving_review_count: 2,
            dismissal_restrictions: { users: ["Ada"] },
            bypass_pull_request_allowances: { apps: ["renovate"] },
          },
          restrictions: { teams: ["core"] },
          required_linear_history: true,
          required_signatures: true,
        },
        { branch: "release/1.2", lock_branch: true, restrictions: { enabled: false } },
      ],
      change: {
        enforce_admins: false,
        required_status_checks: { strict: false, checks: [] },
        required_pull_request_reviews: { enabled: false },
        restrictions: { teams: [], users: ["bob"] },
        required_signatures: false,
        allow_deletions: true,
      },
    },
    "repositories.rulesets": {
      entries: [
        {
          name: "protect main",
          target: "branch",
          enforcement: "active",
          bypass_actors: [
            { actor_type: "DeployKey", bypass_mode: "always" },
            { actor_type: "RepositoryRole", actor_id: 5, bypass_mode: "pull_request" },
          ],
          conditions: { ref_name: { include: ["~DEFAULT_BRANCH"] } },
          rules: [{ type: "deletion" }, { type: "required_linear_history" }],
        },
        { name: "tags", target: "tag", enforcement: "disabled", bypass_actors: [], rules: [] },
      ],
      change: {
        enforcement: "disabled",
        bypass_actors: [{ actor_type: "OrganizationAdmin" }],
        conditions: { ref_name: { include: [], exclude: ["refs/heads/wip/*"] } },
        rules: [{ type: "non_fast_forward" }],
      },
    },
    rulesets: {
      entries: [
        {
          name: "everywhere",
          enforcement: "active",
          conditions: { ref_name: { include: ["~ALL"] }, repository_name: { include: ["~ALL"], exclude: ["sandbox"] } },
          rules: [{ type: "deletion" }],
        },
        { name: "later", enforcement: "disabled" },
      ],
      change: { rules: [], bypass_actors: [{ actor_type: "Team", actor_id: 7, bypass_mode: "always" }] },
    },
    variables: {
      entries: [
        { name: "region", value: "eu-central-1", visibility: "selected", selected_repositories: ["shop", "Billing"] },
        { name: "_EMPTY2", value: " a\nb ", visibility: "private" },
      ],
      change: { value: "us", selected_repositories: ["shop"] },
    },
    webhooks: {
      entries: [
        { url: "https://audit.example/h?a=1", events: ["repository"], active: false, secret: "a hook's secret" },
        { url: "https://chat.example/h", content_type: "form", insecure_ssl: "1" },
      ],
      change: { events: ["*"], active: true, content_type: "form" },
    },
    members: {
      entries: [
        { username: "Ada", role: "admin" },
        { username: "eve", role: "member" },
      ],
      change: { role: "member" },
    },
    teams: {
      entries: [
        {
          name: "Platform Team",
          description: "",
          privacy: "closed",
          notification_setting: "notifications_disabled",
          members: [{ username: "Ada", role: "maintainer" }, { username: "bob" }],
        },
        { name: "Site: Reliability", parent: "Platform Team", members: [{ username: "bob", role: "member" }] },
      ],
      change: {
        description: "Keeps the lights on",
        notification_setting: "notifications_enabled",
        members: [{ username: "ada", role: "member" }, { username: "eve" }],
      },
    },
  },
  notifications: {
    target: { repository: "alerts" },
    async prepare({ url, credentials: { token } }) {
      const headers = { authorization: `Bearer ${token}`, "user-agent": "tests" };
      await fetch(`${url}/orgs/acme/repos`, { method: "POST", headers, body: JSON.stringify({ name: "alerts" }) });
    },
    delivers: ({ method, path }) => method === "POST" && path.endsWith("/issues"),
    mistakes: ({ body }) => {
      const { title, body: text } = body as { title: string; body: string };
      return [
        ...(title.length < 1 || title.length > 256 ? [`the title has ${title.length}`] : []),
        ...(text.length > 65_536 ? [`the text has ${text.length}`] : []),
      ];
    },
    mentions: ({ body }) => {
      const { title, body: text } = body as { title: string; body: string };
      return [...meaningIn(title, "title"), ...meaningIn(text)].filter((found) => found !== "<!");
    },
    repeatable: true,
    identity: (_, index) => String(index),
    gone: "acme/alerts#4711",
  },
  refusals: [
    {
      name: "a 403 that speaks of a secondary rate limit",
      answer: { status: 403, body: { message: "You have exceeded a secondary rate limit." } },
      code: "RATE_LIMITED",
    },
    {
      name: "a 403 with no requests remaining",
      answer: { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, body: {} },
      code: "RATE_LIMITED",
    },
    {
      name: "a 422 with already_exists",
      answer: {
        status: 422,
        body: { message: "Validation Failed", errors: [{ code: "already_exists", field: "name" }] },
      },
      code: "CONFLICT",
    },
  ],
});
