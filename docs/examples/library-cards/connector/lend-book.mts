/** Lending a book: done once, so it is an action and stands in no manifest. */
import { defineAction, Type } from "plumbline/connector-kit";
import type { LibraryWriter } from "./client.mts";

const closed = { additionalProperties: false } as const;

export const lendBook = defineAction({
  description: "Lends a book to whoever holds the card.",
  parameters: Type.Object(
    {
      book: Type.String({ minLength: 1, description: "Its ISBN.", examples: ["9780131103627"] }),
      days: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 90, description: "For how long. Left out, 28 days.", examples: [14] }),
      ),
    },
    { ...closed, description: "What is lent.", examples: [{ book: "9780131103627" }] },
  ),
  result: Type.Object(
    {
      id: Type.String({ description: "The loan's id.", examples: ["loan-1"] }),
      due: Type.String({ description: "The last day.", examples: ["2026-12-24"] }),
    },
    { ...closed, description: "The loan.", examples: [{ id: "loan-1", due: "2026-12-24" }] },
  ),
  idempotent: true,
  run: (library: LibraryWriter, { book, days = 28 }, { key }) => library.lend(book, days, key),
});
