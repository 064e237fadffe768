/**
 * What is in force once manifests were read: those that are good now, and of those that are wrong the last good
 * version. Pure.
 */
import { createHash } from "node:crypto";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { LoadedManifests } from "../manifests/load.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import type { Held, Snapshot } from "./source.ts";

/** @param before what was in force until now. */
export function inForce(
  { manifests, faulty, problems }: Pick<LoadedManifests, "manifests" | "faulty" | "problems">,
  before: readonly Manifest[],
): Snapshot {
  const wrong = new Map([...faulty].map((manifest) => [identityOf(manifest), manifest]));
  // Where one of two with the same name is wrong, nobody can tell which is meant.
  const good = manifests.filter((manifest) => !wrong.has(identityOf(manifest)));
  const known = new Set(good.map(identityOf));
  const held: { manifest: Manifest; held: Held }[] = [];
  for (const manifest of before) {
    const identity = identityOf(manifest);
    if (known.has(identity)) continue;
    const problem = whyUnknown(manifest, wrong.get(identity), problems);
    if (problem) held.push({ manifest, held: heldOf(manifest, problem) });
  }
  const all = [...good, ...held.map(({ manifest }) => manifest)];
  return { revision: revisionOf(all), manifests: all, problems, held: held.map((one) => one.held) };
}

/** `Kind namespace/name`. */
export function identityOf({ object: { kind, metadata } }: Manifest): string {
  return `${kind} ${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

/** @returns the mistake that may hide an object's new version; undefined where it is gone for certain. */
function whyUnknown(
  { file }: Manifest,
  wrong: Manifest | undefined,
  problems: readonly Problem[],
): Problem | undefined {
  if (wrong) return problemIn(wrong, problems);
  // A file with a mistake may hold it; so may a folder that is not there or cannot be read.
  return problems.find((problem) => problem.file === undefined || problem.file === file || isAbove(problem.file, file));
}

function problemIn(manifest: Manifest, problems: readonly Problem[]): Problem | undefined {
  const { line } = manifest.locate([]);
  const inFile = problems.filter(({ file }) => file === manifest.file);
  return inFile.find((problem) => problem.line !== undefined && problem.line >= line) ?? inFile[0] ?? problems[0];
}

function isAbove(folder: string, file: string): boolean {
  return folder === "." || file.startsWith(`${folder}/`);
}

function heldOf({ object: { kind, metadata } }: Manifest, problem: Problem): Held {
  return { kind, namespace: metadata.namespace ?? DEFAULT_NAMESPACE, name: metadata.name, problem };
}

/** The first 48 bits of SHA-256 over the objects, whatever files they stand in. */
function revisionOf(manifests: readonly Manifest[]): string {
  const hash = createHash("sha256");
  const texts = manifests.map((manifest) => [identityOf(manifest), JSON.stringify(manifest.object)] as const);
  for (const [identity, text] of texts.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${identity}\n${text}\n`);
  return hash.digest("hex").slice(0, 12);
}
