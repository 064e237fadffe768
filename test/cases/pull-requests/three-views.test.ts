/** What a pull request changes, what was different before, and what the manifests alone tell. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Plan } from "../../../src/api/index.ts";
import { folderOf } from "../../support/cli.ts";
import { contentOf } from "../files.ts";
import { pullRequest, rooms, told } from "./stage.ts";

const two = "{ name: a, topic: one, tags: [x] }, { name: b, topic: two }";

describe("plan --base", () => {
  test("tells field by field what the head changes and what was different before", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    await pr.run("apply --auto-approve");
    Object.assign(pr.fake.room("a") as object, { tags: ["y"] });
    Object.assign(pr.fake.room("b") as object, { topic: "moved" });
    pr.change({ "acme.yaml": rooms("{ name: b, topic: two }, { name: a, topic: ONE, tags: [x] }, { name: c }") });
    const plan = await pr.plan();
    expect(told(plan)).toEqual([
      "update rooms/a /topic=change /tags=drift change",
      "create rooms/c change",
      "update rooms/b /topic=drift drift",
    ]);
    expect(plan.base).toEqual({ ref: "main", commit: pr.git("rev-parse", "main") });
  });

  test("takes what both sides declare and is gone for drift, and needs no record of earlier runs", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    pr.fake.addRoom({ name: "a", topic: "other", tags: ["x"] });
    pr.change({ "acme.yaml": rooms(`${two}, { name: c }`) });
    expect(told(await pr.plan())).toEqual([
      "create rooms/c change",
      "adopt rooms/a /topic=drift drift",
      "create rooms/b drift",
    ]);
  });

  test("tells removals that the head causes from those that were left over", async () => {
    const pr = pullRequest({ "acme.yaml": rooms("{ name: a }, { name: b }, { name: c }") });
    await pr.run("apply --auto-approve");
    pr.git("switch", "--quiet", "main");
    pr.commit({ "acme.yaml": rooms("{ name: a }, { name: b }") });
    pr.git("switch", "--quiet", "--create", "later");
    pr.change({ "acme.yaml": rooms("{ name: a }", { spec: "  policy: { prune: true }\n" }) });
    expect(told(await pr.plan())).toEqual(["delete rooms/b change", "delete rooms/c drift"]);
  });

  test("puts both groups under headings of their own", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    await pr.run("apply --auto-approve");
    Object.assign(pr.fake.room("b") as object, { topic: "moved" });
    pr.change({ "acme.yaml": rooms(two.replace("one", "new")) });
    const { stdout, code } = await pr.run("plan --base main");
    const [head = "", , ...lines] = stdout.split("\n").map((line) => line.replace(/ {2,}/g, "  ").trimEnd());
    expect(head).toBe(`Compared with main, at ${pr.git("rev-parse", "main").slice(0, 12)}.`);
    expect(lines).toEqual([
      "  changed since:",
      "  ~ rooms/a  acme.yaml:6",
      '  topic  "one" -> "new"',
      "  different before:",
      "  ~ rooms/b  acme.yaml:6",
      '  topic  "moved" -> "two"  drift',
      "0 to create, 2 to change (1 drift), 0 to remove. Nothing was written.",
      "",
    ]);
    expect(code).toBe(0);
  });

  test("keeps the cause of a renamed entry, and of one whose lifecycle alone lets it be made anew", async () => {
    const sized = "{ name: a, size: 20 }, { name: b, topic: two }";
    const pr = pullRequest({ "acme.yaml": rooms(sized) });
    await pr.run("apply --auto-approve");
    Object.assign(pr.fake.room("a") as object, { size: 5 });
    Object.assign(pr.fake.room("b") as object, { topic: "moved" });
    pr.change({
      "acme.yaml": rooms(
        "{ name: a, size: 20, lifecycle: { allowReplace: true } }, { name: z, topic: two, lifecycle: { previously: [b] } }",
      ),
    });
    expect(told(await pr.plan())).toEqual([
      "replace rooms/a /size=drift change",
      "update rooms/z /name=change /topic=drift change",
    ]);
  });

  test("compares with where the branch left, not with what is new on the base since", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    await pr.run("apply --auto-approve");
    const left = pr.git("rev-parse", "main");
    pr.change({ "other.txt": "" });
    pr.git("switch", "--quiet", "main");
    pr.commit({ "acme.yaml": rooms(`${two}, { name: new }`) });
    pr.git("switch", "--quiet", "change");
    const plan = await pr.plan();
    expect({ told: told(plan), commit: plan.base?.commit }).toEqual({ told: [], commit: left });
  });

  test("leaves working folder, index and temporary folder as they were", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    pr.change({ "acme.yaml": rooms("{ name: a }") });
    writeFileSync(join(pr.folder, "acme.yaml"), rooms("{ name: uncommitted }"));
    writeFileSync(join(pr.folder, ".git/hooks/post-checkout"), "#!/bin/sh\ntouch hooked\n", { mode: 0o755 });
    const before = contentOf(pr.folder);
    const temporary = folderOf();
    vi.stubEnv("TMPDIR", temporary);
    // What comes after this file looks for its folder before a test of its own begins.
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(told(await pr.plan())).toEqual(["create rooms/uncommitted change"]);
    await pr.run("plan --base nowhere");
    expect(contentOf(pr.folder)).toEqual(before);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("a plan that was saved with it is applied like any other", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    await pr.run("apply --auto-approve");
    Object.assign(pr.fake.room("b") as object, { topic: "moved" });
    pr.change({ "acme.yaml": rooms(two.replace("one", "new")) });
    expect((await pr.run("plan --base main --out plan.json")).code).toBe(0);
    const saved = JSON.parse(readFileSync(join(pr.folder, "plan.json"), "utf8")) as Plan;
    const without = JSON.parse((await pr.run("plan -o json")).stdout) as Plan;
    expect(saved.hash).toBe(without.hash);
    expect((await pr.run("show plan.json")).stdout).toContain("different before:");
    expect((await pr.run("apply plan.json --auto-approve")).code).toBe(0);
    expect(pr.fake.rooms).toMatchObject([{ topic: "new" }, { topic: "two" }]);
  });
});

describe("plan --base --offline", () => {
  test("asks no system, reads no credential and tells the same by entry and field", async () => {
    const credentials = "  credentials: { token: { env: NOT_SET } }\n";
    const pr = pullRequest({ "acme.yaml": rooms(two, { spec: credentials }) });
    pr.change({ "acme.yaml": rooms("{ name: a, topic: ONE, tags: [x] }, { name: c }", { spec: credentials }) });
    const plan = await pr.plan("--offline");
    expect(told(plan)).toEqual([
      "update rooms/a /topic=change change",
      "create rooms/c change",
      "blocked(delete) PruneDisabled rooms/b change",
    ]);
    expect(plan.integrations[0]).toMatchObject({
      ...{ view: "offline", inventory: "absent", system: null, error: null, requests: { read: 0 } },
      changes: [
        { fields: [{ path: "/topic", before: "one", after: "ONE" }], source: { file: "acme.yaml", line: 7 } },
        {},
        {},
      ],
    });
    expect(pr.fake.reads).toEqual([]);
    expect((await pr.run("plan --base main --offline")).stdout).toMatch(/^acme {3}fake +offline$/m);
  });

  test("says that an Integration is gone, and removes nothing for it", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two), "b.yaml": rooms("{ name: b2 }", { name: "other" }) });
    pr.change({ "b.yaml": null });
    const plan = await pr.plan("--offline");
    expect(plan.base?.notices).toEqual([{ code: "IntegrationRemoved", message: expect.stringContaining("other") }]);
    expect(told(plan)).toEqual([]);
  });

  test.each([
    { flags: "--detailed-exitcode", head: rooms(two), code: 0 },
    { flags: "--detailed-exitcode", head: rooms("{ name: a, topic: one, tags: [x] }"), code: 0 },
    { flags: "--detailed-exitcode", head: rooms(`${two}, { name: c }`), code: 2 },
    { flags: "", head: rooms(`${two}, { name: c }`), code: 0 },
    { flags: "--only acme/rooms/zzz", head: rooms(two), code: 1 },
    { flags: "--only acme/rooms/b", head: rooms("{ name: a }"), code: 0 },
  ])("ends with $code with $flags, case %#", async ({ flags, head, code }) => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    pr.change({ "acme.yaml": head });
    expect((await pr.run(`plan --base main --offline ${flags}`)).code).toBe(code);
  });

  test("can be saved to be shown, and is refused as something to apply", async () => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    pr.change({ "acme.yaml": rooms(`${two}, { name: c }`) });
    expect((await pr.run("plan --base main --offline --out plan.json")).stderr).toContain("plumbline show plan.json");
    expect((await pr.run("show plan.json")).stdout).toContain("+ rooms/c");
    expect(await pr.run("apply plan.json --auto-approve")).toMatchObject({ code: 1 });
    expect(pr.fake.writes).toEqual([]);
  });

  test.each(["--offline", "--trust-head"])("%s without a base is a mistake that is named", async (flag) => {
    const pr = pullRequest({ "acme.yaml": rooms(two) });
    const { code, stderr } = await pr.run(`plan ${flag}`);
    expect(stderr).toContain(`${flag} goes with --base REF`);
    expect(code).toBe(1);
    expect(pr.fake.reads).toEqual([]);
    expect(existsSync(join(pr.folder, ".plumbline"))).toBe(false);
  });
});
