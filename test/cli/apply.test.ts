import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { interrupter, manifest, place, twoRooms } from "./fixture.ts";

test("without a terminal and without --auto-approve nothing is asked, of nobody and of no system", async () => {
  const { fake, run } = place();
  const { code, stdout, stderr } = await run("apply");
  expect(stderr).toContain("pass --auto-approve");
  expect({ code, stdout, reads: fake.reads, writes: fake.writes }).toEqual({
    code: 1,
    stdout: "",
    reads: [],
    writes: [],
  });
});

test("--auto-approve shows the plan, makes the changes and says what it did", async () => {
  const { fake, run } = place();
  const { code, stdout, stderr } = await run("apply --auto-approve");
  expect(stdout).toContain("  + rooms/releases");
  expect(stdout).toMatch(/\n2 to create, 0 to change, 0 to remove.\n2 created.\n$/);
  expect(stderr).toBe("✓ acme  rooms/incidents  created\n✓ acme  rooms/releases   created\n");
  expect(code).toBe(0);
  expect(fake.rooms.map(({ name }) => name)).toEqual(["incidents", "releases"]);
});

describe("on a terminal", () => {
  test.each([
    { answer: "y", says: "2 created.", code: 0, rooms: 2 },
    { answer: "n", says: "Not approved. Nothing was written.", code: 1, rooms: 0 },
    { answer: "\r", says: "Not approved. Nothing was written.", code: 1, rooms: 0 },
    { answer: "\u0003", says: "Not approved. Nothing was written.", code: 1, rooms: 0 },
  ])("a person is asked, and answers $answer: $says", async ({ answer, says, code, rooms }) => {
    const { fake, run } = place();
    const result = await run("apply --no-color", { answer });
    expect(result.stderr).toContain("Make these 2 changes?");
    expect(result.stdout).toContain("  + rooms/releases");
    expect(result.stdout).toContain(says);
    expect({ code: result.code, rooms: fake.rooms.length }).toEqual({ code, rooms });
  });

  test("nobody is asked where there is nothing to do", async () => {
    const { run } = place();
    await run("apply --auto-approve");
    const { code, stderr } = await run("apply", { answer: "n" });
    expect(stderr).not.toContain("Make");
    expect(code).toBe(0);
  });

  test("forgetting is asked about too", async () => {
    const { run } = place();
    await run("apply --auto-approve");
    const { code, stdout } = await run("forget acme", { answer: "n" });
    expect(stdout).toContain("Nothing was forgotten.");
    expect(code).toBe(1);
    expect((await run("forget acme", { answer: "y" })).stdout).toContain("Forgot 2 things of acme.");
  });

  test("progress is shown while a system is read, and taken away before the result", async () => {
    const shown = await place().run("plan --no-color", { terminal: 80 });
    expect(shown.stderr).toContain("acme: reading, 1 request\r");
    expect(shown.stderr.endsWith("\r\u001b[K")).toBe(true);
    const { stderr } = await place().run("plan --no-color");
    expect(stderr).toBe("");
  });
});

test("applying twice writes nothing the second time", async () => {
  const { fake, run } = place();
  await run("apply --auto-approve");
  fake.forget();
  const { code, stdout } = await run("apply --auto-approve");
  expect(stdout).toMatch(/No changes: 2 things are as declared.\nNothing was written.\n$/);
  expect({ code, writes: fake.writes }).toEqual({ code: 0, writes: [] });
});

test("a failed change ends with 1 and is named, and the others are made", async () => {
  const { fake, run } = place();
  fake.failWrite("create rooms/incidents");
  const { code, stdout } = await run("apply --auto-approve");
  expect(stdout).toContain(
    "× acme  rooms/incidents  create failed: VALIDATION: The fake refused: create rooms/incidents.",
  );
  expect(stdout).toMatch(/\n1 created. 1 failed.\n$/);
  expect(code).toBe(1);
});

