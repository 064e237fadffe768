/**
 * The library's API: a method an operation. It parses answers and knows no manifests.
 *
 * Lists come in pages, each with the address of the next one; the last page has `null` there.
 */
import { byLink, ConnectorError, type HttpReader, type HttpWriter, path } from "plumbline/connector-kit";

/** A shelf as the API shows it. */
export interface Shelf {
  id: string;
  name: string;
  room: string;
  open: boolean;
}

/** What can be read. Planning gets this one, and its `http` cannot write. */
export class LibraryReader {
  readonly #http: HttpReader;
  constructor(http: HttpReader) {
    this.#http = http;
  }

  async *shelves(): AsyncGenerator<Shelf> {
    const pages = byLink<unknown>(this.#http, "/shelves", {
      items: (body) => (body as { shelves: unknown[] }).shelves,
      next: (body) => (body as { next: unknown }).next,
      what: "list the shelves",
    });
    for await (const item of pages) yield shelfOf(item);
  }

  /** Whose card the token is, and of which library. */
  async card(): Promise<{ id: string; library: string }> {
    const { body } = await this.#http.get("/card", { what: "look at the card" });
    return { id: text(body, "id"), library: text(body, "library") };
  }
}

/** What can be changed. */
export class LibraryWriter extends LibraryReader {
  readonly #http: HttpWriter;
  constructor(http: HttpWriter) {
    super(http);
    this.#http = http;
  }

  async addShelf(fields: Partial<Shelf>): Promise<{ id: string }> {
    const { body } = await this.#http.post("/shelves", { json: fields, what: `add the shelf "${fields.name}"` });
    return { id: text(body, "id") };
  }

  async changeShelf(id: string, fields: Partial<Shelf>): Promise<void> {
    await this.#http.patch(path`/shelves/${id}`, { json: fields, what: `change the shelf ${id}` });
  }

  /** A shelf that is gone already (404) is what was wanted. */
  async removeShelf(id: string): Promise<void> {
    await this.#http.delete(path`/shelves/${id}`, { expect: [404], what: `remove the shelf ${id}` });
  }

  /** @param key the same for each try of one loan: the library lends a book once for it. */
  async lend(book: string, days: number, key: string): Promise<{ id: string; due: string }> {
    const { body } = await this.#http.post("/loans", {
      json: { book, days },
      idempotencyKey: { header: "idempotency-key", value: key },
      what: `lend the book ${book}`,
    });
    return { id: text(body, "id"), due: text(body, "due") };
  }
}

function shelfOf(answer: unknown): Shelf {
  return { id: text(answer, "id"), name: text(answer, "name"), room: text(answer, "room"), open: flag(answer, "open") };
}

function text(answer: unknown, field: string): string {
  const value = (answer as Record<string, unknown> | undefined)?.[field];
  return typeof value === "string" ? value : lacking(field);
}

function flag(answer: unknown, field: string): boolean {
  const value = (answer as Record<string, unknown> | undefined)?.[field];
  return typeof value === "boolean" ? value : lacking(field);
}

/** An answer of an unknown shape is a failure, and never an empty thing. */
function lacking(field: string): never {
  throw new ConnectorError("UNAVAILABLE", `The library sent an answer without "${field}".`);
}
