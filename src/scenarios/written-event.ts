/**
 * An event that somebody wrote down to try it: a CloudEvent, or in short an Integration, an event's name and data.
 * `simulate` reads such from files, Scenarios hold them.
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

/** An event that cannot be had from what was written; the message begins in lower case, to follow a place. */
export class WrittenEventError extends Error {
  override readonly name = "WrittenEventError";
}

/** What names of Integrations mean. */
export interface EventWorld {
  directory: Pick<Directory, "find">;
  platforms: Pick<PlatformSource, "load">;
  /** Milliseconds since 1970. */
  now: number;
}

export type Written = Readonly<Record<string, unknown>>;

/** Where an event would have come in. */
interface Origin {
  namespace: string;
  integration?: string;
  platform?: string;
}

const attributes = ["subject", "time", "datacontenttype", "dataschema"] as const;
const own = ["specversion", "id", "source", "type", "data", "event", "integration", "platform", "namespace", "self"];

/** @throws WrittenEventError */
export async function writtenEvent(written: Written, world: EventWorld): Promise<OpenEvent> {
  const origin = originOf(written, world.directory);
  const name = nameOf(written, origin);
  const type = textOf(written, "type") ?? (name === undefined ? undefined : `${origin.platform}.${name}`);
  if (type === undefined) {
    throw new WrittenEventError('it names no event: give it a "type", or "integration" and "event".');
  }
  const envelope = envelopeOf(written, type, origin);
  const main = name === undefined ? undefined : await mainOf(origin, name, world);
  return {
    stored: storedOf(envelope, origin, world.now),
    envelope,
    self: written.self === true,
    ...(name === undefined ? {} : { name }),
    ...(main === undefined ? {} : { main }),
  };
}

function originOf(written: Written, directory: EventWorld["directory"]): Origin {
  const namespace = textOf(written, "namespace") ?? DEFAULT_NAMESPACE;
  const integration = textOf(written, "integration");
  const platform = textOf(written, "platform");
  if (integration !== undefined || platform !== undefined) {
    const found = directory.find(namespace, { integration, platform });
    if ("missing" in found) throw new WrittenEventError(`${found.missing} in the namespace ${namespace}.`);
    return { namespace, ...found };
  }
  const source = /^\/([^/]+)\/([^/]+)$/.exec(textOf(written, "source") ?? "");
  const found = source && directory.find(source[1] as string, { integration: source[2] });
  return found && !("missing" in found) ? { namespace: source[1] as string, ...found } : { namespace };
}

function nameOf({ event, type }: Written, { platform }: Origin): string | undefined {
  if (platform === undefined) return undefined;
  if (typeof event === "string") return event;
  return typeof type === "string" && type.startsWith(`${platform}.`) ? type.slice(platform.length + 1) : undefined;
}

function envelopeOf(written: Written, type: string, origin: Origin): EventEnvelope {
  const from = origin.integration === undefined ? "/simulated" : `/${origin.namespace}/${origin.integration}`;
  const stated = attributes.flatMap((name) => {
    const value = textOf(written, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const known: readonly string[] = [...own, ...attributes];
  const extensions = Object.entries(written).filter(
    ([name, value]) => !known.includes(name) && ["string", "number", "boolean"].includes(typeof value),
  );
  const labels = labelsIn(written) ?? labelsOfData(written.data);
  return {
    specversion: CLOUDEVENTS_VERSION,
    id: textOf(written, "id") ?? "simulated",
    source: textOf(written, "source") ?? from,
    type,
    ...Object.fromEntries(stated),
    ...(extensions.length > 0 ? { extensions: Object.fromEntries(extensions) as Record<string, string> } : {}),
    ...(labels ? { labels } : {}),
    data: written.data ?? {},
  };
}

/** As the controller takes them: an object is a map of texts, and all else an extension attribute. */
function labelsIn({ labels }: Written): Readonly<Record<string, string>> | undefined {
  if (typeof labels !== "object" || labels === null) return undefined;
  const map = stringMap(labels);
  if (map) return map;
  throw new WrittenEventError('"labels" must be a map of texts: {"name": "text", …}.');
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

function textOf(written: Written, name: string): string | undefined {
  const value = Object.hasOwn(written, name) ? written[name] : undefined;
  if (value === undefined || value === null) return undefined; // CloudEvents' JSON format: null counts as unset
  if (typeof value === "string" && value !== "") return value;
  throw new WrittenEventError(`"${name}" must be a text.`);
}
