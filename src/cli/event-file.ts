/** An event in a file of JSON, for `simulate`. */
import type { OpenEvent } from "../events/types.ts";
import { type EventWorld, type Written, WrittenEventError, writtenEvent } from "../scenarios/written-event.ts";
import { UserError } from "./errors.ts";

/** @param shown the file's name, for messages. @throws UserError */
export async function readEvent(text: string, shown: string, world: EventWorld): Promise<OpenEvent> {
  try {
    return await writtenEvent(parse(text, shown), world);
  } catch (error) {
    if (!(error instanceof WrittenEventError)) throw error;
    throw new UserError(`${shown}: ${error.message}`, { cause: error });
  }
}

function parse(text: string, shown: string): Written {
  let value: unknown;
  try {
    value = parseExactly(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new UserError(`${shown}: it is no JSON: ${(cause as Error).message}.`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Written;
  throw new UserError(`${shown}: it must hold one event, a JSON object.`);
}

/** Whole numbers that a double cannot hold keep their digits. */
function parseExactly(text: string): unknown {
  const exact = (_: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context?.source ?? 0)
      : value;
  return JSON.parse(text, /\d{16}/.test(text) ? exact : undefined);
}
