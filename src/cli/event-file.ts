/**
 * An event that somebody wrote down to try it: a CloudEvent, or in short an Integration, an event's name and data.
 *
 * The source of a CloudEvent says which Integration it would have come through; in a controller it is the
 * authenticated address that says so.
 */
import { CLOUDEVENTS_VERSION, type EventEnvelope } from "../api/event.ts";
import { DEFAULT_NAMESPACE } from "../api/metadata.ts";
import { labelsOfData, stringMap } from "../events/envelope.ts";
import type { OpenEvent } from "../events/types.ts";
import type { PlatformSource } from "../manifests/types.ts";
import type { Directory } from "../rules/directory.ts";
import { UserError } from "./errors.ts";

/** What names of Integrations mean. */
export interface EventWorld {
  directory: Directory;
  platforms: Pick<PlatformSource, "load">;
  /** Milliseconds since 1970. */
  now: number;
}

type Written = Readonly<Record<string, unknown>>;

/** Where an event would have come in. */
interface Origin {
  namespace: string;
  integration?: string;
  platform?: string;
}

const attributes = ["subject", "time", "datacontenttype", "dataschema"] as const;
const own = ["specversion", "id", "source", "type", "data", "event", "integration", "platform", "namespace", "self"];

/** @param shown the file's name, for messages. @throws UserError */
export async function readEvent(text: string, shown: string, world: EventWorld): Promise<OpenEvent> {
  const written = parse(text, shown);
  const origin = originOf(written, shown, world.directory);
  const name = nameOf(written, origin);
  const type = textOf(written, "type", shown) ?? (name === undefined ? undefined : `${origin.platform}.${name}`);
  if (type === undefined)
    throw new UserError(`${shown}: it names no event: give it a "type", or "integration" and "event".`);
  const envelope = envelopeOf(written, type, origin, shown);
  const main = name === undefined ? undefined : await mainOf(origin, name, world);
  return {
    stored: storedOf(envelope, origin, world.now),
    envelope,
    self: written.self === true,
    ...(name === undefined ? {} : { name }),
    ...(main === undefined ? {} : { main }),
  };
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

function originOf(written: Written, shown: string, directory: Directory): Origin {
  const namespace = textOf(written, "namespace", shown) ?? DEFAULT_NAMESPACE;
  const integration = textOf(written, "integration", shown);
  const platform = textOf(written, "platform", shown);
  if (integration !== undefined || platform !== undefined) {
    const found = directory.find(namespace, { integration, platform });
    if ("missing" in found) throw new UserError(`${shown}: ${found.missing} in the namespace ${namespace}.`);
    return { namespace, ...found };
  }
  const source = /^\/([^/]+)\/([^/]+)$/.exec(textOf(written, "source", shown) ?? "");
  const found = source && directory.find(source[1] as string, { integration: source[2] });
  return found && !("missing" in found) ? { namespace: source[1] as string, ...found } : { namespace };
}

function nameOf({ event, type }: Written, { platform }: Origin): string | undefined {
  if (platform === undefined) return undefined;
  if (typeof event === "string") return event;
  return typeof type === "string" && type.startsWith(`${platform}.`) ? type.slice(platform.length + 1) : undefined;
}

function envelopeOf(written: Written, type: string, origin: Origin, shown: string): EventEnvelope {
  const from = origin.integration === undefined ? "/simulated" : `/${origin.namespace}/${origin.integration}`;
  const stated = attributes.flatMap((name) => {
    const value = textOf(written, name, shown);
    return value === undefined ? [] : [[name, value] as const];
  });
  const known: readonly string[] = [...own, ...attributes];
  const extensions = Object.entries(written).filter(
    ([name, value]) => !known.includes(name) && ["string", "number", "boolean"].includes(typeof value),
  );
  const labels = labelsIn(written, shown) ?? labelsOfData(written.data);
  return {
    specversion: CLOUDEVENTS_VERSION,
    id: textOf(written, "id", shown) ?? "simulated",
    source: textOf(written, "source", shown) ?? from,
    type,
    ...Object.fromEntries(stated),
    ...(extensions.length > 0 ? { extensions: Object.fromEntries(extensions) as Record<string, string> } : {}),
    ...(labels ? { labels } : {}),
    data: written.data ?? {},
  };
}

/** As the controller takes them: an object is a map of texts, and all else an extension attribute. @throws UserError */
function labelsIn({ labels }: Written, shown: string): Readonly<Record<string, string>> | undefined {
  if (typeof labels !== "object" || labels === null) return undefined;
  const map = stringMap(labels);
  if (map) return map;
  throw new UserError(`${shown}: "labels" must be a map of texts: {"name": "text", …}.`);
}

function storedOf(envelope: EventEnvelope, origin: Origin, now: number): OpenEvent["stored"] {
  const { namespace, integration, platform } = origin;
  const { source, id, type, subject } = envelope;
  return {
    namespace,
    ...(integration === undefined ? {} : { integration: `${namespace}/${integration}` }),
    ...(platform === undefined ? {} : { platform }),
    source,
    id,
    type,
    ...(subject === undefined ? {} : { subject }),
    receivedAt: now,
    trace: "0".repeat(32),
    hops: 0,
    attributes: "{}",
    data: "{}",
    seq: 0,
    state: "pending",
    repeats: 0,
  };
}

async function mainOf({ platform = "" }: Origin, name: string, { platforms }: EventWorld): Promise<string | undefined> {
  const loaded = await platforms.load(platform);
  const main = typeof loaded === "object" ? (loaded.compiled.connector.events?.main ?? {}) : {};
  return Object.hasOwn(main, name) ? main[name] : undefined;
}

function textOf(written: Written, name: string, shown: string): string | undefined {
  const value = Object.hasOwn(written, name) ? written[name] : undefined;
  if (value === undefined || value === null) return undefined; // CloudEvents' JSON format: null counts as unset
  if (typeof value === "string" && value !== "") return value;
  throw new UserError(`${shown}: "${name}" must be a text.`);
}
