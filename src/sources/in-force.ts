/**
 * What is in force once manifests were read: those that are good now, and of those that are wrong the last good
 * version. Pure.
 */
import { createHash } from "node:crypto";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import type { Held, ReadManifests, Snapshot } from "./source.ts";
import { wrongDocuments } from "./wrong-documents.ts";

/** @param before what was in force until now. */
export function inForce(read: ReadManifests, before: readonly Manifest[]): Snapshot {
  const { manifests, faulty, problems, warnings = [] } = read;
  const wrong = wrongDocuments(read);
  const unclear = new Set([...faulty].map(identityOf));
  // Where one of two with the same name is wrong, nobody can tell which is meant.
  const good = manifests.filter((manifest) => !unclear.has(identityOf(manifest)));
  const known = new Set(good.map(identityOf));
  const held: { manifest: Manifest; held: Held }[] = [];
  for (const manifest of before) {
    const identity = identityOf(manifest);
    if (known.has(identity)) continue;
    const why = wrong.get(identity) ?? hiddenBy(manifest, problems);
    if (why) held.push({ manifest, held: why });
    known.add(identity);
  }
  const refused = [...wrong].filter(([identity]) => !known.has(identity)).map(([, one]) => one);
  const all = [...good, ...held.map(({ manifest }) => manifest)];
  return {
    revision: revisionOf(all),
    manifests: all,
    problems,
    held: held.map((one) => one.held),
    refused,
    warnings,
  };
}

/** `Kind namespace/name`. */
export function identityOf({ object: { kind, metadata } }: Manifest): string {
  return `${kind} ${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

/** @returns what may hide an object's new version; undefined where it is gone for certain. */
function hiddenBy({ file, object: { kind, metadata } }: Manifest, problems: readonly Problem[]): Held | undefined {
  // A file with a mistake may hold it; so may a folder that is not there or cannot be read.
  const problem = problems.find((one) => one.file === undefined || one.file === file || isAbove(one.file, file));
  return problem && { kind, namespace: metadata.namespace ?? DEFAULT_NAMESPACE, name: metadata.name, problem };
}

function isAbove(folder: string, file: string): boolean {
  return folder === "." || file.startsWith(`${folder}/`);
}

/** The first 48 bits of SHA-256 over the objects, whatever files they stand in. */
function revisionOf(manifests: readonly Manifest[]): string {
  const hash = createHash("sha256");
  const texts = manifests.map((manifest) => [identityOf(manifest), JSON.stringify(manifest.object)] as const);
  for (const [identity, text] of texts.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${identity}\n${text}\n`);
  return hash.digest("hex").slice(0, 12);
}
