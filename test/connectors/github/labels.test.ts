/** GitHub's labels: names that have to be encoded, names that are one, and colours. */
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { type GitHub, startGitHub } from "../../support/github.ts";
import { type Asked, create, failureOf, type Scripted, thingsOf, update } from "../stage.ts";
import { githubStaging, labels, parent, rawLabels } from "./organization.ts";

const { withAnswers, withSystem } = githubStaging();
const api = parent("api");
const validate = new Ajv({ strict: false }).compile(labels.schema);

/** A repository `api` with one label. */
async function withLabel(name: string): Promise<GitHub> {
  const system = await startGitHub({ repositories: [{ name: "api" }] });
  await system.api("POST", "/repos/acme/api/labels", { name, color: "d73a4a" });
  return system;
}

describe("a name in a path", () => {
  const names = [
    "Test - Env",
    "customer/production",
    "100%",
    "a+b#c?d",
    "prod é",
    "🚀 go",
    "%2F",
    "constructor",
    "a&b=c",
  ];

  test.each(names)("%j is encoded once: changed, renamed and removed by its own name", async (name) => {
    const system = await withLabel(name);
    await withSystem(system, async (stage) => {
      const find = async () => (await thingsOf(stage, labels, [api]))[0];
      const before = await find();
      if (!before) throw new Error("There is no label.");
      expect(before.spec.name).toBe(name);
      await update(stage, labels, before, { description: "new" });
      expect((await system.labels("api"))[name]?.description).toBe("new");
      await update(stage, labels, before, { name: `${name}2` });
      expect(Object.keys(await system.labels("api"))).toEqual([`${name}2`]);
      const after = await find();
      await stage.session.guardErrors(async () => after && labels.remove?.(stage.session.writer, after));
      expect(await system.labels("api")).toEqual({});
      const segments = stage.writes().map(({ path }) => path.split("/").at(-1) ?? "");
      expect(segments.map(decodeURIComponent)).toEqual([name, name, `${name}2`]);
      for (const { path } of stage.writes()) expect(path.split("/")).toHaveLength(6);
    });
  });
});

test("a name that changes its case only is changed in place, and issues keep the label", async () => {
  const system = await withLabel("bug");
  const issue = await system.api("POST", "/repos/acme/api/issues", { title: "It broke", labels: ["bug"] });
  const { number } = issue.body as { number: number };
  await withSystem(system, async (stage) => {
    const [label] = await thingsOf(stage, labels, [api]);
    if (!label) throw new Error("There is no label.");
    expect(labels.normalizeKey?.("Bug")).toBe(labels.normalizeKey?.(labels.key(label.spec)));
    await update(stage, labels, label, { name: "Bug" });
    expect(stage.writes().map(({ method, body }) => [method, body])).toEqual([["PATCH", { new_name: "Bug" }]]);
    const kept = (await system.api("GET", `/repos/acme/api/issues/${number}`)).body as { labels: { name: string }[] };
    expect(kept.labels.map(({ name }) => name)).toEqual(["Bug"]);
  });
});

test.each([
  { color: "5319e7", fits: true },
  { color: "008672", fits: true },
  { color: "89E295", fits: true },
  { color: 53_190_000_000, fits: false },
  { color: 8672, fits: false },
  { color: 0, fits: false },
  { color: null, fits: false },
  { color: "#d73a4a", fits: false },
  { color: "fff", fits: false },
])("a colour is six hex digits as text: $color fits: $fits", ({ color, fits }) => {
  expect(validate({ name: "a", color })).toBe(fits);
});

test("a colour is one in upper and lower case, and reads back without a difference", async () => {
  expect(labels.normalize?.({ name: "a", color: "D73A4A" })).toEqual({ name: "a", color: "d73a4a" });
  expect(labels.normalize?.({ name: "a" })).toEqual({ name: "a" });
});

test("a description that is null reads as empty, and the list takes one request a page", async () => {
  const system = await withLabel("bug");
  await withSystem(system, async (stage) => {
    const found = await thingsOf(stage, labels, [api]);
    expect(found.map(({ spec }) => spec)).toEqual([{ name: "bug", color: "d73a4a", description: "" }]);
    expect(stage.sent()).toEqual(["GET /repos/acme/api/labels"]);
  });
});