test("-q leaves results and errors", async () => {
  const { stderr, stdout } = await place().run("apply --auto-approve -q");
  expect(stderr).toBe("");
  expect(stdout).toContain("2 created.");
});

test("-o json gives each change's end and the plan, and nothing else", async () => {
  const { fake, run } = place();
  fake.failWrite("create rooms/incidents");
  const { stdout, code } = await run("apply --auto-approve -o json");
  expect(JSON.parse(stdout)).toMatchObject({
    kind: "ApplyResult",
    applied: true,
    interrupted: false,
    outcomes: [
      { integration: "acme", action: "create", kind: "rooms", key: "incidents", status: "failed", code: "VALIDATION" },
      { integration: "acme", action: "create", kind: "rooms", key: "releases", status: "done" },
    ],
    plan: { kind: "Plan" },
  });
  expect(code).toBe(1);
});

describe("what is left alone because it is configured so", () => {
  test("is one line, and ends with 0", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    writeFileSync(join(folder, "acme.yaml"), manifest("    rooms: []\n"));
    const { code, stdout } = await run("apply --auto-approve");
    expect(stdout).toContain("  ! 2 blocked: PruneDisabled (rooms/incidents, rooms/releases)\n");
    expect(code).toBe(0);
  });
});

describe("removals beyond the brake", () => {
  const rooms = Array.from({ length: 12 }, (_, index) => `      - name: r${index}\n`).join("");
  const prune = "  policy: { prune: true }\n";
  const prepared = async () => {
    const there = place({ "acme.yaml": manifest(`    rooms:\n${rooms}`, prune) });
    await there.run("apply --auto-approve");
    writeFileSync(join(there.folder, "acme.yaml"), manifest("    rooms: []\n", prune));
    there.fake.forget();
    return there;
  };

  test("are blocked, end with 1, and name the number to confirm", async () => {
    const { fake, run } = await prepared();
    const { code, stdout } = await run("apply --auto-approve");
    expect(stdout).toContain("--confirm-removals 12");
    expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  });

  test("are refused with another number, naming the right one", async () => {
    const { fake, run } = await prepared();
    const { code, stderr } = await run("apply --auto-approve --confirm-removals 11");
    expect(stderr).toContain("plumbline: This run removes 12, not 11.");
    expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  });

  test("are made with the exact number", async () => {
    const { fake, run } = await prepared();
    expect((await run("apply --auto-approve --confirm-removals 12")).code).toBe(0);
    expect(fake.rooms).toEqual([]);
  });
});

describe("Ctrl-C", () => {
  const three = "    rooms:\n      - name: a\n      - name: b\n    teams:\n      - handle: t\n        rooms: [a, b]\n";

  test("lets the writes under way end, starts no other, and says what was done and what was not", async () => {
    const { fake, run } = place({ "acme.yaml": manifest(three) });
    const { send, signals } = interrupter();
    fake.beforeWrite("create rooms/b", send);
    const { code, stdout, stderr, exits } = await run("apply --auto-approve", { signals });
    expect(fake.writes).toEqual(["create rooms/a", "create rooms/b"]);
    expect(stderr).toContain("Stopping after the write under way.");
    expect(stdout).toContain("✓ acme  rooms/a  created");
    expect(stdout).toContain("✓ acme  rooms/b  created");
    expect(stdout).toContain("- acme  teams/t  create interrupted");
    expect(stdout).toMatch(/\nInterrupted. 2 created. 1 not done.\n$/);
    expect({ code, exits }).toEqual({ code: 1, exits: [] });
    fake.forget();
    await run("apply --auto-approve");
    expect(fake.writes).toEqual(["create teams/t"]);
  });

  test("a second time ends the process at once", async () => {
    const { fake, run } = place({ "acme.yaml": manifest(three) });
    const { send, signals } = interrupter();
    fake.beforeWrite("create rooms/b", () => {
      send();
      send();
    });
    const { exits } = await run("apply --auto-approve", { signals });
    expect(exits).toEqual([130]);
  });

  test("before anything is written ends with 130, and nothing is written", async () => {
    for (const command of ["plan", "apply --auto-approve"]) {
      const { fake, run } = place();
      const { code, stderr } = await run(command, { signals: (send) => queueMicrotask(send) });
      expect(stderr).toContain("Interrupted. Nothing was written.");
      expect(code).toBe(130);
      await new Promise((resolve) => setImmediate(resolve));
      expect(fake.writes).toEqual([]);
    }
  });
});

