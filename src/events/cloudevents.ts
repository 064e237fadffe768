/**
 * Reads CloudEvents 1.0 from a request: structured, binary and batch mode (cloudevents.io, core specification
 * 1.0.2, HTTP protocol binding, JSON event format).
 *
 * The mode is the content type's matter, and the batch's name begins with the structured one's, so it is asked
 * first. All events of a batch or none: an error names the element. The published library decodes no percent
 * escapes in headers and takes the first event of a batch for the whole.
 */
import { CLOUDEVENTS_VERSION, type EventEnvelope } from "../api/event.ts";
import type { InboundRequest } from "../connector-kit/event-contract.ts";
import { bodyText } from "../connector-kit/inbound.ts";
import { headerOf } from "../connector-kit/signatures.ts";
import { headerAttributes } from "./cloudevents-headers.ts";
import { stringMap } from "./envelope.ts";
import { innerTexts, readJson, writeJson } from "./json.ts";

/** An event with its data as the text that came. */
export interface ReadEvent extends EventEnvelope {
  dataText: string;
}

/** What was sent is no CloudEvent, or none that is taken. */
export class CloudEventError extends Error {
  override readonly name = "CloudEventError";
  /** The HTTP status to answer with. */
  readonly status: 400 | 415;
  constructor(status: 400 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

const REQUIRED = ["id", "source", "specversion", "type"] as const;
const KNOWN: ReadonlySet<string> = new Set([...REQUIRED, "subject", "time", "datacontenttype", "dataschema"]);
/** The specification's rule for names of attributes. */
const NAME = /^[a-z0-9]+$/;
/** RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** @throws CloudEventError, naming the element of a batch. */
export function readCloudEvents(request: InboundRequest): readonly ReadEvent[] {
  const type = (headerOf(request, "content-type") ?? "").trim().toLowerCase();
  if (type.startsWith("application/cloudevents-batch")) return readBatch(jsonBody(request, type));
  if (type.startsWith("application/cloudevents")) return [readElement(jsonBody(request, type), "The event")];
  if (REQUIRED.every((name) => headerOf(request, `ce-${name}`) !== undefined)) return [readBinary(request, type)];
  throw new CloudEventError(
    400,
    "The request is no CloudEvent: send application/cloudevents+json, application/cloudevents-batch+json, or the " +
      "headers ce-specversion, ce-id, ce-source and ce-type.",
  );
}

/** The body of structured and batch mode. Only the JSON format is read. */
function jsonBody(request: InboundRequest, type: string): string {
  if (!/^application\/cloudevents(-batch)?\+json\s*(;|$)/.test(type)) {
    throw new CloudEventError(415, "Of the formats of CloudEvents only JSON is read.");
  }
  const text = refusing("The body", () => bodyText(request));
  refusing("The body", () => readJson(text));
  return text;
}

function readBatch(text: string): readonly ReadEvent[] {
  if (!text.trimStart().startsWith("[")) throw new CloudEventError(400, "The body of a batch is no JSON array.");
  return [...innerTexts(text).values()].map((element, at) => readElement(element, `Element ${at} of the batch`));
}

function readElement(text: string, what: string): ReadEvent {
  if (!text.trimStart().startsWith("{")) throw new CloudEventError(400, `${what} is no JSON object.`);
  const members = JSON.parse(text) as Record<string, unknown>;
  const { data: _, data_base64: encoded, labels: stated, ...others } = members;
  const labels = labelsIn(stated, what);
  const attributes = labels === undefined ? { ...others, labels: stated } : others;
  const texts = innerTexts(text);
  const hasBytes = encoded !== undefined && encoded !== null;
  if (texts.has("data") && hasBytes) throw new CloudEventError(400, `${what} has both data and data_base64.`);
  const envelope = { ...checked(attributes, what), ...(labels ? { labels } : {}) };
  if (hasBytes) return withText(envelope, bytesText(encoded, what));
  return withText(envelope, texts.get("data") ?? "");
}

/**
 * An object `labels` at the top is our own addition to the format: CloudEvents knows simple attributes only, so one that
 * is a text, a number or a boolean is an extension attribute as any other, in every mode.
 */
function labelsIn(value: unknown, what: string): Readonly<Record<string, string>> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const labels = stringMap(value);
  if (labels) return labels;
  throw new CloudEventError(400, `${what} has "labels" that are no map of texts: {"name": "text", …}.`);
}

/** Bytes travel as base64, and are kept so: as a JSON string. */
function bytesText(encoded: unknown, what: string): string {
  const isBase64 = typeof encoded === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && encoded.length % 4 === 0;
  if (!isBase64) throw new CloudEventError(400, `${what} has a data_base64 that is no base64.`);
  return JSON.stringify(encoded);
}

function readBinary(request: InboundRequest, contentType: string): ReadEvent {
  const attributes = refusing("The event", () => headerAttributes(request.headers));
  if (attributes.has("datacontenttype")) {
    throw new CloudEventError(400, "The event has a header ce-datacontenttype; its type goes into Content-Type.");
  }
  const envelope = checked(Object.fromEntries(attributes), "The event");
  const given = headerOf(request, "content-type")?.trim();
  const typed = given ? { ...envelope, datacontenttype: given } : envelope;
  return withText(typed, binaryText(request, contentType));
}

/** JSON stays JSON, texts become JSON strings, other bytes base64. */
function binaryText(request: InboundRequest, type: string): string {
  if (request.body.length === 0) return "";
  if (type === "" || /^[a-z0-9.-]+\/([a-z0-9.-]+\+)?json\s*(;|$)/.test(type)) {
    const text = refusing("The event's data", () => bodyText(request));
    refusing("The event's data", () => readJson(text));
    return text;
  }
  if (type.startsWith("text/")) return writeJson(refusing("The event's data", () => bodyText(request)));
  return writeJson(Buffer.from(request.body).toString("base64"));
}

function withText(envelope: EventEnvelope, dataText: string): ReadEvent {
  const data = dataText === "" ? {} : { data: readJson(dataText) };
  return { ...envelope, ...data, dataText };
}

/** Checks attributes; a null one counts as unset. @throws CloudEventError, naming the attribute. */
function checked(attributes: Readonly<Record<string, unknown>>, what: string): EventEnvelope {
  const set = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined);
  const given = new Map(set);
  for (const name of REQUIRED) {
    const value = given.get(name);
    if (typeof value !== "string" || value === "") throw new CloudEventError(400, `${what} lacks "${name}".`);
  }
  if (!/^1\.0(\.\d+)?$/.test(given.get("specversion") as string)) {
    throw new CloudEventError(400, `${what} is of another version of CloudEvents than 1.0.`);
  }
  for (const [name, value] of given) checkAttribute(name, value, what);
  const extensions = set.filter(([name]) => !KNOWN.has(name)) as [string, string | number | boolean][];
  const known = Object.fromEntries(set.filter(([name]) => KNOWN.has(name)));
  return {
    ...(known as unknown as EventEnvelope),
    specversion: CLOUDEVENTS_VERSION,
    ...(extensions.length > 0 ? { extensions: Object.fromEntries(extensions) } : {}),
  };
}

