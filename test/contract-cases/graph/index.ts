/** Groups of a Microsoft Entra tenant through Microsoft Graph. */
import { defineConnector, Secret, Type } from "../../../src/connector-kit/index.ts";
import { GraphReader, GraphWriter } from "./client.ts";
import { groups } from "./groups.ts";
import { people } from "./people.ts";
import { http } from "./protocol.ts";

const address = (description: string, example: string) =>
  Type.Optional(Type.String({ pattern: "^https?://", description, examples: [example] }));

export default defineConnector({
  platform: "azuread",
  title: "Microsoft Graph",
  connection: Type.Object(
    {
      baseUrl: address("Where Graph is; other in national clouds.", "https://graph.microsoft.com"),
      loginUrl: address("Where tokens are fetched.", "https://login.microsoftonline.com"),
      tenant: Type.String({ minLength: 1, description: "The tenant's id or domain.", examples: ["acme.example"] }),
      clientId: Type.String({ minLength: 1, description: "The application's id.", examples: ["6f0c…"] }),
    },
    {
      additionalProperties: false,
      description: "How to reach the tenant.",
      examples: [{ tenant: "acme.example", clientId: "6f0c…" }],
    },
  ),
  credentials: Type.Object(
    { clientSecret: Secret({ description: "A client secret.", examples: [{ env: "ENTRA_CLIENT_SECRET" }] }) },
    {
      additionalProperties: false,
      description: "References to the application's secrets.",
      examples: [{ clientSecret: { env: "ENTRA_CLIENT_SECRET" } }],
    },
  ),
  http,
  settle: "30s",
  open: ({ http: { reader, writer }, wait }) => ({
    reader: new GraphReader(reader),
    writer: new GraphWriter(writer, wait),
  }),
  check: (graph) => graph.check(),
  identity: (graph) => graph.tenant(),
  resources: { groups },
  lookups: { people },
});