describe("another apply under way", () => {
  const holder = { pid: 7, host: "other-host", command: "plumbline apply", since: "2026-11-25T12:00:00.000Z" };
  const held = async () => {
    const there = place();
    const store = await openStore(undefined, { mode: "write", folder: there.folder, version: "0.1.0" });
    return { ...there, store, lock: await store.lock(holder, 0) };
  };

  test("is named, and nothing is asked of any system", async () => {
    const { fake, lock, run, store } = await held();
    const { code, stderr } = await run("apply --auto-approve");
    expect(stderr).toContain("pid 7 on host other-host");
    expect({ code, reads: fake.reads }).toEqual({ code: 1, reads: [] });
    await lock.release();
    await store.close();
  });

  test("does not keep plan from looking", async () => {
    const { lock, run, store } = await held();
    expect((await run("plan")).code).toBe(0);
    await lock.release();
    await store.close();
  });

  test("a timeout that is none is refused", async () => {
    const { code, stderr } = await place().run("apply --auto-approve --lock-timeout soon");
    expect(stderr).toContain('--lock-timeout: "soon" is not a duration');
    expect(code).toBe(1);
  });
});

describe("a saved plan", () => {
  const saved = async () => {
    const there = place();
    there.fake.addRoom({ name: "incidents", topic: "Sev 1" });
    await there.run("plan --out plan.json");
    return there;
  };
  const edit = (folder: string, change: (plan: Record<string, never>) => void) => {
    const plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
    change(plan);
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
  };

  test("is applied without its manifests' files, and its changes still name their lines", async () => {
    const { fake, folder, run } = await saved();
    writeFileSync(join(folder, "acme.yaml"), "nothing: here\n");
    const { code, stdout } = await run("apply plan.json --auto-approve");
    expect(stdout).toContain("acme.yaml:10");
    expect(code).toBe(0);
    expect(fake.rooms.map(({ name, topic }) => [name, topic])).toEqual([
      ["incidents", "Sev 1 and 2"],
      ["releases", ""],
    ]);
  });

  test("that does not fit any more is refused, naming what differs, and nothing is written", async () => {
    const { fake, run } = await saved();
    (fake.room("incidents") as { topic: string }).topic = "moved";
    const { code, stderr } = await run("apply plan.json --auto-approve");
    expect(stderr).toContain("acme: update of rooms/incidents is now".replace("update", "adopt"));
    expect(stderr).toContain("(/topic)");
    expect({ code, writes: fake.writes }).toEqual({ code: 1, writes: [] });
  });

  test("that was changed by hand is refused before any system is asked", async () => {
    const { fake, folder, run } = await saved();
    fake.forget();
    edit(folder, (plan) => {
      (plan as never as { integrations: { changes: { action: string }[] }[] }).integrations[0]?.changes.pop();
    });
    const { code, stderr } = await run("apply plan.json --auto-approve");
    expect(stderr).toContain("was changed after it was made");
    expect({ code, reads: fake.reads }).toEqual({ code: 1, reads: [] });
  });

  test("is held to the rules of the configuration, and to the platform's schema", async () => {
    const { folder, run } = await saved();
    edit(folder, (plan) => {
      const [part] = (plan as never as { integrations: { manifest: { spec: Record<string, unknown> } }[] })
        .integrations;
      if (part) part.manifest.spec.credentials = { token: { env: "HOME" } };
    });
    writeFileSync(join(folder, "plumbline.config.yaml"), "allow: { env: [SLACK_*] }\n");
    const denied = await run("apply plan.json --auto-approve");
    expect(denied.stderr).toContain('does not allow manifests to read the environment variable "HOME"');
    expect(denied.code).toBe(1);
    edit(folder, (plan) => {
      const [part] = (plan as never as { integrations: { manifest: { spec: Record<string, unknown> } }[] })
        .integrations;
      if (part) part.manifest.spec.credentials = { token: "literal" };
    });
    const wrong = await run("apply plan.json --auto-approve");
    expect(wrong.stderr).toContain("/spec/credentials/token");
    expect(wrong.stderr).not.toContain("literal");
    expect(wrong.code).toBe(1);
  });

  test("that was only printed cannot be applied", async () => {
    const { folder, run } = await saved();
    writeFileSync(join(folder, "printed.json"), (await run("plan -o json")).stdout);
    const { code, stderr } = await run("apply printed.json --auto-approve");
    expect(stderr).toContain("it lacks its manifests");
    expect(code).toBe(1);
  });

  test("of one Integration needs no other", async () => {
    const other = manifest("    teams:\n      - handle: x\n").replace("name: acme", "name: first");
    const dependent = manifest(twoRooms, "  dependsOn: [first]\n");
    const { run } = place({ "acme.yaml": dependent, "first.yaml": other });
    await run("plan --out plan.json --only acme");
    const { code, stdout } = await run("apply plan.json --auto-approve");
    expect(stdout).toContain("2 created.");
    expect(code).toBe(0);
  });

  test.each([
    { line: "apply plan.json -f other --auto-approve", says: "Give either plan.json or -f, not both." },
    { line: "apply plan.json --only acme --auto-approve", says: "--only is for `plan --out`" },
    { line: "apply absent.json --auto-approve", says: "absent.json: there is no such file." },
    { line: "show acme.yaml", says: "acme.yaml is not JSON" },
  ])("$line: $says", async ({ line, says }) => {
    const { run } = await saved();
    const { code, stderr } = await run(line);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
  });

  test("a file that is none is not quoted, whatever it holds", async () => {
    const { run } = place({ ".env": "hunter2-planted\n" });
    const { code, stdout, stderr } = await run("show .env");
    expect(code).toBe(1);
    expect(stdout + stderr).not.toContain("hunter");
  });

  test("is shown without asking any system", async () => {
    const { fake, run } = await saved();
    fake.forget();
    const shown = await run("show plan.json");
    expect(shown.stdout).toContain("1 to create, 1 to change, 0 to remove. Made 20");
    expect(JSON.parse((await run("show plan.json -o json")).stdout)).toMatchObject({ kind: "Plan" });
    expect({ code: shown.code, reads: fake.reads }).toEqual({ code: 0, reads: [] });
  });

  test("of a newer format is refused, and says what to do", async () => {
    const { folder, run } = await saved();
    edit(folder, (plan) => Object.assign(plan, { format: 2 }));
    const { code, stderr } = await run("show plan.json");
    expect(stderr).toMatch(/^plumbline: plan.json has the plan format 2, .* Use the version of Plumbline that made it/);
    expect(code).toBe(1);
  });

  test.each([
    { name: "an empty file", text: "" },
    { name: "half a file", text: '{"kind":"Plan","format":1,' },
    { name: "another document", text: '{"kind":"Other"}' },
    { name: "null", text: "null" },
    { name: "a plan without changes' keys", text: '{"kind":"Plan","format":1,"integrations":[{"changes":[{}]}]}' },
  ])("$name is one clear error", async ({ text }) => {
    const { folder, run } = place();
    writeFileSync(join(folder, "plan.json"), text);
    const { code, stderr } = await run("show plan.json");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^plumbline: plan.json .*plumbline plan --out plan.json\n$/);
    expect(code).toBe(1);
  });
});

test("a folder may be given as an argument", async () => {
  const { run } = place({ "infra/acme.yaml": manifest(twoRooms) });
  expect((await run("apply infra --auto-approve")).stdout).toContain("2 created.");
});
