import { expect, test } from "vitest";
import { manifestEvents } from "../../src/controller/own-events.ts";
import type { Held } from "../../src/sources/source.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const at = { now: NOW, trace: "0".repeat(32) };
const problem = { code: "UnknownField", message: "…", file: "m/a.yaml", line: 3 };
const held: Held = { kind: "Rule", namespace: "prod", name: "r", problem };
const none = { problems: [], held: [] };
const told = (events: ReturnType<typeof manifestEvents>) =>
  events.map(({ type, namespace, subject, data }) => `${type} ${namespace} ${subject} ${JSON.parse(data).status}`);

test("a file that becomes wrong is told in the namespace of what is held, once, and when it is right again", () => {
  const is = { problems: [problem], held: [held] };
  const firing = manifestEvents(none, is, at);
  expect(told(firing)).toEqual(["plumbline.manifest.invalid prod m/a.yaml firing"]);
  expect(JSON.parse(firing[0]?.data ?? "")).toMatchObject({
    ...{ severity: "error", fingerprint: "manifest/prod/m/a.yaml", held: ["Rule prod/r"] },
    problems: [{ code: "UnknownField", line: 3 }],
  });
  expect(manifestEvents(is, is, at)).toEqual([]);
  const resolved = manifestEvents(is, none, at);
  expect(told(resolved)).toEqual(["plumbline.manifest.invalid prod m/a.yaml resolved"]);
  expect(JSON.parse(resolved[0]?.data ?? "").fingerprint).toBe("manifest/prod/m/a.yaml");
});

test("a file of which nothing is held, and a mistake of no file, are told in the namespace default", () => {
  const is = { problems: [problem, { code: "FileNotFound", message: "…" }], held: [] };
  expect(told(manifestEvents(none, is, at))).toEqual([
    "plumbline.manifest.invalid default m/a.yaml firing",
    "plumbline.manifest.invalid default manifests firing",
  ]);
});

test("a file that is wrong in another way is told again", () => {
  const is = { problems: [problem], held: [] };
  const other = { problems: [{ ...problem, line: 4 }], held: [] };
  expect(told(manifestEvents(is, other, at))).toEqual(["plumbline.manifest.invalid default m/a.yaml firing"]);
});
