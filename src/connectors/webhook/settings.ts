/**
 * What an Integration of the platform `webhook` may state: how it sends, and how what it receives is proven.
 *
 * Sending and receiving are set apart (`auth`, `receive`), since a peer may want one and do the other; the custom
 * HMAC scheme and the header of ids serve both.
 */
import { type Static, Type } from "../../connector-kit/index.ts";

const headerName = (description: string, example: string) =>
  Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", description, examples: [example] });

const Hmac = Type.Object(
  {
    header: headerName("The header that holds the signature.", "x-signature"),
    algorithm: Type.Optional(
      Type.Enum(["sha256", "sha512", "sha1"], {
        default: "sha256",
        description: "The hash; sha1 only for peers that know no other.",
        examples: ["sha256"],
      }),
    ),
    encoding: Type.Optional(
      Type.Enum(["hex", "base64", "base64url"], {
        default: "hex",
        description: "How the signature is written.",
        examples: ["hex"],
      }),
    ),
    prefix: Type.Optional(Type.String({ description: "What stands before it.", examples: ["sha256="] })),
    signed: Type.Optional(
      Type.String({
        minLength: 6,
        default: "{body}",
        description: "What is signed: text with {body}, {id}, {ts}, and when sending {method} and {url}.",
        examples: ["{ts}.{body}"],
      }),
    ),
    timestampHeader: Type.Optional(headerName("The header that holds {ts}.", "x-timestamp")),
    timestampUnit: Type.Optional(
      Type.Enum(["s", "ms"], { default: "s", description: "Seconds or milliseconds since 1970.", examples: ["s"] }),
    ),
    tolerance: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3600,
        default: 300,
        description: "By how many seconds {ts} may differ from now.",
        examples: [300],
      }),
    ),
    keyEncoding: Type.Optional(
      Type.Enum(["utf8", "base64", "hex"], {
        default: "utf8",
        description: "How the secret stands for the key.",
        examples: ["utf8"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "The scheme of auth: hmac and receive: hmac. No field of it is a secret.",
    examples: [{ header: "x-signature", prefix: "sha256=", signed: "{ts}.{body}", timestampHeader: "x-timestamp" }],
  },
);
export type Hmac = Static<typeof Hmac>;

export const Settings = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: "^https?://",
        description: "Where it sends to: https and public, unless `allow.hosts` names it. Left out, it only receives.",
        examples: ["https://hooks.example.com/plumbline"],
      }),
    ),
    method: Type.Optional(
      Type.Enum(["POST", "PUT", "PATCH"], { default: "POST", description: "How it sends.", examples: ["POST"] }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: "Sent along. No secrets: those belong under credentials.",
        examples: [{ "x-team": "platform" }],
      }),
    ),
    auth: Type.Optional(
      Type.Enum(["none", "basic", "bearer", "header", "hmac", "standard-webhooks"], {
        default: "none",
        description: "How it proves what it sends.",
        examples: ["standard-webhooks"],
      }),
    ),
    authHeader: Type.Optional(headerName("The header of the token, with auth: header.", "x-api-key")),
    format: Type.Optional(
      Type.Enum(["json", "standard", "cloudevents-structured", "cloudevents-binary"], {
        default: "json",
        description: "How the body is written: as it is, in Standard Webhooks' frame, or as a CloudEvent.",
        examples: ["standard"],
      }),
    ),
    source: Type.Optional(
      Type.String({ minLength: 1, default: "/plumbline", description: "A CloudEvent's source.", examples: ["/acme"] }),
    ),
    timeout: Type.Optional(
      Type.String({
        pattern: "^(?:[1-9]|[12][0-9]|30)s$",
        default: "15s",
        description: "How long it waits for an answer, at most 30s.",
        examples: ["15s"],
      }),
    ),
    hmac: Type.Optional(Hmac),
    receive: Type.Optional(
      Type.Enum(["standard-webhooks", "hmac", "bearer", "header"], {
        default: "standard-webhooks",
        description: "How what it receives is proven, with credentials.webhookSecret.",
        examples: ["standard-webhooks"],
      }),
    ),
    receiveHeader: Type.Optional(headerName("The header of the secret, with receive: header.", "x-webhook-token")),
    origins: Type.Optional(
      Type.Array(Type.String({ pattern: "^(\\*\\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$" }), {
        description: "Delivery services that CloudEvents' handshake (OPTIONS) gives leave to send; `*.` for all below.",
        examples: [["eventgrid.azure.net"]],
      }),
    ),
    idHeader: Type.Optional(
      headerName("The header of a delivery's id: sent, read to know a repetition, and {id} of hmac.", "x-delivery-id"),
    ),
    repeats: Type.Optional(
      Type.Enum(["Refuse", "Accept"], {
        default: "Refuse",
        description: "Whether the same bytes within 24 hours are one event, where no id or time in them is signed.",
        examples: ["Refuse"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Where it sends to, and how both sides prove themselves.",
    examples: [{ url: "https://hooks.example.com/plumbline", auth: "standard-webhooks", format: "standard" }],
  },
);
export type Settings = Static<typeof Settings>;
