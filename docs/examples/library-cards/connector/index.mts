/** A town library. */
import { defineConnector, Secret, Type } from "plumbline/connector-kit";
import { LibraryReader, LibraryWriter } from "./client.mts";
import { lendBook } from "./lend-book.mts";
import { shelves } from "./shelves.mts";

const closed = { additionalProperties: false } as const;

export default defineConnector({
  platform: "library",
  title: "Town library",
  connection: Type.Object(
    {
      baseUrl: Type.String({
        pattern: "^https?://",
        description: "Where the library's API is.",
        examples: ["https://library.example.org"],
      }),
    },
    { ...closed, description: "How to reach the library.", examples: [{ baseUrl: "https://library.example.org" }] },
  ),
  credentials: Type.Object(
    { token: Secret({ description: "The card's token.", examples: [{ env: "LIBRARY_TOKEN" }] }) },
    { ...closed, description: "References to the secrets.", examples: [{ token: { env: "LIBRARY_TOKEN" } }] },
  ),
  http: {
    baseUrl: "https://library.example.org",
    authorize: ({ credentials }) => ({ headers: { authorization: `Bearer ${credentials.token}` } }),
  },
  open: ({ http }) => ({ reader: new LibraryReader(http.reader), writer: new LibraryWriter(http.writer) }),
  check: async (library) => ({ account: { id: (await library.card()).id } }),
  identity: async (library) => ({ id: (await library.card()).library }),
  resources: { shelves },
  actions: { lend_book: lendBook },
});
