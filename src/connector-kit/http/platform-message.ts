/** Finds a platform's own words about a failure in the bodies that platforms answer with. */

/** A message is cut after so many characters. */
const LONGEST = 300;

/**
 * @param redact is applied before the text is cut, since half a secret is not recognised.
 * @returns one line; empty when the body says nothing.
 */
export function platformMessage(body: unknown, redact: (text: string) => string): string {
  return shortened(redact(typeof body === "string" ? fromText(body) : fromValue(body)));
}

/** One line of at most 300 characters. */
export function shortened(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1).toWellFormed()}…` : line;
}

/** Of a web page only its title is telling. */
function fromText(text: string): string {
  if (!/^\s*<(?:!doctype|html|\?xml)/i.test(text)) return text;
  return /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1] ?? "";
}

function fromValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return joined(value.map(fromValue));
  if (typeof value !== "object" || value === null) return "";
  const record = value as Record<string, unknown>;
  const main = headline(record);
  const details = joined([fromValue(record.errorMessages), detailsOf(record.errors), fromValue(record.errorCauses)]);
  if (main === "" || details === "") return main || details;
  return details.includes(main) ? details : `${main}: ${details}`;
}

/** The fields in which platforms put the main sentence, the most telling first. */
const headlines = ["message", "error_description", "errorSummary", "detail", "description", "error", "title", "reason"];

function headline(record: Record<string, unknown>): string {
  for (const name of headlines) {
    const text = fromValue(record[name]);
    if (text !== "") return text;
  }
  return "";
}

/** `errors` as a list of texts or objects, or as a message a field. */
function detailsOf(errors: unknown): string {
  if (Array.isArray(errors)) return joined(errors.slice(0, 10).map(detailOf));
  if (typeof errors !== "object" || errors === null) return fromValue(errors);
  return joined(Object.entries(errors).map(([field, text]) => `${field}: ${fromValue(text)}`));
}

/** One element, for example `{ "field": "name", "code": "already_exists" }`. */
function detailOf(error: unknown): string {
  const text = fromValue(error);
  if (typeof error !== "object" || error === null) return text;
  const { field, code } = error as { field?: unknown; code?: unknown };
  const words = [field, text === "" ? code : undefined].filter((word) => typeof word === "string");
  return joined([words.join(" "), text], ": ");
}

function joined(texts: readonly string[], separator = "; "): string {
  return texts.filter((text) => text !== "").join(separator);
}
