/** Names with blanks, slashes and percent signs in addresses. Public report: github.com/integrations/terraform-provider-github/issues/1545 (2023). */
import { expect, test } from "vitest";
import { changesOf, githubManifest, onGitHub } from "../stage.ts";

const names = [
  "Test - Env",
  "customer/production",
  "100%",
  "a+b#c?d",
  "prod é",
  "%2F",
  "a&b=c",
  "~1",
  "…",
  "back\\slash",
];
const repositories = [{ name: "api" }];
const list = "/repos/acme/api/labels";

const colored = (color: string, labels: readonly string[]): string =>
  githubManifest(
    `    repositories:\n      - name: api\n        labels: [${labels
      .map((name) => `{ name: ${JSON.stringify(name)}, color: "${color}" }`)
      .join(", ")}]\n`,
    "prune: true, maxRemovals: 100",
  );

test("each name is one segment of the path, encoded once, and comes back as it was written", async () => {
  const stage = await onGitHub({ "acme.yaml": colored("d73a4a", names) }, { repositories });
  await stage.expectQuiet();
  expect(Object.keys(await stage.github.labels("api")).sort()).toEqual([...names].sort());
  stage.write("acme.yaml", colored("0052cc", names));
  stage.proxy.reset();
  await stage.expectQuiet();
  const written = stage.proxy
    .writes()
    .map(({ method, path }) => [method, path.startsWith(`${list}/`), lastSegment(path)]);
  expect(written.sort()).toEqual(names.map((name) => ["PATCH", true, name]).sort());
});

test("each name is deleted by its own address and no other", async () => {
  const stage = await onGitHub({ "acme.yaml": colored("d73a4a", names) }, { repositories });
  await stage.expectQuiet();
  stage.write("acme.yaml", colored("d73a4a", []));
  stage.proxy.reset();
  const { code, stdout, stderr } = await stage.run(`apply --auto-approve --confirm-removals ${names.length}`);
  expect(code, stdout + stderr).toBe(0);
  expect(
    stage.proxy
      .writes()
      .map(({ method, path }) => `${method} ${lastSegment(path)}`)
      .sort(),
  ).toEqual(names.map((name) => `DELETE ${name}`).sort());
  expect(await stage.github.labels("api")).toEqual({});
});

test("keys in JSON keep a slash inside a name apart from the one between segments", async () => {
  const stage = await onGitHub({ "acme.yaml": colored("d73a4a", names) }, { repositories });
  const keys = changesOf(await stage.plan()).filter((change) => change.startsWith("create "));
  const escaped = names.map((name) => name.toLowerCase().replaceAll("~", "~0").replaceAll("/", "~1"));
  expect(keys.sort()).toEqual(escaped.map((name) => `create repositories.labels/api/${name}`).sort());
  expect(keys).toContain("create repositories.labels/api/customer~1production");
});

/** Environments of these names, each with a variable. */
const environments = (entries: readonly string[], value: string): string =>
  githubManifest(
    `    repositories:\n      - name: api\n        environments:\n${entries
      .map((name) => `          - { name: ${JSON.stringify(name)}, variables: [{ name: WHERE, value: ${value} }] }\n`)
      .join("")}`,
    "prune: true, maxRemovals: 100",
  );

test("an environment's name is one segment of its path and of its variables' paths, encoded once", async () => {
  const stage = await onGitHub({ "acme.yaml": environments(names, "here") }, { repositories });
  const keys = changesOf(await stage.plan());
  expect(keys).toContain("create repositories.environments/api/customer~1production");
  expect(keys).toContain("create repositories.environments.variables/api/customer~1production/WHERE");
  await stage.expectQuiet();
  const made = (method: string) => stage.proxy.writes().filter((write) => write.method === method);
  const environmentIn = ({ path }: { path: string }) => decodeURIComponent(path.split("/")[5] ?? "");
  expect(made("PUT").map(environmentIn).sort()).toEqual([...names].sort());
  expect(made("POST").map(environmentIn).sort()).toEqual([...names].sort());
  for (const { path } of made("PUT")) expect(path.split("/")).toHaveLength(6);
  expect(stage.proxy.writes().some(({ path }) => path.includes("/environments/Test%20-%20Env/"))).toBe(true);
  const { body } = await stage.github.api("GET", "/repos/acme/api/environments?per_page=100");
  const live = (body as { environments: { name: string }[] }).environments.map(({ name }) => name);
  expect(live.sort()).toEqual([...names].sort());
  stage.write("acme.yaml", environments(names, "there"));
  stage.proxy.reset();
  await stage.expectQuiet();
  expect(made("PATCH").map(environmentIn).sort()).toEqual([...names].sort());
});

test("an environment is deleted by its own address, with all that stood in it", async () => {
  const stage = await onGitHub({ "acme.yaml": environments(names, "here") }, { repositories });
  await stage.expectQuiet();
  stage.write("acme.yaml", environments(["100%"], "here"));
  stage.proxy.reset();
  const removals = 2 * (names.length - 1); // each with its variable
  const { code, stdout, stderr } = await stage.run(`apply --auto-approve --confirm-removals ${removals}`);
  expect(code, stdout + stderr).toBe(0);
  const deleted = stage.proxy.writes().map(({ method, path }) => `${method} ${lastSegment(path)}`);
  const gone = names.filter((name) => name !== "100%").map((name) => `DELETE ${name}`);
  expect(deleted.filter((line) => !line.endsWith(" WHERE")).sort()).toEqual(gone.sort());
  await stage.expectQuiet();
});

test.each([".", ".."])("an environment called %j never becomes an address of something else", async (name) => {
  const stage = await onGitHub({ "acme.yaml": environments([name], "here") }, { repositories });
  await stage.run("apply --auto-approve");
  expect(stage.proxy.writes()).toEqual([]);
  expect(await stage.github.repository("api")).toMatchObject({ name: "api", archived: false });
});

test.each([".", ".."])("a label called %j never becomes an address of something else", async (name) => {
  const stage = await onGitHub({ "acme.yaml": colored("d73a4a", [name]) }, { repositories });
  await stage.run("apply --auto-approve");
  for (const [color, labels] of [
    ["0052cc", [name]],
    ["0052cc", []],
  ] as const) {
    stage.write("acme.yaml", colored(color, labels));
    await stage.run("apply --auto-approve --confirm-removals 1");
  }
  expect(stage.proxy.writes().filter(({ path }) => !path.startsWith(list))).toEqual([]);
  expect(await stage.github.repository("api")).toMatchObject({ name: "api", archived: false });
});

function lastSegment(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
}
