/** What was approved is what runs. */
import { expect, test } from "vitest";
import { SavedPlanStale, saveable } from "../../src/reconcile/index.ts";
import { acme, engine, lines } from "../support/engine.ts";
import { fakeSystem } from "../support/fakes.ts";

function setUp() {
  const system = fakeSystem();
  const run = engine({ connectors: [system.connector], env: { TOKEN: "planted" } });
  const save = async (yaml: string) => {
    const { plan, passes } = await run.plan(yaml);
    return JSON.parse(JSON.stringify(saveable(plan, passes)));
  };
  return { system, save, ...run };
}

const manifest = acme(
  "policy: { prune: true }\nresources: { rooms: [{ name: a, topic: one, token: { env: TOKEN } }, { name: b, topic: two }] }",
);

test("a saved plan applies what it lists", async () => {
  const { system, save, apply, plan } = setUp();
  await apply(manifest, { saved: await save(manifest) });
  expect(system.rooms.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(lines(await plan(manifest))).toEqual([]);
});

test("a saved plan holds its Integrations with references, and no secret", async () => {
  const { save } = setUp();
  const saved = await save(manifest);
  expect(saved.integrations[0].manifest.spec.resources.rooms[0].token).toEqual({ env: "TOKEN" });
  expect(saved.integrations[0].sources["rooms a"]).toEqual({ file: "a.yaml", line: 7 });
  expect(JSON.stringify(saved)).not.toContain("planted");
});

test("it refuses when a listed change is no longer the same, names it, and writes nothing", async () => {
  const { system, save, apply } = setUp();
  await apply(manifest);
  const changed = manifest.replace("topic: one", "topic: new");
  const saved = await save(changed);
  const room = system.room("a");
  if (room) room.topic = "moved meanwhile";
  system.forget();
  await expect(apply(changed, { saved })).rejects.toThrow(SavedPlanStale);
  await expect(apply(changed, { saved })).rejects.toThrow(/acme: update of rooms\/a .*\/topic/s);
  expect(system.writes).toEqual([]);
});

test("it refuses when a listed change is not planned any more", async () => {
  const { system, save, apply } = setUp();
  const saved = await save(manifest);
  system.addRoom({ name: "b", topic: "two" });
  await expect(apply(manifest, { saved })).rejects.toThrow(/create of rooms\/b is now adopt/);
  expect(system.writes).toEqual([]);
});

test("it applies although something unrelated moved, and leaves that alone", async () => {
  const { system, save, apply } = setUp();
  await apply(manifest);
  const changed = manifest.replace("topic: one", "topic: new");
  const saved = await save(changed);
  const other = system.room("b");
  if (other) other.topic = "drifted meanwhile";
  const { outcomes, plan } = await apply(changed, { saved });
  expect(outcomes.map(({ change, status }) => `${change.key} ${status}`)).toEqual(["a done"]);
  expect(system.room("b")?.topic).toBe("drifted meanwhile");
  expect(lines({ plan })).toContain("blocked(update) rooms/b NotInSavedPlan");
});

test("it refuses when the credential leads to another system", async () => {
  const { system, save, apply } = setUp();
  const saved = await save(manifest);
  system.identity = "S2";
  await expect(apply(manifest, { saved })).rejects.toThrow(/the system is/);
});

test("a rotated secret makes it another plan", async () => {
  const { env, save, apply } = setUp();
  await apply(manifest);
  env.TOKEN = "second";
  const saved = await save(manifest);
  env.TOKEN = "third";
  await expect(apply(manifest, { saved })).rejects.toThrow(SavedPlanStale);
});

test("the hash of a plan does not turn on times, counts or the order of requests", async () => {
  const { save, clock } = setUp();
  const first = await save(manifest);
  clock.advance(60_000);
  const second = await save(manifest);
  expect(second.createdAt).not.toBe(first.createdAt);
  expect(second.hash).toBe(first.hash);
  expect((await save(manifest.replace("topic: two", "topic: three"))).hash).not.toBe(first.hash);
});
