/**
 * Whatever a GitHub organisation holds, of every kind and under names that YAML, paths or keys could trip over:
 * what import writes of it is valid, and a plan of that has nothing to do; so it is of a manifest that import
 * has brought up to date.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type GitHubPlace, gitHubPlace } from "../../e2e/place.ts";
import { tries } from "../../support/tries.ts";

const manifest = (resources: string) => `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: github
  connection: { organization: acme, baseUrl: { env: GITHUB_URL } }
  credentials: { token: { env: GITHUB_TOKEN } }
  # What is there.
  resources: ${resources}
`;

/** Names that YAML takes for something else, that a path must escape, that a key must escape. */
const name = fc.constantFrom(
  "no",
  "1.10",
  "5319e7",
  "~",
  "008672",
  "---",
  "a/b",
  "a~1b",
  "100%",
  "🚀 go",
  "x: y",
  "# h",
  "on fire",
  "prod é",
);
const text = fc.constantFrom(
  "",
  "no",
  "1.10",
  "a: b # c",
  "- x",
  "'",
  '"quoted"',
  "grüße 🚀",
  "two\nlines\n",
  "---",
  "~",
  " lead",
  "trail ",
  "{{x}}",
);
const people = ["Ada", "grace", "no"];
const outsider = fc.constantFrom("Linus", "null");
const permission = fc.constantFrom("pull", "triage", "push", "maintain", "admin", "reviewer");
const few = <T, U>(value: fc.Arbitrary<T>, selector: (value: T) => U, maxLength = 3) =>
  fc.uniqueArray(value, { selector, maxLength });
const lower = <T extends { name: string }>({ name: value }: T) => value.toLowerCase();

