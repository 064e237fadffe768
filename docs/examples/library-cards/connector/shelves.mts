/** The shelves of a library. A shelf's name is unique in its library and cannot be changed. */
import { defineResource, Type } from "plumbline/connector-kit";
import type { LibraryReader, LibraryWriter } from "./client.mts";

const Shelf = Type.Object(
  {
    name: Type.String({ minLength: 1, description: "Unique in the library.", examples: ["local-history"] }),
    room: Type.String({ minLength: 1, description: "Where it stands.", examples: ["Reading room"] }),
    open: Type.Optional(
      Type.Boolean({ description: "Whether readers may take books themselves. Left out, as it is.", examples: [true] }),
    ),
  },
  { additionalProperties: false, description: "A shelf.", examples: [{ name: "local-history", room: "Reading room" }] },
);

export const shelves = defineResource({
  schema: Shelf,
  key: (shelf) => shelf.name,
  async *list(library: LibraryReader) {
    for await (const { id, ...spec } of library.shelves()) yield { id, spec };
  },
  create: (library: LibraryWriter, { desired }) => library.addShelf(desired),
  update: (library, { observed, changes }) => library.changeShelf(observed.id, changes),
  remove: (library, { id }) => library.removeShelf(id),
});
