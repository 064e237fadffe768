/** What text in a query, a path or a form means, by the schema that describes it. */
import type { Parameter } from "./routes.ts";
import type { Schema, Schemas } from "./schemas.ts";

export type Text = string | readonly string[];

/** A number, a boolean, a list or an object where the schema wants one and the text is one; else the text. */
export function coerce(schemas: Schemas, schema: Schema, text: Text): unknown {
  const { type, items, anyOf, oneOf } = schemas.resolve(schema);
  const alternatives = (anyOf ?? oneOf) as Schema[] | undefined;
  if (type === undefined && alternatives) {
    const fits = alternatives.map((one) => coerce(schemas, one, text));
    return fits.find((value, index) => schemas.compile(alternatives[index] ?? true)(value)) ?? text;
  }
  const types = [type].flat();
  if (types.includes("array")) return [text].flat().map((one) => coerce(schemas, (items ?? {}) as Schema, one));
  return typeof text === "string" ? scalar(types, text) : text;
}

function scalar(types: readonly unknown[], text: string): unknown {
  const isNumber = types.includes("integer") || types.includes("number");
  if (isNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes("boolean") && (text === "true" || text === "false")) return text === "true";
  if (!types.includes("object") || types.includes("string")) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Splits a list that is sent as one text: `style: form` with `explode: false`, and its relatives. */
export function split({ style = "form", explode = style === "form" }: Parameter, isList: boolean, text: Text): Text {
  if (explode || !isList || typeof text !== "string") return text;
  return text.split(style === "spaceDelimited" ? " " : style === "pipeDelimited" ? "|" : ",");
}

/** Whether a query name belongs to a parameter; `name[part]` does for `style: deepObject`. */
export function isNamed(parameter: Parameter, name: string): boolean {
  if (parameter.name === name) return true;
  return parameter.style === "deepObject" && name.startsWith(`${parameter.name}[`);
}
