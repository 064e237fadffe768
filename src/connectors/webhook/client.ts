/** Sends a body to the one address that an Integration has. */
import { createHash } from "node:crypto";
import {
  type Check,
  ConnectorError,
  type HttpAnswer,
  type HttpReader,
  type HttpWriter,
  type OpenContext,
  type RequestOptions,
} from "../../connector-kit/index.ts";
import type { Encoded } from "./formats.ts";
import { PING } from "./protocol.ts";
import type { Settings } from "./settings.ts";
import { signatureHeaders } from "./signing.ts";

/** How an Integration sends. */
export interface Sender {
  settings: Settings;
  /** What the address leads to, for messages; undefined where there is none. */
  host: string | undefined;
  credentials: OpenContext["credentials"];
  now: OpenContext["now"];
}

/**
 * Answers to a test that show a peer at work which has no use for it. 401 and 403 are none of them, since they say
 * that the credential is wrong; nor are 404, 405 and 410, which say that nothing takes webhooks there.
 */
const REACHED = [400, 402, 406, 409, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428, 431];

export class WebhookReader {
  readonly sender: Sender;
  readonly #http: HttpReader;

  constructor(http: HttpReader, sender: Sender) {
    this.#http = http;
    this.sender = sender;
  }

  /** Sends a signed ping, by POST whatever the method is; asks nobody where there is no address. */
  async check(): Promise<Check> {
    const { url } = this.sender.settings;
    if (url === undefined) return {};
    const body = { body: PING, headers: { "content-type": "application/json" } };
    const id = `ping-${this.sender.now()}`;
    await this.#http.post(url, { ...requestOf(this.sender, url, "POST", id, body), expect: REACHED });
    return {};
  }
}

export class WebhookWriter extends WebhookReader {
  readonly #http: HttpWriter;

  constructor(http: HttpWriter, sender: Sender) {
    super(http, sender);
    this.#http = http;
  }

  /**
   * Delivers one body, trying again what may succeed; each attempt is signed anew, with the same id and body.
   *
   * @param key the run's.
   * @returns the status of the answer.
   * @throws ConnectorError VALIDATION when the Integration has no address.
   */
  async deliver(key: string, encoded: Encoded): Promise<{ status: number; id: string }> {
    const { url, method = "POST" } = this.sender.settings;
    if (url === undefined)
      throw new ConnectorError("VALIDATION", "The webhook has no connection.url, so it only receives.");
    const id = idOf(key);
    const { status } = await this.#send(method, url, requestOf(this.sender, url, method, id, encoded));
    return { status, id };
  }

  #send(method: NonNullable<Settings["method"]>, url: string, options: RequestOptions): Promise<HttpAnswer> {
    switch (method) {
      case "POST":
        return this.#http.post(url, options);
      case "PUT":
        return this.#http.put(url, options);
      case "PATCH":
        return this.#http.patch(url, options);
    }
  }
}

/** The id of a delivery. Standard Webhooks allows it no dot; what cannot be one is hashed, the same each time. */
export function idOf(key: string): string {
  return /^[\w-]{1,128}$/.test(key) ? key : createHash("sha256").update(key).digest("hex");
}

function requestOf(
  { settings, host, credentials, now }: Sender,
  url: string,
  method: string,
  id: string,
  { body, headers }: Encoded,
): RequestOptions {
  const { idHeader, timeout = "15s" } = settings;
  return {
    body,
    headers:
      idHeader === undefined
        ? { ...settings.headers, ...headers }
        : { ...settings.headers, ...headers, [idHeader]: id },
    idempotencyKey: { header: "Idempotency-Key", value: id },
    eachAttempt: () => signatureHeaders(settings, credentials, { id, body, method, url }, now()),
    timeout: Number.parseInt(timeout, 10) * 1000,
    ignoreAnswer: true,
    what: `deliver to ${host}`,
  };
}
