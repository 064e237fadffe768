/**
 * A connector, opened for one Integration.
 *
 * The connector is opened twice: once with a writer that refuses to write, which gives the reader, and
 * once in earnest, when something first asks for the writer. So no connector, users' own included,
 * can write by way of its reader.
 */
import type { Check, Identity } from "./account.ts";
import type { Connector, OpenContext } from "./contract.ts";
import { ConnectorError } from "./errors.ts";
import { createGuard, type Guard } from "./guard.ts";
import { type Client, createClient } from "./http/client.ts";
import { formatMoment } from "./http/clock.ts";
import { type ConnectionOptions, registerSecrets, type SentRequest } from "./http/connection.ts";
import { fingerprintOf } from "./http/fingerprint.ts";
import { redactedError } from "./http/redact.ts";
import type { Http } from "./http/types.ts";

export type SessionOptions = Omit<ConnectionOptions, "connector">;

export interface Session {
  readonly connector: Connector;
  /** Where the system is: an origin, or host and port. */
  readonly origin: string;
  readonly reader: unknown;
  /** Made when it is first asked for. */
  readonly writer: unknown;
  /** How many requests this session has sent. */
  readonly requests: { readonly read: number; readonly write: number };
  redact(text: string): string;
  /** @throws ConnectorError */
  check(): Promise<Check>;
  /** @returns `undefined` where a system is known by its address alone. @throws ConnectorError */
  identity(): Promise<Identity | undefined>;
  /**
   * Runs a connector's function.
   *
   * @throws ConnectorError without secrets, whatever the function throws; an abort as it is.
   */
  guardErrors<T>(run: () => T | Promise<T>): Promise<T>;
}

/** @throws ConnectorError when the connection cannot be right. */
export async function openSession(connector: Connector, options: SessionOptions): Promise<Session> {
  const { transport } = options;
  const requests = { read: 0, write: 0 };
  const counted = (request: SentRequest) => {
    requests[request.kind] += 1;
    options.onRequest?.(request);
  };
  registerSecrets(transport, options.credentials);
  const settings: ConnectionOptions = { ...options, connector, onRequest: counted };
  const client = connector.http ? createClient(settings) : undefined;
  const origin = client?.connection.base.origin ?? addressOf(connector, options.connection);
  const guardErrors = <T>(run: () => T | Promise<T>) => guarded(connector, settings, run);
  const open = (kind: "read" | "write") => connector.open(contextOf(settings, client, origin, kind));
  const { reader } = await guardErrors(() => open("read"));
  let opened: { writer: unknown } | undefined;
  return {
    connector,
    origin,
    reader,
    get writer() {
      opened ??= openedForWriting(connector, settings, () => open("write"));
      return opened.writer;
    },
    requests,
    redact: transport.redactor.redact,
    check: () => guardErrors(() => connector.check(reader)),
    identity: () => guardErrors(() => connector.identity?.(reader)),
    guardErrors,
  };
}

function openedForWriting<T>(connector: Connector, settings: ConnectionOptions, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw error instanceof ConnectorError ? withoutSecrets(settings, error) : translated(connector, settings, error);
  }
}

function contextOf(
  options: ConnectionOptions,
  client: Client | undefined,
  origin: string,
  kind: "read" | "write",
): OpenContext {
  const { connection, credentials } = options;
  const http = client ? (kind === "read" ? client.readOnly : client.http) : withoutHttp(options.connector);
  const wait = (milliseconds: number) => waitFor(options, milliseconds);
  const now = () => options.transport.clock.now();
  return { connection, credentials, http, guard: guardOf(options, origin, kind), wait, now };
}

async function waitFor(options: ConnectionOptions, milliseconds: number): Promise<void> {
  const { clock } = options.transport;
  if (milliseconds > longestWait(options)) {
    const back = formatMoment(clock.now() + milliseconds, clock.now());
    const message = `${options.connector.title} asks to come back at ${back}, which is longer than is waited for.`;
    throw new ConnectorError("RATE_LIMITED", message, { retryAfter: milliseconds });
  }
  await clock.sleep(milliseconds);
}

function longestWait({ maxWait, lane }: ConnectionOptions): number {
  return maxWait ?? (lane === "interactive" ? 30_000 : 120_000);
}

function guardOf(options: ConnectionOptions, origin: string, kind: "read" | "write"): Guard {
  const { transport, connector, connection, credentials, lane } = options;
  const credential = fingerprintOf(credentials);
  return createGuard({
    transport,
    connector,
    origin,
    credential,
    lane,
    maxWait: longestWait(options),
    ceiling: transport.ceiling(fingerprintOf({ connection, credentials }), options.rateLimit),
    ...(options.mayWrite && kind === "write" ? { mayWrite: options.mayWrite } : {}),
    onRun: (name) => options.onRequest?.({ method: "RUN", path: name, kind }),
  });
}

/** A connector without an `http` profile that asks for HTTP is told so. */
function withoutHttp({ title }: Connector): Http {
  const refuse = (): never => {
    throw new Error(`${title} has no HTTP profile.`);
  };
  return {
    get reader() {
      return refuse();
    },
    get writer() {
      return refuse();
    },
  };
}

/** A stable text for a system that has no origin: its host and port, else its platform. */
function addressOf(connector: Connector, connection: Readonly<Record<string, unknown>>): string {
  const { url, host, port } = connection;
  if (typeof url === "string" && URL.canParse(url) && new URL(url).origin !== "null") return new URL(url).origin;
  if (typeof host !== "string") return connector.platform;
  return port === undefined ? host.toLowerCase() : `${host.toLowerCase()}:${String(port)}`;
}

async function guarded<T>(connector: Connector, options: ConnectionOptions, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw error instanceof ConnectorError ? withoutSecrets(options, error) : translated(connector, options, error);
  }
}

/** A connector may have put a secret into an error of its own. */
function withoutSecrets({ transport: { redactor } }: ConnectionOptions, error: ConnectorError): ConnectorError {
  const message = redactor.redact(error.message);
  if (message === error.message) return error;
  const { code, retryable, retryAfter, outcomeUnknown, heldBack, status, platformCode } = error;
  return new ConnectorError(code, message, {
    cause: redactedError(redactor, error),
    retryable,
    outcomeUnknown,
    heldBack,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(status === undefined ? {} : { status }),
    ...(platformCode === undefined ? {} : { platformCode }),
  });
}

/** Anything else that a connector throws is a mistake in it, which trying again does not cure. */
function translated(
  connector: Connector,
  { transport: { redactor } }: ConnectionOptions,
  error: unknown,
): ConnectorError {
  const own = error instanceof Error ? error.message : String(error);
  const message = redactor.redact(`The connector for ${connector.title} failed: ${own}`);
  return new ConnectorError("UNSUPPORTED", message, { cause: redactedError(redactor, error), outcomeUnknown: true });
}
