/** Bypass actors without a number, in another order. Public report: github.com/integrations/terraform-provider-github/issues/2747 (2025). */
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
