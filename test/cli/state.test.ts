/** `get` and `forget`: what is on record. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { specDigest } from "../../src/reconcile/digest.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { manifest, place, twoRooms } from "./fixture.ts";

describe("get", () => {
  test("shows how the last run left each object, and asks no system", async () => {
    const { fake, run } = place();
    await run("apply --auto-approve");
    fake.forget();
    const { code, stdout } = await run("get");
    expect(stdout).toMatch(
      /^KIND +NAME +PLATFORM +READY +REASON +AGE +MESSAGE\nIntegration +acme +fake +True +InSync +\d+s +/,
    );
    expect({ code, reads: fake.reads }).toEqual({ code: 0, reads: [] });
  });

  test("shows what is declared and was never applied, and leaves no file behind", async () => {
    const { stdout } = await place().run("get");
    expect(stdout).toMatch(/Integration +acme +fake +Unknown +NotObserved +apply has not run yet\n$/);
  });

  test("shows an Integration that left the folder and still owns things, and how to let them go", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    rmSync(join(folder, "acme.yaml"));
    const { code, stdout } = await run("get");
    expect(stdout).toContain("undeclared, owns 2: plumbline forget acme");
    expect(code).toBe(0);
  });

  test("-o json holds all conditions", async () => {
    const { run } = place();
    await run("apply --auto-approve");
    const { items } = JSON.parse((await run("get -o json")).stdout);
    expect(items).toMatchObject([
      { kind: "Integration", namespace: "default", name: "acme", system: "fake/fake/S1", owns: 2, declared: true },
    ]);
    expect(items[0].conditions.map(({ type }: { type: string }) => type)).toContain("Connected");
  });

  test("shows where the webhooks of an Integration go, where the configuration says how the controller is reached", async () => {
    const { folder, run } = place();
    expect((await run("get")).stdout).not.toContain("Webhooks");
    const declared = manifest("    rooms: []\n").replace("spec:\n", "spec:\n  events: { enabled: true }\n");
    writeFileSync(join(folder, "acme.yaml"), declared);
    expect((await run("get")).stdout).not.toContain("Webhooks");
    writeFileSync(join(folder, "plumbline.config.yaml"), "publicUrl: https://plumbline.example.com/\n");
    const webhook = "https://plumbline.example.com/api/webhooks/acme";
    expect((await run("get")).stdout).toContain(`\n\nWebhooks go to:\n  acme  ${webhook}\n`);
    expect(JSON.parse((await run("get -o json")).stdout).items[0]).toMatchObject({ webhook });
  });

  test("says of an Integration that is ready whether its manifest is wrong, in full", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    const store = await openSqliteStore({ file: join(folder, ".plumbline/state.db"), version: "0.1.0" });
    const common = { lastTransitionTime: "2026-11-25T12:00:00Z", observedGeneration: 1 };
    const message = "The last good version is in force. manifests/chat/acme.yaml:12: There is no such field.";
    await store.putObject({
      ...{ kind: "Integration", name: "default/acme", generation: 1, observedGeneration: 1, digest: "d" },
      conditions: [
        { ...common, type: "Ready", status: "True", reason: "InSync", message: "2 things are as declared." },
        { ...common, type: "Stalled", status: "True", reason: "InvalidManifest", message },
      ],
    });
    await store.close();
    expect((await run("get")).stdout.replaceAll(/\s+/g, " ")).toContain(message);
  });

  describe("of Rules and NotificationRoutes", () => {
    const rule = `apiVersion: plumbline.dev/v1alpha1
kind: Rule
metadata: { name: tell }
spec: { trigger: { type: a }, actions: [{ action: emit_event, parameters: { type: b } }] }
`;
    const { spec } = parse(rule);
    const wide = { terminal: 220, env: { NO_COLOR: "1" } };
    const at = Date.now();
    const lastTransitionTime = new Date(at - 7200_000).toISOString();
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Accepted",
      message: "Events are matched against it.",
    } as const;
    const state = {
      kind: "Rule",
      name: "default/tell",
      generation: 2,
      observedGeneration: 2,
      digest: specDigest(spec),
    };
    const fired = { at: at - 60_000, event: 7, id: "e7", source: "/default/gh", type: "github.issues", trace: "t" };

    async function recorded(files: Record<string, string>, digest = state.digest) {
      const here = place(files);
      const store = await openSqliteStore({ file: join(here.folder, ".plumbline/state.db"), version: "0.1.0" });
      await store.putObject({
        ...state,
        digest,
        conditions: [{ ...ready, lastTransitionTime, observedGeneration: 2 }],
      });
      const failed = { at: at - 120_000, event: 6, code: "TIMEOUT", message: "No answer." };
      await store.firings.put([{ kind: "Rule", name: "default/tell", fired, failed }]);
      await store.close();
      return here;
    }

    test("says that no controller has looked, where none has", async () => {
      const { stdout } = await place({ "rule.yaml": rule }).run("get");
      expect(stdout).toMatch(/^KIND +NAME +PLATFORM +READY +REASON +AGE +FIRED +MESSAGE\n/);
      expect(stdout).toMatch(/Rule +tell +Unknown +NotObserved +no controller has looked at it yet\n$/);
    });

    test("shows what a controller found, when it fired last, and what went wrong last", async () => {
      const { run } = await recorded({ "rule.yaml": rule });
      const { stdout } = await run("get rules tell", wide);
      expect(stdout).toMatch(
        /Rule +tell +True +Accepted +2h +1m +Events are matched against it\. Last error, 2m ago: TIMEOUT: No answer\.\n$/,
      );
      const { items } = JSON.parse((await run("get rule default/tell -o json")).stdout);
      expect(items).toEqual([
        {
          ...{ kind: "Rule", namespace: "default", name: "tell", generation: 2, observedGeneration: 2, owns: 0 },
          declared: true,
          conditions: [{ ...ready, lastTransitionTime, observedGeneration: 2 }],
          lastFired: { ...fired, at: new Date(fired.at).toISOString() },
          lastError: { at: new Date(at - 120_000).toISOString(), event: 6, code: "TIMEOUT", message: "No answer." },
        },
      ]);
    });

    test("calls nothing right that was written since a controller looked", async () => {
      const { run } = await recorded({ "rule.yaml": rule }, "other");
      expect((await run("get rules", wide)).stdout).toMatch(
        /Rule +tell +Unknown +NotObserved +1m +it was changed, and no controller has looked at it since\n$/,
      );
    });

    test("shows what is on record and no longer declared, and routes by their short name", async () => {
      const { run } = await recorded({});
      expect((await run("get rules", wide)).stdout).toContain("undeclared; the controller forgets it");
      expect((await run("get routes")).stdout).toBe("");
    });
  });

  test.each([
    { line: "get integrations", code: 0, says: "acme" },
    { line: "get Integration acme", code: 0, says: "acme" },
    { line: "get integration default/acme", code: 0, says: "acme" },
    { line: "get rules", code: 0, says: "Nothing is declared or on record here." },
    { line: "get intergation", code: 1, says: 'There is no kind "intergation". Did you mean "Integration"?' },
    { line: "get integration nobody", code: 1, says: 'There is no Integration "nobody", declared or on record.' },
  ])("$line: $says", async ({ line, code, says }) => {
    const result = await place().run(line);
    expect(result.stdout + result.stderr).toContain(says);
    expect(result.code).toBe(code);
  });

  test("still shows what is on record when a manifest is wrong", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    writeFileSync(join(folder, "acme.yaml"), manifest("    rooms: wrong\n"));
    const { stdout, stderr } = await run("get");
    expect(stdout).toContain("acme");
    expect(stdout).not.toContain("plumbline forget");
    expect(stderr).toContain("plumbline validate");
  });
});

describe("forget", () => {
  test("drops one thing from the record, and leaves it in its system", async () => {
    const { fake, run } = place();
    await run("apply --auto-approve");
    fake.forget();
    const { code, stdout } = await run("forget acme rooms/incidents --auto-approve");
    expect(stdout).toContain("  rooms/incidents  r1  fake/fake/S1\n");
    expect(stdout).toContain("Forgot 1 thing of acme. In the system nothing changed.");
    expect({ code, writes: fake.writes, reads: fake.reads }).toEqual({ code: 0, writes: [], reads: [] });
    expect((await run("plan")).stdout).toMatch(/= rooms\/incidents .*adopt/);
  });

  test("drops an Integration with all that it owns and its conditions", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    rmSync(join(folder, "acme.yaml"));
    expect((await run("forget acme --auto-approve")).stdout).toContain("Forgot 2 things of acme.");
    expect(JSON.parse((await run("get -o json")).stdout)).toEqual({ items: [] });
  });

  test("what was forgotten is not removed when it leaves the manifest", async () => {
    const prune = "  policy: { prune: true }\n";
    const { fake, folder, run } = place({ "acme.yaml": manifest(twoRooms, prune) });
    await run("apply --auto-approve");
    await run("forget acme rooms/incidents --auto-approve");
    writeFileSync(join(folder, "acme.yaml"), manifest("    rooms: []\n", prune));
    await run("apply --auto-approve");
    expect(fake.rooms.map(({ name }) => name)).toEqual(["incidents"]);
  });

  test.each([
    { line: "forget acme", says: "pass --auto-approve" },
    { line: "forget acm --auto-approve", says: 'Nothing is on record of an Integration "acm". Did you mean "acme"?' },
    {
      line: "forget acme rooms/incident --auto-approve",
      says: 'owns no "rooms/incident". Did you mean "rooms/incidents"?',
    },
    { line: "forget acme rooms/incidents rooms/x --auto-approve", says: 'owns no "rooms/x"' },
  ])("$line is refused, and nothing is forgotten: $says", async ({ line, says }) => {
    const { run } = place();
    await run("apply --auto-approve");
    const { code, stderr } = await run(line);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
    expect(JSON.parse((await run("get -o json")).stdout).items[0].owns).toBe(2);
  });
});
