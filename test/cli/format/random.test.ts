/** Formatting never changes what a file says, to readers of YAML 1.2 and of 1.1, and a second time changes nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { AnnotatedSchema } from "../../../src/api/index.ts";
import { formatText, type Kinds } from "../../../src/cli/format/format-text.ts";
import { parseYaml } from "../../../src/manifests/yaml.ts";
import { tries } from "../../support/tries.ts";
import { files } from "../yaml-documents.ts";

const text: AnnotatedSchema = { type: "string" };
const inner: AnnotatedSchema = {
  properties: { topic: text, name: text, size: text, lifecycle: {} },
  required: ["name"],
};
const schema: AnnotatedSchema = {
  properties: { apiVersion: text, kind: text, extra: inner, things: { ...inner, items: inner } },
};

const kinds: Kinds = (value) => (Object.hasOwn(value as object, "apiVersion") ? { schema } : "foreign");

const valuesOf = (source: string): unknown[] => {
  const { documents, fault } = parseYaml(source);
  expect([fault, ...documents.flatMap(({ faults }) => faults)]).toEqual([undefined]);
  return documents.map(({ value }) => value);
};

test("what was meant is meant, and a second time nothing changes", () => {
  fc.assert(
    fc.property(files, (source) => {
      const before = valuesOf(source);
      const formatted = formatText(source, kinds, false);
      expect(valuesOf(formatted)).toEqual(before);
      expect(formatText(formatted, kinds, false)).toBe(formatted);
    }),
    tries(400),
  );
});

/** Strings by path, as far as both readings have maps and lists there. */
function strings(ours: unknown, theirs: unknown, path: string): [string, unknown, unknown][] {
  if (typeof ours === "string") return [[path, ours, theirs]];
  if (typeof ours !== "object" || ours === null) return [];
  return Object.entries(ours).flatMap(([name, value]) =>
    strings(value, (theirs as Record<string, unknown> | null)?.[name], `${path}/${name}`),
  );
}

test("a reader of YAML 1.1 finds the same strings in what is Plumbline's", () => {
  fc.assert(
    fc.property(files, (source) => {
      const formatted = formatText(source, kinds, false);
      const old = parseAllDocuments(formatted.replace("\uFEFF", ""), { version: "1.1", uniqueKeys: false });
      for (const [index, value] of valuesOf(formatted).entries()) {
        if (kinds(value) === "foreign") continue;
        const document = Array.isArray(old) ? old[index] : undefined;
        for (const [path, ours, theirs] of strings(value, document?.toJS(), "")) expect(theirs, path).toBe(ours);
      }
    }),
    tries(200),
  );
});

/** The comments of a text, in no order. */
function commentsOf(source: string): string[] {
  const comment = /(?:^| )(# (?:why|two|note|after a gap|a|b|about it|which|all of them|the end))\s*$/;
  return source
    .replace("\uFEFF", "")
    .split(/\r?\n/)
    .flatMap((line) => comment.exec(line)?.[1] ?? [])
    .sort();
}

test("no comment is lost", () => {
  fc.assert(
    fc.property(files, (source) => {
      const formatted = formatText(source, kinds, false);
      expect(commentsOf(formatted)).toEqual(commentsOf(source));
      expect(formatted.endsWith("\n")).toBe(true);
    }),
    tries(300),
  );
});
