/** What the documents that are wrong declare, each with its own mistakes: those from where it begins to the next one. */
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Mentioned } from "../manifests/references.ts";
import type { AnyManifest, Manifest, Problem } from "../manifests/types.ts";
import type { Held, ReadManifests } from "./source.ts";

type KindName = AnyManifest["kind"];
const kinds: ReadonlySet<string> = new Set<KindName>(["Integration", "Rule", "NotificationRoute"]);

interface Document {
  kind: KindName;
  namespace: string;
  name: string;
  file: string;
  line: number;
}

/** @returns them by `Kind namespace/name`; of two documents with one name the first that is wrong. */
export function wrongDocuments({
  manifests,
  faulty,
  mentioned = [],
  problems,
}: Omit<ReadManifests, "warnings">): Map<string, Held> {
  const beside = mentioned.flatMap((one) => documentOf(one) ?? []);
  const documents = [...[...faulty].map(manifestDocument), ...beside];
  const files = new Set(documents.map(({ file }) => file));
  const starts = startsOf([...manifests.filter(({ file }) => files.has(file)).map(placeOf), ...mentioned]);
  const found = new Map<string, Held>();
  for (const document of documents) {
    const { kind, namespace, name } = document;
    const identity = `${kind} ${namespace}/${name}`;
    const own = problemsOf(document, starts.get(document.file) ?? [], problems);
    const problem = own[0] ?? problems.find(({ file }) => file === document.file) ?? problems[0];
    if (!problem || found.has(identity)) continue;
    found.set(identity, { kind, namespace, name, problem, ...(own.length > 0 ? { problems: own } : {}) });
  }
  return found;
}

function manifestDocument(manifest: Manifest): Document {
  const { kind, metadata } = manifest.object;
  return { kind, namespace: metadata.namespace ?? DEFAULT_NAMESPACE, name: metadata.name, ...placeOf(manifest) };
}

/** @returns undefined for what says of itself neither what nor where it is. */
function documentOf({ kind, namespace = DEFAULT_NAMESPACE, name, file, line }: Mentioned): Document | undefined {
  if (kind === undefined || !kinds.has(kind) || file === undefined || line === undefined) return undefined;
  return { kind: kind as KindName, namespace, name, file, line };
}

function placeOf(manifest: Manifest): { file: string; line: number } {
  return { file: manifest.file, line: manifest.locate([]).line };
}

/** The lines on which a file's documents begin. */
function startsOf(places: readonly Pick<Mentioned, "file" | "line">[]): Map<string, number[]> {
  const starts = new Map<string, number[]>();
  for (const { file, line } of places) {
    if (file === undefined || line === undefined) continue;
    const known = starts.get(file) ?? [];
    known.push(line);
    starts.set(file, known);
  }
  return starts;
}

function problemsOf({ file, line }: Document, starts: readonly number[], problems: readonly Problem[]): Problem[] {
  const next = Math.min(...starts.filter((start) => start > line));
  return problems.filter((one) => one.file === file && one.line !== undefined && one.line >= line && one.line < next);
}
