import { expect, test } from "vitest";
import { checkAll } from "../../src/manifests/checks.ts";
import type { LoadedConfiguration } from "../../src/manifests/configuration.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import { forge, forgeManifest, manifestsOf } from "./forge.ts";

const platforms = runtimePlatforms({
  names: ["forge"],
  load: async (name) => (name === "forge" ? forge : "unloaded"),
});

const credentials = "credentials: { token: { env: TOKEN } }";
const codes = (problems: { code: string }[]) => problems.map(({ code }) => code);

function configurationOf(options: Partial<LoadedConfiguration>): LoadedConfiguration {
  return { file: "plumbline.config.yaml", folder: "/repo", value: {}, problems: [], ...options };
}

test("manifests that are right have no problems", async () => {
  const manifests = [
    forgeManifest(`${credentials}\nresources: { repositories: [{ name: a }] }`),
    ...manifestsOf("kind: Rule\nmetadata: { name: r }\nspec: { trigger: { integration: acme }, actions: [] }\n"),
  ];
  expect(await checkAll(manifests, { platforms, configuration: configurationOf({}) })).toEqual([]);
});

test("all kinds of problems come from one call, sorted by place", async () => {
  const manifests = [
    forgeManifest(
      `
      ${credentials}
      dependsOn: [lost]
      resources:
        repositories: [{ name: a }, { name: A }]
        teams: [{ name: x, parents: [x] }]
    `,
      { file: "b.yaml" },
    ),
    ...manifestsOf(
      `kind: Rule\nmetadata: { name: r }\nspec: { title: "ghp_${"aB3d".repeat(9)}", trigger: {}, actions: [] }\n`,
      "a.yaml",
    ),
  ];
  const configuration = configurationOf({ value: { allow: { env: [] } } });
  const problems = await checkAll(manifests, { platforms, configuration });
  expect(problems.map(({ code, file, line }) => `${file}:${line} ${code}`)).toEqual([
    "a.yaml:3 LiteralSecret",
    "b.yaml:6 NotAllowed",
    "b.yaml:7 UnknownIntegration",
    "b.yaml:9 DuplicateKey",
    "b.yaml:10 ReferenceCycle",
  ]);
});

test("a sealed value is refused with the reason, since nothing can open it yet", async () => {
  const sealed = forgeManifest("credentials: { token: { sealed: v1 } }");
  expect(await checkAll([sealed], { platforms })).toMatchObject([
    { code: "Unsupported", path: "/spec/credentials/token", message: expect.stringContaining("plumbline secrets") },
  ]);
});

test("a manifest that is there twice is one problem, not one for each of its entries", async () => {
  const spec = `${credentials}\nresources: { repositories: [{ name: a }, { name: b }] }`;
  const manifests = [forgeManifest(spec, { file: "a.yaml" }), forgeManifest(spec, { file: "b.yaml" })];
  expect(codes(await checkAll(manifests, { platforms }))).toEqual(["DuplicateObject"]);
});

test("while the configuration is wrong, its own problems are all that is said on trust", async () => {
  const configuration = configurationOf({
    value: { allow: { env: [] } },
    problems: [{ code: "UnknownField", message: "x", file: "plumbline.config.yaml", line: 1 }],
  });
  expect(codes(await checkAll([forgeManifest(credentials)], { platforms, configuration }))).toEqual(["UnknownField"]);
});

test("of a connector whose code may not run, trust is checked and entries are not", async () => {
  const manifest = forgeManifest(`${credentials}\nresources: { repositories: [{ name: a }, { name: a }] }`);
  manifest.object.spec.platform = "own";
  const configuration = configurationOf({ value: { allow: { env: [] } } });
  expect(codes(await checkAll([manifest], { platforms, configuration }))).toEqual(["NotAllowed"]);
});
