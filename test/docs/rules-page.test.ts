/** The page on rules shows what is true: its fragments are valid, its templates give what it says, its list is whole. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { API_VERSION } from "../../src/api/schema.ts";
import { follow } from "../../src/expressions/paths.ts";
import { evaluateTemplate, parseTemplate } from "../../src/expressions/template.ts";
import { valueHelpers } from "../../src/expressions/template-helpers.ts";
import { loadManifests } from "../../src/manifests/load.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { runtimePlatforms } from "../../src/manifests/platforms.ts";
import { builtinActions } from "../../src/rules/builtin-actions.ts";
import { checkRules } from "../../src/rules/validate.ts";
import { desk } from "../rules/fixture.ts";
import { folderOf } from "../support/cli.ts";
import { blocksIn, sectionOf } from "./connector-pages.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/rules.md"), "utf8");
const builtIn = builtinPlatforms();
const own = runtimePlatforms({
  names: ["freshdesk"],
  load: async (name) => (name === "freshdesk" ? desk() : undefined),
});
const platforms: typeof builtIn = { ...builtIn, load: async (name) => (await own.load(name)) ?? builtIn.load(name) };

const token = { credentials: { token: { env: "T" } } };
const integrations = {
  "acme-github": { platform: "github", connection: { organization: "acme" }, ...token },
  "acme-slack": { platform: "slack", ...token },
  support: { platform: "freshdesk" },
};

/** The rows of the first table of a section whose first cell is code. */
function rowsOf(section: string | undefined): [string, string][] {
  return [...(section ?? "").matchAll(/^\| `(.*?)` \| (.*?) \|$/gm)].map(([, first = "", second = ""]) => [
    first.replaceAll("\\|", "|"),
    second,
  ]);
}

test.each(blocksIn(page, "yaml").map((text) => ({ text })))("validate accepts $text", async ({ text }) => {
  const spec = {
    trigger: { integration: "support" },
    actions: [{ action: "emit_event", parameters: { type: "a.b" } }],
  };
  const needed = text.includes("backup-chat") ? { "backup-chat": integrations["acme-slack"] } : {};
  const manifests = [
    ...Object.entries({ ...integrations, ...needed }).map(([name, one]) => ({
      kind: "Integration",
      metadata: { name },
      spec: one,
    })),
    { kind: "Rule", metadata: { name: "example" }, spec: { ...spec, ...(load(text) as object) } },
  ].map((one) => JSON.stringify({ apiVersion: API_VERSION, ...one }));
  const cwd = folderOf({ "all.yaml": manifests.join("\n---\n") });
  const { problems } = await loadManifests({ inputs: ["."], cwd, platforms, check: checkRules });
  expect(problems).toEqual([]);
});

test.each(rowsOf(sectionOf(page, "Templates")?.split("The blocks are")[0]))(
  "the template %s gives %s",
  (template, shown) => {
    const data = JSON.parse(/^`(\{"ticket".*)`:$/m.exec(page)?.[1] ?? "") as { ticket: object };
    const lookup = (path: readonly string[]) => follow(data, path) ?? follow(data.ticket, path);
    expect(JSON.stringify(evaluateTemplate(parseTemplate(template), lookup))).toBe(shown.slice(1, -1));
  },
);

test("the page lists the helpers that there are, with what they give", () => {
  const listed = rowsOf(sectionOf(page, "Templates")?.split("The blocks are")[1]);
  expect(listed).toEqual(Object.entries(valueHelpers).map(([name, { about }]) => [name, about]));
});

test("the page lists the actions that need no Integration, with all parameters", () => {
  const listed = rowsOf(sectionOf(page, "Actions")).map(([name, parameters]) => [
    name,
    [...(parameters.split(" | ")[0] ?? "").replaceAll(/\(.*?\)/g, "").matchAll(/`(\w+)`/g)]
      .map(([, one]) => one)
      .toSorted(),
  ]);
  const declared = Object.entries(builtinActions).map(([name, { properties }]) => [
    name,
    Object.keys(properties ?? {}).toSorted(),
  ]);
  expect(listed).toEqual(declared);
});
