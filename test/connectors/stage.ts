/**
 * A session of one connector for the tests of what is peculiar to it: with a system that keeps state behind
 * a recording proxy, or with answers that a test makes up, on any host and without a network.
 *
 * Each request of each test is checked against the platform's OpenAPI description, as in the contract suite.
 */
import { Ajv } from "ajv";
import { afterAll, expect } from "vitest";
import type { Fetch } from "../../src/connector-kit/http/dispatch.ts";
import { createTransport, type Transport } from "../../src/connector-kit/http/transport.ts";
import type {
  Connector,
  FailedParent,
  Lane,
  ListDelta,
  Observed,
  ObservedParent,
  Resource,
  Spec,
} from "../../src/connector-kit/index.ts";
import { compileConnector } from "../../src/connector-kit/index.ts";
import { openSession, type Session } from "../../src/connector-kit/session.ts";
import { VirtualClock } from "../support/clock.ts";
import { incoming } from "../support/incoming.ts";
import { checkRequest, contractSpecs, type Spec as Description, loadSpec } from "../support/openapi.ts";
import { type Recorded, type RecordingProxy, recordingProxy } from "../support/proxy.ts";

/** What every session of a file has in common. */
export interface StageOptions {
  connector: Connector;
  /** The name of the platform's description. */
  spec: string;
  connection: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, string>>;
  /** Whether a request changes something; default: any but GET and HEAD. */
  isWrite?: (request: Pick<Recorded, "path" | "method">) => boolean;
}

export interface Stage {
  session: Session;
  clock: VirtualClock;
  transport: Transport;
  requests: readonly Recorded[];
  /** The paths of the requests, each with its method: `POST /api/auth.test`. */
  sent(): string[];
  writes(): Recorded[];
}

/** An answer that a test made up. */
export interface Scripted {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** An object or list as JSON, a text as it is. */
  body?: unknown;
}

/** A request as a scripted answer sees it; the authorization header is not hidden, and bytes are a character each. */
export interface Asked extends Recorded {
  url: URL;
}

type Settings = Partial<Pick<StageOptions, "connection" | "credentials">> & {
  lane?: Lane;
  clock?: VirtualClock;
  /** Paths that the platform gave, and that no description has. */
  undescribed?: RegExp;
};

export interface Staging {
  /** Goes on with a system that keeps state. */
  withSystem(
    system: { url: string; close(): Promise<void> },
    run: (stage: Stage & { proxy: RecordingProxy }) => Promise<void>,
    settings?: Settings,
  ): Promise<void>;
  /** Goes on with answers made up, wherever the requests go. */
  withAnswers(
    answer: (request: Asked) => Scripted,
    run: (stage: Stage) => Promise<void>,
    settings?: Settings,
  ): Promise<void>;
}

/** To be called once in a test file; says at its end which operations its tests used. */
export function staging(options: StageOptions): Staging {
  const folder = contractSpecs(process.env, (line) => console.warn(`${options.spec}: ${line}`));
  const description = folder === undefined ? undefined : loadSpec(folder, options.spec);
  afterAll(() => {
    if (description)
      console.info(`${options.spec}: used ${[...description.coverage.exercised.keys()].sort().join(", ")}`);
  });
  return {
    async withSystem(system, run, settings = {}) {
      const proxy = await recordingProxy(system.url, options.isWrite ? { isWrite: options.isWrite } : {});
      const connection = { ...options.connection, ...settings.connection, baseUrl: proxy.url };
      const stage = await opened(options, { ...settings, connection }, proxy.requests, {});
      try {
        await run({ ...stage, proxy });
        expect(mistakes(description, proxy.requests, settings)).toEqual([]);
      } finally {
        await stage.transport.close();
        await proxy.close();
        await system.close();
      }
    },
    async withAnswers(answer, run, settings = {}) {
      const asked: Asked[] = [];
      const fetch = scriptedFetch(asked, answer);
      const stage = await opened(options, settings, asked, { fetch });
      await run(stage);
      const { pathname } = new URL(String(settings.connection?.baseUrl ?? options.connector.http?.baseUrl));
      const prefix = pathname === "/" ? "" : pathname;
      expect(mistakes(description, asked, { ...settings, prefix })).toEqual([]);
    },
  };
}

async function opened(
  options: StageOptions,
  settings: Settings,
  requests: readonly Recorded[],
  transportOptions: Parameters<typeof createTransport>[0],
): Promise<Stage> {
  const clock = settings.clock ?? new VirtualClock();
  const transport = createTransport({ clock, random: () => 0, ...transportOptions });
  const session = await openSession(options.connector, {
    transport,
    connection: { ...options.connection, ...settings.connection },
    credentials: settings.credentials ?? options.credentials,
    lane: settings.lane ?? "interactive",
  });
  const isWrite = options.isWrite ?? (({ method }) => method !== "GET" && method !== "HEAD");
  return {
    session,
    clock,
    transport,
    requests,
    sent: () => requests.map(({ method, path }) => `${method} ${path}`),
    writes: () => requests.filter(isWrite),
  };
}

