/** The page on Scenarios shows what is true: its Scenarios pass on its route, and its tables name every field. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_START, Scenario } from "../../src/api/scenario.ts";
import { cli, folderOf } from "../support/cli.ts";
import { blocksIn } from "./connector-pages.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/scenarios.md"), "utf8");
const [route, ...scenarios] = blocksIn(page, "yaml").map((text) => parse(text) as object);

test("its scenarios pass on its route", async () => {
  const of = (kind: string, name: string, spec: unknown) =>
    JSON.stringify({ apiVersion: "plumbline.dev/v1alpha1", kind, metadata: { name }, spec });
  const manifests = [
    of("Integration", "acme-slack", { platform: "slack", credentials: { token: { env: "T" } } }),
    of("Integration", "pager", { platform: "webhook", connection: { url: "https://pager.example.com" } }),
    of("NotificationRoute", "ops", route),
    ...scenarios.map((spec, index) => of("Scenario", `shown-${index}`, spec)),
  ];
  const { stdout, stderr } = await cli(["validate"], { cwd: folderOf({ "all.yaml": manifests.join("\n---\n") }) });
  expect({ stdout, stderr }).toEqual({
    stdout: `${manifests.length} manifests are valid, and ${scenarios.length} scenarios pass (1 file read).\n`,
    stderr: "",
  });
  expect(scenarios.length).toBeGreaterThan(1);
});

test("it names every field, and the start that holds where none is stated", () => {
  const { spec } = Scenario.properties;
  const [notification, action] = spec.properties.expect.items.anyOf;
  const fields = [
    spec.properties,
    spec.properties.silences.items.properties,
    notification.properties,
    action.properties,
  ].flatMap(Object.keys);
  expect(fields.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  expect(page).toContain(`\`${DEFAULT_START}\``);
});
