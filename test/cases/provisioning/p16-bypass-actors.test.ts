/** Bypass actors without a number, in another order. Public report: github.com/integrations/terraform-provider-github/issues/2747 (2025). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const deployKey = "{ actor_type: DeployKey, bypass_mode: always }";
const role = "{ actor_type: RepositoryRole, actor_id: 5, bypass_mode: always }";

const ruleset = (actors: readonly string[], enforcement = "active"): string =>
  githubManifest(`    repositories:
      - name: api
        rulesets:
          - { name: protect, enforcement: ${enforcement}, bypass_actors: [${actors.join(", ")}] }
`);

async function withActors(text: string) {
  const stage = await onGitHub({ "acme.yaml": text }, { repositories: [{ name: "api" }] });
  const actors = [
    { actor_id: null, actor_type: "DeployKey", bypass_mode: "always" },
    { actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "always" },
  ];
  const body = { name: "protect", enforcement: "active", bypass_actors: actors };
  await stage.github.api("POST", "/repos/acme/api/rulesets", body);
  return stage;
}

test.each([
  { order: "one order", actors: [deployKey, role] },
  { order: "the other", actors: [role, deployKey] },
])("actors in $order are as declared", async ({ actors }) => {
  const stage = await withActors(ruleset(actors));
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
});

test("an actor that goes is taken out, and the one without a number stays", async () => {
  const stage = await withActors(ruleset([deployKey]));
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toMatchObject([
    { method: "PUT", body: { bypass_actors: [{ actor_type: "DeployKey", actor_id: null }] } },
  ]);
});

test("a token that sees no actors does not take them for removed", async () => {
  const stage = await withActors(ruleset([deployKey, role]));
  await stage.expectQuiet();
  const { body } = await stage.github.api("GET", "/repos/acme/api/rulesets");
  const [{ id }] = body as [{ id: number }];
  const whole = (await stage.github.api("GET", `/repos/acme/api/rulesets/${id}`)).body as Record<string, unknown>;
  const { bypass_actors: _, ...blind } = whole;
  stage.proxy.reset();
  stage.proxy.intercept(({ method, path }) =>
    method === "GET" && path.endsWith(`/rulesets/${id}`) ? { status: 200, body: blind } : "pass",
  );
  expect(changesOf(await stage.plan())).toEqual(["blocked repositories.rulesets/api/protect"]);
  await stage.run("apply --auto-approve");
  expect(stage.proxy.writes()).toEqual([]);
});

test("what is imported of actors without a number is quiet, in the order that GitHub gives and in the other", async () => {
  const stage = await withActors(githubManifest("    repositories: [{ name: api }]\n"));
  const { stdout, stderr } = await stage.run("import acme repositories.rulesets");
  expect(stdout, stderr).not.toMatch(/actor_id: (null|0)/);
  const order = [...stdout.matchAll(/actor_type: (\w+)/g)].map(([, type]) => type);
  expect(order.toSorted()).toEqual(["DeployKey", "RepositoryRole"]);
  for (const actors of [
    [deployKey, role],
    [role, deployKey],
  ]) {
    stage.write(
      "acme.yaml",
      stdout.replace(/bypass_actors:\n(?: {10,}.*\n)+/, `bypass_actors: [${actors.join(", ")}]\n`),
    );
    await stage.expectQuiet();
  }
  stage.write("acme.yaml", stdout);
  await stage.expectQuiet();
  expect(stage.proxy.writes()).toEqual([]);
});

test("an import into a manifest that states the actors in the other order changes nothing", async () => {
  const text = ruleset([role, deployKey]);
  const stage = await withActors(text);
  const { code, stdout, stderr } = await stage.run("import acme repositories.rulesets --write");
  expect(code, stderr).toBe(0);
  expect(stdout).toBe("acme.yaml states what is live; nothing was written.\n");
  expect(readFileSync(join(stage.folder, "acme.yaml"), "utf8")).toBe(text);
});

test("an import with a token that sees no actors leaves the stated ones", async () => {
  const text = ruleset([deployKey]);
  const stage = await withActors(text);
  stage.proxy.intercept(({ method, path }) => (method === "GET" && /rulesets\/\d+$/.test(path) ? blind(path) : "pass"));
  const whole = (await stage.github.api("GET", "/repos/acme/api/rulesets")).body as { id: number; name: string }[];
  const blind = (path: string) => ({
    status: 200,
    body: { ...whole.find(({ id }) => path.endsWith(`/${id}`)), enforcement: "active", target: "branch", rules: [] },
  });
  const { code, stderr } = await stage.run("import acme repositories.rulesets --write");
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(stage.folder, "acme.yaml"), "utf8")).toBe(text);
});
