/**
 * The reader and the writer that connectors are given.
 *
 * A reader is an object of its own, without the writer's methods anywhere behind it; what it is asked
 * to do is checked once more on the way out, on every address that a redirect leads to. While a
 * session only reads, even the writer that a connector was handed refuses.
 */
import type { Connector } from "../contract.ts";
import { attempt } from "./attempt.ts";
import { type Call, type GraphqlUse, prepareCall } from "./call.ts";
import { type Connection, type ConnectionOptions, createConnection } from "./connection.ts";
import { definitionsOf, isGraphqlPath } from "./graphql.ts";
import { withRetries } from "./retry.ts";
import type { Http, HttpAnswer, HttpReader, HttpWriter, RequestOptions } from "./types.ts";

export interface Client {
  readonly connection: Connection;
  /** For planning: its `writer` refuses all that its `reader` refuses. */
  readonly readOnly: Http;
  readonly http: Http;
}

type Send = (method: string, path: string, options?: RequestOptions, graphql?: GraphqlUse) => Promise<HttpAnswer>;

/**
 * Opens the HTTP half of a connector. Sends nothing yet.
 *
 * @throws ConnectorError VALIDATION for an unusable `baseUrl`; Error for a connector without `http`.
 */
export function createClient(options: ConnectionOptions & { connector: Connector }): Client {
  const { http: profile, title } = options.connector;
  if (!profile) throw new Error(`${title} has no HTTP profile.`);
  const connection = createConnection(options, profile);
  // Signing in changes nothing, and reads need it too.
  const { mayWrite: _, ...signingIn } = connection.options;
  const bare = writerOf(
    title,
    sender({ ...connection, options: signingIn }, undefined, () => true),
  );
  const reading = sender(connection, bare, (call) => call.kind === "read");
  const reader = readerOf(title, reading);
  return {
    connection,
    readOnly: { reader, writer: writerOf(title, reading) },
    http: {
      reader,
      writer: writerOf(
        title,
        sender(connection, bare, () => true),
      ),
    },
  };
}

/**
 * @param bare what authorisations are derived with; without it nothing is authorised.
 * @param allows which calls may be sent.
 */
function sender(connection: Connection, bare: HttpWriter | undefined, allows: (call: Call) => boolean): Send {
  const { transport, title, maxWait } = connection;
  const { clock, random, counters } = transport;
  return async (method, path, options = {}, graphql = undefined) => {
    const settled: RequestOptions = bare ? options : { ...options, authorize: false };
    const call = prepareCall(connection, method, path, settled, graphql);
    if (!allows(call))
      throw new Error(`${title}: ${method} ${call.place.url.pathname} could write, and this is a reader.`);
    const onRetry = () => {
      counters.retries += 1;
    };
    const policy = { clock, random, maxWait, repeatable: call.repeatable, signal: call.options.signal, onRetry };
    return withRetries(policy, () => attempt(connection, bare, call));
  };
}

function readerOf(title: string, send: Send): HttpReader {
  const graphql: HttpReader["graphql"] = async (path, document, variables = {}, options = {}) => {
    const use = graphqlUse(title, path, document);
    if (use !== "query") throw new Error(`${title}: a GraphQL mutation could write, and this is a reader.`);
    return send("POST", path, { ...options, json: { query: document, variables } }, use);
  };
  return Object.freeze({ ...readMethods(send), graphql });
}

function writerOf(title: string, send: Send): HttpWriter {
  const graphql: HttpReader["graphql"] = async (path, document, variables = {}, options = {}) =>
    send("POST", path, { ...options, json: { query: document, variables } }, graphqlUse(title, path, document));
  return Object.freeze({
    ...readMethods(send),
    graphql,
    put: (path, options) => send("PUT", path, options),
    patch: (path, options) => send("PATCH", path, options),
    delete: (path, options) => send("DELETE", path, options),
  } satisfies HttpWriter);
}

function readMethods(send: Send): Pick<HttpReader, "get" | "head" | "post"> {
  return {
    get: (path, options) => send("GET", path, options),
    head: (path, options) => send("HEAD", path, options),
    post: (path, options) => send("POST", path, options),
  };
}

/** What a document does. @throws Error for one that subscribes, or is none. */
function graphqlUse(title: string, path: string, document: string): "query" | "mutation" {
  if (!isGraphqlPath(path))
    throw new Error(`${title}: "${path}" is not a GraphQL address; its last segment is graphql.`);
  const definitions = definitionsOf(document);
  if (definitions.includes("subscription")) throw new Error(`${title}: GraphQL subscriptions are not supported.`);
  return definitions.includes("mutation") ? "mutation" : "query";
}
