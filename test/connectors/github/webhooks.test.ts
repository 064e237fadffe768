/** GitHub's webhooks: a secret that nobody can read, and that no change may lose. */
import { expect, test } from "vitest";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { create, failureOf, kindOf, type Stage, thingsOf, update } from "../stage.ts";
import { github, githubStaging, parent } from "./organization.ts";

const { withSystem, withAnswers } = githubStaging();
const webhooks = kindOf(github, "repositories.webhooks");
const api = parent("api");
const url = "https://ci.example/h";
const list = "/repos/acme/api/hooks";

async function withHook(
  spec: Record<string, unknown>,
  run: (stage: Stage, system: GitHub, hook: Awaited<ReturnType<typeof thingsOf>>[number]) => Promise<void>,
): Promise<void> {
  const system = await startGitHub({ repositories: [{ name: "api" }] });
  await withSystem(system, async (stage) => {
    await create(stage, webhooks, { url, ...spec }, api);
    const [hook] = await thingsOf(stage, webhooks, [api]);
    if (!hook) throw new Error("There is no webhook.");
    await run(stage, system, hook);
  });
}

test("a new webhook sends JSON, where GitHub would send a form", async () => {
  await withHook({}, async (stage, _, hook) => {
    expect(hook.spec).toMatchObject({ content_type: "json", insecure_ssl: "0", active: true, events: ["push"] });
    expect(stage.writes()[0]?.body).toEqual({ name: "web", config: { url, content_type: "json" } });
  });
});

test("the asterisks that GitHub shows for a secret are no value", async () => {
  await withHook({ secret: "a" }, async (_, system, hook) => {
    const { body } = await system.api("GET", `${list}/${hook.id}`);
    expect(body).toMatchObject({ config: { secret: "********" } });
    expect(JSON.stringify(hook)).not.toContain("*");
    expect(Object.keys(hook.spec)).not.toContain("secret");
  });
});

const changes = [
  { change: { events: ["issues"] }, sent: [["PATCH", "", { events: ["issues"] }]] },
  { change: { active: false }, sent: [["PATCH", "", { active: false }]] },
  { change: { content_type: "form" }, sent: [["PATCH", "/config", { content_type: "form", secret: "a" }]] },
  { change: { insecure_ssl: "1" }, sent: [["PATCH", "/config", { insecure_ssl: "1", secret: "a" }]] },
  {
    change: { url: "https://ci.example/2" },
    sent: [["PATCH", "/config", { url: "https://ci.example/2", secret: "a" }]],
  },
  {
    change: { active: false, content_type: "form" },
    sent: [
      ["PATCH", "", { active: false }],
      ["PATCH", "/config", { content_type: "form", secret: "a" }],
    ],
  },
];

test.each(changes)("a change of $change keeps a stated secret", async ({ change, sent }) => {
  await withHook({ secret: "a" }, async (stage, system, hook) => {
    const before = stage.writes().length;
    await update(stage, webhooks, { ...hook, spec: { ...hook.spec, secret: "a" } }, change);
    const written = stage.writes().slice(before);
    const short = written.map(({ method, path, body }) => [method, path.slice(`${list}/${hook.id}`.length), body]);
    expect(short).toEqual(sent);
    expect(system.hookSecret(Number(hook.id))).toBe("a");
    expect((await thingsOf(stage, webhooks, [api]))[0]?.spec).toMatchObject(change);
  });
});

test.each(changes)("a change of $change keeps a secret that the manifest does not state", async ({ change }) => {
  await withHook({ secret: "somebody else's" }, async (stage, system, hook) => {
    await update(stage, webhooks, hook, change);
    expect(system.hookSecret(Number(hook.id))).toBe("somebody else's");
  });
});

test("a new secret is the only thing that is written", async () => {
  await withHook({ secret: "a", content_type: "form" }, async (stage, system, hook) => {
    const before = stage.writes().length;
    await update(stage, webhooks, hook, { secret: "b" });
    expect(stage.writes().slice(before)).toMatchObject([{ path: `${list}/${hook.id}/config`, body: { secret: "b" } }]);
    expect(system.hookSecret(Number(hook.id))).toBe("b");
    expect((await thingsOf(stage, webhooks, [api]))[0]?.spec.content_type).toBe("form");
  });
});

test("an address that has a webhook already is CONFLICT, and not tried again", async () => {
  await withHook({}, async (stage) => {
    const before = stage.writes().length;
    expect(await failureOf(create(stage, webhooks, { url, secret: "hunter2 hunter2" }, api))).toMatchObject({
      code: "CONFLICT",
    });
    expect(stage.writes()).toHaveLength(before + 1);
  });
});

test("insecure_ssl that comes as a number reads as the text, and a hook without a type leaves it unknown", async () => {
  const hook = { id: 7, active: true, events: ["push"], config: { url, insecure_ssl: 1 } };
  await withAnswers(
    () => ({ body: [hook] }),
    async (stage) => {
      const [found] = await thingsOf(stage, webhooks, [api]);
      expect(found?.spec).toEqual({ url, active: true, events: ["push"], insecure_ssl: "1" });
    },
  );
});
