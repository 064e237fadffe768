/**
 * The town library of `docs/examples/library-cards`: shelves in pages, loans that an idempotency key makes
 * once. It keeps state and refuses what its page does not describe.
 */
import { type Answer, fieldsOf, json, type Received, serve } from "./loopback.ts";

export interface Shelf {
  id: string;
  name: string;
  room: string;
  open: boolean;
}

export interface Loan {
  id: string;
  book: string;
  days: number;
  due: string;
}

export interface Library {
  url: string;
  token: string;
  shelves: Map<string, Shelf>;
  /** By idempotency key. */
  loans: Map<string, Loan>;
  requests: readonly Received[];
  close(): Promise<void>;
}

/** The day on which the library lends, in milliseconds since 1970. */
const TODAY = Date.UTC(2026, 10, 26);
const DAY = 24 * 60 * 60 * 1000;

type State = Pick<Library, "token" | "shelves" | "loans"> & { pageSize: number; ids: () => number };

export async function startLibrary({ pageSize = 2 } = {}): Promise<Library> {
  const requests: Received[] = [];
  let made = 0;
  const state: State = {
    token: "card-token-0123456789",
    shelves: new Map(),
    loans: new Map(),
    pageSize,
    ids: () => {
      made += 1;
      return made;
    },
  };
  const loopback = await serve(async (request) => {
    requests.push(request);
    return answer(state, request);
  });
  return { ...state, requests, ...loopback };
}

function answer(state: State, request: Received): Answer {
  const { method, path, headers } = request;
  if (headers.authorization !== `Bearer ${state.token}`) return json(401, { message: "There is no such card." });
  const route = `${method} ${path.replace(/^\/shelves\/.+$/, "/shelves/:id")}`;
  if (route === "GET /card") return json(200, { id: "card-17", library: "town-3" });
  if (route === "GET /shelves") return page(state, Number(request.query.get("page") ?? 1));
  if (route === "POST /shelves") return add(state, fieldsOf(request.body));
  if (route === "POST /loans") return lend(state, request);
  if (!route.endsWith("/shelves/:id")) return json(404, { message: "There is nothing here." });
  return change(state, request, decodeURIComponent(path.slice("/shelves/".length)));
}

function page({ shelves, pageSize }: State, number: number): Answer {
  const all = [...shelves.values()];
  const end = number * pageSize;
  const next = end < all.length ? `/shelves?page=${number + 1}` : null;
  return json(200, { shelves: all.slice(end - pageSize, end), next });
}

function add({ shelves, ids }: State, { name, room, open = false }: Record<string, unknown>): Answer {
  if (typeof name !== "string" || typeof room !== "string" || typeof open !== "boolean") {
    return json(422, { message: "A shelf has a name and a room." });
  }
  if (shelves.values().some((shelf) => shelf.name === name)) return json(409, { message: "That shelf is there." });
  const shelf = { id: `shelf-${ids()}`, name, room, open };
  shelves.set(shelf.id, shelf);
  return json(201, shelf);
}

function change({ shelves }: State, { method, body }: Received, id: string): Answer {
  const shelf = shelves.get(id);
  if (!shelf) return json(404, { message: "There is no such shelf." });
  if (method === "DELETE") {
    shelves.delete(id);
    return { status: 204, headers: {}, body: Buffer.alloc(0) };
  }
  if (method !== "PATCH") return json(405, { message: "A shelf is changed with PATCH." });
  const changes = fieldsOf(body);
  if ("name" in changes) return json(422, { message: "A shelf keeps its name." });
  shelves.set(id, { ...shelf, ...changes });
  return json(200, shelves.get(id));
}

function lend({ loans, ids }: State, { headers, body }: Received): Answer {
  const key = headers["idempotency-key"];
  const { book, days } = fieldsOf(body);
  if (key === undefined || typeof book !== "string" || typeof days !== "number") {
    return json(422, { message: "A loan has a key, a book and days." });
  }
  const due = new Date(TODAY + days * DAY).toISOString().slice(0, 10);
  const loan = loans.get(key) ?? { id: `loan-${ids()}`, book, days, due };
  loans.set(key, loan);
  return json(201, { id: loan.id, due: loan.due });
}
