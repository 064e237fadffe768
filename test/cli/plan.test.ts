import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/api/index.ts";
import { manifest, place, twoRooms } from "./fixture.ts";

test("plan shows what would be done, writes nothing and leaves no file behind", async () => {
  const { fake, folder, run } = place();
  fake.addRoom({ name: "incidents", topic: "Sev 1" });
  const { code, stdout, stderr } = await run("plan");
  expect(stdout).toContain('      topic  "Sev 1" -> "Sev 1 and 2"');
  expect(stdout).toContain("  + rooms/releases           acme.yaml:10");
  expect(stdout).toMatch(/\n1 to create, 1 to change, 0 to remove. Nothing was written.\n$/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(fake.writes).toEqual([]);
  expect(readdirSync(folder)).toEqual(["acme.yaml"]);
});

test("plan -o json is a plan document of the published schema, and nothing else is on stdout", async () => {
  const { run } = place();
  const { stdout } = await run("plan -o json");
  const document: unknown = JSON.parse(stdout);
  const schema: object = JSON.parse(readFileSync(join(import.meta.dirname, "../../schemas/plan.json"), "utf8"));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  expect(ajv.validate(schema, document), ajv.errorsText()).toBe(true);
  expect(document).toMatchObject({
    kind: "Plan",
    summary: { create: 2 },
    integrations: [{ name: "acme", inventory: "absent" }],
  });
  expect(JSON.stringify(document)).not.toContain('manifest"');
});

test("--only counts nothing but what it names as unchanged", async () => {
  const { run } = place();
  await run("apply --auto-approve");
  const { stdout } = await run("plan --only acme/rooms/releases -o json");
  expect(JSON.parse(stdout)).toMatchObject({ summary: { unchanged: 1 }, integrations: [{ unchanged: 1 }] });
});

test("a create names the line that a default came from", async () => {
  const { run } = place({ "acme.yaml": manifest(twoRooms, "  defaults:\n    rooms: { topic: none }\n") });
  const { stdout } = await run("plan -o json");
  const fields = (JSON.parse(stdout) as Plan).integrations[0]?.changes[1]?.fields;
  expect(fields?.find(({ path }) => path === "/topic")?.source).toEqual({ file: "acme.yaml", line: 7 });
});

test("plan -o yaml says the same as JSON", async () => {
  const { run } = place();
  const [json, yaml] = [await run("plan -o json"), await run("plan -o yaml")];
  const without = (text: unknown) => ({ ...(text as object), createdAt: "" });
  expect(without(load(yaml.stdout))).toEqual(without(JSON.parse(json.stdout)));
});

test("--detailed-exitcode ends with 2 while there are changes, and with 0 once they are made", async () => {
  const { run } = place();
  expect((await run("plan --detailed-exitcode")).code).toBe(2);
  expect((await run("apply --auto-approve")).code).toBe(0);
  expect((await run("plan --detailed-exitcode")).code).toBe(0);
});

test("a wrong manifest is shown with its line, ends with 1, and no system is asked", async () => {
  const { fake, run } = place({ "acme.yaml": manifest("    rooms:\n      - name: a\n        topik: b\n") });
  for (const command of ["plan", "drift", "apply --auto-approve", "test acme"]) {
    const { code, stdout, stderr } = await run(command);
    expect(stderr).toContain("acme.yaml:9:");
    expect(stderr).toContain('Did you mean "topic"?');
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  }
  expect(fake.reads).toEqual([]);
});

test("something unread ends with 1 and is named, and the rest is planned", async () => {
  const { fake, run } = place({ "acme.yaml": manifest(`${twoRooms}    teams:\n      - handle: oncall\n`) });
  fake.failRead("list rooms 1", "PERMISSION");
  const { code, stdout } = await run("plan --detailed-exitcode");
  expect(stdout).toContain("× rooms could not be read: PERMISSION: The fake failed: list rooms 1.");
  expect(stdout).toContain("+ teams/oncall");
  expect(stdout).toContain("1 failed");
  expect(code).toBe(1);
});

describe("--only with a key that is nowhere", () => {
  test.each(["plan", "drift", "apply --auto-approve"])(
    "%s says so with the nearest key, ends with 1 and writes nothing",
    async (command) => {
      const { fake, run } = place({ "acme.yaml": manifest("    rooms:\n      - name: incidents\n") });
      const { code, stderr } = await run(`${command} --only acme/rooms/incident`);
      expect(stderr).toContain(
        '--only acme/rooms/incident: no rooms "incident" is declared or owned. Did you mean "incidents"?',
      );
      expect(code).toBe(1);
      expect(fake.writes).toEqual([]);
    },
  );
});

describe("--only", () => {
  const resources = `    rooms:
      - name: Incidents
        notes:
          - title: a
      - name: releases
      - name: incidents-2
        notes:
          - title: a
    teams:
      - handle: oncall
`;
  const files = {
    "acme.yaml": manifest(resources),
    "other.yaml": manifest("    teams: []\n").replace("name: acme", "name: acme, namespace: team-a"),
  };

  const allRooms = [
    ...["rooms/incidents", "rooms/releases", "rooms/incidents-2"],
    ...["rooms.notes/incidents/a", "rooms.notes/incidents-2/a"],
  ];

  test.each([
    { only: "acme", names: [...allRooms, "teams/oncall"] },
    { only: "default/acme", names: [...allRooms, "teams/oncall"] },
    { only: "acme/rooms", names: allRooms },
    { only: "acme/rooms/INCIDENTS", names: ["rooms/incidents", "rooms.notes/incidents/a"] },
    { only: "acme/rooms.notes/incidents/a", names: ["rooms.notes/incidents/a"] },
    { only: "team-a/acme", names: [] },
  ])("$only", async ({ only, names }) => {
    const { stdout } = await place(files).run(`plan -o json --only ${only}`);
    const plan = JSON.parse(stdout) as { integrations: { changes: { kind: string; key: string }[] }[] };
    expect(plan.integrations.flatMap(({ changes }) => changes.map(({ kind, key }) => `${kind}/${key}`))).toEqual(names);
  });

  test("may be repeated", async () => {
    const { stdout } = await place(files).run("plan --only acme/teams --only acme/rooms/releases");
    expect(stdout).toContain("\n2 to create,");
  });

  test.each([
    { only: "acm", says: 'There is no Integration "acm". Did you mean "acme"?' },
    { only: "zzzzzzzz", says: 'There is no Integration "zzzzzzzz". There is acme, acme.' },
    { only: "acme/roms", says: 'has no kind "roms". Did you mean "rooms"?' },
  ])("$only is refused, and no system is asked", async ({ only, says }) => {
    const { fake, run } = place(files);
    const { code, stderr } = await run(`plan --only ${only}`);
    expect(stderr).toContain(says);
    expect(code).toBe(1);
    expect(fake.reads).toEqual([]);
  });
});

describe("drift", () => {
  test("shows what moved outside and not what a manifest changed", async () => {
    const { fake, run } = place();
    await run("apply --auto-approve");
    (fake.room("incidents") as { topic: string }).topic = "moved";
    const { code, stdout } = await run("drift --detailed-exitcode");
    expect(stdout).toMatch(/topic {2}"moved" -> "Sev 1 and 2" +drift\n1 thing drifted. Nothing was written.\n$/);
    expect(code).toBe(2);
  });

  test("ends with 0 and says so where nothing moved, although a manifest did", async () => {
    const { folder, run } = place();
    await run("apply --auto-approve");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(folder, "acme.yaml"), manifest(twoRooms.replace("Sev 1 and 2", "new")));
    const { code, stdout } = await run("drift --detailed-exitcode");
    expect(stdout).toContain("No drift. Nothing was written.");
    expect(code).toBe(0);
    expect((await run("plan --detailed-exitcode")).code).toBe(2);
  });

  test("under Observe is shown with its fields, and ends with 2, while plan ends with 0", async () => {
    const files = { "acme.yaml": manifest(twoRooms, "  policy: { mode: Observe }\n") };
    const { fake, run } = place(files);
    fake.addRoom({ name: "incidents", topic: "x" });
    fake.addRoom({ name: "releases" });
    const { code, stdout } = await run("drift --detailed-exitcode");
    expect(stdout).toContain('topic  "x" -> "Sev 1 and 2"');
    expect(code).toBe(2);
    expect((await run("plan --detailed-exitcode")).code).toBe(0);
  });
});

