/**
 * Checks requests against their schemas. Parameters of paths and queries are texts, so numbers are read out of
 * them; a body has types of its own and is taken by its word. What a message says holds no value of the request.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { HttpError } from "./http-error.ts";
import { RAW } from "./openapi.ts";

type Part = "body" | "querystring" | "params" | "headers";
const names: Readonly<Record<string, string>> = { querystring: "query", params: "path", body: "body" };
/** A name out of a request is shown, but not at any length. */
const LONGEST_NAME = 60;

/** @returns the framework's compiler of validators; each is compiled at the first request that it checks. */
export function createChecks() {
  // The schemas are our own, and tests look at them: checking them here would take half of a server's start.
  const own = { strict: false, meta: false, validateSchema: false } as const;
  const options = { ...own, allErrors: false, verbose: true, useDefaults: true, validateFormats: false } as const;
  const texts = new Ajv({ ...options, coerceTypes: true });
  const bodies = new Ajv(options);
  return ({ schema, httpPart }: { schema: unknown; httpPart?: string }) => {
    const stated = schema as Record<string, unknown>;
    if (stated[RAW] === true) return () => true;
    let check: ValidateFunction | undefined;
    return (given: unknown) => {
      check ??= (httpPart === "body" ? bodies : texts).compile(stated);
      const data = given ?? {};
      return check(data) ? { value: data } : { error: asError(httpPart as Part, check.errors ?? []) };
    };
  };
}

function asError(part: Part, errors: readonly ErrorObject[]): HttpError {
  const fields = errors.map((error) => ({
    field: `${names[part] ?? part}${error.instancePath}`,
    message: messageOf(error),
  }));
  const [first] = fields;
  return new HttpError(400, "BadRequest", `${first?.field ?? part}: ${first?.message ?? "is wrong"}.`, { fields });
}

function messageOf({ keyword, params, parentSchema, message = "is wrong" }: ErrorObject): string {
  if (keyword === "enum") return `must be one of ${(params.allowedValues as unknown[]).join(", ")}`;
  if (keyword !== "additionalProperties") return message;
  const name = JSON.stringify(String(params.additionalProperty).slice(0, LONGEST_NAME));
  const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
  return `has no field ${name}${known.length > 0 ? `; there is ${known.join(", ")}` : ""}`;
}

/** @throws HttpError 400 for a value that nests deeper than so many levels. Takes no stack itself. */
export function assertShallow(value: unknown, depth: number): void {
  let level: unknown[] = [value];
  for (let at = 0; level.length > 0; at++) {
    if (at > depth) throw new HttpError(400, "BadRequest", `The body nests deeper than ${depth} levels.`);
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
}
