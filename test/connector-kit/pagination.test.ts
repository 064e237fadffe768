/** Lists are read to their end or not at all. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  byCursor,
  byLink,
  byOffset,
  byPage,
  type HttpAnswer,
  type HttpReader,
  nextLink,
} from "../../src/connector-kit/index.ts";
import { interceptNetwork, nock } from "../support/intercept.ts";
import { tries } from "../support/tries.ts";
import { failure } from "./failures.ts";
import { acme, BASE, opened } from "./http-fixture.ts";

interceptNetwork();

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

/** A list of so many labels in pages of 100 whose next addresses cannot be guessed. */
function labels(count: number): void {
  const pages = Math.max(1, Math.ceil(count / 100));
  for (let page = 0; page < pages; page += 1) {
    const items = Array.from({ length: Math.min(100, count - page * 100) }, (_, n) => ({ name: `l${page * 100 + n}` }));
    const next =
      page + 1 < pages ? { link: `<${BASE}/opaque/x${page + 1}?c=%2Fq%20>; rel="next", <${BASE}/1>; rel=first` } : {};
    const scope = nock(BASE);
    (page === 0 ? scope.get("/labels").query({ per_page: "100" }) : scope.get(`/opaque/x${page}?c=%2Fq%20`)).reply(
      200,
      items,
      next,
    );
  }
}

describe("byLink", () => {
  test.each([0, 1, 99, 100, 101, 200, 205, 250])(
    "reads all of %i things in as many requests as pages",
    async (count) => {
      labels(count);
      const { reader, session } = await opened();
      const found = await all(byLink<{ name: string }>(reader, "/labels", { query: { per_page: 100 }, pageSize: 100 }));
      expect(found.map(({ name }) => name)).toEqual(Array.from({ length: count }, (_, n) => `l${n}`));
      expect(session.requests.read).toBe(Math.max(1, Math.ceil(count / 100)));
    },
  );

  describe("with the next address in the page", () => {
    const read = async (next: unknown) => {
      nock(BASE)
        .get("/v1/items?top=2")
        .reply(200, { value: [1, 2], next })
        .get("/v1/items?top=2&skip=%2Fopaque%20")
        .matchHeader("x-level", "eventual")
        .reply(200, { value: [3] });
      const { reader } = await opened();
      const options = {
        query: { top: 2 },
        headers: { "x-level": "eventual" },
        items: (body: unknown) => (body as { value: number[] }).value,
        next: (body: unknown) => (body as { next?: unknown }).next,
      };
      return all(byLink<number>(reader, "/v1/items", options));
    };

    test.each([`${BASE}/v1/items?top=2&skip=%2Fopaque%20`, "?top=2&skip=%2Fopaque%20"])(
      "follows %s as it is, with the headers of the first page",
      async (next) => {
        expect(await read(next)).toEqual([1, 2, 3]);
      },
    );

    test.each([null, "", undefined])("ends where it is %s", async (next) => {
      expect(await read(next)).toEqual([1, 2]);
    });

    test("fails where it is no address, and where it is no text", async () => {
      expect((await failure(read("http://[bad"))).code).toBe("UNAVAILABLE");
      expect((await failure(read({ skip: 2 }))).code).toBe("UNAVAILABLE");
    });

    test("is not followed to another origin", async () => {
      expect((await failure(read("https://elsewhere.test/v1/items"))).code).toBe("UNSUPPORTED");
    });
  });

  test("fails on the page that fails, having taken nothing for the end", async () => {
    nock(BASE)
      .get("/labels")
      .reply(200, [1], { link: `<${BASE}/p2>; rel="next"` })
      .get("/p2")
      .reply(404, {});
    const { reader } = await opened();
    expect((await failure(all(byLink(reader, "/labels")))).code).toBe("NOT_FOUND");
  });

  test.each([
    ["no list", { items: [] }],
    ["text", "<html>"],
  ])("fails on a page that is %s", async (_name, body) => {
    nock(BASE)
      .get("/labels")
      .reply(200, body as nock.Body);
    const { reader } = await opened();
    expect((await failure(all(byLink(reader, "/labels")))).message).toContain("holds no list");
  });

  test("fails on a wrapped list that is not there", async () => {
    nock(BASE).get("/labels").reply(200, "null", { "content-type": "application/json" });
    const { reader } = await opened();
    const items = (body: unknown) => (body as { labels: unknown[] }).labels;
    expect((await failure(all(byLink(reader, "/labels", { items })))).code).toBe("UNAVAILABLE");
  });

  test("fails where pages go round in a circle, or to another origin", async () => {
    nock(BASE)
      .persist()
      .get("/a")
      .reply(200, [1], { link: "</b>; rel=next" })
      .get("/b")
      .reply(200, [2], { link: "</b>; rel=next" });
    nock(BASE).get("/c").reply(200, [1], { link: "<https://evil.test/d>; rel=next" });
    const { reader } = await opened();
    expect((await failure(all(byLink(reader, "/a")))).message).toContain("leads back");
    expect((await failure(all(byLink(reader, "/c")))).code).toBe("UNSUPPORTED");
  });

  test("reads a full last page anew that is only known from an earlier answer", async () => {
    nock(BASE).get("/labels").reply(200, [1, 2], { etag: '"same"' });
    nock(BASE).get("/labels").matchHeader("if-none-match", '"same"').reply(304);
    nock(BASE)
      .get("/labels")
      .reply(200, [1, 2], { etag: '"same"', link: `<${BASE}/p2>; rel="next"` });
    nock(BASE).get("/p2").reply(200, [3]);
    const { reader } = await opened();
    expect(await all(byLink(reader, "/labels", { pageSize: 2 }))).toEqual([1, 2]);
    expect(await all(byLink(reader, "/labels", { pageSize: 2 }))).toEqual([1, 2, 3]);
  });

  test("asks once for a last page that is not full and still holds", async () => {
    nock(BASE).get("/labels").reply(200, [1], { etag: '"same"' }).get("/labels").reply(304);
    const { reader, session } = await opened();
    await all(byLink(reader, "/labels", { pageSize: 2 }));
    expect(await all(byLink(reader, "/labels", { pageSize: 2 }))).toEqual([1]);
    expect(session.requests.read).toBe(2);
  });

  test.each([
    ['<https://x.test/a?b=1,2;3>; rel="next"', "https://x.test/a?b=1,2;3"],
    ['<https://x.test/1>; rel="prev", </2>; title="a, b"; REL="last next"', "https://api.acme.test/2"],
    ["<https://x.test/1>; rel=next", "https://x.test/1"],
    ['<https://x.test/1>; rel="nextish"', undefined],
    ['<https://x.test/1>; title="rel=next"; rel="last"', undefined],
    ["", undefined],
  ])("finds the next address in %s", (link, expected) => {
    const answer = { headers: { get: () => link }, url: `${BASE}/x` } as unknown as HttpAnswer;
    expect(nextLink(answer)).toBe(expected);
  });
});

