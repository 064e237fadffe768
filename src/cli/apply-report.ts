/** What `apply` did and what it did not. */
import stringWidth from "string-width";
import { DEFAULT_NAMESPACE } from "../api/index.ts";
import type { Pass } from "../reconcile/pass.ts";
import type { Outcome } from "../reconcile/types.ts";
import type { Paint, Style } from "./paint.ts";
import { pad, paragraph, visible } from "./plain-text.ts";
import { applySummary } from "./plan-summary.ts";

/** One change's end, with the Integration that it belongs to. */
export interface Ended {
  integration: string;
  outcome: Outcome;
}

/** Widths of what stands first in the lines on changes, so that the rest lines up. */
export interface OutcomeColumns {
  integration: number;
  thing: number;
}

/** The widest that the column of things gets: one long name would push all others' ends out of sight. */
const WIDEST_THING = 60;

/** @returns the widths that these need. */
export function outcomeColumns(
  all: readonly { integration: string; change: { kind: string; key: string } }[],
): OutcomeColumns {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => stringWidth(visible(text))));
  return {
    integration: widest(all.map(({ integration }) => integration)),
    thing: Math.min(WIDEST_THING, widest(all.map(({ change }) => `${change.kind}/${change.key}`))),
  };
}

/** One line on a change that has ended. */
export function outcomeLine({ integration, outcome }: Ended, paint: Paint, columns: OutcomeColumns): string {
  const { change, status, code, message } = outcome;
  const thing = visible(`${change.kind}/${change.key}`);
  const name = `${pad(visible(integration), columns.integration)}  ${pad(thing, columns.thing)}`;
  if (status === "done") return `${paint("green", "✓")} ${name}  ${past[change.action] ?? change.action}`;
  const why = [code, message]
    .filter((part) => part !== undefined)
    .map(paragraph)
    .join(": ");
  const style: Style = status === "failed" ? "red" : "yellow";
  return paint(style, `${status === "failed" ? "×" : "-"} ${name}  ${change.action} ${status}: ${why}`);
}

const past: Readonly<Record<string, string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  adopt: "adopted",
  delete: "deleted",
  archive: "archived",
};

export interface ReportOptions {
  ended: readonly Ended[];
  /** Errors of Integrations that came up while applying. */
  errors: readonly { integration: string; code: string; message: string }[];
  /** Somebody stopped it: what was done is listed too. */
  interrupted: boolean;
  paint: Paint;
}

/** @returns the result: what failed or was left, and one sentence. */
export function applyReport({ ended, errors, interrupted, paint }: ReportOptions): string {
  const listed = ended.filter(({ outcome }) => interrupted || outcome.status !== "done");
  const columns = outcomeColumns(listed.map(({ integration, outcome }) => ({ integration, change: outcome.change })));
  const lines = [
    ...errors.map(({ integration, code, message }) =>
      paint("red", `× ${visible(integration)}  ${visible(code)}: ${paragraph(message)}`),
    ),
    ...listed.map((one) => outcomeLine(one, paint, columns)),
  ];
  const start = interrupted ? "Interrupted. " : "";
  return `${[...lines, paint("bold", start + applySummary(ended.map(({ outcome }) => outcome)))].join("\n")}\n`;
}

/** The result for programs. */
export function applyData(ended: readonly Ended[]): Record<string, unknown>[] {
  return ended.map(({ integration, outcome: { change, status, code, message } }) => ({
    integration,
    action: change.action,
    kind: change.kind,
    key: change.key,
    status,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  }));
}

/** The name by which people know a pass. */
export function passName({ manifest }: Pick<Pass, "manifest">): string {
  return displayName(manifest.object.metadata);
}

/** The name, behind its namespace where that is not the default. */
export function displayName({ name, namespace }: { name: string; namespace?: string | undefined }): string {
  return namespace && namespace !== DEFAULT_NAMESPACE ? `${namespace}/${name}` : name;
}
