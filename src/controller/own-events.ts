/**
 * The program's own events: what it found and did, in the form that rules and routes see. Pure.
 *
 * Each has in `data` a fingerprint of what it is about and, where it is a state that begins and ends, whether that is
 * `firing` or `resolved`. Whether it is new, `alerts.ts` knows; which values it may tell, `told-changes.ts`.
 */
import { createHash } from "node:crypto";
import type { Failure, Integration } from "../api/index.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import { ownEvent } from "../events/envelope.ts";
import type { Manifest } from "../manifests/types.ts";
import type { NewEvent } from "../store/event-types.ts";
import type { ToldChanges } from "./told-changes.ts";
import type { WrongFile } from "./wrong-files.ts";

export const DRIFT_DETECTED = "plumbline.drift.detected";
export const DRIFT_RESOLVED = "plumbline.drift.resolved";
export const RECONCILE_FAILED = "plumbline.reconcile.failed";
export const PLAN_APPLIED = "plumbline.plan.applied";
export const INTEGRATION_UNHEALTHY = "plumbline.integration.unhealthy";
export const INTEGRATION_RECOVERED = "plumbline.integration.recovered";
export const MANIFEST_INVALID = "plumbline.manifest.invalid";

/** When something was found, and in which run. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** 32 hex digits. */
  trace: string;
  /** The same for the same finding in every run: the event's id comes from it. Left out: it comes from the run. */
  occurrence?: string;
}

/** What of an Integration begins and ends; the first part of a fingerprint. */
export const topics = ["drift", "reconcile", "health"] as const;
export type Topic = (typeof topics)[number];

/** @param owner `namespace/name`. */
export function fingerprintOf(topic: Topic, owner: string): string {
  return `${topic}/${owner}`;
}

export function driftDetected(manifest: Manifest<Integration>, changes: ToldChanges, at: Moment): NewEvent {
  return firing(manifest, DRIFT_DETECTED, "drift", at, changes);
}

export function driftResolved(manifest: Manifest<Integration>, at: Moment): NewEvent {
  return resolved(manifest, DRIFT_RESOLVED, "drift", at);
}

export function reconcileFailed(manifest: Manifest<Integration>, { code, message }: Failure, at: Moment): NewEvent {
  return firing(manifest, RECONCILE_FAILED, "reconcile", at, { reason: code, message });
}

export function reconciledAgain(manifest: Manifest<Integration>, at: Moment): NewEvent {
  return resolved(manifest, RECONCILE_FAILED, "reconcile", at);
}

/** @param since milliseconds since 1970. */
export function unhealthy(
  manifest: Manifest<Integration>,
  { code, message }: Failure,
  since: number,
  at: Moment,
): NewEvent {
  const failing = { code, message, since: new Date(since).toISOString() };
  return firing(manifest, INTEGRATION_UNHEALTHY, "health", at, failing);
}

export function recovered(manifest: Manifest<Integration>, at: Moment): NewEvent {
  return resolved(manifest, INTEGRATION_RECOVERED, "health", at);
}

/** @param changes what was written or, where the process was killed on the way, what was to be. */
export function planApplied(
  manifest: Manifest<Integration>,
  changes: ToldChanges & { interrupted?: true },
  at: Moment,
): NewEvent {
  return integrationEvent(manifest, PLAN_APPLIED, at, { severity: "info", ...changes });
}

const ends: Readonly<Record<Topic, string>> = {
  drift: DRIFT_RESOLVED,
  reconcile: RECONCILE_FAILED,
  health: INTEGRATION_RECOVERED,
};

/** The end of what is told of an Integration that is no longer declared. @param owner `namespace/name`. */
export function endedWithIntegration(topic: Topic, owner: string, at: Moment): NewEvent {
  const [namespace = DEFAULT_NAMESPACE, integration = ""] = owner.split("/");
  const own = { namespace, integration };
  const how = { severity: severities[topic], status: "resolved", fingerprint: fingerprintOf(topic, owner) };
  const message = "The Integration is no longer declared.";
  return event(ends[topic], namespace, owner, { ...own, ...how, reason: "Removed", message, labels: own }, at);
}

/** The end of what is told of an Integration that somebody suspended: nobody looks whether it is still so. */
export function endedBySuspension(topic: Topic, manifest: Manifest<Integration>, at: Moment): NewEvent {
  const why = { reason: "Suspended", message: "The Integration is suspended: nothing is looked at." };
  return resolved(manifest, ends[topic], topic, at, why);
}

const severities: Readonly<Record<Topic, string>> = { drift: "warning", reconcile: "error", health: "error" };

function firing(manifest: Manifest<Integration>, type: string, topic: Topic, at: Moment, data: object): NewEvent {
  const fingerprint = fingerprintOf(topic, nameOf(manifest));
  const how = { severity: severities[topic], status: "firing", fingerprint };
  return integrationEvent(manifest, type, at, { ...how, ...data });
}

function resolved(
  manifest: Manifest<Integration>,
  type: string,
  topic: Topic,
  at: Moment,
  why: { reason?: string; message?: string } = {},
): NewEvent {
  const fingerprint = fingerprintOf(topic, nameOf(manifest));
  const how = { severity: severities[topic], status: "resolved", fingerprint };
  return integrationEvent(manifest, type, at, { ...how, ...why });
}

/** @param problems left out: the file is right again. */
export function manifestEvent(
  { namespace, file, fingerprint }: Pick<WrongFile, "namespace" | "file" | "fingerprint">,
  wrong: Pick<WrongFile, "problems" | "held"> | undefined,
  at: Moment,
): NewEvent {
  const { problems, held } = wrong ?? {};
  const data = {
    ...{ severity: "error", status: wrong ? "firing" : "resolved", fingerprint, file, labels: { namespace } },
    ...(wrong ? { problems, held } : {}),
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

function event(type: string, namespace: string, subject: string, data: object, at: Moment): NewEvent {
  const { now, trace, occurrence } = at;
  const id = createHash("sha256")
    .update(JSON.stringify(occurrence === undefined ? [type, subject, trace, now, data] : [type, occurrence]))
    .digest("hex")
    .slice(0, 32);
  return ownEvent({ type, id, subject, data }, { namespace, receivedAt: now, trace });
}

function nameOf({ object: { metadata } }: Manifest<Integration>): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${metadata.name}`;
}
