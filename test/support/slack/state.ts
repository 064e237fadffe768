/**
 * What the Slack stand-in keeps beside the emulator, how it asks the emulator something, and the form
 * that Slack's requests and answers have.
 *
 * The emulator counts 5,000 requests for each token, which Slack does not; so each account has several
 * tokens there, of which the outside sees none.
 */
import { type Answer, fieldsOf, isRecord, json, parsed, type Received, type Upstream } from "../loopback.ts";

export type Account = "bot" | "user";
export type Parameters = Readonly<Record<string, string>>;
/** A Slack answer: `ok`, and `error` when it is false. */
export type Body = Record<string, unknown>;

/** A call of one method, however it was sent. */
export interface Call {
  method: string;
  parameters: Parameters;
  as: Account;
}

export interface Group {
  id: string;
  name: string;
  handle: string;
  description: string;
  channels: string[];
  users: string[];
  /** Seconds since 1970; 0 while it is enabled. */
  disabledAt: number;
}

export interface SlackState {
  teamId: string;
  botUserId: string;
  scopes: readonly string[];
  groups: Group[];
  /** Asks the emulator. */
  ask(method: string, parameters: Parameters, as: Account): Promise<Body>;
}

/** Answers a call, or leaves it to the emulator by giving `undefined`. */
export type Handler = (state: SlackState, call: Call) => Promise<Body | undefined> | Body | undefined;

/** How many tokens an account has in the emulator. */
const aliases = 20;

/** The emulator's tokens of an account. */
export function aliasesOf(account: Account): string[] {
  return Array.from({ length: aliases }, (_, index) => `xox-${account}-${index}`);
}

export function createState(
  emulator: Upstream,
  given: Pick<SlackState, "teamId" | "botUserId" | "scopes">,
): SlackState {
  let sent = 0;
  return {
    ...given,
    groups: [],
    async ask(method, parameters, as) {
      sent += 1;
      const answer = await emulator.send({
        method: "POST",
        path: `/api/${method}`,
        query: new URLSearchParams(),
        headers: {
          authorization: `Bearer xox-${as}-${sent % aliases}`,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: Buffer.from(new URLSearchParams(parameters).toString()),
      });
      const body = parsed(answer.body);
      if (answer.status === 404) return failure("unknown_method");
      return isRecord(body) ? body : failure("fatal_error");
    },
  };
}

export function success(fields: Body = {}): Body {
  return { ok: true, ...fields };
}

export function failure(error: string, fields: Body = {}): Body {
  return { ok: false, error, ...fields };
}

/** Methods that only read. They take a query or a form and look at no JSON body. */
export function isRead(method: string): boolean {
  return /\.(list|info|members|test|lookupByEmail|history|replies|get|getPresence|getPermalink)$/.test(method);
}

/** The arguments of a request: the query, then the body over it. */
export function parametersOf(request: Received, method: string): Record<string, string> {
  const found = Object.fromEntries(request.query);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) {
    if (isRead(method)) return found;
    for (const [name, value] of Object.entries(fieldsOf(request.body))) {
      found[name] = typeof value === "string" ? value : JSON.stringify(value);
    }
    return found;
  }
  return { ...found, ...Object.fromEntries(new URLSearchParams(request.body.toString("utf8"))) };
}

/** Slack answers failures with the status 200, and names the token's scopes in a header. */
export function respond(state: SlackState, body: Body): Answer {
  return json(200, body, { "x-oauth-scopes": state.scopes.join(",") });
}

export function isTrue(value: string | undefined): boolean {
  return value === "true" || value === "1";
}

/** The values of a list that is sent as text with commas. */
export function listOf(value: string | undefined): string[] {
  return (value ?? "").split(",").filter((part) => part !== "");
}
