/** `get` and `forget`: what is on record. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
    expect(stdout).toMatch(/Integration +acme +fake +Unknown +apply has not run yet\n$/);
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
