/** Which of the documents that are wrong is meant by which mistake, and what stays in force. */
import { expect, test } from "vitest";
import { loadManifests } from "../../src/manifests/load.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { inForce } from "../../src/sources/in-force.ts";
import type { Held } from "../../src/sources/source.ts";
import { folderOf } from "../support/cli.ts";

const head = (kind: string, name: string) =>
  `apiVersion: plumbline.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
const hook = `${head("Integration", "hook")}spec: { platform: webhook, connection: { url: "https://hooks.example.com/a" } }\n`;
const rule = (
  name: string,
  body = "trigger: { type: a }, actions: [{ action: emit_event, parameters: { type: b } }]",
) => `${head("Rule", name)}spec: { ${body} }\n`;
const route = (name: string, receiver: string) =>
  `${head("NotificationRoute", name)}spec: { receivers: [{ integration: ${receiver} }] }\n`;

const read = (text: string) =>
  loadManifests({ inputs: ["."], cwd: folderOf({ "a.yaml": text }), platforms: builtinPlatforms() });
const shown = (all: readonly Held[] = []) =>
  all.map(
    ({ kind, name, problem, problems }) => `${kind} ${name} ${problem.line} ${problems?.map(({ code }) => code)}`,
  );
const names = (manifests: ReturnType<typeof inForce>["manifests"]) =>
  manifests.map(({ object }) => object.metadata.name);

test("what was never right is refused, each document with its own mistakes, and others are in force", async () => {
  const text = [hook, route("one", "gone"), rule("two", "trigger: {}, acts: []"), rule("three"), route("four", "hook")];
  const { manifests, refused, held } = inForce(await read(text.join("---\n")), []);
  expect(names(manifests)).toEqual(["hook", "three", "four"]);
  expect(held).toEqual([]);
  expect(shown(refused)).toEqual([
    "NotificationRoute one 9 UnknownIntegration",
    "Rule two 14 MissingField,UnknownField",
  ]);
});

test("what was right before is held with the mistakes of its own document, not with its neighbour's", async () => {
  const good = inForce(await read([rule("a"), rule("b")].join("---\n")), []);
  const bad = [rule("a", "trigger: {}"), rule("b", "trigger: {}, acts: []")].join("---\n");
  const { manifests, refused, held } = inForce(await read(bad), good.manifests);
  expect(names(manifests)).toEqual(["a", "b"]);
  expect(refused).toEqual([]);
  expect(shown(held)).toEqual(["Rule a 4 MissingField", "Rule b 9 MissingField,UnknownField"]);
});

test("what is gone from a file that is right is neither", async () => {
  const good = inForce(await read([rule("a"), rule("b")].join("---\n")), []);
  const { manifests, refused, held } = inForce(await read(rule("a")), good.manifests);
  expect([names(manifests), refused, held]).toEqual([["a"], [], []]);
});
