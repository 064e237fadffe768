/** What `apply` did and what it did not. */
import type { Pass } from "../reconcile/pass.ts";
import type { Outcome } from "../reconcile/types.ts";
import type { Paint, Style } from "./paint.ts";
import { paragraph, visible } from "./plain-text.ts";
import { applySummary } from "./plan-summary.ts";

/** One change's end, with the Integration that it belongs to. */
export interface Ended {
  integration: string;
  outcome: Outcome;
}

/** One line on a change that has ended. */
export function outcomeLine({ integration, outcome }: Ended, paint: Paint): string {
  const { change, status, code, message } = outcome;
  const name = visible(`${integration}  ${change.kind}/${change.key}`);
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
  const lines = [
    ...errors.map(({ integration, code, message }) =>
      paint("red", `× ${visible(integration)}  ${visible(code)}: ${paragraph(message)}`),
    ),
    ...listed.map((one) => outcomeLine(one, paint)),
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
  const { name, namespace } = manifest.object.metadata;
  return namespace && namespace !== "default" ? `${namespace}/${name}` : name;
}