function scriptedFetch(asked: Asked[], answer: (request: Asked) => Scripted): Fetch {
  return async (address, init) => {
    const request = read(new URL(address), init);
    asked.push(request);
    const { status = 200, headers = {}, body } = answer(request);
    const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
    const type = typeof body === "string" ? "text/plain" : "application/json";
    const empty = status === 204 || status === 304;
    return incoming(
      new Response(empty ? null : text, {
        status,
        headers: { ...(text ? { "content-type": type } : {}), ...headers },
      }),
    );
  };
}

function read(url: URL, init: Parameters<Fetch>[1]): Asked {
  const headers = init.headers as Record<string, string>;
  const bytes = init.body instanceof Uint8Array ? Buffer.from(init.body).toString("latin1") : undefined;
  const text = typeof init.body === "string" && init.body !== "" ? init.body : undefined;
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const body =
    bytes ?? (text && (form ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text) as unknown)));
  return {
    url,
    method: init.method ?? "GET",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body,
  };
}

/** @param where `prefix`: what stands before the described paths. */
function mistakes(
  description: Description | undefined,
  requests: readonly Recorded[],
  { prefix = "", undescribed }: Pick<Settings, "undescribed"> & { prefix?: string },
): string[] {
  if (!description) return [];
  return requests.flatMap(({ method, path, query, headers, body }) => {
    if (undescribed?.test(path)) return [];
    const verdict = checkRequest(description, { method, url: path.slice(prefix.length), query, headers, body });
    return "error" in verdict ? [verdict.error] : [];
  });
}

/** A kind of a connector. */
export function kindOf(connector: Connector, name: string): Resource {
  const resource = connector.resources?.[name];
  if (!resource) throw new Error(`${connector.platform} has no ${name}.`);
  return resource;
}

/** Reads a list to its end. For nested kinds, failed parents are among it. */
export async function listOf(
  { session }: Stage,
  resource: Resource,
  parents: readonly ObservedParent[] = [],
): Promise<(Observed | FailedParent)[]> {
  return session.guardErrors(() =>
    Array.fromAsync(resource.list(session.reader, { parents, keys: "all", fields: "all" })),
  );
}

/** The things that a list shows; @throws the error of a parent that could not be read. */
export async function thingsOf(
  stage: Stage,
  resource: Resource,
  parents?: readonly ObservedParent[],
): Promise<Observed[]> {
  return (await listOf(stage, resource, parents)).map((one) => {
    if ("error" in one) throw one.error;
    return one;
  });
}

/** Asks for the fields that a list lacks. */
export async function detailsOf(
  { session }: Stage,
  resource: Resource,
  observed: readonly Observed[],
  fields: readonly string[],
): Promise<Observed[]> {
  return session.guardErrors(async () =>
    Array.fromAsync(resource.detail?.(session.reader, observed, new Set(fields)) ?? []),
  );
}

/** Makes a thing at the top level, and says what is left to be set. */
export async function create(
  { session }: Stage,
  resource: Resource,
  desired: Spec,
  parent: ObservedParent = { id: "", key: [], spec: {} },
): Promise<{ id: string; unset?: readonly string[] }> {
  const created = await session.guardErrors(async () => resource.create?.(session.writer, { desired, parent }));
  if (!created) throw new Error("Nothing was made.");
  return created;
}

/** Changes a thing. */
export async function update(
  { session }: Stage,
  resource: Resource,
  observed: Observed,
  changes: Spec,
  lists: Readonly<Record<string, ListDelta>> = {},
): Promise<void> {
  const desired = { ...observed.spec, ...changes };
  await session.guardErrors(async () => resource.update?.(session.writer, { observed, desired, changes, lists }));
}

/** What a call throws. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => "no failure",
    (error: unknown) => error,
  );
}

/**
 * Does what an action does, as a rule would: with parameters and a result that its schemas allow.
 *
 * @param key the run's; the same when it is tried again.
 */
export function performed(
  connector: Connector,
  { session }: Stage,
  name: string,
  parameters: Spec,
  key = "run-1",
): Promise<Spec> {
  const action = compileConnector(connector).connector.actions?.[name];
  if (!action) throw new Error(`${connector.title} has no action ${name}.`);
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const problems = (schema: object, value: unknown) => (ajv.validate(schema, value) ? [] : ajv.errors);
  return session.guardErrors(async () => {
    expect(problems(action.parameters, parameters)).toEqual([]);
    const result = await action.run(session.writer, parameters, { key });
    expect(problems(action.result, result)).toEqual([]);
    return result as Spec;
  });
}
