/** What every store must do, whatever it keeps its state in. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ObjectState, Store, StoreClock, SystemUpdate } from "../../src/store/index.ts";
import { tries } from "../support/tries.ts";
import { applyToModel, nothing } from "./model.ts";
import { entry, holder, SYSTEM, steppingClock } from "./support.ts";

/**
 * @param open makes an empty store. @param reopen gives what is left of one when the program starts anew.
 * @param interval milliseconds between two looks at a lock. @param sequences how many random ones are tried.
 */
export function storeContract(
  name: string,
  open: (clock?: StoreClock) => Promise<Store>,
  reopen: (store: Store) => Promise<Store>,
  { interval = 100, sequences = 100 } = {},
): void {
  describe(name, () => {
    describe("things of a system", () => thingTests(open, reopen, sequences));
    describe("moves", () => moveTests(open));
    describe("objects", () => objectTests(open, reopen));
    describe("the lock", () => lockTests(open, interval));
  });
}

type Open = (clock?: StoreClock) => Promise<Store>;
type Reopen = (store: Store) => Promise<Store>;

function thingTests(open: Open, reopen: Reopen, sequences: number): void {
  test("a system of which nothing was recorded is undefined, and one that was emptied is not", async () => {
    const store = await open();
    expect(await store.system(SYSTEM)).toBeUndefined();
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    await store.update(SYSTEM, { drop: [{ kind: "channels", key: "a" }] });
    expect(await store.system(SYSTEM)).toEqual(nothing);
    expect(await store.system("slack/https://slack.com/other")).toBeUndefined();
  });

  test("an update without changes records that the system is known", async () => {
    const store = await open();
    await store.update(SYSTEM, {});
    expect(await store.system(SYSTEM)).toEqual(nothing);
  });

  test("an entry comes back with every field, after reopening too", async () => {
    const full = entry("channels", "incidents", {
      lifecycle: { preventDestroy: true, ignoreFields: ["/topic"], onRemove: "Archive", previously: ["old"] },
      hashes: { "/token": "h1:01234567:abc", ["__proto__"]: "x" },
      loops: { "/topic": { desired: "d", observed: "o", times: 2 } },
      writtenAt: 1_764_072_003_000,
    });
    const bare = entry("channels", "z");
    const store = await open();
    await store.update(SYSTEM, { put: [bare, full] });
    const state = await (await reopen(store)).system(SYSTEM);
    expect(state?.inventory).toStrictEqual([full, bare]);
    expect(Object.keys(state?.inventory[0]?.hashes ?? {})).toEqual(["/token", "__proto__"]);
  });

  test("an entry that is put again is replaced, and fields that it no longer has are gone", async () => {
    const store = await open();
    await store.update(SYSTEM, {
      put: [entry("channels", "a", { lifecycle: { preventDestroy: true }, writtenAt: 1 })],
    });
    await store.update(SYSTEM, { put: [entry("channels", "a", { id: "C2" })] });
    expect((await store.system(SYSTEM))?.inventory).toStrictEqual([entry("channels", "a", { id: "C2" })]);
  });

  test("an intent stays until it is settled, a failure until it is healed, and the entry stays", async () => {
    const store = await open();
    const intent = { kind: "channels", key: "a", integration: "default/acme", startedAt: 5 };
    const failure = { kind: "channels", key: "a", digest: "d", code: "VALIDATION", message: "No such colour.", at: 6 };
    await store.update(SYSTEM, { put: [entry("channels", "a")], intend: [intent], fail: [failure] });
    const state = await (await reopen(store)).system(SYSTEM);
    expect(state).toStrictEqual({ inventory: [entry("channels", "a")], intents: [intent], failures: [failure] });
  });

  test("settling and healing end only what they name", async () => {
    const store = await open();
    const intend = ["a", "b"].map((key) => ({ kind: "channels", key, integration: "i", startedAt: 5 }));
    const fail = ["a", "b"].map((key) => ({ kind: "channels", key, digest: "d", code: "C", message: "m", at: 6 }));
    await store.update(SYSTEM, { put: [entry("channels", "a")], intend, fail });
    await store.update(SYSTEM, { settle: [{ kind: "channels", key: "a" }] });
    await store.update(SYSTEM, { heal: [{ kind: "channels", key: "b" }] });
    expect(await store.system(SYSTEM)).toStrictEqual({
      inventory: [entry("channels", "a")],
      intents: [intend[1]],
      failures: [fail[0]],
    });
  });

  test("what is dropped and put in one update is there, whatever stands first", async () => {
    const store = await open();
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    await store.update(SYSTEM, {
      put: [entry("channels", "a", { id: "new" })],
      drop: [{ kind: "channels", key: "a" }],
    });
    expect((await store.system(SYSTEM))?.inventory).toEqual([entry("channels", "a", { id: "new" })]);
  });

  test("two systems keep the same keys apart", async () => {
    const store = await open();
    await store.update("one", { put: [entry("channels", "a", { id: "1" })] });
    await store.update("two", { put: [entry("channels", "a", { id: "2" })] });
    await store.update("one", { drop: [{ kind: "channels", key: "a" }] });
    expect((await store.system("one"))?.inventory).toEqual([]);
    expect((await store.system("two"))?.inventory).toEqual([entry("channels", "a", { id: "2" })]);
  });

  test("an update that fails at its last part leaves nothing of its first", async () => {
    const store = await open();
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    const broken = {
      ...entry("channels", "c"),
      get id(): string {
        throw new Error("unreadable");
      },
    };
    const update = { drop: [{ kind: "channels", key: "a" }], put: [entry("channels", "b"), broken] };
    await expect(store.update(SYSTEM, update)).rejects.toThrow("unreadable");
    await expect(store.update("new", { put: [broken] })).rejects.toThrow("unreadable");
    expect((await store.system(SYSTEM))?.inventory).toEqual([entry("channels", "a")]);
    expect(await store.system("new")).toBeUndefined();
  });

  test("updates that run at once are all kept", async () => {
    const store = await open();
    const keys = Array.from({ length: 30 }, (_, index) => `k${index + 10}`);
    await Promise.all(keys.map((key) => store.update(SYSTEM, { put: [entry("channels", key)] })));
    expect((await store.system(SYSTEM))?.inventory.map(({ key }) => key)).toEqual(keys);
  });

  test("changing what was handed out changes nothing that is kept", async () => {
    const store = await open();
    const put = entry("channels", "a", { hashes: { "/x": "h" } });
    await store.update(SYSTEM, { put: [put] });
    put.id = "changed";
    Object.assign((await store.system(SYSTEM))?.inventory[0] ?? {}, { id: "changed" });
    expect((await store.system(SYSTEM))?.inventory[0]?.id).toBe("id-a");
  });

  const things = fc.constantFrom(
    ...["a", "b", "a0", "A", "~1", "é\0𝄞"].map((key) => ({ kind: "repositories", key })),
    ...["a/x", "a/y", "b/x", "a0/x", "A/x"].map((key) => ({ kind: "repositories.labels", key })),
    { kind: "repositories.labels.notes", key: "a/x/n" },
    { kind: "repositories0", key: "a" },
    { kind: "repositories2.labels", key: "a/x" },
  );
  const moves = fc.constantFrom(
    { kind: "repositories", from: "a", to: "b" },
    { kind: "repositories", from: "b", to: "a" },
    { kind: "repositories", from: "a0", to: "c" },
    { kind: "repositories.labels", from: "a/x", to: "a/y" },
    { kind: "repositories.labels", from: "b/x", to: "a/z" },
  );
  const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });
  const distinctMoves = fc.uniqueArray(moves, { maxLength: 3, selector: ({ kind, from }) => `${kind} ${from}` });
  const targetsDiffer = (all: readonly { kind: string; to: string }[]) =>
    new Set(all.map(({ kind, to }) => `${kind} ${to}`)).size === all.length;
  const updates: fc.Arbitrary<SystemUpdate> = fc.record(
    {
      put: list(fc.tuple(things, fc.string({ unit: "binary" })).map(([{ kind, key }, id]) => entry(kind, key, { id }))),
      drop: list(things),
      // Without nested moves whose results could meet: which of two wins is not promised.
      move: distinctMoves.filter(targetsDiffer).filter((all) => new Set(all.map(({ kind }) => kind)).size < 2),
      intend: list(things.map((thing) => ({ ...thing, integration: "default/acme", startedAt: 1 }))),
      settle: list(things),
      fail: list(things.map((thing) => ({ ...thing, digest: "d", code: "VALIDATION", message: "m", at: 2 }))),
      heal: list(things),
    },
    { requiredKeys: [] },
  );

  test("any sequence of updates gives what the plain model gives", async () => {
    const store = await open();
    let run = 0;
    const property = fc.asyncProperty(fc.array(updates, { minLength: 1, maxLength: 8 }), async (sequence) => {
      const system = `system-${run++}`;
      let model = nothing;
      for (const update of sequence) {
        await store.update(system, update);
        model = applyToModel(model, update);
        expect(await store.system(system)).toStrictEqual(model);
      }
    });
    await fc.assert(property, tries(sequences, { seed: 20261125 }));
  });
}