describe("byCursor", () => {
  const cursor = (body: unknown) =>
    (body as { response_metadata?: { next_cursor?: unknown } }).response_metadata?.next_cursor;
  const items = (body: unknown) => (body as { channels: string[] }).channels;
  const connector = acme({ readPosts: ["/list"] });
  const page = (channels: string[], next?: unknown) => ({ channels, response_metadata: { next_cursor: next } });

  test("repeats all parameters, and ends only with an empty cursor", async () => {
    nock(BASE)
      .post("/list", "types=private&limit=200")
      .reply(200, page(["a"], "c1=="))
      .post("/list", "types=private&limit=200&cursor=c1%3D%3D")
      .reply(200, page([], "c2"))
      .post("/list", "types=private&limit=200&cursor=c2")
      .reply(200, page(["ops"], ""));
    const { reader } = await opened({ connector });
    const form = { types: "private", limit: 200 };
    expect(await all(byCursor(reader, "/list", { post: true, form, cursor, items }))).toEqual(["a", "ops"]);
  });

  test("carries the cursor in the query of a GET", async () => {
    nock(BASE)
      .get("/list?q=x")
      .reply(200, page(["a"], 7))
      .get("/list?q=x&after=7")
      .reply(200, page(["b"]));
    const { reader } = await opened({ connector });
    const options = { query: { q: "x" }, parameter: "after", cursor, items };
    expect(await all(byCursor(reader, "/list", options))).toEqual(["a", "b"]);
  });

  test("fails on a cursor that comes twice, or is no text", async () => {
    nock(BASE)
      .get("/list")
      .reply(200, page(["a"], "c1"))
      .get("/list?cursor=c1")
      .reply(200, page([], "c2"));
    nock(BASE)
      .get("/list?cursor=c2")
      .reply(200, page([], "c1"))
      .get("/list")
      .reply(200, page([], { a: 1 }));
    const { reader } = await opened({ connector });
    expect((await failure(all(byCursor(reader, "/list", { cursor, items })))).message).toContain("leads back");
    expect((await failure(all(byCursor(reader, "/list", { cursor, items })))).message).toContain("no text");
  });
});

/** A reader over a list in memory; `size` is what the server makes of the size asked for. */
function served(list: readonly number[], at: (query: Record<string, unknown>) => number, size: number): HttpReader {
  const get = async (path: string, options: { query?: object } = {}) => {
    const start = at({ ...options.query });
    return {
      status: 200,
      headers: { get: () => null },
      body: { items: list.slice(start, start + size), total: list.length },
      url: BASE + path,
      request: { method: "GET", path },
    };
  };
  return { get } as unknown as HttpReader;
}

const items = (body: unknown) => (body as { items: number[] }).items;
const total = (body: unknown) => (body as { total: number }).total;

test("byPage and byOffset read everything, whatever size the server makes of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), fc.boolean(), async (length, size, told) => {
      const list = Array.from({ length }, (_, n) => n);
      const options = { items, ...(told ? { total } : {}) };
      const pages = served(list, ({ page }) => ((page as number) - 1) * size, size);
      expect(await all(byPage(pages, "/x", options))).toEqual(list);
      const offsets = served(list, ({ offset }) => offset as number, size);
      expect(await all(byOffset(offsets, "/x", options))).toEqual(list);
    }),
    tries(300, { seed: 20261125 }),
  );
});

test("a list that ends before its total is a failed read", async () => {
  const short = served([1, 2, 3], ({ offset }) => offset as number, 2);
  const error = await failure(all(byOffset(short, "/x", { items, total: () => 5 })));
  expect(error.message).toContain("3 of 5 things came");
});

test("a server that does not count pages is a failed read", async () => {
  const stuck = served([1, 2, 3], () => 0, 2);
  expect((await failure(all(byPage(stuck, "/x", { items })))).message).toContain("the same");
});

test("more: false ends the list", async () => {
  const first = served([1, 2, 3], ({ page }) => ((page as number) - 1) * 2, 2);
  expect(await all(byPage(first, "/x", { items, more: (body) => items(body).length === 2 }))).toEqual([1, 2, 3]);
});
