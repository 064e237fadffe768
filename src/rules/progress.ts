/** What of a run is done, as the store keeps it between attempts. Results are in it, secrets never. */

import { type AnnotatedSchema, isSecretSchema } from "../api/schema.ts";
import type { Session } from "../connector-kit/session.ts";

export type StepEnd =
  | { state: "done"; output: unknown }
  | { state: "skipped"; reason: string }
  | { state: "failed"; code: string; message: string };

export interface Progress {
  format: 1;
  steps: Record<string, StepEnd>;
  /** Failed attempts of the action that is being tried. */
  tries: Record<string, number>;
}

/** Bytes of one action's result that are kept for the actions after it. */
const OUTPUT_BYTES = 256 * 1024;

export function readProgress(text: string | undefined): Progress {
  const nothing: Progress = { format: 1, steps: {}, tries: {} };
  if (text === undefined) return nothing;
  const read = JSON.parse(text) as Progress;
  return { format: 1, steps: { ...read.steps }, tries: { ...read.tries } };
}

/** @returns the last failure of a run that went on all the same, as actions with `onFailure: Continue` have it. */
export function passedOver(text: string | undefined): { code: string; message: string } | undefined {
  if (!text?.includes('"failed"')) return undefined; // most runs: not read twice
  return Object.values(readProgress(text).steps).findLast((step) => step.state === "failed");
}

/** What `outputs` holds: the results of the actions that were done. */
export function outputsOf({ steps }: Progress): Record<string, unknown> {
  const done: [id: string, output: unknown][] = [];
  for (const [id, step] of Object.entries(steps)) if (step.state === "done") done.push([id, step.output]);
  return Object.fromEntries(done);
}

/**
 * An action's result as it may be kept: as JSON has it, without the fields that its schema calls secret and with
 * every secret that the session knows taken out of its texts. One that is too large, or nested too deeply, is left out.
 */
export function keptOutput(
  result: unknown,
  schema: AnnotatedSchema | undefined,
  redact: Session["redact"] = (text) => text,
): unknown {
  const text = textOf(() => cleaned(result, schema, redact));
  return text === undefined || Buffer.byteLength(text) > OUTPUT_BYTES ? {} : (JSON.parse(text) as unknown);
}

/** @returns undefined for what is no JSON, and for what is nested beyond the stack. */
function textOf(value: () => unknown): string | undefined {
  try {
    return JSON.stringify(value());
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function cleaned(value: unknown, schema: AnnotatedSchema | undefined, redact: Session["redact"]): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map((item) => cleaned(item, schema?.items, redact));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const properties = schema?.properties ?? {};
  const kept: [name: string, value: unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const field = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!field?.writeOnly && !isSecretSchema(field)) kept.push([name, cleaned(inner, field, redact)]);
  }
  return Object.fromEntries(kept);
}
