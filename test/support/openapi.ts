/**
 * Checks requests against a platform's OpenAPI description: method and full URL path, path and query
 * parameters, and the body, with nothing let pass that the description does not have.
 *
 * The descriptions are not part of this repository; `CONTRACT_SPECS` names the folder that holds them.
 *
 * Slack describes its methods that read as GET, and its official client sends every method as a form POST.
 * The description therefore has such a method twice, `conversations.list` with query parameters and
 * `conversations.list.post` with the same ones as fields of a form; both count as the one method.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { type Description, match, type Operation, type Parameter, type Route, routesOf } from "./openapi/routes.ts";
import { prepareSchemas, type Schema, type Schemas } from "./openapi/schemas.ts";
import { coerce, isNamed, split, type Text } from "./openapi/values.ts";

/** A request as a client sends it. */
export interface CheckedRequest {
  method: string;
  /** A path or a whole address; may hold a query. */
  url: string;
  /** Further query parameters. */
  query?: Readonly<Record<string, Text>>;
  headers?: Readonly<Record<string, string>>;
  /** Parsed JSON, the fields of a form, or text. */
  body?: unknown;
  /** Default: `content-type` of the headers. */
  contentType?: string;
}

export type Verdict = { operationId: string } | { error: string };

export interface Coverage {
  /** How often each operation was exercised. */
  readonly exercised: ReadonlyMap<string, number>;
  /** The operations that were not. */
  missing(): string[];
}

export interface Spec {
  name: string;
  routes: readonly Route[];
  schemas: Schemas;
  coverage: Coverage;
  count(operationId: string): void;
}

/** Where the descriptions are. @returns undefined, having said so, when the environment does not name a folder. */
export function contractSpecs(
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): string | undefined {
  const folder = environment.CONTRACT_SPECS;
  if (!folder) say("CONTRACT_SPECS is not set: requests are NOT checked against the platforms' OpenAPI descriptions.");
  return folder || undefined;
}

/** @throws Error when there is no such description. */
export function loadSpec(folder: string, name: string): Spec {
  const description = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Description;
  const routes = routesOf(description);
  const ids = new Set(routes.map(({ operation }) => operation.operationId));
  const method = (id: string) => (id.endsWith(".post") && ids.has(id.slice(0, -5)) ? id.slice(0, -5) : id);
  const exercised = new Map<string, number>();
  return {
    name,
    routes,
    schemas: prepareSchemas(description.components?.schemas ?? {}),
    coverage: {
      exercised,
      missing: () => [...new Set([...ids].map(method))].filter((id) => !exercised.has(id)).sort(),
    },
    count(id) {
      exercised.set(method(id), (exercised.get(method(id)) ?? 0) + 1);
    },
  };
}

/**
 * Checks one request and counts its operation when it is right.
 *
 * @throws Error when a schema cannot be compiled: then nothing was checked.
 */
export function checkRequest(spec: Spec, request: CheckedRequest): Verdict {
  const { path, query } = located(spec, request);
  const found = match(spec.routes, request.method.toUpperCase(), path);
  if (!found) return { error: `${spec.name} has no operation ${request.method.toUpperCase()} ${path}` };
  const { operation, variables } = found.route;
  const inPath = Object.fromEntries(variables.map((name, index) => [name, found.values[index] ?? ""]));
  const mistakes = [
    ...checkParameters(spec.schemas, operation, "path", inPath),
    ...checkParameters(spec.schemas, operation, "query", query),
    ...missingHeaders(operation, request.headers ?? {}),
    ...checkBody(spec.schemas, operation, request),
  ];
  if (mistakes.length > 0) return { error: `${operation.operationId}: ${mistakes.join("; ")}` };
  spec.count(operation.operationId);
  return { operationId: operation.operationId };
}