test("a label that exists already is CONFLICT and is not tried again", async () => {
  const system = await withLabel("bug");
  await withSystem(system, async (stage) => {
    const failure = await failureOf(create(stage, labels, { name: "BUG" }, api));
    expect(failure).toMatchObject({ code: "CONFLICT", status: 422, platformCode: "already_exists" });
    expect(String(failure)).toContain('"BUG" in acme/api');
    expect(stage.writes()).toHaveLength(1);
  });
});

describe("pages", () => {
  /** Pages by opaque addresses, without a last one. */
  const paged =
    (total: number) =>
    ({ url }: Asked): Scripted => {
      const at = Number(url.searchParams.get("after")?.replace("opaque-", "") ?? 0);
      const end = Math.min(total, at + 100);
      const next = `<https://api.github.com/repositories/7/labels?after=opaque-${end}&per_page=100>; rel="next"`;
      return { body: rawLabels(at + 1, end), headers: end < total ? { link: next } : {} };
    };

  test.each([0, 99, 100, 101, 200, 205])("%i labels are all there, by the links as they were given", async (total) => {
    const described = paged(total);
    await withAnswers(
      (request) => described(request),
      async (stage) => {
        const found = await thingsOf(stage, labels, [api]);
        expect(found.map(({ spec }) => spec.name)).toEqual(rawLabels(1, total).map(({ name }) => name));
        const addresses = stage.requests.map(
          (request) => (request as Asked).url.pathname + (request as Asked).url.search,
        );
        const following = [100, 200].filter((after) => after < total);
        expect(addresses).toEqual([
          "/repos/acme/api/labels?per_page=100",
          ...following.map((after) => `/repositories/7/labels?after=opaque-${after}&per_page=100`),
        ]);
      },
      { undescribed: /^\/repositories\/7\// },
    );
  });

  test("a last page that was full is read anew, since what came after it need not change its tag", async () => {
    let total = 100;
    const answer = (request: Asked): Scripted => {
      const known = request.headers["if-none-match"] === '"first"' && request.query.page === undefined;
      if (known) return { status: 304, headers: { etag: '"first"' } };
      const next = '<https://api.github.com/repos/acme/api/labels?per_page=100&page=2>; rel="next"';
      if (request.query.page === "2") return { body: rawLabels(101, total) };
      return { body: rawLabels(1, 100), headers: { etag: '"first"', ...(total > 100 ? { link: next } : {}) } };
    };
    await withAnswers(answer, async (stage) => {
      expect(await thingsOf(stage, labels, [api])).toHaveLength(100);
      total = 101;
      expect(await thingsOf(stage, labels, [api])).toHaveLength(101);
    });
  });

  test("a second look costs no quota where nothing changed", async () => {
    const system = await withLabel("bug");
    await withSystem(system, async (stage) => {
      const first = await thingsOf(stage, labels, [api]);
      expect(await thingsOf(stage, labels, [api])).toEqual(first);
      expect(stage.transport.counters).toMatchObject({ requests: 2, notModified: 1 });
      await system.api("POST", "/repos/acme/api/labels", { name: "new", color: "ffffff" });
      expect(await thingsOf(stage, labels, [api])).toHaveLength(2);
    });
  });

  test("that leave GitHub are not followed, and the token does not go there", async () => {
    await withAnswers(
      () => ({ body: rawLabels(1, 100), headers: { link: '<https://evil.example/labels?page=2>; rel="next"' } }),
      async (stage) => {
        expect(await failureOf(thingsOf(stage, labels, [api]))).toMatchObject({ name: "ConnectorError" });
        expect(stage.requests.map((request) => (request as Asked).url.host)).toEqual(["api.github.com"]);
      },
    );
  });
});

test("removing a label that is gone succeeds", async () => {
  const system = await withLabel("bug");
  await withSystem(system, async ({ session }) => {
    const gone = { id: "1", spec: { name: "never/there" }, parent: api };
    await session.guardErrors(async () => labels.remove?.(session.writer, gone));
    expect(Object.keys(await system.labels("api"))).toEqual(["bug"]);
  });
});
