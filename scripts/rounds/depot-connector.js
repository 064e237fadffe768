/**
 * A connector as a user would write it, for a platform that exists only in these rounds: crates with a
 * name and a note. Names are not unique there, so that whatever is made twice stays two.
 */
import { byCursor, defineConnector, defineResource, Secret, Type } from "plumbline/connector-kit";

export default defineConnector({
  platform: "depot",
  title: "Depot",
  connection: Type.Object({ baseUrl: Type.String() }, { additionalProperties: false }),
  credentials: Type.Object({ token: Secret() }, { additionalProperties: false }),
  http: {
    baseUrl: "https://depot.invalid",
    authorize: ({ credentials }) => ({ headers: { authorization: `Bearer ${credentials.token}` } }),
  },
  settle: "500ms",
  open: ({ http }) => ({ reader: http.reader, writer: http.writer }),
  check: async (reader) => ({ account: { id: String((await reader.get("/self")).body.account) } }),
  identity: async (reader) => ({ id: String((await reader.get("/self")).body.depot) }),
  resources: {
    crates: defineResource({
      schema: Type.Object({ name: Type.String(), note: Type.Optional(Type.String()) }, { additionalProperties: false }),
      key: (crate) => crate.name,
      async *list(reader) {
        const crates = byCursor(reader, "/crates", { items: (body) => body.crates, cursor: (body) => body.next });
        for await (const { id, name, note } of crates) yield { id, spec: { name, note } };
      },
      create: async (writer, { desired }) => ({ id: (await writer.post("/crates", { json: desired })).body.id }),
      update: (writer, { observed, changes }) => writer.patch(`/crates/${observed.id}`, { json: changes }),
      remove: (writer, { id }) => writer.delete(`/crates/${id}`, { expect: [404] }),
    }),
  },
});
