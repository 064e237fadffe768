/**
 * The state as the text of `state.json`: one line a thing, sorted, so that two of them can be compared by eye.
 *
 * `format` and `program` stay where they are in every later format, so that an older program can name what
 * it needs. Order within a thing is that of the code, which is the same each time.
 */
import {
  compareText,
  emptyDocument,
  objectsOf,
  type StateDocument,
  systemOf,
  withObject,
  withUpdate,
} from "../document.ts";
import { type Holder, type ObjectState, StoreError, type SystemState } from "../types.ts";

/** The newest format. */
export const FORMAT = 1;

/** Who holds the right to apply, and until when without renewing it. */
export interface Lease extends Holder {
  /** Chosen by chance for each lock that is taken. */
  token: string;
  /** ISO 8601. */
  until: string;
}

/** What one commit holds. */
export interface Content {
  document: StateDocument;
  lease: Lease | undefined;
}

/** Whether a lease still stands. @param now milliseconds since 1970. */
export function isLive(lease: Lease | undefined, now: number): lease is Lease {
  return lease !== undefined && Date.parse(lease.until) > now;
}

/** @param version that of this program. */
export function serialise({ document, lease }: Content, version: string): string {
  const head = { format: FORMAT, program: version, ...(lease ? { holder: ordered(lease) } : {}) };
  const systems = [...document.systems.keys()].sort(compareText).map((system) => {
    const state = systemOf(document, system) as SystemState;
    const lists = (["inventory", "intents", "failures"] as const).map((name) => `"${name}": ${lines(state[name], 6)}`);
    return `    ${JSON.stringify(system)}: {\n      ${lists.join(",\n      ")}\n    }`;
  });
  const parts = [
    ...Object.entries(head).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`),
    `"objects": ${lines(objectsOf(document), 2)}`,
    `"systems": ${systems.length === 0 ? "{}" : `{\n${systems.join(",\n")}\n  }`}`,
  ];
  return `{\n  ${parts.join(",\n  ")}\n}\n`;
}

/**
 * @param text undefined where there is none yet. @param where what people know it as.
 * @throws StoreError `NewerFormat`, naming the version to install; `Corrupt`.
 */
export function parse(text: string | undefined, where: string, version: string): Content {
  if (text === undefined) return { document: emptyDocument(), lease: undefined };
  const state = readJson(text, where);
  if (typeof state.format !== "number") throw corrupt(where, "it names no format");
  if (state.format > FORMAT) throw newer(state, where, version);
  const { holder, objects, systems } = state;
  if (holder !== undefined && !isLease(holder)) throw corrupt(where, "its holder is not complete");
  if (!isListOf(objects, isObject)) throw corrupt(where, "an object is not complete");
  if (!isRecord(systems)) throw corrupt(where, "it has no systems");
  let document = objects.reduce(withObject, emptyDocument());
  for (const [system, things] of Object.entries(systems)) {
    if (!isSystem(things)) throw corrupt(where, `what it holds of ${system} is not complete`);
    const { inventory, intents, failures } = things;
    document = withUpdate(document, system, { put: inventory, intend: intents, fail: failures });
  }
  return { document, lease: holder };
}

function ordered({ host, pid, command, job, since, until, token }: Lease): Lease {
  return { host, pid, command, ...(job === undefined ? {} : { job }), since, until, token };
}

function lines(items: readonly unknown[], indent: number): string {
  const space = " ".repeat(indent);
  return items.length === 0
    ? "[]"
    : `[\n${items.map((item) => `${space}  ${JSON.stringify(item)}`).join(",\n")}\n${space}]`;
}

function readJson(text: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Said below: a position in a file that nobody edits helps nobody.
  }
  throw corrupt(where, "it is no JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

/** Whether a value has these fields, of this type. */
function has(value: unknown, type: "string" | "number", ...names: readonly string[]): boolean {
  return isRecord(value) && names.every((name) => typeof value[name] === type);
}

function isLease(value: unknown): value is Lease {
  return (
    has(value, "string", "host", "command", "since", "until", "token") &&
    has(value, "number", "pid") &&
    !Number.isNaN(Date.parse((value as Lease).until))
  );
}

function isObject(value: unknown): value is ObjectState {
  return (
    has(value, "string", "kind", "name", "digest") &&
    has(value, "number", "generation") &&
    Array.isArray((value as ObjectState).conditions)
  );
}

function isSystem(value: unknown): value is SystemState {
  const { inventory, intents, failures } = isRecord(value) ? value : {};
  const each = (list: unknown, texts: readonly string[], numbers: readonly string[]) =>
    Array.isArray(list) && list.every((item) => has(item, "string", ...texts) && has(item, "number", ...numbers));
  return (
    each(inventory, ["kind", "key", "id", "integration", "applied"], []) &&
    each(intents, ["kind", "key", "integration"], ["startedAt"]) &&
    each(failures, ["kind", "key", "digest", "code", "message"], ["at"])
  );
}

function corrupt(where: string, why: string): StoreError {
  return new StoreError(
    "Corrupt",
    `${where} is damaged or not a state of Plumbline: ${why}. Nothing was changed in it. Restore an earlier commit of that ref, ` +
      "or delete the ref: Plumbline then starts with an empty inventory, and apply adopts what it finds under the declared keys.",
  );
}

function newer({ format, program }: Record<string, unknown>, where: string, version: string): StoreError {
  const known = typeof program === "string" ? program : undefined;
  return new StoreError(
    "NewerFormat",
    `${where} was written by a newer Plumbline (format ${format}${known ? `, version ${known}` : ""}); ` +
      `this one (version ${version}) knows up to format ${FORMAT}. ` +
      `Install ${known ? `Plumbline ${known} or a later version` : "a newer version"}; nothing was changed.`,
  );
}
