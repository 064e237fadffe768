/**
 * Files whose text is wrong, as they are told: one event a file and namespace. Pure.
 *
 * What is wrong is told in the namespaces of what stays in force because of it, since the text itself may be too wrong
 * to say where it belongs.
 */
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Problem } from "../manifests/types.ts";
import type { Held } from "../sources/source.ts";

/** At most so many problems of one file are listed. */
const MOST_LISTED = 100;
/** What the fingerprints of wrong files begin with. */
const TOPIC = "manifest";

export interface WrongFile {
  fingerprint: string;
  namespace: string;
  /** Empty for a mistake of no file. */
  file: string;
  problems: readonly Pick<Problem, "code" | "message" | "line">[];
  /** `Kind namespace/name` of what stays in force as it was. */
  held: readonly string[];
}

/** @returns undefined for a fingerprint of something else. */
export function fileOf(fingerprint: string): Pick<WrongFile, "fingerprint" | "namespace" | "file"> | undefined {
  const [topic, namespace = "", ...file] = fingerprint.split("/");
  return topic === TOPIC ? { fingerprint, namespace, file: file.join("/") } : undefined;
}

export function wrongFiles({
  problems,
  held,
}: {
  problems: readonly Problem[];
  held: readonly Held[];
}): readonly WrongFile[] {
  const byFile = Map.groupBy(problems, (problem) => problem.file ?? "");
  return [...byFile].flatMap(([file, inFile]) => {
    const kept = held.filter(({ problem }) => (problem.file ?? "") === file);
    const said = inFile.map(({ code, message, line }) => ({ code, message, ...(line === undefined ? {} : { line }) }));
    const namespaces = kept.length === 0 ? [DEFAULT_NAMESPACE] : kept.map(({ namespace }) => namespace);
    return [...new Set(namespaces)].map((namespace) => ({
      fingerprint: `${TOPIC}/${namespace}/${file}`,
      ...{ namespace, file, problems: said.slice(0, MOST_LISTED) },
      held: kept.filter((one) => one.namespace === namespace).map((one) => `${one.kind} ${one.namespace}/${one.name}`),
    }));
  });
}
