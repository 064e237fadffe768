/**
 * What a peer sends: one event, `received`, proven by Standard Webhooks (its own header names or Svix's), by a scheme
 * of one's own, or by a secret in a header.
 *
 * Without an id that the sender signs, the same bytes within a day are taken for a repetition: peers that send again
 * what was not answered in time sign nothing anew. `repeats: Accept` is for those whose equal bodies are events of
 * their own.
 */
import {
  type Authenticate,
  bodyText,
  type Events,
  headerOf,
  type InboundRequest,
  isForm,
  type PlatformEvent,
  readJson,
  standardHeader,
  standardWebhooks,
  TooDeep,
  webhookConsent,
  wholeSeconds,
} from "../../connector-kit/index.ts";
import { hmacKey } from "./secrets.ts";
import type { Hmac, Settings } from "./settings.ts";
import { signedBytes } from "./signing.ts";

const NAME = "received";

const secrets = { credential: "webhookSecret", previous: "previousWebhookSecret" } as const;

export const events: Events = {
  names: [NAME],
  main: {},
  authenticate: (connection) => authenticate(connection as Settings),
  preflight: (request, connection) => webhookConsent(request, (connection as Settings).origins ?? []),
  parse(request, { connection, newId }) {
    const id = idIn(request, connection as Settings) ?? newId();
    return [{ id, name: NAME, ...contentOf(request) }];
  },
};

function authenticate(settings: Settings): Authenticate {
  const { receive = "standard-webhooks", receiveHeader = "", hmac } = settings;
  if (receive === "bearer") return { type: "sharedSecret", ...secrets, of: bearerToken, remember: isOnce(settings) };
  if (receive === "header") {
    const of = (request: InboundRequest) => headerOf(request, receiveHeader);
    return { type: "sharedSecret", ...secrets, of, remember: isOnce(settings) };
  }
  return receive === "hmac" && hmac ? custom(hmac, settings) : standard;
}

/** Whether equal bytes are one delivery: nothing else tells two of them apart. */
function isOnce({ repeats, idHeader }: Settings): boolean {
  return repeats !== "Accept" && idHeader === undefined;
}

const standard = standardWebhooks(secrets);

function custom(hmac: Hmac, settings: Settings): Authenticate {
  const { header, algorithm = "sha256", encoding = "hex", prefix = "", signed = "{body}", tolerance = 300 } = hmac;
  const { idHeader, repeats } = settings;
  const told = (request: InboundRequest, name: string | undefined) =>
    name === undefined ? undefined : headerOf(request, name);
  const ts = (request: InboundRequest) => told(request, hmac.timestampHeader);
  const divisor = hmac.timestampUnit === "ms" ? 1000 : 1;
  const seconds = (request: InboundRequest) => {
    const whole = wholeSeconds(ts(request));
    return whole === undefined ? undefined : whole / divisor;
  };
  const proves = signed.includes("{id}") || (hmac.timestampHeader !== undefined && idHeader !== undefined);
  return {
    type: "hmac",
    ...{ algorithm, encoding, header, prefix, ...secrets },
    key: (secret) => hmacKey(hmac, secret),
    form: `written in ${hmac.keyEncoding ?? "utf8"}`,
    signed: (request) => signedBytes(signed, { id: told(request, idHeader), ts: ts(request), body: request.body }),
    ...(hmac.timestampHeader === undefined ? {} : { timestamp: { of: seconds, toleranceSeconds: tolerance } }),
    remember: repeats !== "Accept" && !proves,
  };
}

function bearerToken(request: InboundRequest): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headerOf(request, "authorization") ?? "")?.[1];
}

/** @throws Error when the header that was said to hold it is missing. */
function idIn(request: InboundRequest, { receive = "standard-webhooks", idHeader }: Settings): string | undefined {
  if (receive === "standard-webhooks") return standardHeader(request, "id");
  if (idHeader === undefined) return undefined;
  const id = headerOf(request, idHeader);
  if (id === undefined || id === "" || id.length > 256) throw new Error(`The header ${idHeader} holds no id.`);
  return id;
}

type Content = Pick<PlatformEvent, "data" | "text" | "exact">;

/** JSON where it is any, the fields of a form, else text. @throws Error for what calls itself JSON and is none. */
function contentOf(request: InboundRequest): Content {
  const type = headerOf(request, "content-type");
  const text = bodyText(request);
  if (isForm(type)) return fromForm(new URLSearchParams(text));
  if (text === "") return { data: null };
  const json = parsed(text);
  if (json) return json;
  if (/^\s*[^;]*[/+]json\b/i.test(type ?? "")) throw new Error("The body is no JSON.");
  return { data: text };
}

/** A form with one field `payload` wraps JSON. */
function fromForm(form: URLSearchParams): Content {
  const payload = form.get("payload");
  return (payload === null ? undefined : parsed(payload)) ?? { data: Object.fromEntries(form) };
}

/** @throws TooDeep */
function parsed(text: string): Content | undefined {
  try {
    return { data: readJson(text), text, exact: true };
  } catch (error) {
    if (error instanceof TooDeep) throw error;
    return undefined;
  }
}
