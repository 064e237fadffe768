/**
 * A secret that is shown as asterisks, and one that is rotated. Public reports:
 * github.com/integrations/terraform-provider-github/issues/171 (2018), github.com/nix-community/buildbot-nix/issues/558 (2026).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub, type Stage } from "../stage.ts";

const repositories = [{ name: "api" }];

const hook = (events: string, more = ""): string =>
  githubManifest(`    repositories:
      - name: api
        webhooks: [{ url: "https://ci.example/h", events: [${events}], secret: { env: HOOK }${more} }]
`);

const secrets = githubManifest(`    repositories:
      - name: api
        secrets: [{ name: TOKEN, value: { env: HOOK } }]
        environments: [{ name: production, secrets: [{ name: TOKEN, value: { env: HOOK } }] }]
`);

/** Applies with a value of the secret, and expects that a plan then finds nothing and a second apply writes nothing. */
async function quiet(stage: Stage, HOOK: string): Promise<void> {
  const env = { HOOK };
  const first = await stage.run("apply --auto-approve", { env });
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect((await stage.run("plan --detailed-exitcode", { env })).code).toBe(0);
  const before = stage.proxy.writes().length;
  expect((await stage.run("apply --auto-approve", { env })).code).toBe(0);
  expect(stage.proxy.writes().slice(before)).toEqual([]);
}

async function withHook() {
  const stage = await onGitHub({ "acme.yaml": hook("push") }, { repositories });
  await quiet(stage, "the first secret");
  const { body } = await stage.github.api("GET", "/repos/acme/api/hooks");
  const [{ id, config }] = body as [{ id: number; config: { secret: string } }];
  expect(config.secret).toBe("********");
  expect(stage.github.hookSecret(id)).toBe("the first secret");
  stage.proxy.reset();
  return { stage, id };
}

test("an event that is added sends no asterisks and leaves the secret", async () => {
  const { stage, id } = await withHook();
  stage.write("acme.yaml", hook("push, issues"));
  await quiet(stage, "the first secret");
  expect(stage.proxy.writes()).toHaveLength(1);
  expect(JSON.stringify(stage.proxy.writes().map(({ body }) => body))).not.toContain("*");
  expect(stage.github.hookSecret(id)).toBe("the first secret");
});

test("a change of the configuration sends no asterisks and leaves the secret", async () => {
  const { stage, id } = await withHook();
  stage.write("acme.yaml", hook("push", ', insecure_ssl: "1"'));
  await quiet(stage, "the first secret");
  expect(JSON.stringify(stage.proxy.writes().map(({ body }) => body))).not.toContain("*");
  expect(stage.github.hookSecret(id)).toBe("the first secret");
});

test("a secret that is rotated is one update whose values nobody sees, and then nothing", async () => {
  const { stage, id } = await withHook();
  const env = { HOOK: "the second secret" };
  const planned = await stage.run("plan -o json", { env });
  const plan = JSON.parse(planned.stdout) as Awaited<ReturnType<Stage["plan"]>>;
  expect(changesOf(plan)).toEqual(["update repositories.webhooks/api/https:~1~1ci.example~1h"]);
  expect(plan.integrations[0]?.changes[0]?.fields).toMatchObject([
    { path: "/secret", before: "(sensitive)", after: "(sensitive)" },
  ]);
  const shown = planned.stdout + (await stage.run("plan", { env })).stdout;
  for (const value of ["the first secret", "the second secret"]) expect(shown).not.toContain(value);
  await quiet(stage, "the second secret");
  expect(stage.proxy.writes()).toHaveLength(1);
  expect(stage.github.hookSecret(id)).toBe("the second secret");
});

test("the secret of a webhook that was there before is written once, since nobody can tell whether it is ours", async () => {
  const stage = await onGitHub(
    { "acme.yaml": githubManifest("    repositories: [{ name: api }]\n") },
    { repositories },
  );
  await stage.expectQuiet();
  const config = { url: "https://ci.example/h", content_type: "form", secret: "somebody's" };
  const { body } = await stage.github.api("POST", "/repos/acme/api/hooks", { name: "web", events: ["push"], config });
  stage.write("acme.yaml", hook("push"));
  await quiet(stage, "the first secret");
  expect(stage.proxy.writes().map(({ method }) => method)).toEqual(["PATCH"]);
  expect(stage.github.hookSecret((body as { id: number }).id)).toBe("the first secret");
  const live = (await stage.github.api("GET", "/repos/acme/api/hooks")).body;
  expect(live).toMatchObject([{ config: { content_type: "form" } }]);
});

test("secrets of a repository and of an environment are written when they move, and only then", async () => {
  const stage = await onGitHub({ "acme.yaml": secrets }, { repositories });
  for (const value of ["the first secret", "the second secret"]) {
    stage.proxy.reset();
    await quiet(stage, value);
    const puts = stage.proxy.writes().filter(({ path }) => path.includes("/secrets/"));
    expect(puts.map(({ method }) => method)).toEqual(["PUT", "PUT"]);
    expect(JSON.stringify(puts)).not.toContain(value);
    expect(stage.github.secrets("api")).toEqual({ TOKEN: value });
    expect(stage.github.secrets("api", "production")).toEqual({ TOKEN: value });
  }
});

test("a secret whose value is not there holds back its own entry only, and is not erased", async () => {
  const stage = await onGitHub({ "acme.yaml": secrets }, { repositories });
  await quiet(stage, "the first secret");
  stage.proxy.reset();
  await stage.run("apply --auto-approve");
  expect(stage.proxy.writes()).toEqual([]);
  expect(stage.github.secrets("api")).toEqual({ TOKEN: "the first secret" });
});

test("an import never writes asterisks, in a manifest of its own or in the one that is there, and keeps its references", async () => {
  const { stage, id } = await withHook();
  const printed = await stage.run("import acme");
  expect(printed.stdout).toContain("# Cannot be read: secret. To set it, add a reference: secret: { env: NAME }");
  expect(printed.stdout + printed.stderr).not.toContain("*");
  const hookPath = `/repos/acme/api/hooks/${id}`;
  await stage.github.api("PATCH", hookPath, { events: ["push", "issues"] });
  const others = { name: "web", events: ["push"], config: { url: "https://ci.example/other", secret: "another's" } };
  await stage.github.api("POST", "/repos/acme/api/hooks", others);
  const { code, stderr } = await stage.run("import acme repositories.webhooks --write", {
    env: { HOOK: "the first secret" },
  });
  expect(code, stderr).toBe(0);
  const text = readFileSync(join(stage.folder, "acme.yaml"), "utf8");
  expect(text).toContain("secret: { env: HOOK }");
  expect(text).toContain("https://ci.example/other");
  expect(text).not.toMatch(/\*\*|the first secret|another's/);
  stage.proxy.reset();
  await quiet(stage, "the first secret");
  expect(JSON.stringify(stage.proxy.writes().map(({ body }) => body))).not.toContain("*");
});

test("secrets of repositories are named as what cannot be imported, and their entries stay", async () => {
  const stage = await onGitHub({ "acme.yaml": secrets }, { repositories });
  await quiet(stage, "the first secret");
  const { stdout, stderr } = await stage.run("import acme");
  expect(stdout).not.toContain("TOKEN }, {");
  expect(stderr).toContain("repositories.secrets: not imported, since value cannot be read.");
  const written = await stage.run("import acme repositories.secrets --write");
  expect(written.stdout).toBe("acme.yaml states what is live; nothing was written.\n");
  expect(readFileSync(join(stage.folder, "acme.yaml"), "utf8")).toBe(secrets);
});
