/**
 * How a message is written: as it is, in the frame that Standard Webhooks recommends, or as a CloudEvent over HTTP
 * (CloudEvents 1.0.2, HTTP protocol binding).
 */
import type { Settings } from "./settings.ts";

export interface Message {
  id: string;
  type: string;
  source: string;
  subject?: string;
  /** RFC 3339. */
  time: string;
  /** Any JSON; a CloudEvent may have none. */
  data?: unknown;
}

/** The body as it is signed and sent, and the headers that say what it is. */
export interface Encoded {
  body: string;
  headers: Record<string, string>;
}

export function encode(format: NonNullable<Settings["format"]>, message: Message): Encoded {
  switch (format) {
    case "json":
      return json("application/json", message.data ?? null);
    case "standard":
      return json("application/json", { type: message.type, timestamp: message.time, data: message.data ?? null });
    case "cloudevents-structured":
      return structured(message);
    case "cloudevents-binary":
      return binary(message);
  }
}

function structured({ data, ...attributes }: Message): Encoded {
  const content = data === undefined ? {} : { datacontenttype: "application/json", data };
  return json("application/cloudevents+json; charset=UTF-8", { specversion: "1.0", ...attributes, ...content });
}

function binary({ data, ...attributes }: Message): Encoded {
  const named = Object.entries({ specversion: "1.0", ...attributes });
  const headers = Object.fromEntries(named.map(([name, value]) => [`ce-${name}`, headerText(value)]));
  if (data === undefined) return { body: "", headers };
  return { body: JSON.stringify(data), headers: { ...headers, "content-type": "application/json" } };
}

/** Percent-encodes as section 3.1.3.2 of the binding says. A lone half of a letter cannot be written and is replaced. */
function headerText(value: string): string {
  const encoded = (letter: string) =>
    [...Buffer.from(letter.toWellFormed())]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join("");
  return value.replace(/[^\x21-\x7e]|["%]/gu, encoded);
}

function json(contentType: string, value: unknown): Encoded {
  return { body: JSON.stringify(value), headers: { "content-type": contentType } };
}
