/** Live state as a manifest: what is written, what is left out, and that nothing half is ever printed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FakeSystem } from "../../support/fakes.ts";
import { manifest, place } from "../fixture.ts";

/** Puts what was imported in the manifest's place, and plans. */
async function replan(here: ReturnType<typeof place>, text: string) {
  writeFileSync(join(here.folder, "acme.yaml"), text);
  const { stdout, stderr, code } = await here.run("plan -o json --detailed-exitcode");
  return { code, stderr, plan: stdout === "" ? undefined : JSON.parse(stdout) };
}

const office = ({ addRoom, addNote, addTeam, addPerson }: FakeSystem) => {
  const ada = addPerson("ada@example.com");
  addRoom({ name: "releases" });
  addRoom({ name: "incidents", topic: "Sev 1 & 2", tags: ["b", "a"], members: [ada] });
  addRoom({ name: "old", archived: true });
  addNote("incidents", { title: "on", text: "1.10" });
  addNote("incidents", { title: "how to", text: "Call ada" });
  addTeam("oncall", ["incidents"]);
};

test("writes the manifest's own head, then all that is live: keys first, ids as names, words unquoted", async () => {
  const head = "  credentials:\n    token: { env: FAKE_TOKEN }\n  policy:\n    prune: true\n";
  const here = place({ "acme.yaml": manifest("    rooms: []\n", head) });
  office(here.fake);
  const { code, stdout, stderr } = await here.run("import acme", { env: { FAKE_TOKEN: "s3cret-s3cret" } });
  expect(stdout, stderr).toBe(`apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: fake
  credentials:
    token: { env: FAKE_TOKEN }
  policy: { prune: true }
  resources:
    rooms:
      # Cannot be read: token. To set it, add a reference: token: { env: NAME }
      - name: incidents
        topic: "Sev 1 & 2"
        tags: [a, b]
        members: [ada@example.com]
        size: 10
        notes:
          - title: how to
            text: Call ada
          - title: "on"
            text: "1.10"
      - name: old
        tags: []
        members: []
        size: 10
        archived: true
      - name: releases
        tags: []
        members: []
        size: 10
    teams:
      - handle: oncall
        rooms: [incidents]
`);
  expect(stderr).toBe("Imported 6 things.\n");
  expect(code).toBe(0);
});

test("a plan of what was imported takes everything over and changes nothing", async () => {
  const here = place();
  office(here.fake);
  const { code, plan, stderr } = await replan(here, (await here.run("import acme")).stdout);
  expect(plan?.summary, stderr).toMatchObject({ adopt: 6, create: 0, update: 0, delete: 0, blocked: 0, failed: 0 });
  expect(code).toBe(0);
  expect(here.fake.writes).toEqual([]);
});

test("reads nothing of kinds that are not asked for, and of parents no more than their keys", async () => {
  const here = place();
  office(here.fake);
  here.fake.addNote("old", { title: "last" });
  const { stdout } = await here.run("import acme rooms.notes");
  expect(stdout).toContain("    rooms:\n      - name: incidents\n        notes:\n          - title: how to\n");
  expect(stdout).toContain("      - name: old\n        archived: true\n        notes:\n          - title: last\n");
  expect(stdout).not.toMatch(/topic|size|teams|releases/);
  expect(here.fake.reads.filter((read) => read.includes("teams") || read.includes("people"))).toEqual([]);
});

test("a selected kind comes with what is nested in it, and says which declared kinds are not in the output", async () => {
  const here = place({ "acme.yaml": manifest("    teams: []\n") });
  office(here.fake);
  const { stdout, stderr } = await here.run("import acme rooms");
  expect(stdout).toContain("- title: how to");
  expect(stdout).not.toContain("teams:");
  expect(stderr).toContain("The manifest declares teams too");
});

test.each(["list rooms 2", "list rooms.notes incidents 1", "list teams 1", "name people", "identity"])(
  "where '%s' fails nothing is printed",
  async (what) => {
    const here = place();
    office(here.fake);
    here.fake.failRead(what, "PERMISSION");
    const { code, stdout, stderr } = await here.run("import acme");
    const asked = what !== "identity";
    expect(code, stderr).toBe(asked ? 1 : 0);
    expect(stdout === "").toBe(asked);
    if (asked) expect(stderr).toContain(`The fake failed: ${what}.`);
  },
);

test("of two things under one key none is written, with what is in them, and both are named", async () => {
  const here = place();
  office(here.fake);
  here.fake.addRoom({ name: "Incidents" });
  const { code, stdout, stderr } = await here.run("import acme");
  expect(code).toBe(0);
  expect(stderr).toContain("rooms/incidents: left out, since 2 things go by this key.");
  expect(stdout).not.toMatch(/name: incidents/i);
  expect(stdout).not.toContain("how to");
  expect((await replan(here, stdout)).plan.summary).toMatchObject({ create: 0, update: 0, blocked: 0 });
});

test("a list that names somebody whom nobody can name is left out, and the rest of the entry stays", async () => {
  const here = place();
  here.fake.addRoom({ name: "incidents", topic: "kept", members: ["u-gone"] });
  const { stdout, stderr } = await here.run("import acme");
  expect(stdout).toContain("topic: kept");
  expect(stdout).not.toContain("members");
  expect(stderr).toContain("rooms/incidents: members left out, since it names something that nobody can see or name.");
});

test("defaults go, since they would lie beneath what was imported", async () => {
  const here = place({
    "acme.yaml": manifest("    rooms: []\n", '  defaults:\n    rooms: { topic: "new", notes: [{ title: rules }] }\n'),
  });
  here.fake.addRoom({ name: "incidents" });
  const { stdout } = await here.run("import acme");
  expect(stdout).not.toContain("defaults");
  expect((await replan(here, stdout)).plan.summary).toMatchObject({ adopt: 1, create: 0, update: 0 });
});

test("what looks like a credential is left out and never printed", async () => {
  const here = place();
  const token = `ghp_${"A1b2".repeat(9)}`;
  here.fake.addRoom({ name: "incidents", topic: `use ${token}` });
  here.fake.addRoom({ name: token });
  const { code, stdout, stderr } = await here.run("import acme --log-level debug");
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(token);
  expect(stderr).toContain("rooms/incidents: topic left out, since it holds what looks like a credential.");
  expect(stderr).toContain("rooms/********: left out, since it holds what looks like a credential.");
});

test.each([
  { line: "import acme roms", says: 'Fake has no kind "roms". Did you mean "rooms"?' },
  { line: "import acmee", says: 'There is no Integration "acmee". Did you mean "acme"?' },
  { line: "import acme/rooms", says: '"acme/rooms" is more than the name of an Integration.' },
  { line: "import", says: "" },
])("'$line' asks no system", async ({ line, says }) => {
  const here = place();
  const { code, stdout, stderr } = await here.run(line);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(says);
  expect(here.fake.reads).toEqual([]);
});
