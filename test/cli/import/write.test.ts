/** What `import --write` changes in the manifest's own file, and all that it leaves as it is. */
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FakeSystem } from "../../support/fakes.ts";
import { manifest, place } from "../fixture.ts";

const commented = manifest(`    # Who talks where.
    rooms:

      - name: incidents   # never renamed
        topic: 'Sev 1'    # by the on-call
        tags: [b,  a]
        members:
          - ada@example.com   # lead
          - gone@example.com
        token: { env: ROOM_TOKEN }
      # The quiet one.
      - {name: releases, size: 10}
    teams: []
`);

const office = ({ addRoom, addNote, addTeam, addPerson }: FakeSystem) => {
  const [ada, bob] = ["ada@example.com", "no@example.com"].map(addPerson) as [string, string];
  addRoom({ name: "incidents", topic: "Sev 1 & 2", tags: ["a", "b"], members: [ada, bob] });
  addRoom({ name: "releases", topic: "ships", size: 20 });
  addRoom({ name: "on" });
  addNote("on", { title: "1.10", text: "a: b" });
  addTeam("oncall", ["incidents"]);
};

/** Runs `import --write`, expects that a plan then has nothing to do, and gives the file. */
async function written(here: ReturnType<typeof place>, line = "import acme --write") {
  const { code, stdout, stderr } = await here.run(line);
  expect(code, stderr).toBe(0);
  const text = readFileSync(join(here.folder, "acme.yaml"), "utf8");
  return { text, stdout, stderr };
}

async function expectQuiet(here: ReturnType<typeof place>) {
  const { code, stdout, stderr } = await here.run("plan --detailed-exitcode", { env: { ROOM_TOKEN: "x" } });
  expect(code, stdout + stderr).toBe(0);
}

const expected = manifest(`    # Who talks where.
    rooms:

      - name: incidents   # never renamed
        topic: "Sev 1 & 2"    # by the on-call
        tags: [b,  a]
        members:
          - ada@example.com   # lead
          - no@example.com
        token: { env: ROOM_TOKEN }
      # The quiet one.
      - {name: releases, size: 20}
      - name: "on"
        tags: []
        members: []
        size: 10
        notes:
          - title: "1.10"
            text: "a: b"
    teams:
      - handle: oncall
        rooms: [incidents]
`);

test.each([
  { kind: "as it is", form: (text: string) => text },
  { kind: "with CRLF", form: (text: string) => text.replaceAll("\n", "\r\n") },
  { kind: "with a byte order mark", form: (text: string) => `\uFEFF${text}` },
  { kind: "after another document", form: (text: string) => `kind: Other\n---\n${text}---\nlast: [1,2]\n` },
])("a file $kind: stated fields that differ and what is not declared, and not a byte more", async ({ form }) => {
  const here = place({ "acme.yaml": form(commented) });
  office(here.fake);
  const { text, stdout } = await written(here);
  expect(text).toBe(form(expected));
  expect(stdout).toBe("acme.yaml: 3 fields changed, 3 things added.\n");
});

test("a second run finds nothing to do and does not touch the file", async () => {
  const here = place({ "acme.yaml": manifest("    rooms: []\n") });
  office(here.fake);
  await written(here);
  await expectQuiet(here);
  const { mtimeNs } = statSync(join(here.folder, "acme.yaml"), { bigint: true });
  const { stdout } = await written(here);
  expect(stdout).toBe("acme.yaml states what is live; nothing was written.\n");
  expect(statSync(join(here.folder, "acme.yaml"), { bigint: true }).mtimeNs).toBe(mtimeNs);
});

test("what equals in meaning is not written again: order of sets, case of keys, names and ids", async () => {
  const text = manifest(`    rooms:
      - { name: Incidents, tags: [b, a], members: [ada@example.com] }
    teams: [ { handle: oncall, rooms: [INCIDENTS] } ]
`);
  const here = place({ "acme.yaml": text });
  const { addPerson, addRoom, addTeam } = here.fake;
  addRoom({ name: "incidents", tags: ["a", "b"], members: [addPerson("ada@example.com")] });
  addTeam("oncall", ["incidents"]);
  const { text: after } = await written(here);
  expect(after).toContain("tags: [b, a], members: [ada@example.com]");
  expect(after).toContain("rooms: [INCIDENTS]");
});