function checkAttribute(name: string, value: unknown, what: string): void {
  if (!NAME.test(name)) throw new CloudEventError(400, `${what} has an attribute whose name is not a-z and 0-9.`);
  const fits = KNOWN.has(name)
    ? typeof value === "string" && value !== ""
    : typeof value === "string" || typeof value === "boolean" || isInt32(value);
  if (!fits) throw new CloudEventError(400, `${what} has an attribute "${name}" of a type that it may not have.`);
  if (name === "time" && !isTime(value as string))
    throw new CloudEventError(400, `${what} has a "time" not as RFC 3339.`);
  if (name === "source" && !URL.canParse(value as string, "https://plumbline.invalid")) {
    throw new CloudEventError(400, `${what} has a "source" that is no URI-reference.`);
  }
  if (name === "dataschema" && !URL.canParse(value as string)) {
    throw new CloudEventError(400, `${what} has a "dataschema" that is no absolute URI.`);
  }
}

const isInt32 = (value: unknown) => typeof value === "number" && (value | 0) === value;
const isTime = (value: string) => TIME.test(value) && !Number.isNaN(Date.parse(value));

/** Runs something whose errors tell of the input. */
function refusing<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    // A parser's message quotes the text; what is wrong is said without it.
    const why = error instanceof SyntaxError && !error.message.startsWith("It is") ? "is no JSON" : undefined;
    throw new CloudEventError(400, why ? `${what} ${why}.` : `${what}: ${(error as Error).message}`);
  }
}
