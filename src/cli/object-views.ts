/** How `get` shows an Integration, a Rule or a NotificationRoute: as a line of a table, and as data. */
import { DEFAULT_NAMESPACE } from "../api/index.ts";
import type { Firing } from "../store/firing-types.ts";
import type { ObjectState } from "../store/types.ts";
import type { Output } from "./output.ts";
import type { Style } from "./paint.ts";
import { paragraph } from "./plain-text.ts";
import { type Column, renderTable } from "./render-table.ts";

/** One object as it is shown. */
export interface ObjectRow {
  kind: string;
  /** `namespace/name`. */
  owner: string;
  platform?: string;
  state?: ObjectState;
  /** Of a Rule's or a route's spec as it is declared now. */
  digest?: string;
  firing?: Firing;
  /** Things that it owns. */
  owns: number;
  declared: boolean;
  /** Nothing that can be read declares it, and what cannot be read might. */
  mayBeHidden?: boolean;
  /** Where its webhooks go, where the configuration says how the controller is reached. */
  webhook?: string;
}

const statusStyles: Readonly<Record<string, Style>> = { True: "green", False: "red" };

/** @param now milliseconds since 1970. */
export function objectTable(rows: readonly ObjectRow[], now: number, { width, paint }: Output): string {
  const fired: Column<ObjectRow> = { title: "FIRED", of: ({ firing }) => ageOf(firing?.fired?.at, now) };
  const columns: Column<ObjectRow>[] = [
    { title: "KIND", of: ({ kind }) => kind },
    { title: "NAME", of: ({ owner }) => shortName(owner) },
    { title: "PLATFORM", of: ({ platform }) => platform ?? "" },
    { title: "READY", of: statusOf, style: (row) => statusStyles[statusOf(row)] },
    { title: "REASON", of: reasonOf },
    { title: "AGE", of: (row) => ageOf(transitionOf(row), now) },
    ...(rows.some(isFollower) ? [fired] : []),
    { title: "MESSAGE", of: (row) => messageOf(row, now) },
  ];
  return renderTable(rows, columns, { width, paint, wrapLast: true, lastBelow: true });
}

/** Addresses stand below the table, whole: they are there to be copied. */
export function webhookLines(rows: readonly ObjectRow[]): string[] {
  const lines = rows.flatMap(({ owner, webhook }) =>
    webhook === undefined ? [] : [`  ${shortName(owner)}  ${webhook}`],
  );
  return lines.length === 0 ? [] : ["", "Webhooks go to:", ...lines];
}

/** The object as `-o json` has it; docs/command-line.md lists the fields. */
export function objectData({
  kind,
  owner,
  platform,
  state,
  owns,
  declared,
  webhook,
  firing,
}: ObjectRow): Record<string, unknown> {
  const [namespace, name] = owner.split("/");
  return {
    kind,
    namespace,
    name,
    ...(platform === undefined ? {} : { platform }),
    ...(state?.system === undefined ? {} : { system: state.system }),
    ...(state ? { generation: state.generation } : {}),
    ...(state?.observedGeneration === undefined ? {} : { observedGeneration: state.observedGeneration }),
    owns,
    declared,
    ...(webhook === undefined ? {} : { webhook }),
    conditions: state?.conditions ?? [],
    ...(firing?.fired ? { lastFired: dated(firing.fired) } : {}),
    ...(firing?.failed ? { lastError: dated(firing.failed) } : {}),
  };
}

function dated<T extends { at: number }>({ at, ...rest }: T) {
  return { at: new Date(at).toISOString(), ...rest };
}

function isFollower({ kind }: ObjectRow): boolean {
  return kind !== "Integration";
}

function readyOf({ state }: ObjectRow) {
  return state?.conditions.find(({ type }) => type === "Ready");
}

/** What was written since is not known to be so. */
function isStale(row: ObjectRow): boolean {
  const { state, digest } = row;
  return isFollower(row) && digest !== undefined && readyOf(row)?.status === "True" && state?.digest !== digest;
}

function statusOf(row: ObjectRow): string {
  return isStale(row) ? "Unknown" : (readyOf(row)?.status ?? "Unknown");
}

function reasonOf(row: ObjectRow): string {
  const ready = readyOf(row);
  return !ready || isStale(row) ? "NotObserved" : ready.reason;
}

function transitionOf(row: ObjectRow): number | undefined {
  const ready = readyOf(row);
  return ready && !isStale(row) ? Date.parse(ready.lastTransitionTime) : undefined;
}

function messageOf(row: ObjectRow, now: number): string {
  if (!isFollower(row)) {
    const held = heldBack(row);
    if (held !== undefined) return paragraph(held);
    if (row.mayBeHidden) return `undeclared, or in a manifest that is wrong; owns ${row.owns}`;
    if (row.declared) return paragraph(readyOf(row)?.message ?? "apply has not run yet");
    return `undeclared, owns ${row.owns}: plumbline forget ${shortName(row.owner)}`;
  }
  const ready = readyOf(row);
  if (!ready) return "no controller has looked at it yet";
  if (isStale(row)) return "it was changed, and no controller has looked at it since";
  if (!row.declared && ready.status === "True") return "undeclared; the controller forgets it when it looks again";
  const { failed } = row.firing ?? {};
  const last = failed ? ` Last error, ${ageOf(failed.at, now)} ago: ${failed.code}: ${failed.message}` : "";
  return paragraph(`${ready.message}${last}`);
}

/** An Integration stays ready while what is written now is wrong: the last good version is in force. */
function heldBack({ state }: ObjectRow): string | undefined {
  const stalled = state?.conditions.find(({ type }) => type === "Stalled");
  return stalled?.status === "True" && stalled.reason === "InvalidManifest" ? stalled.message : undefined;
}

function shortName(owner: string): string {
  return owner.startsWith(`${DEFAULT_NAMESPACE}/`) ? owner.slice(DEFAULT_NAMESPACE.length + 1) : owner;
}

const units = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** @param time milliseconds since 1970. @returns how long ago, in the largest whole unit. */
function ageOf(time: number | undefined, now: number): string {
  if (time === undefined) return "";
  const seconds = Math.max(0, Math.floor((now - time) / 1000));
  const unit = units.find(([, size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[1])}${unit[0]}` : `${seconds}s`;
}