describe("plan --out", () => {
  test("writes a file that only its owner can read, and no draft beside it", async () => {
    const { folder, run } = place();
    const { stderr } = await run("plan --out plan.json");
    expect(statSync(join(folder, "plan.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(["acme.yaml", "plan.json"]);
    expect(stderr).toContain("plumbline apply plan.json");
  });

  test("into a folder that is not there is one clear error", async () => {
    const { run } = place();
    const { code, stderr } = await run("plan --out no/plan.json");
    expect(stderr).toBe("plumbline: no/plan.json cannot be written: its folder does not exist.\n");
    expect(code).toBe(1);
  });

  test("saves a plan with failures, and says that it will be refused", async () => {
    const { fake, folder, run } = place();
    fake.failRead("list rooms 1");
    const { code, stderr } = await run("plan --out plan.json");
    expect(stderr).toContain("apply refuses the plan");
    expect(code).toBe(1);
    expect(existsSync(join(folder, "plan.json"))).toBe(true);
  });
});

test("a secret that a system repeats is on neither stream, in no format", async () => {
  const secret = "s3cr3t-token-value-0123456789";
  const files = { "acme.yaml": manifest(twoRooms, "  credentials: { token: { env: TOKEN } }\n") };
  const { fake, run } = place(files);
  fake.addRoom({ name: "incidents", topic: `token ${secret} and ${Buffer.from(secret).toString("base64")}` });
  for (const line of ["plan", "plan -o json", "plan -o yaml", "drift", "apply --auto-approve --log-level debug"]) {
    const { stdout, stderr } = await run(line, { env: { TOKEN: secret } });
    expect(stdout + stderr).toContain("(sensitive)");
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout + stderr).not.toContain(Buffer.from(secret).toString("base64"));
  }
});

test("a secret inside a resource is on neither stream either", async () => {
  const secret = "door-0p3ner-0123456789";
  const files = {
    "acme.yaml": manifest("    rooms:\n      - name: a\n        topic: b\n        token: { env: DOOR }\n"),
  };
  const { fake, folder, run } = place(files);
  fake.addRoom({ name: "a", topic: `the door opens with ${secret}` });
  for (const line of ["plan --out plan.json", "plan -o json", "apply --auto-approve", "plan"]) {
    const { stdout, stderr } = await run(line, { env: { DOOR: secret } });
    expect(stdout).toContain(line === "plan" ? "No changes" : "(sensitive)");
    expect(stdout + stderr).not.toContain(secret);
  }
  const saved = readFileSync(join(folder, "plan.json"), "utf8");
  expect(saved).toContain("DOOR");
  expect(saved).not.toContain(secret);
  expect((await run("show plan.json")).code).toBe(0);
});

test("a credential that is not set names its variable, and is the Integration's error", async () => {
  const files = { "acme.yaml": manifest(twoRooms, "  credentials: { token: { env: TOKEN } }\n") };
  const { code, stdout } = await place(files).run("plan");
  expect(stdout).toContain("× AUTH: credentials.token: the environment variable TOKEN is not set.");
  expect(code).toBe(1);
});

test("manifests may come from standard input", async () => {
  const { run } = place({});
  const { stdout } = await run("plan -f -", { stdin: manifest(twoRooms) });
  expect(stdout).toContain("<stdin>:10");
});