function moveTests(open: Open): void {
  const moved = async (kinds: readonly [string, string][], move: SystemUpdate["move"] & {}) => {
    const store = await open();
    await store.update(SYSTEM, { put: kinds.map(([kind, key]) => entry(kind, key)) });
    await store.update(SYSTEM, { move });
    return (await store.system(SYSTEM))?.inventory.map(({ kind, key, id }) => `${kind} ${key} ${id}`);
  };

  test("a move takes the children along, and no neighbour", async () => {
    const things: [string, string][] = [
      ["repositories", "old"],
      ["repositories", "old2"],
      ["repositories.labels", "old/bug"],
      ["repositories.labels", "OLD/bug"],
      ["repositories.labels", "old2/bug"],
      ["repositories.labels.notes", "old/bug/n"],
      ["repositories0.labels", "old/bug"],
      ["teams.labels", "old/bug"],
    ];
    expect(await moved(things, [{ kind: "repositories", from: "old", to: "new" }])).toEqual([
      "repositories new id-old",
      "repositories old2 id-old2",
      "repositories.labels OLD/bug id-OLD/bug",
      "repositories.labels new/bug id-old/bug",
      "repositories.labels old2/bug id-old2/bug",
      "repositories.labels.notes new/bug/n id-old/bug/n",
      "repositories0.labels old/bug id-old/bug",
      "teams.labels old/bug id-old/bug",
    ]);
  });

  test("two things may swap their keys", async () => {
    const swap = [
      { kind: "channels", from: "a", to: "b" },
      { kind: "channels", from: "b", to: "a" },
    ];
    expect(
      await moved(
        [
          ["channels", "a"],
          ["channels", "b"],
        ],
        swap,
      ),
    ).toEqual(["channels a id-b", "channels b id-a"]);
  });

  test("a child's own move goes before its parent's", async () => {
    const things: [string, string][] = [
      ["repositories", "a"],
      ["repositories.labels", "a/bug"],
      ["repositories.labels", "a/docs"],
    ];
    const move = [
      { kind: "repositories", from: "a", to: "b" },
      { kind: "repositories.labels", from: "a/bug", to: "b/defect" },
    ];
    expect(await moved(things, move)).toEqual([
      "repositories b id-a",
      "repositories.labels b/defect id-a/bug",
      "repositories.labels b/docs id-a/docs",
    ]);
  });

  test("what stood under the new key is replaced", async () => {
    expect(
      await moved(
        [
          ["channels", "a"],
          ["channels", "b"],
        ],
        [{ kind: "channels", from: "a", to: "b" }],
      ),
    ).toEqual(["channels b id-a"]);
  });

  test("intents and failures of a thing and of its children move along", async () => {
    const store = await open();
    const thing = { kind: "repositories.labels", key: "old/bug" };
    const intent = { ...thing, integration: "i", startedAt: 1 };
    const failure = { ...thing, digest: "d", code: "VALIDATION", message: "m", at: 2 };
    await store.update(SYSTEM, { intend: [intent], fail: [failure] });
    await store.update(SYSTEM, { move: [{ kind: "repositories", from: "old", to: "new" }] });
    expect(await store.system(SYSTEM)).toEqual({
      inventory: [],
      intents: [{ ...intent, key: "new/bug" }],
      failures: [{ ...failure, key: "new/bug" }],
    });
  });

  test("an entry that moves in one update can be put under its new key there", async () => {
    const store = await open();
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    const put = [entry("channels", "b", { id: "renamed" })];
    await store.update(SYSTEM, { put, move: [{ kind: "channels", from: "a", to: "b" }] });
    expect((await store.system(SYSTEM))?.inventory).toEqual(put);
  });
}