describe("values that come from elsewhere", () => {
  test("an anchor whose place changes moves on, and what uses it keeps its value", async () => {
    const here = place({
      "acme.yaml": manifest(`    rooms:
      - name: a
        tags: &tags [x, y]   # all have these
      - { name: b, tags: *tags }
      - { name: c, tags: *tags }
`),
    });
    for (const [name, tags] of [
      ["a", ["x", "z"]],
      ["b", ["x", "y"]],
      ["c", ["y"]],
    ] as const)
      here.fake.addRoom({ name, tags: [...tags] });
    const { text } = await written(here);
    expect(text).toContain(`      - name: a
        tags: [x, z]   # all have these
      - { name: b, tags: &tags [x, "y"] }
      - { name: c, tags: ["y"] }
`);
    await expectQuiet(here);
  });

  test("what a merge key or the defaults bring is overridden in the entry alone", async () => {
    const defaults = '  defaults:\n    rooms: { topic: common, size: 10, notes: [{ title: rules, text: "all" }] }\n';
    const entries = `    rooms:
      - &base { name: a, tags: [x] }
      - { <<: *base, name: b }   # as a
`;
    const here = place({ "acme.yaml": manifest(entries, defaults) });
    here.fake.addRoom({ name: "a", topic: "common", tags: ["x"] });
    here.fake.addRoom({ name: "b", topic: "own", tags: ["y"] });
    here.fake.addRoom({ name: "c", topic: "", size: 7 });
    for (const [room, text] of Object.entries({ a: "all", b: "other", c: "all" }))
      here.fake.addNote(room, { title: "rules", text });
    const { text } = await written(here);
    expect(text).toContain(defaults);
    expect(text).toContain("      - &base { name: a, tags: [x] }\n");
    expect(text).toMatch(/- \{ <<: \*base, name: b, .*topic: own.* \} {3}# as a/);
    expect(text).toContain('topic: ""');
    await expectQuiet(here);
  });
});

test("what is declared and not there stays, and is named with its line", async () => {
  const here = place({ "acme.yaml": manifest("    rooms:\n      - name: ghost\n        notes: [{ title: in it }]\n") });
  const { text, stderr } = await written(here);
  expect(text).toContain("- name: ghost");
  expect(stderr).toContain("acme.yaml:8: rooms/ghost is declared and not there; it was left as it is.");
  expect(stderr).not.toContain("in it");
});

test("fields that are not stated stay so, unless all fields are asked for", async () => {
  const text = manifest("    rooms:\n      - name: a # one\n");
  const here = place({ "acme.yaml": text });
  here.fake.addRoom({ name: "a", topic: "t", size: 7 });
  expect((await written(here)).text).toBe(text);
  const { text: all } = await written(here, "import acme --write --all-fields");
  expect(all).toContain("- name: a # one\n        topic: t\n        tags: []\n        members: []\n        size: 7\n");
  await expectQuiet(here);
});

test("fields under lifecycle.ignoreFields, and a key whose rename waits, are nobody's drift", async () => {
  const text = manifest(`    rooms:
      - { name: a, topic: mine, lifecycle: { ignoreFields: [/topic] } }
      - { name: new, topic: x, lifecycle: { previously: [old] } }
`);
  const here = place({ "acme.yaml": text });
  here.fake.addRoom({ name: "a", topic: "theirs" });
  here.fake.addRoom({ name: "old", topic: "y" });
  const { text: after } = await written(here);
  expect(after).toBe(text.replace("topic: x", 'topic: "y"'));
});

test("selected kinds only, parents with no more than they must", async () => {
  const here = place({ "acme.yaml": manifest("    rooms:\n      - { name: releases, topic: old }\n") });
  office(here.fake);
  const { text } = await written(here, "import acme rooms.notes --write");
  expect(text).toContain('- { name: releases, topic: old }\n      - name: "on"\n        notes:\n');
  expect(text).not.toMatch(/teams|size|incidents/);
});

test("a live value that may not be written is named, and the statement stays", async () => {
  const here = place({ "acme.yaml": manifest("    rooms:\n      - { name: a, topic: fine }\n") });
  const token = `ghp_${"A1b2".repeat(9)}`;
  here.fake.addRoom({ name: "a", topic: token });
  const { text, stderr } = await written(here);
  expect(text).toContain("topic: fine");
  expect(text + stderr).not.toContain(token);
  expect(stderr).toContain("rooms/a: topic left out, since it holds what looks like a credential.");
});

test("the file keeps its permissions; one that cannot be written as a whole is not written at all", async () => {
  const here = place({ "acme.yaml": commented });
  office(here.fake);
  const path = join(here.folder, "acme.yaml");
  chmodSync(path, 0o640);
  await written(here);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  writeFileSync(path, commented);
  here.fake.failRead("list teams 1", "PERMISSION");
  const { code } = await here.run("import acme --write");
  expect({ code, text: readFileSync(path, "utf8") }).toEqual({ code: 1, text: commented });
});

test("a JSON file stays JSON", async () => {
  const value = { rooms: [{ name: "releases", topic: "x" }] };
  const text = `{\n  "apiVersion": "plumbline.dev/v1alpha1", "kind": "Integration",\n  "metadata": { "name": "acme" },
  "spec": { "platform": "fake", "resources": ${JSON.stringify(value)} }\n}\n`;
  const here = place({ "acme.json": text });
  office(here.fake);
  expect((await here.run("import acme --write")).code).toBe(0);
  const after = JSON.parse(readFileSync(join(here.folder, "acme.json"), "utf8"));
  expect(after.spec.resources.rooms[0]).toEqual({ name: "releases", topic: "ships" });
  expect(after.spec.resources.rooms.map(({ name }: { name: string }) => name)).toEqual(["releases", "incidents", "on"]);
  await expectQuiet(here);
});

test("what comes from standard input has no file to write", async () => {
  const here = place({});
  const { code, stderr } = await here.run("import acme --write -f -", { stdin: manifest("    rooms: []\n") });
  expect(code).toBe(1);
  expect(stderr).toContain("standard input");
  expect(here.fake.reads).toEqual([]);
});
