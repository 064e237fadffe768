/**
 * The formats of the descriptions. Those that a standard or OpenAPI's registry defines are checked; the
 * vendors' own, of which no grammar is published, are named here so that a new one is noticed: a format
 * that is not in this table cannot be compiled.
 */
import type { Format } from "ajv";

const number = (validate: (value: number) => boolean): Format => ({ type: "number", validate });
const within = (bits: number) => (value: number) => Number.isInteger(value) && Math.abs(value) <= 2 ** (bits - 1);
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})?$/;

const vendors = [
  ...["absolute-https-uri-or-empty", "absolute-https-uri-with-placeholders-or-empty", "absolute-uri-or-empty", "acr"],
  ...["callback-url", "client-id", "connection-id", "connection-profile-id", "connection-realm", "credential-id"],
  ...["cidr", "ipv6_cidr", "ec-initiate-login-uri-template-url", "email-or-empty", "event-id", "event-stream-id"],
  ...[
    "html-color",
    "log-stream-id",
    "nonce",
    "organization-id",
    "organization-name",
    "repo.nwo",
    "role-id",
    "snowflake",
  ],
  ...["strict-https-uri-or-null", "strict-uri", "timestamp", "url-or-null", "url-with-placeholders"],
  ...["user-attribute-profile-id", "user-id-with-max-length", "ISO 8601 compliant timestamp", "Opaque token"],
  ...["SCIM Filter expression", "Integer between 0 and 1000", "binary", "byte", "password", "datetime"],
  "URL encoded string. Max length is 40 characters per keyword, with a maximum of 10 keyword filters per query (before encoding)",
];

export const formats: Readonly<Record<string, Format>> = {
  ...Object.fromEntries(vendors.map((name) => [name, true as const])),
  date: /^\d{4}-\d{2}-\d{2}$/,
  "date-time": dateTime,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: (value: string) => URL.canParse(value),
  url: (value: string) => URL.canParse(value),
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  ipv4: /^\d{1,3}(\.\d{1,3}){3}$/,
  ipv6: /^[0-9a-f:.]+$/i,
  int32: number(within(32)),
  int64: number(within(64)),
  float: number(Number.isFinite),
  double: number(Number.isFinite),
};
