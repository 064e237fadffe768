/** Triggers of a Zendesk account, and the order that they run in. */
import { defineConnector, Secret, Type } from "../../../src/connector-kit/index.ts";
import { categories } from "./categories.ts";
import { ZendeskReader, ZendeskWriter } from "./client.ts";
import { orders } from "./orders.ts";
import { triggers } from "./triggers.ts";

/** An account is known by its address, so there is no `identity`. */
export default defineConnector({
  platform: "zendesk",
  title: "Zendesk",
  connection: Type.Object(
    {
      baseUrl: Type.String({
        pattern: "^https?://",
        description: "The account's address, without /api.",
        examples: ["https://acme.zendesk.com"],
      }),
    },
    {
      additionalProperties: false,
      description: "How to reach the account.",
      examples: [{ baseUrl: "https://acme.zendesk.com" }],
    },
  ),
  credentials: Type.Object(
    { token: Secret({ description: "An OAuth access token.", examples: [{ env: "ZENDESK_TOKEN" }] }) },
    {
      additionalProperties: false,
      description: "References to Zendesk's secrets.",
      examples: [{ token: { env: "ZENDESK_TOKEN" } }],
    },
  ),
  http: {
    baseUrl: "https://example.zendesk.com",
    authorize: ({ credentials }) => ({ headers: { authorization: `Bearer ${credentials.token}` } }),
  },
  open: ({ http: { reader, writer } }) => ({ reader: new ZendeskReader(reader), writer: new ZendeskWriter(writer) }),
  check: (zendesk) => zendesk.check(),
  resources: { triggers, orders },
  lookups: { categories },
});
