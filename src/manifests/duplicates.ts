/**
 * What is declared twice: objects of one name, and things of one system in two Integrations.
 *
 * Offline a system's identity is unknown, so two Integrations count as the same system when they
 * reach the same address with the same references to credentials and the same connection. With
 * other credentials they may lead to another workspace; planning, which asks, finds those.
 */
import canonicalize from "canonicalize";
import type { Integration } from "../api/integration.ts";
import type { CompiledConnector } from "../connector-kit/compile.ts";
import type { DeclaredEntry } from "./desired.ts";
import { formatSource, problemAt, sourceAt } from "./problem.ts";
import { namespaceOf, qualifiedName } from "./references.ts";
import type { DocumentPath, Manifest, Problem } from "./types.ts";

/**
 * Finds objects with the kind, namespace and name of an earlier one (`DuplicateObject`).
 *
 * @returns the problems, and the first manifest of each name: only those are worth more checks.
 */
export function duplicateObjects(manifests: readonly Manifest[]): { distinct: Manifest[]; problems: Problem[] } {
  const seen = new Map<string, Manifest>();
  const problems: Problem[] = [];
  for (const manifest of manifests) {
    const id = `${manifest.object.kind} ${qualifiedName(manifest.object)}`;
    const first = seen.get(id);
    if (first) problems.push(duplicateObject(first, manifest));
    else seen.set(id, manifest);
  }
  return { distinct: [...seen.values()], problems };
}

function duplicateObject(first: Manifest, second: Manifest): Problem {
  const path = ["metadata", "name"];
  const [earlier, here] = [first, second].map((each) => formatSource(sourceAt(each, path)));
  const { kind, metadata } = second.object;
  return problemAt(second, path, {
    code: "DuplicateObject",
    message: `${kind} "${metadata.name}" is there twice in the namespace "${namespaceOf(second.object)}": at ${earlier} and at ${here}.`,
    remedy: "Rename one of the two, or remove it.",
  });
}

/** Finds things that an earlier Integration of the same system declares too. */
export interface SharedSystems {
  /** Takes one Integration's entries in; keeps their keys and places, nothing else of them. */
  add(manifest: Manifest<Integration>, entries: readonly DeclaredEntry[]): Problem[];
}

/**
 * @param integrations all of them: only systems that two or more reach are remembered at all.
 * @returns a finder whose problems are `DeclaredTwice`, naming both places.
 */
export function sharedSystems(
  integrations: readonly { manifest: Manifest<Integration>; compiled: CompiledConnector | undefined }[],
): SharedSystems {
  if (integrations.length < 2) return { add: () => [] };
  const systems = new Map<Manifest<Integration>, string>();
  const counts = new Map<string, number>();
  for (const { manifest, compiled } of integrations) {
    const system = systemText(manifest.object, compiled);
    systems.set(manifest, system);
    counts.set(system, (counts.get(system) ?? 0) + 1);
  }
  const seen = new Map<string, Map<string, { manifest: Manifest<Integration>; path: DocumentPath }>>();
  return {
    add(manifest, entries) {
      const system = systems.get(manifest);
      if (system === undefined || (counts.get(system) ?? 0) < 2) return [];
      const declared = seen.get(system) ?? new Map();
      seen.set(system, declared);
      return entries.flatMap((entry) => {
        const id = `${entry.kind} ${entry.keyText}`;
        const first = declared.get(id);
        if (!first) declared.set(id, { manifest, path: entry.path });
        return first ? [declaredTwice(first, manifest, entry)] : [];
      });
    },
  };
}

function declaredTwice(
  first: { manifest: Manifest<Integration>; path: DocumentPath },
  manifest: Manifest<Integration>,
  entry: DeclaredEntry,
): Problem {
  const earlier = formatSource(sourceAt(first.manifest, first.path));
  const names = [first.manifest, manifest].map(({ object }) => `"${object.metadata.name}"`).join(" and ");
  return problemAt(manifest, entry.path, {
    code: "DeclaredTwice",
    message: `${entry.kind} "${entry.key.join("/")}" is declared by two Integrations of one system, ${names}: at ${earlier} and at ${formatSource(entry.source)}.`,
    remedy: "Keep it in one of the two.",
  });
}

/** What tells one system from another offline. References to Secrets hold in their namespace only. */
function systemText({ spec, metadata }: Integration, compiled: CompiledConnector | undefined): string {
  const { credentials = {}, connection = {}, platform } = spec;
  const baseUrl = normalizeAddress(connection.baseUrl ?? compiled?.connector.http?.baseUrl);
  const credentialText = canonicalize(credentials) ?? "";
  const namespace = credentialText.includes('"secretKeyRef"') ? namespaceOf({ metadata }) : undefined;
  return canonicalize([platform, { ...connection, baseUrl }, credentials, namespace ?? null]) ?? "";
}

function normalizeAddress(address: unknown): unknown {
  const url = typeof address === "string" ? URL.parse(address) : null;
  return url ? url.href.replace(/\/+$/, "") : (address ?? null);
}
