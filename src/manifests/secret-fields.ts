/**
 * Which values of a manifest are, or could be, secret: all under `spec.credentials` and in
 * write-only fields, and under keys whose names say so, misspelt ones included. Too much rather
 * than too little: what is found here is only hidden from messages and excerpts.
 */
import type { AnnotatedSchema } from "../api/schema.ts";
import { nearest } from "./nearest.ts";
import { pointer } from "./problem.ts";
import { walkValue } from "./schema-walk.ts";
import type { DocumentPath, Platform } from "./types.ts";

/** Tells of a path inside a manifest whether its value may be shown. */
export type SecretTest = (path: DocumentPath) => boolean;

const TELLING_NAME = /credential|secret|token|passw|private_?key|api_?key/i;

/** Whether a key's name alone says that its value is secret. */
function isTellingName(name: string): boolean {
  if (TELLING_NAME.test(name)) return true;
  const near = Math.abs(name.length - "credentials".length) <= 3; // saves measuring the rest
  return near && nearest(name, ["credentials"]) !== undefined;
}

/** @returns the test for one manifest. @param platform undefined when it is unknown or not loaded. */
export function secretTest(value: unknown, platform: Platform | undefined): SecretTest {
  const writeOnly = platform ? writeOnlyPaths(value, platform) : new Set<string>();
  return (path) => {
    if (path[0] === "spec" && path[1] === "credentials") return true;
    if (path.some((segment) => typeof segment === "string" && isTellingName(segment))) return true;
    return writeOnly.size > 0 && path.some((_, index) => writeOnly.has(pointer(path.slice(0, index + 1))));
  };
}

function writeOnlyPaths(value: unknown, platform: Platform): Set<string> {
  const { resources } = platform.compiled.schemas;
  const lists = Object.entries(resources).map(([kind, items]) => [kind, { type: "array", items }] as const);
  const schema: AnnotatedSchema = {
    properties: {
      spec: {
        properties: { resources: { properties: Object.fromEntries(lists) }, defaults: { properties: resources } },
      },
    },
  };
  const paths = new Set<string>();
  walkValue(schema, value, [], (each, _value, path) => {
    if (each.writeOnly === true) paths.add(pointer(path));
    return each.writeOnly !== true;
  });
  return paths;
}
