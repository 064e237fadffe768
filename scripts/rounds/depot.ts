/**
 * A platform that keeps crates in memory, and makes a new one at each request to make one, whatever
 * it is called: what is made twice shows.
 */
import { type Answer, type Received, serve } from "../../test/support/loopback.ts";

export interface Crate {
  id: string;
  name: string;
  note?: string;
}

export interface Depot {
  /** Without a final slash. */
  url: string;
  /** In the order in which they were made. */
  crates(): readonly Crate[];
  close(): Promise<void>;
}

export interface DepotOptions {
  /** Waited for when a crate was made, before that is answered. */
  beforeAnswer(crate: Crate): Promise<void>;
}

const PAGE = 50;

/** Starts it on a free port. */
export async function startDepot({ beforeAnswer }: DepotOptions): Promise<Depot> {
  const crates: Crate[] = [];
  const loopback = await serve(async (request) => {
    if (request.path === "/self") return json({ depot: "D1", account: "A1" });
    if (request.path !== "/crates") return json({ message: "There is no such thing." }, 404);
    if (request.method === "GET") return json(page(crates, Number(request.query.get("cursor") ?? 0)));
    const crate = { id: `C${crates.length + 1}`, ...described(request) };
    crates.push(crate);
    await beforeAnswer(crate);
    return json(crate, 201);
  });
  return { url: loopback.url, crates: () => crates, close: loopback.close };
}

function described({ body }: Received): Omit<Crate, "id"> {
  return JSON.parse(body.toString("utf8")) as Omit<Crate, "id">;
}

function page(crates: readonly Crate[], from: number) {
  const next = from + PAGE;
  return { crates: crates.slice(from, next), ...(next < crates.length ? { next: String(next) } : {}) };
}

function json(value: unknown, status = 200): Answer {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}