function objectTests(open: Open, reopen: Reopen): void {
  const integration: ObjectState = {
    kind: "Integration",
    name: "default/acme",
    platform: "slack",
    system: SYSTEM,
    generation: 3,
    digest: "d3",
    observedGeneration: 2,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "InSync",
        message: "5 things are as declared.",
        lastTransitionTime: "2026-11-25T12:00:00Z",
        observedGeneration: 3,
      },
    ],
  };
  const rule: ObjectState = { kind: "Rule", name: "default/acme", generation: 1, digest: "d", conditions: [] };

  test("an object comes back with every field, after reopening too", async () => {
    const store = await open();
    await store.putObject(rule);
    await store.putObject(integration);
    const again = await reopen(store);
    expect(await again.objects()).toStrictEqual([integration, rule]);
    expect(await again.object("Rule", "default/acme")).toStrictEqual(rule);
    expect(await again.object("Rule", "default/other")).toBeUndefined();
  });

  test("an object that is put again is replaced whole", async () => {
    const store = await open();
    await store.putObject(integration);
    const { platform: _platform, observedGeneration: _observed, ...less } = integration;
    await store.putObject(less);
    expect(await store.objects()).toStrictEqual([less]);
  });

  test("objects that are put together are all there, new ones and others, and none is no write", async () => {
    const store = await open();
    await store.putObject(integration);
    await store.putObjects([{ ...integration, generation: 9 }, rule]);
    await store.putObjects([]);
    expect(await store.objects()).toStrictEqual([{ ...integration, generation: 9 }, rule]);
  });

  test("dropping an object leaves one of another kind with the same name", async () => {
    const store = await open();
    await store.putObject(integration);
    await store.putObject(rule);
    await store.dropObject("Rule", "default/acme");
    await store.dropObject("Rule", "default/never-there");
    expect(await store.objects()).toEqual([integration]);
  });

  test("systems are those with an entry and those that an Integration was accepted for, each once", async () => {
    const store = await open();
    await store.putObject(integration);
    await store.putObject({ ...rule, system: "of a rule" });
    await store.putObject({ ...integration, name: "default/new", system: "with an Integration only" });
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    await store.update("with an entry only", { put: [entry("channels", "a")] });
    await store.update("emptied", {});
    await store.update("intent only", { intend: [{ kind: "channels", key: "a", integration: "i", startedAt: 1 }] });
    expect(await store.systems()).toEqual([SYSTEM, "with an Integration only", "with an entry only"]);
  });
}