/** Compiles every schema of every request. @returns the failures, as `operationId: message`. */
export function compileAll(spec: Spec): string[] {
  const failures: string[] = [];
  for (const { operation } of spec.routes) {
    const bodies = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema);
    for (const schema of [...operation.parameters.map((parameter) => parameter.schema), ...bodies]) {
      try {
        spec.schemas.compile(schema ?? true);
      } catch (error) {
        failures.push(`${operation.operationId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return failures;
}

/** Path and query of a request. TestRail's `/index.php?/api/v2/x&y=1` is described as `/index.php/api/v2/x?y=1`. */
function located(spec: Spec, { url, query }: CheckedRequest): { path: string; query: Record<string, Text> } {
  const plain = url.replace(/^https?:\/\/[^/]*/, "").replace(/#.*$/, "");
  const written = spec.name === "testrail" ? plain.replace("?/api", "/api").replace("&", "?") : plain;
  const [path = "", search = ""] = written.split(/\?(.*)/s);
  const found: Record<string, Text> = {};
  const entries = new URLSearchParams(search);
  for (const name of new Set(entries.keys())) {
    const values = entries.getAll(name);
    found[name] = values.length > 1 ? values : (values[0] ?? "");
  }
  return { path, query: { ...found, ...query } };
}

function checkParameters(
  schemas: Schemas,
  operation: Operation,
  place: "path" | "query",
  given: Readonly<Record<string, Text>>,
): string[] {
  const known = operation.parameters.filter((parameter) => parameter.in === place);
  const mistakes = known
    .filter((parameter) => parameter.required && !Object.keys(given).some((name) => isNamed(parameter, name)))
    .map(({ name }) => `the ${place} parameter ${name} is missing`);
  for (const [name, text] of Object.entries(given)) {
    const parameter = known.find((one) => isNamed(one, name));
    if (parameter) mistakes.push(...checkParameter(schemas, parameter, name, text));
    else if (place === "query") mistakes.push(`unknown query parameter ${name}`);
  }
  return mistakes;
}

function checkParameter(schemas: Schemas, parameter: Parameter, name: string, text: Text): string[] {
  if (parameter.name !== name) return []; // one part of a deepObject
  const schema = parameter.schema ?? true;
  const isList = [schemas.resolve(schema).type].flat().includes("array");
  return check(schemas, schema, coerce(schemas, schema, split(parameter, isList, text)), `${parameter.in} ${name}`);
}

function missingHeaders(operation: Operation, headers: Readonly<Record<string, string>>): string[] {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return operation.parameters
    .filter((parameter) => parameter.in === "header" && parameter.required && !given.has(parameter.name.toLowerCase()))
    .map(({ name }) => `the header ${name} is missing`);
}

/** Of bodies that are neither JSON nor a form, only that they are there and of a described type. */
function checkBody(schemas: Schemas, operation: Operation, request: CheckedRequest): string[] {
  const { body, headers = {} } = request;
  const described = operation.requestBody;
  if (body === undefined) return described?.required ? ["the body is missing"] : [];
  if (!described) return ["a body where none is described"];
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const type = (request.contentType ?? header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const media = described.content[type];
  if (!media) return [`the content type ${type || "(none)"} is not described`];
  if (type.endsWith("json")) return check(schemas, media.schema ?? true, body, "body");
  if (type !== "application/x-www-form-urlencoded") return [];
  return check(schemas, media.schema ?? true, formValues(schemas, media.schema ?? true, body), "body");
}

function formValues(schemas: Schemas, schema: Schema, body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  const properties = (schemas.resolve(schema).properties ?? {}) as Readonly<Record<string, Schema>>;
  return Object.fromEntries(
    Object.entries(body).map(([name, text]) => [name, coerce(schemas, properties[name] ?? true, text as Text)]),
  );
}

function check(schemas: Schemas, schema: Schema, value: unknown, where: string): string[] {
  const validate: ValidateFunction = schemas.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, 5).map((error) => `${where}${error.instancePath} ${said(error)}`);
}

function said({ keyword, params, message }: ErrorObject): string {
  const unknown = params.unevaluatedProperty ?? params.additionalProperty;
  if (unknown !== undefined) return `has the unknown property ${unknown}`;
  return keyword === "enum" ? `must be one of ${JSON.stringify(params.allowedValues)}` : (message ?? keyword);
}
