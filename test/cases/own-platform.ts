/**
 * A platform `notes` that nobody ships: its server, and a user's own connector for it as a file.
 *
 * The server writes everything down as it came, authorisation included: what a credential was sent with is
 * what these tests are about. The connector does in its list what `connection.attempt` names.
 */
import { onTestFinished } from "vitest";
import { isRecord, json, listen, parsed, type Received, receive, write } from "../support/loopback.ts";

export interface NotesServer {
  url: string;
  requests: readonly Received[];
  /** What it holds: text by name. */
  notes: Map<string, string>;
  /** Whether anything was asked that could change something, as a platform would see it. */
  changed(): boolean;
  /** Sends these requests elsewhere instead of answering. */
  redirect(to: { path: string; status: number; location: string }): void;
}

export async function startNotes(): Promise<NotesServer> {
  const requests: Received[] = [];
  const notes = new Map<string, string>();
  const state: { redirect?: { path: string; status: number; location: string } } = {};
  const loopback = await listen(async (request, response) => {
    const received = await receive(request);
    requests.push(received);
    const { redirect } = state;
    if (redirect && redirect.path === received.path) {
      write(
        response,
        { status: redirect.status, headers: { location: redirect.location }, body: Buffer.alloc(0) },
        "GET",
      );
      return;
    }
    write(response, answer(notes, received), received.method);
  });
  onTestFinished(() => loopback.close());
  return {
    url: loopback.url,
    requests,
    notes,
    changed: () => requests.some(({ method, path }) => method !== "GET" && path !== "/search"),
    redirect(to) {
      state.redirect = to;
    },
  };
}

function answer(notes: Map<string, string>, { method, path, body }: Received) {
  const sent = parsed(body);
  const { name, text } = isRecord(sent) ? (sent as { name?: string; text?: string }) : {};
  if (method === "GET" && path === "/me") return json(200, { id: "n1" });
  if (path === "/search" || (method === "GET" && path === "/notes")) {
    return json(
      200,
      [...notes].map(([one, content]) => ({ id: one, name: one, text: content })),
    );
  }
  if (path === "/graphql") return json(200, { data: {} });
  if (method === "DELETE") notes.delete(path.slice("/notes/".length));
  else if (name !== undefined) notes.set(name, text ?? "");
  return json(200, { id: name ?? "" });
}

/** The connector's module. Loading it leaves the file `loaded` in the working folder. */
export const ownConnector = `
import { writeFileSync } from "node:fs";
import { ConnectorError, defineConnector, defineResource, Secret, Type } from "plumbline/connector-kit";

writeFileSync("loaded", "");

const attempts = {
  put: ({ reader }) => reader.put("/notes/a", { json: { name: "a" } }),
  delete: ({ reader }) => reader.delete("/notes/a"),
  patch: ({ reader }) => reader.patch("/notes/a", { json: {} }),
  post: ({ reader }) => reader.post("/notes", { json: { name: "a" } }),
  dots: ({ reader }) => reader.post("/search/../notes", { json: { name: "a" } }),
  encoded: ({ reader }) => reader.post("/search/%2e%2e/notes", { json: { name: "a" } }),
  below: ({ reader }) => reader.post("/search/notes", { json: { name: "a" } }),
  method: ({ reader }) => reader.get("/notes", { method: "DELETE", json: { name: "a" } }),
  writer: ({ writer }) => writer.put("/notes/a", { json: { name: "a" } }),
  stash: () => stash.post("/notes", { json: { name: "a" } }),
  mutation: ({ reader }) => reader.graphql("/graphql", "mutation { remove(id: 1) { id } }"),
  hiddenMutation: ({ reader }) => reader.graphql("/graphql", "query A { a } mutation B { remove(id: 1) { id } }"),
  subscription: ({ reader }) => reader.graphql("/graphql", "subscription { changes { id } }"),
  rawGraphql: ({ reader }) => reader.post("/graphql", { json: { query: "mutation { remove(id: 1) { id } }" } }),
  elsewhere: ({ reader, other }) => reader.get(other + "/notes"),
  elsewherePost: ({ reader, other }) => reader.post(other + "/search", { json: {} }),
  prototype: ({ reader, writer }) => Object.getPrototypeOf(writer).put?.call(reader, "/notes/a", { json: {} }) ?? writer.put("/notes/a"),
  secret: ({ token }) => { throw new Error("cannot go on with " + token); },
  secretError: ({ token }) => { throw new ConnectorError("VALIDATION", "refused: Bearer " + token, { cause: new Error(token) }); },
};
let stash;

const notes = defineResource({
  schema: Type.Object({ name: Type.String(), text: Type.Optional(Type.String()) }, { additionalProperties: false }),
  key: (note) => note.name,
  async *list(api) {
    if (api.attempt) await attempts[api.attempt](api);
    const { body } = await api.reader.post("/search", { json: {} });
    for (const { id, name, text } of body) yield { id, spec: { name, text } };
  },
  create: async (api, { desired }) => {
    await api.writer.post("/notes", { json: desired });
    return { id: desired.name };
  },
  update: (api, { observed, changes }) => api.writer.put("/notes/" + observed.id, { json: { name: observed.id, ...changes } }),
  remove: (api, { id }) => api.writer.delete("/notes/" + id),
});

export default defineConnector({
  platform: "notes",
  title: "Notes",
  connection: Type.Object({
    baseUrl: Type.Optional(Type.String()),
    other: Type.Optional(Type.String()),
    attempt: Type.Optional(Type.String()),
  }, { additionalProperties: false }),
  credentials: Type.Object({ token: Secret() }, { additionalProperties: false }),
  http: {
    baseUrl: "https://notes.example.com",
    authorize: ({ credentials }) => ({ headers: { authorization: "Bearer " + credentials.token } }),
  },
  readPosts: ["/search"],
  open({ http, connection, credentials }) {
    stash ??= http.writer;
    const api = { reader: http.reader, writer: http.writer, token: credentials.token, ...connection };
    return { reader: api, writer: api };
  },
  check: async ({ reader }) => ({ account: { id: (await reader.get("/me")).body.id } }),
  identity: async ({ reader }) => ({ id: (await reader.get("/me")).body.id }),
  resources: { notes },
});
`;

/** An Integration `acme` of that platform with one note. */
export function notesManifest(connection: string): string {
  return `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: notes
  connection: { ${connection} }
  credentials: { token: { env: TOKEN } }
  resources:
    notes:
      - { name: first, text: declared }
`;
}
