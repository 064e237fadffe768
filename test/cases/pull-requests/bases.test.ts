/** Bases that are not there, not whole, or odd: one clear error, or an empty base. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { cli, folderOf } from "../../support/cli.ts";
import { fakeSystem } from "../../support/fakes.ts";
import { gitEnv, repositoryIn } from "../../support/git.ts";
import { pullRequest, rooms, told } from "./stage.ts";

const acme = rooms("{ name: a }");
const offline = "plan --base main --offline";

describe("no base to compare with", () => {
  test.each<{ name: string; line: string; says: string }>([
    {
      name: "no such branch",
      line: "plan --base nowhere",
      says: "--base nowhere: there is no such commit, branch or tag",
    },
    { name: "a flag", line: "plan --base=--all", says: "--base --all: there is no such commit" },
    { name: "a range", line: "plan --base main..change", says: "--base main..change: there is no such commit" },
    { name: "standard input", line: `${offline} -f -`, says: "standard input has no base" },
    { name: "a folder outside", line: `${offline} -f ..`, says: '".." lies outside of the repository' },
    { name: "a glob outside", line: `${offline} -f /tmp/nobody/*.yaml`, says: "lies outside of the repository" },
  ])("$name is named", async ({ line, says }) => {
    const pr = pullRequest({ "acme.yaml": acme });
    const { code, stdout, stderr } = await pr.run(line, { stdin: acme });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("mistake in Plumbline");
    expect({ code, stdout, reads: pr.fake.reads }).toEqual({ code: 1, stdout: "", reads: [] });
  });

  test("a folder without Git, and a computer without it, are named", async () => {
    const pr = pullRequest({ "acme.yaml": acme });
    const bare = folderOf({ "acme.yaml": acme });
    expect((await pr.run(offline, { cwd: bare })).stderr).toContain("this folder is in no Git repository");
    expect((await pr.run(offline, { env: { PATH: bare } })).stderr).toContain("there is no `git` in the PATH");
  });

  test("a repository without a commit is named", async () => {
    const folder = folderOf({ "acme.yaml": acme });
    repositoryIn(folder).git("init", "--quiet", "--initial-branch=main");
    const { stderr } = await cli(offline.split(" "), { cwd: folder, env: gitEnv });
    expect(stderr).toContain("--base main: there is no such commit");
  });

  test("histories that have nothing in common are named", async () => {
    const pr = pullRequest({ "acme.yaml": acme });
    pr.git("switch", "--quiet", "--orphan", "island");
    pr.change({ "acme.yaml": acme });
    expect((await pr.run(offline)).stderr).toContain(
      "it has no merge base with HEAD, because they have no common history",
    );
  });

  test("a shallow clone is told how to become whole", async () => {
    const pr = pullRequest({ "acme.yaml": acme });
    pr.change({ "x.txt": "" });
    pr.git("switch", "--quiet", "main");
    pr.commit({ "y.txt": "" });
    pr.git("switch", "--quiet", "change");
    const clone = folderOf();
    const { git } = repositoryIn(clone);
    git("clone", "--quiet", "--depth=1", "--no-single-branch", `file://${pr.folder}`, ".");
    const run = (ref: string) =>
      cli(["plan", "--base", ref, "--offline"], { cwd: clone, env: gitEnv, connectors: [fakeSystem().connector] });
    expect((await run("origin/main")).stderr).toContain(
      "it has no merge base with HEAD, because this clone is shallow",
    );
    expect((await run("origin/other")).stderr).toContain("`fetch-depth: 0`");
    git("fetch", "--quiet", "--unshallow");
    expect((await run("origin/main")).code).toBe(0);
  });
});

describe("an odd base", () => {
  test("that lacks the folder is empty", async () => {
    const pr = pullRequest({ "readme.txt": "" });
    pr.change({ "new/acme.yaml": acme });
    expect(told(await pr.plan("--offline -f new"))).toEqual(["create rooms/a change"]);
    expect(told(await pr.plan("--offline", { cwd: join(pr.folder, "new") }))).toEqual(["create rooms/a change"]);
  });

  test("with a mistake says where, by the repository's names, and compares with the rest", async () => {
    const pr = pullRequest({
      "m/acme.yaml": acme,
      "m/wrong.yaml": acme.replace("name: acme", "name: wrong").replace("rooms:", "roms:"),
    });
    pr.change({ "m/wrong.yaml": null });
    const plan = await pr.plan("--offline -f m");
    expect(plan.base?.notices).toEqual([
      { code: "BaseInvalid", message: expect.stringMatching(/ m\/wrong\.yaml:6: .*roms/) },
    ]);
    expect(told(plan)).toEqual([]);
  });

  test.each(["", "m", "./m/", "m/acme.yaml", "m/*.yaml", "**/*.yaml"])("is found by -f %s", async (input) => {
    const pr = pullRequest({ "m/acme.yaml": acme });
    pr.change({ "m/acme.yaml": rooms("{ name: a }, { name: b }") });
    expect(told(await pr.plan(`--offline ${input && `-f ${input}`}`))).toEqual(["create rooms/b change"]);
  });

  test("is found by an absolute path, and from a folder below", async () => {
    const pr = pullRequest({ "m/acme.yaml": acme, "n/x.txt": "" });
    pr.change({ "m/acme.yaml": rooms("{ name: a }, { name: b }") });
    const cwd = join(pr.folder, "n");
    expect(told(await pr.plan(`--offline -f ${join(pr.folder, "m")}`))).toEqual(["create rooms/b change"]);
    expect(told(await pr.plan("--offline -f ../m", { cwd }))).toEqual(["create rooms/b change"]);
    expect(told(await pr.plan(`--offline -f ${join(pr.folder, "m")}`, { cwd }))).toEqual(["create rooms/b change"]);
  });

  test("with links is read through those that stay in it, and not through others", async () => {
    const outside = folderOf({ "acme.yaml": rooms("{ name: outside }", { name: "outside" }) });
    const pr = pullRequest({ "readme.txt": "" });
    pr.git("switch", "--quiet", "main");
    mkdirSync(join(pr.folder, "m"));
    symlinkSync("../files/real.txt", join(pr.folder, "m/acme.yaml"));
    symlinkSync(join(outside, "acme.yaml"), join(pr.folder, "m/absolute.yaml"));
    symlinkSync(`../..${join(outside, "acme.yaml")}`, join(pr.folder, "m/up.yaml"));
    symlinkSync("here/../../../../../etc/hostname", join(pr.folder, "m/winding.yaml"));
    symlinkSync(".", join(pr.folder, "m/here"));
    pr.commit({ "files/real.txt": acme });
    pr.git("switch", "--quiet", "change");
    pr.git("reset", "--quiet", "--hard", "main");
    for (const name of ["absolute", "up", "winding"]) pr.git("rm", "--quiet", `m/${name}.yaml`);
    pr.commit();
    const plan = await pr.plan("--offline -f m");
    expect({ told: told(plan), notices: plan.base?.notices }).toEqual({ told: [], notices: undefined });
    expect(plan.summary.unchanged).toBe(1);
  });

  test("keeps bytes as they are: names and texts beyond ASCII, line ends, and no filter runs", async () => {
    const text = rooms('{ name: "café ☕", topic: "ä\\tö" }').replaceAll("\n", "\r\n");
    const pr = pullRequest({ "größe/ä ö.yaml": text, ".gitattributes": "*.yaml text eol=lf filter=evil\n" });
    pr.git("config", "filter.evil.smudge", "touch pwned; cat");
    pr.change({ "x.txt": "" });
    const plan = await pr.plan("--offline");
    expect({ told: told(plan), unchanged: plan.summary.unchanged }).toEqual({ told: [], unchanged: 1 });
    expect(readdirSync(pr.folder)).not.toContain("pwned");
  });

  test("of many files is read whole", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1201 }, (_, index) => [
        `m/i${index}.yaml`,
        rooms(`{ name: r${index} }`, { name: `i${index}` }),
      ]),
    );
    const pr = pullRequest(many);
    pr.change({ "m/i1200.yaml": rooms("{ name: r1200 }, { name: b }", { name: "i1200" }) });
    const plan = await pr.plan("--offline");
    expect({ told: told(plan), unchanged: plan.summary.unchanged }).toEqual({
      told: ["create rooms/b change"],
      unchanged: 1201,
    });
  });

  test("is read with Git variables, an editor and secrets around, and none of them reaches Git", async () => {
    const pr = pullRequest({ "acme.yaml": acme });
    pr.change({ "acme.yaml": rooms("{ name: b }") });
    const seen = join(folderOf(), "seen");
    const bin = folderOf({ git: `#!/bin/sh\nPATH=${gitEnv.PATH}\nenv >> ${seen}\nexec git "$@"\n` });
    chmodSync(join(bin, "git"), 0o755);
    const env = { GIT_DIR: "/nowhere", GIT_SSL_CAINFO: "/ca", EDITOR: "vi", PAGER: "less", TOKEN: "s3cr3t-0123456789" };
    expect(told(await pr.plan("--offline", { env: { ...env, PATH: bin } }))).toHaveLength(2);
    expect(readFileSync(seen, "utf8")).not.toMatch(/GIT_DIR|GIT_SSL|EDITOR|PAGER|s3cr3t/);
  });

  test("leaves no temporary folder when it is interrupted", async () => {
    const pr = pullRequest({ "acme.yaml": acme });
    const temporary = folderOf();
    vi.stubEnv("TMPDIR", temporary);
    // What comes after this file looks for its folder before a test of its own begins.
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, stderr } = await pr.run(offline, { signals: (send) => setImmediate(send) });
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining("Interrupted") });
    await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]));
  });
});