const hook = fc.record({
  url: fc.constantFrom("https://ci.example/h", "https://ci.example/no?a=1&b=~", "http://[::1]/x"),
  events: fc.subarray(["push", "issues", "*"], { minLength: 1 }),
  active: fc.boolean(),
  content_type: fc.constantFrom("json", "form"),
  insecure_ssl: fc.constantFrom("0", "1"),
  secret: fc.option(fc.constant("hush hush"), { nil: undefined }),
});
const actor = fc.constantFrom(
  { actor_id: null, actor_type: "DeployKey", bypass_mode: "always" },
  { actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" },
  { actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "pull_request" },
);
const ruleset = fc.record({
  name,
  enforcement: fc.constantFrom("active", "disabled", "evaluate"),
  target: fc.constantFrom("branch", "tag"),
  bypass_actors: few(actor, ({ actor_type }) => actor_type),
  conditions: fc.constantFrom(
    { ref_name: { include: ["~ALL"], exclude: ["refs/heads/no"] } },
    { ref_name: { include: [], exclude: [] } },
  ),
  rules: fc.constantFrom<object[]>(
    [],
    [{ type: "deletion" }],
    [
      { type: "pull_request", parameters: { required_approving_review_count: 1, allowed_merge_methods: ["squash"] } },
      { type: "non_fast_forward" },
    ],
  ),
});
const variable = fc.record({ name: fc.constantFrom("NO", "_1_10", "CI"), value: text });
const organizationVariable = fc.record({
  name: fc.constantFrom("NO", "_1_10"),
  value: text,
  visibility: fc.constantFrom("all", "private"),
});
const protection = fc.record({
  required_status_checks: fc.constantFrom(null, { strict: true, checks: [{ context: "a: b # c" }, { context: "no" }] }),
  enforce_admins: fc.boolean(),
  required_pull_request_reviews: fc.constantFrom(null, {
    required_approving_review_count: 2,
    dismiss_stale_reviews: true,
    require_code_owner_reviews: false,
  }),
  restrictions: fc.constantFrom(null, { users: ["Ada"], teams: [], apps: [] }),
  required_linear_history: fc.boolean(),
  allow_force_pushes: fc.boolean(),
});
const environment = fc.record({
  name,
  wait_timer: fc.constantFrom(0, 30),
  reviewers: fc.subarray(people, { maxLength: 2 }),
  deployment_branch_policy: fc.constantFrom(
    null,
    { protected_branches: true, custom_branch_policies: false },
    { protected_branches: false, custom_branch_policies: true },
  ),
  patterns: few(
    fc.record({ name: fc.constantFrom("no", "release/*", "1.10"), type: fc.constantFrom("branch", "tag") }),
    lower,
    2,
  ),
  variables: few(variable, lower, 2),
});
const repository = fc.record({
  name: fc.constantFrom("billing", "1.10", "no"),
  description: text.map((value) => value.replaceAll("\n", " ")),
  archived: fc.boolean(),
  has_wiki: fc.boolean(),
  topics: fc.subarray(["a", "yes", "1-10"]),
  labels: few(
    fc.record({ name, color: fc.constantFrom("008672", "5319e7", "1e1000", "000000"), description: text }),
    lower,
  ),
  milestones: few(
    fc.record({
      title: name,
      description: text,
      state: fc.constantFrom("open", "closed"),
      due_on: fc.constantFrom(undefined, "2027-01-31T08:00:00Z"),
    }),
    ({ title }) => title,
  ),
  collaborators: few(
    fc.record({ login: fc.oneof(fc.constantFrom(...people), outsider), permission }),
    ({ login }) => login,
  ),
  hooks: few(hook, ({ url }) => url, 2),
  rulesets: few(ruleset, lower, 2),
  variables: few(variable, lower),
  environments: few(environment, lower, 2),
  teams: fc.array(fc.record({ team: fc.nat(3), permission }), { maxLength: 2 }),
  protection: fc.option(protection, { nil: undefined }),
});
const team = fc.record({
  name: fc.constantFrom("no", "1.10", "On Call", "grüße"),
  description: text,
  privacy: fc.constantFrom("closed", "secret"),
  parent: fc.option(fc.nat(3), { nil: undefined }),
  members: few(
    fc.record({ login: fc.oneof(fc.constantFrom(...people), outsider), role: fc.constantFrom("member", "maintainer") }),
    ({ login }) => login,
  ),
});
const organization = fc.record({
  repositories: few(repository, lower, 2),
  teams: few(team, lower),
  hooks: few(hook, ({ url }) => url, 1),
  rulesets: few(ruleset, lower, 1),
  variables: few(organizationVariable, lower, 2),
});
type Organization = typeof organization extends fc.Arbitrary<infer T> ? T : never;

/** Makes all of it. What GitHub refuses is not there then, which is as good. */
async function fill(
  { github }: GitHubPlace,
  { repositories, teams, hooks, rulesets, variables: shared }: Organization,
): Promise<void> {
  const send = (method: string, path: string, body?: unknown) => github.api(method, path, body);
  const segment = encodeURIComponent;
  const configured = ({ url, content_type, insecure_ssl, secret: hush, ...rest }: (typeof hooks)[number]) => ({
    ...{ name: "web", ...rest, config: { url, content_type, insecure_ssl, secret: hush } },
  });
  const slugs: string[] = [];
  const ids: number[] = [];
  for (const { parent, members, privacy, ...fields } of teams) {
    const above = parent === undefined ? undefined : ids[parent];
    const given =
      above === undefined ? { ...fields, privacy } : { ...fields, privacy: "closed", parent_team_id: above };
    const { body } = await send("POST", "/orgs/acme/teams", given);
    const made = body as { id: number; slug: string };
    ids.push(made.id);
    slugs.push(made.slug);
    for (const { login, role } of members)
      await send("PUT", `/orgs/acme/teams/${made.slug}/memberships/${login}`, { role });
  }
  for (const one of hooks) await send("POST", "/orgs/acme/hooks", configured(one));
  for (const one of rulesets) await send("POST", "/orgs/acme/rulesets", one);
  for (const one of shared) await send("POST", "/orgs/acme/actions/variables", one);
  for (const one of repositories) {
    const path = `/repos/acme/${one.name}`;
    await send("POST", "/orgs/acme/repos", { name: one.name, description: one.description, auto_init: true });
    await send("PATCH", path, { has_wiki: one.has_wiki });
    await send("PUT", `${path}/topics`, { names: one.topics });
    for (const label of one.labels) await send("POST", `${path}/labels`, label);
    for (const milestone of one.milestones) await send("POST", `${path}/milestones`, milestone);
    for (const { login, permission: role } of one.collaborators)
      await send("PUT", `${path}/collaborators/${login}`, { permission: role });
    for (const each of one.hooks) await send("POST", `${path}/hooks`, configured(each));
    for (const each of one.rulesets) await send("POST", `${path}/rulesets`, each);
    for (const each of one.variables) await send("POST", `${path}/actions/variables`, each);
    for (const { name: called, reviewers, variables, patterns, ...fields } of one.environments) {
      const ofPeople = await Promise.all(
        reviewers.map(async (login) => ({
          type: "User",
          id: ((await send("GET", `/users/${login}`)).body as { id: number }).id,
        })),
      );
      const at = `${path}/environments/${segment(called)}`;
      await send("PUT", at, { ...fields, reviewers: ofPeople });
      for (const each of variables) await send("POST", `${at}/variables`, each);
      if (fields.deployment_branch_policy?.custom_branch_policies)
        for (const each of patterns) await send("POST", `${at}/deployment-branch-policies`, each);
    }
    for (const { team: index, permission: role } of one.teams) {
      if (slugs[index])
        await send("PUT", `/orgs/acme/teams/${slugs[index]}/repos/acme/${one.name}`, { permission: role });
    }
    if (one.protection) await send("PUT", `${path}/branches/main/protection`, one.protection);
    if (one.archived) await send("PATCH", path, { archived: true });
  }
}

async function expectNothingToDo(here: GitHubPlace, why: string): Promise<void> {
  rmSync(join(here.folder, ".plumbline"), { recursive: true, force: true });
  const valid = await here.run("validate");
  expect(valid.code, `${valid.stderr}\n${why}`).toBe(0);
  const { code, stdout, stderr } = await here.run("plan -o json --detailed-exitcode");
  expect(code, `${stderr}${stdout}\n${why}`).toBe(0);
  const { adopt: _, ...others } = JSON.parse(stdout).summary;
  expect(others, `${stdout}\n${why}`).toEqual(Object.fromEntries(Object.keys(others).map((key) => [key, 0])));
}

test("all kinds of an organisation", async () => {
  await fc.assert(
    fc.asyncProperty(organization, organization, async (first, second) => {
      const here = await gitHubPlace(
        { "acme.yaml": manifest("{}") },
        { members: people, outsiders: ["Linus", "null"], pageLimit: 3 },
      );
      await fill(here, first);
      const { code, stdout, stderr } = await here.run("import acme");
      expect(code, stderr).toBe(0);
      expect(stdout).not.toContain("***");
      writeFileSync(join(here.folder, "acme.yaml"), stdout);
      await expectNothingToDo(here, stdout + stderr);
      await fill(here, second);
      for (const { name: called } of first.repositories) {
        await here.github.api("PATCH", `/repos/acme/${called}`, { description: "changed", has_wiki: false });
        for (const label of first.repositories[0]?.labels ?? []) {
          await here.github.api("PATCH", `/repos/acme/${called}/labels/${encodeURIComponent(label.name)}`, {
            color: "ffffff",
          });
        }
      }
      const written = await here.run("import acme --write");
      expect(written.code, written.stderr).toBe(0);
      await expectNothingToDo(here, (await here.run("import acme")).stdout + written.stderr);
      expect(here.proxy.writes().filter(({ path }) => path !== "/graphql")).toEqual([]);
    }),
    tries(4, { seed: 20261126, endOnFailure: true }),
  );
});
