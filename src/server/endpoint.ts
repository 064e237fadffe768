/**
 * What an endpoint is: one row of the table that routes, checks, rights, the OpenAPI document and the tests are made of.
 *
 * An endpoint knows no web framework: it gets what was checked by its schemas, and answers with a value.
 */
import type { Static, TSchema } from "typebox";
import type { Role } from "../store/event-types.ts";
import { maySee, type Principal } from "./auth.ts";
import { HttpError } from "./http-error.ts";
import type { RawRequest } from "./parts.ts";

/**
 * Who is answered. `anyone`: everybody, always; `admitted`: everybody, but only this host while no token exists;
 * `signed`: everybody, since the request proves itself; a role: whose token has it or a higher one.
 */
export type Access = "anyone" | "admitted" | "signed" | Role;

export interface Call<P, Q, B> {
  /** Of an endpoint with a role; for others a principal that may do nothing. */
  principal: Principal;
  params: P;
  query: Q;
  body: B;
  trace: string;
  /** Aborted when whoever asked is gone. */
  signal: AbortSignal;
  raw: RawRequest;
}

export interface Answer {
  status: number;
  /** A text is sent as it is, all else as JSON. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/** What the audit log says of a call. */
export interface Audited {
  action: string;
  resourceType: string;
  resourceId: string;
  details?: Readonly<Record<string, unknown>>;
}

interface Row {
  method: "GET" | "POST" | "DELETE" | "HEAD" | "OPTIONS";
  /** With `:name` for a parameter. */
  path: string;
  operationId: string;
  summary: string;
  tag: "Webhooks" | "Events" | "Integrations" | "Rules" | "Notifications" | "Records" | "Server";
  access: Access;
  /** One without a token may be signed by Standard Webhooks instead; the endpoint itself finds out whose it is. */
  orSigned?: boolean;
  /** Statuses beside those that every endpoint of its kind may give. */
  errors?: readonly number[];
  /** The answer by its status; null: no body; `{ media, schema }`: another media type than JSON. */
  answers: Readonly<Record<number, TSchema | null | { media: string; description: string }>>;
  /** The body is handed on as it came. */
  rawBody?: string;
  /** Not in the document. */
  hidden?: boolean;
}

/** An endpoint with its types. */
export interface TypedEndpoint<P extends TSchema, Q extends TSchema, B extends TSchema> extends Row {
  params?: P;
  query?: Q;
  body?: B;
  audit?(call: Call<Static<P>, Static<Q>, Static<B>>): Audited;
  handle(call: Call<Static<P>, Static<Q>, Static<B>>): Promise<Answer>;
}

/** An endpoint as the server sees it: its schemas have checked what its functions get. */
export interface Endpoint extends Row {
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  audit?(call: Call<unknown, unknown, unknown>): Audited;
  handle(call: Call<unknown, unknown, unknown>): Promise<Answer>;
}

/** @returns the endpoint as a row of the table. */
export function endpoint<P extends TSchema, Q extends TSchema, B extends TSchema>(
  typed: TypedEndpoint<P, Q, B>,
): Endpoint {
  return typed as unknown as Endpoint;
}

/** @throws HttpError 403, before anything is looked up: what is in another namespace stays unknown. */
export function requireNamespace(principal: Principal, namespace: string): void {
  if (!maySee(principal, namespace)) throw new HttpError(403, "Forbidden", "The token is bound to other namespaces.");
}

/** @throws HttpError 403 */
export function forbidden(message: string): never {
  throw new HttpError(403, "Forbidden", message);
}

/** @throws HttpError 404 */
export function notFound(what: string): never {
  throw new HttpError(404, "NotFound", `There is no such ${what}.`);
}
