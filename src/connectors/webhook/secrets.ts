/** The credentials, and what has to be right about them before anything is sent or let in. */
import { ConnectorError, decoded, Secret, STANDARD_FORM, standardKey, Type } from "../../connector-kit/index.ts";
import type { Hmac, Settings } from "./settings.ts";

const secret = (description: string, example: string) =>
  Type.Optional(Secret({ description, examples: [{ env: example }] }));

export const Credentials = Type.Object(
  {
    secret: secret(
      "What it signs with: auth: hmac, or auth: standard-webhooks (whsec_ and the base64 of 24 to 64 bytes).",
      "HOOK_SECRET",
    ),
    previousSecret: secret(
      "While a secret is changed, with auth: standard-webhooks: the one before, signed with as well.",
      "HOOK_SECRET_BEFORE",
    ),
    username: secret("The name, with auth: basic.", "HOOK_USER"),
    password: secret("The password, with auth: basic.", "HOOK_PASSWORD"),
    token: secret("The token, with auth: bearer and auth: header.", "HOOK_TOKEN"),
    webhookSecret: secret("What proves that it receives; of receive's kind.", "HOOK_INBOUND_SECRET"),
    previousWebhookSecret: secret("While that is changed: the one before, let in as well.", "HOOK_INBOUND_BEFORE"),
  },
  {
    additionalProperties: false,
    description: "References to the secrets of both sides.",
    examples: [{ secret: { env: "HOOK_SECRET" }, webhookSecret: { env: "HOOK_INBOUND_SECRET" } }],
  },
);

type Secrets = Readonly<Record<string, string>>;

/** What each kind of `auth` cannot do without. */
const needed: Readonly<Record<NonNullable<Settings["auth"]>, readonly string[]>> = {
  none: [],
  basic: ["username", "password"],
  bearer: ["token"],
  header: ["token"],
  hmac: ["secret"],
  "standard-webhooks": ["secret"],
};

/** @throws ConnectorError VALIDATION that names the field and its form, never a value. */
export function checkSecrets(settings: Settings, credentials: Secrets): void {
  const { auth = "none", receive = "standard-webhooks" } = settings;
  const lacking = needed[auth].find((name) => credentials[name] === undefined);
  if (lacking !== undefined) throw wrong(`auth: ${auth} needs credentials.${lacking}`);
  if (auth === "header" && settings.authHeader === undefined) throw wrong("auth: header needs connection.authHeader");
  if (receive === "header" && settings.receiveHeader === undefined)
    throw wrong("receive: header needs connection.receiveHeader");
  if ((auth === "hmac" || receive === "hmac") && settings.hmac === undefined)
    throw wrong(`${auth === "hmac" ? "auth" : "receive"}: hmac needs connection.hmac`);
  checkForms(["secret", "previousSecret"], auth, "auth", settings, credentials);
  checkForms(["webhookSecret", "previousWebhookSecret"], receive, "receive", settings, credentials);
}

function checkForms(names: readonly string[], kind: string, by: string, { hmac }: Settings, secrets: Secrets): void {
  for (const name of names) {
    const value = secrets[name];
    if (value === undefined) continue;
    if (kind === "standard-webhooks" && !standardKey(value))
      throw wrong(`credentials.${name} is not ${STANDARD_FORM}; connection.${by} says which kind it is`);
    if (kind === "hmac" && hmac && !hmacKey(hmac, value))
      throw wrong(`credentials.${name} is not ${hmac.keyEncoding}, as connection.hmac.keyEncoding says`);
  }
}

/** The key of a custom scheme; `undefined` for a secret that is not written as the scheme says, or is empty. */
export function hmacKey({ keyEncoding = "utf8" }: Hmac, secret: string): Uint8Array | undefined {
  const key = keyEncoding === "utf8" ? Buffer.from(secret) : decoded(secret, keyEncoding);
  return key && key.length > 0 ? key : undefined;
}

function wrong(what: string): ConnectorError {
  return new ConnectorError("VALIDATION", `The webhook cannot be used: ${what}.`);
}