function lockTests(open: Open, interval: number): void {
  test("a second holder is refused, naming the first", async () => {
    const store = await open();
    await store.lock(holder, 0);
    await expect(store.lock({ ...holder, pid: 456 }, 0)).rejects.toMatchObject({
      name: "StoreError",
      code: "Locked",
      message: expect.stringContaining(
        'Another apply holds this state: pid 123 on host build-7 ("plumbline apply -f .") since 2026-11-25 12:00:03 UTC. ' +
          "Wait for it, or pass --lock-timeout 5m to wait here.",
      ),
    });
  });

  test("where a controller holds it, nobody is told to wait for its end", async () => {
    const store = await open();
    const first = await store.lock({ ...holder, command: "plumbline controller" }, 0);
    await expect(store.lock({ ...holder, pid: 456 }, 0)).rejects.toThrow(
      /^A controller holds this state: pid 123 .* and frees the state when it is stopped\./,
    );
    await first.release();
  });

  test("a released lock can be taken, and releasing it twice frees nobody else's", async () => {
    const store = await open();
    const first = await store.lock(holder, 0);
    await first.release();
    await store.lock({ ...holder, pid: 456 }, 0);
    await first.release();
    await expect(store.lock(holder, 0)).rejects.toThrow("pid 456");
  });

  test("a waiting holder gets the lock at the first look after its release", async () => {
    const release: (() => Promise<void>)[] = [];
    const times: number[] = [];
    const clock = steppingClock(async (elapsed) => {
      times.push(elapsed);
      if (elapsed === 3 * interval) await release[0]?.();
    });
    const store = await open(clock);
    const first = await store.lock(holder, 0);
    release.push(() => first.release());
    await store.lock({ ...holder, pid: 456 }, 60_000);
    expect(times).toEqual([interval, 2 * interval, 3 * interval]);
  });

  test("waiting ends when the time is over, not later", async () => {
    const times: number[] = [];
    const store = await open(steppingClock((elapsed) => void times.push(elapsed)));
    await store.lock(holder, 0);
    await expect(store.lock({ ...holder, pid: 456 }, 2.5 * interval)).rejects.toMatchObject({ code: "Locked" });
    expect(times).toEqual([interval, 2 * interval, 2.5 * interval]);
  });

  test("reading and writing go on beside a held lock", async () => {
    const store = await open();
    await store.lock(holder, 0);
    await store.update(SYSTEM, { put: [entry("channels", "a")] });
    expect((await store.system(SYSTEM))?.inventory).toHaveLength(1);
  });
}
