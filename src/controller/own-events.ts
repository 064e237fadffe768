/**
 * The program's own events: what it found and did, in the form that rules and routes see. Pure.
 *
 * Each has in `data` a fingerprint of what it is about and, where it is a state that begins and ends, whether that is
 * `firing` or `resolved`. No values of fields stand in it: they may be secrets, and what changed is in the audit log.
 */
import { createHash } from "node:crypto";
import type { Condition, Integration } from "../api/index.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import type { Change } from "../api/plan.ts";
import { ownEvent } from "../events/envelope.ts";
import type { Manifest, Problem } from "../manifests/types.ts";
import type { Held } from "../sources/source.ts";
import type { NewEvent } from "../store/event-types.ts";
import type { ObjectState } from "../store/types.ts";

export const DRIFT_DETECTED = "plumbline.drift.detected";
export const DRIFT_RESOLVED = "plumbline.drift.resolved";
export const RECONCILE_FAILED = "plumbline.reconcile.failed";
export const PLAN_APPLIED = "plumbline.plan.applied";
export const MANIFEST_INVALID = "plumbline.manifest.invalid";

/** At most so many changes are listed in one event; `total` counts all. */
const MOST_LISTED = 100;

/** When something was found, and in which run. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** 32 hex digits. */
  trace: string;
}

/** A change as events tell it. */
export type ToldChange = Pick<Change, "action" | "kind" | "key"> & { fields: readonly string[]; reason?: string };

export function driftDetected(manifest: Manifest<Integration>, changes: readonly ToldChange[], at: Moment): NewEvent {
  return integrationEvent(manifest, DRIFT_DETECTED, at, {
    severity: "warning",
    status: "firing",
    fingerprint: `drift/${nameOf(manifest)}`,
    ...listed(changes),
  });
}

export function driftResolved(manifest: Manifest<Integration>, at: Moment): NewEvent {
  return integrationEvent(manifest, DRIFT_RESOLVED, at, {
    severity: "warning",
    status: "resolved",
    fingerprint: `drift/${nameOf(manifest)}`,
  });
}

export function planApplied(manifest: Manifest<Integration>, changes: readonly ToldChange[], at: Moment): NewEvent {
  return integrationEvent(manifest, PLAN_APPLIED, at, { severity: "info", ...listed(changes) });
}

/** Reasons of being unready that are as somebody wanted it. */
const wanted: ReadonlySet<string> = new Set(["Suspended", "DependencyNotReady"]);

/**
 * What a step of an Integration's conditions tells: that it cannot be reconciled, why now, and that it can again.
 *
 * @param before undefined for one that was never reconciled.
 */
export function conditionEvents(
  manifest: Manifest<Integration>,
  before: ObjectState | undefined,
  next: ObjectState,
  at: Moment,
): NewEvent[] {
  const [was, is] = [readyOf(before), readyOf(next)];
  const failed = (one: Condition | undefined) => one?.status === "False" && !wanted.has(one.reason);
  const about = { severity: "error", fingerprint: `reconcile/${nameOf(manifest)}` };
  if (is && failed(is)) {
    if (failed(was) && was?.reason === is.reason && was.message === is.message) return [];
    const { reason, message } = is;
    return [integrationEvent(manifest, RECONCILE_FAILED, at, { ...about, status: "firing", reason, message })];
  }
  if (!failed(was) || is?.status !== "True") return [];
  return [integrationEvent(manifest, RECONCILE_FAILED, at, { ...about, status: "resolved" })];
}

/** Files that became wrong, are wrong in another way, or are right again; one event a file and namespace. */
export function manifestEvents(
  before: { problems: readonly Problem[]; held: readonly Held[] },
  next: { problems: readonly Problem[]; held: readonly Held[] },
  at: Moment,
): NewEvent[] {
  const [was, is] = [byFile(before), byFile(next)];
  const events: NewEvent[] = [];
  for (const [place, found] of is) {
    if (JSON.stringify(was.get(place)) !== JSON.stringify(found)) events.push(manifestEvent(found, "firing", at));
  }
  for (const [place, found] of was) if (!is.has(place)) events.push(manifestEvent(found, "resolved", at));
  return events;
}

interface WrongFile {
  namespace: string;
  file: string;
  problems: readonly Pick<Problem, "code" | "message" | "line">[];
  /** `Kind namespace/name` of what stays in force as it was. */
  held: readonly string[];
}

function byFile({ problems, held }: { problems: readonly Problem[]; held: readonly Held[] }): Map<string, WrongFile> {
  const found = new Map<string, WrongFile>();
  for (const [file, inFile] of Map.groupBy(problems, (problem) => problem.file ?? "")) {
    const kept = held.filter(({ problem }) => (problem.file ?? "") === file);
    const said = inFile.map(({ code, message, line }) => ({ code, message, ...(line === undefined ? {} : { line }) }));
    for (const namespace of new Set([
      ...kept.map((one) => one.namespace),
      ...(kept.length ? [] : [DEFAULT_NAMESPACE]),
    ])) {
      const names = kept
        .filter((one) => one.namespace === namespace)
        .map((one) => `${one.kind} ${one.namespace}/${one.name}`);
      found.set(`${namespace} ${file}`, { namespace, file, problems: said.slice(0, MOST_LISTED), held: names });
    }
  }
  return found;
}

function manifestEvent({ namespace, file, problems, held }: WrongFile, status: string, at: Moment): NewEvent {
  const data = {
    severity: "error",
    status,
    fingerprint: `manifest/${namespace}/${file}`,
    file,
    labels: { namespace },
    ...(status === "firing" ? { problems, held } : {}),
  };
  return event(MANIFEST_INVALID, namespace, file === "" ? "manifests" : file, data, at);
}

function integrationEvent(
  manifest: Manifest<Integration>,
  type: string,
  at: Moment,
  data: Readonly<Record<string, unknown>>,
): NewEvent {
  const { metadata, spec } = manifest.object;
  const namespace = metadata.namespace ?? DEFAULT_NAMESPACE;
  const own = { namespace, integration: metadata.name, platform: spec.platform };
  const labels = { ...metadata.labels, ...own };
  return event(type, namespace, nameOf(manifest), { ...own, ...data, labels }, at);
}

/** The id is the same for the same finding of the same run. */
function event(type: string, namespace: string, subject: string, data: object, { now, trace }: Moment): NewEvent {
  const id = createHash("sha256")
    .update(JSON.stringify([type, subject, trace, now, data]))
    .digest("hex")
    .slice(0, 32);
  return ownEvent({ type, id, subject, data }, { namespace, receivedAt: now, trace });
}

function listed(changes: readonly ToldChange[]): { changes: readonly ToldChange[]; total: number } {
  return { changes: changes.slice(0, MOST_LISTED), total: changes.length };
}

function nameOf({ object: { metadata } }: Manifest<Integration>): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}

function readyOf(object: ObjectState | undefined): Condition | undefined {
  return object?.conditions.find(({ type }) => type === "Ready");
}
