import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/connector-kit/http/clock.ts";
import { loadManifests } from "../../src/manifests/load.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { createFolderSource, type FolderOptions } from "../../src/sources/folder.ts";
import type { Snapshot, Source } from "../../src/sources/source.ts";
import { folderOf } from "../support/cli.ts";

const hook = (name: string, title = "A hook") =>
  [
    "apiVersion: plumbline.dev/v1alpha1",
    "kind: Integration",
    `metadata: { name: ${name} }`,
    `spec: { title: ${title}, platform: github, connection: { organization: acme } }`,
    "",
  ].join("\n");

interface Watched {
  folder: string;
  source: Source;
  first: Snapshot;
  write(name: string, text: string): void;
  /** The next snapshot for which it holds. */
  until(holds: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  snapshots: Snapshot[];
}

async function watching(
  files: Record<string, string>,
  prepare: (folder: string) => void = () => undefined,
  inputs = ["m"],
  more: (folder: string) => Pick<FolderOptions, "also" | "beside"> = () => ({}),
): Promise<Watched> {
  const folder = folderOf(files);
  prepare(folder);
  const platforms = builtinPlatforms();
  const snapshots: Snapshot[] = [];
  let seen: () => void = () => undefined;
  const source = createFolderSource({
    ...more(folder),
    inputs,
    cwd: folder,
    clock: systemClock(),
    quiet: 30,
    load: () => loadManifests({ inputs, cwd: folder, platforms }),
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => source.close());
  await source.start((snapshot) => {
    snapshots.push(snapshot);
    seen();
  });
  return {
    folder,
    source,
    first: snapshots[0] as Snapshot,
    snapshots,
    write: (name, text) => writeFileSync(join(folder, "m", name), text),
    async until(holds) {
      for (;;) {
        const last = snapshots.at(-1);
        if (last && holds(last)) return last;
        await new Promise<void>((resolve) => {
          seen = resolve;
        });
      }
    },
  };
}

const titles = ({ manifests }: Snapshot) =>
  Object.fromEntries(manifests.map(({ object }) => [object.metadata.name, object.spec.title]));

test("what stands in the folder is in force, and changes, additions and removals follow", async () => {
  const it = await watching({ "m/a.yaml": hook("a") });
  expect(titles(it.first)).toEqual({ a: "A hook" });
  it.write("b.yaml", hook("b"));
  await it.until((one) => "b" in titles(one));
  it.write("a.yaml", hook("a", "Another"));
  await it.until((one) => titles(one).a === "Another");
  unlinkSync(join(it.folder, "m/b.yaml"));
  const last = await it.until((one) => !("b" in titles(one)));
  expect([titles(last), last.problems, last.held]).toEqual([{ a: "Another" }, [], []]);
  expect(new Set(it.snapshots.map(({ revision }) => revision)).size).toBe(it.snapshots.length);
});

test("what an editor saves by renaming is seen, again and again", async () => {
  const it = await watching({ "m/a.yaml": hook("a") });
  for (const title of ["One", "Two", "Three"]) {
    it.write(".a.yaml.swp", hook("a", title));
    renameSync(join(it.folder, "m/.a.yaml.swp"), join(it.folder, "m/a.yaml"));
    await it.until((one) => titles(one).a === title);
  }
  expect(it.snapshots.every(({ manifests }) => manifests.length === 1)).toBe(true);
});

test("a file that becomes wrong keeps its last good version in force and says so, until it is right again", async () => {
  const it = await watching({ "m/a.yaml": hook("a"), "m/b.yaml": hook("b") });
  it.write("a.yaml", hook("a").replace("platform", "plattform"));
  const wrong = await it.until(({ problems }) => problems.length > 0);
  expect(titles(wrong)).toEqual({ a: "A hook", b: "A hook" });
  expect(wrong.revision).toBe(it.first.revision);
  expect(wrong.held).toMatchObject([
    { kind: "Integration", namespace: "default", name: "a", problem: { file: "m/a.yaml" } },
  ]);
  it.write("b.yaml", hook("b", "Goes on"));
  await it.until((one) => titles(one).b === "Goes on");
  it.write("a.yaml", hook("a", "Right"));
  const right = await it.until(({ problems }) => problems.length === 0);
  expect([titles(right), right.held]).toEqual([{ a: "Right", b: "Goes on" }, []]);
});

test("of a file that cannot be parsed every object stays in force", async () => {
  const it = await watching({ "m/a.yaml": `${hook("a")}---\n${hook("b")}` });
  it.write("a.yaml", `${hook("a")}---\n{ plumbline.dev/: [`);
  const wrong = await it.until(({ problems }) => problems.length > 0);
  expect(wrong.held.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(titles(wrong)).toEqual({ a: "A hook", b: "A hook" });
});

test("a reference that leads nowhere holds back its own document only", async () => {
  const it = await watching({ "m/a.yaml": `${hook("a")}---\n${hook("b")}---\n${hook("c")}` });
  const broken = hook("b", "New").replace("organization: acme }", "organization: acme }, dependsOn: [none]");
  it.write("a.yaml", `${hook("a", "New")}---\n${broken}---\n${hook("c", "New")}`);
  const wrong = await it.until(({ problems }) => problems.length > 0);
  expect(titles(wrong)).toEqual({ a: "New", b: "A hook", c: "New" });
  expect(wrong.held.map(({ name }) => name)).toEqual(["b"]);
});

test("a folder that goes away removes nothing, and is followed again once it is back", async () => {
  const it = await watching({ "m/a.yaml": hook("a") });
  renameSync(join(it.folder, "m"), join(it.folder, "gone"));
  const away = await it.until(({ problems }) => problems.length > 0);
  expect([titles(away), away.held.map(({ name }) => name)]).toEqual([{ a: "A hook" }, ["a"]]);
  mkdirSync(join(it.folder, "m"));
  it.write("a.yaml", hook("a", "Back"));
  await it.until((one) => titles(one).a === "Back");
  it.write("a.yaml", hook("a", "Followed"));
  const last = await it.until((one) => titles(one).a === "Followed");
  expect(last.problems).toEqual([]);
});

test("a ConfigMap that Kubernetes swaps by its ..data link is read anew, twice", async () => {
  const version = (folder: string, name: string, title: string) => {
    mkdirSync(join(folder, "m", name), { recursive: true });
    writeFileSync(join(folder, "m", name, "a.yaml"), hook("a", title));
  };
  const it = await watching({}, (folder) => {
    version(folder, "..2026_1", "One");
    symlinkSync("..2026_1", join(folder, "m/..data"));
    symlinkSync("..data/a.yaml", join(folder, "m/a.yaml"));
  });
  expect(titles(it.first)).toEqual({ a: "One" });
  let before = "..2026_1";
  for (const [name, title] of [
    ["..2026_2", "Two"],
    ["..2026_3", "Three"],
  ] as const) {
    version(it.folder, name, title);
    symlinkSync(name, join(it.folder, "m/..data_tmp"));
    renameSync(join(it.folder, "m/..data_tmp"), join(it.folder, "m/..data"));
    rmSync(join(it.folder, "m", before), { recursive: true });
    before = name;
    const swapped = await it.until((one) => titles(one).a === title);
    expect(swapped.problems).toEqual([]);
  }
});

test("a folder behind a link is followed, below a folder whose name begins with a dot too", async () => {
  const it = await watching({ ".real/a.yaml": hook("a") }, (folder) => symlinkSync(".real", join(folder, "m")));
  writeFileSync(join(it.folder, ".real/a.yaml"), hook("a", "Through the link"));
  await it.until((one) => titles(one).a === "Through the link");
  const dotted = await watching({ ".real/a.yaml": hook("a") }, undefined, [".real"]);
  writeFileSync(join(dotted.folder, ".real/a.yaml"), hook("a", "Dotted"));
  await dotted.until((one) => titles(one).a === "Dotted");
});

test("looking by hand finds the same, and what changed nothing is not told", async () => {
  const it = await watching({ "m/a.yaml": hook("a") });
  await it.source.look();
  it.write("a.yaml", `# a comment\n${hook("a")}`);
  await it.source.look();
  expect(it.snapshots).toHaveLength(1);
});

test("nothing is told after it was closed", async () => {
  const it = await watching({ "m/a.yaml": hook("a") });
  await it.source.close();
  it.write("a.yaml", hook("a", "Late"));
  await it.source.look();
  expect(it.snapshots).toHaveLength(1);
});

test("what manifests rest on counts as part of them: a changed text beside them is a new snapshot of the same revision", async () => {
  const all = await watching({ "m/a.yaml": hook("a") }, undefined, ["m"], (folder) => ({
    also: [join(folder, "templates")],
    beside: async () =>
      existsSync(join(folder, "templates/x.hbs")) ? readFileSync(join(folder, "templates/x.hbs"), "utf8") : "",
  }));
  const change = (text: string) => {
    const count = all.snapshots.length;
    writeFileSync(join(all.folder, "templates/x.hbs"), text);
    return all.until(() => all.snapshots.length > count);
  };
  // The folder comes into being while it is watched.
  mkdirSync(join(all.folder, "templates"));
  const revisions = [(await change("one")).revision, (await change("two")).revision];
  expect(revisions).toEqual([all.first.revision, all.first.revision]);
});
