/**
 * Rubbish of all sorts, from a seed: nothing crashes, nothing is a mistake of the program, no memory stays.
 *
 * `FUZZ=10000` sends so many; the suite sends fewer.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { allEndpoints } from "../../src/server/endpoints.ts";
import { raw, stage } from "./fixture.ts";

const COUNT = Number(process.env.FUZZ ?? 1500);
const SECRET = "planted-s3cret-value";

const nasty = fc.constantFrom(
  "__proto__",
  "constructor",
  "..",
  "%00",
  "%ff",
  "%2e%2e%2f",
  "'; drop table events --",
  "🎉",
  "",
  "a".repeat(600),
  "-1",
  "1e309",
  "NaN",
  "null",
  "[]",
  "{{x}}",
);
const word = fc.oneof(nasty, fc.string({ maxLength: 20 }), fc.string({ unit: "binary", maxLength: 20 }));
const json = fc.oneof(
  fc.json({ maxDepth: 5 }),
  fc.json({ maxDepth: 3 }).map((text) => `{"action":"a","parameters":${text}}`),
  fc.constantFrom("{", "[1,", '{"__proto__":{}}', `${"[".repeat(5000)}${"]".repeat(5000)}`, '"\\ud800"'),
);
const type = fc.constantFrom(
  "application/json",
  "application/cloudevents+json",
  "text/plain",
  "application/json; charset=utf-7",
  "gar bage",
  "multipart/form-data",
  "",
);
const header = fc.constantFrom(
  "authorization",
  "traceparent",
  "x-forwarded-for",
  "content-encoding",
  "accept",
  "range",
  "if-none-match",
  "expect",
  "x-hub-signature-256",
  "ce-id",
  "origin",
);

const requests = (paths: readonly string[]) =>
  fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"),
    path: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(
          fc.constantFrom(...paths),
          fc.array(fc.oneof(word, fc.constantFrom("default", "gh", "1")), { minLength: 3, maxLength: 3 }),
        ),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constant("/:a/:b/:c"), fc.array(word, { minLength: 3, maxLength: 3 })) },
    ),
    query: fc.array(
      fc.tuple(
        fc.oneof(fc.constantFrom("limit", "cursor", "data", "namespace", "state", "event", "resource_id"), word),
        word,
      ),
      { maxLength: 3 },
    ),
    headers: fc.array(
      fc.tuple(
        header,
        fc.oneof(
          fc.constantFrom("Bearer x", "gzip", "bytes=0-", "100-continue", "*"),
          fc.base64String({ maxLength: 40 }),
        ),
      ),
      { maxLength: 3 },
    ),
    type,
    body: fc.oneof(json, fc.string({ unit: "binary", maxLength: 200 })),
  });

/** Escapes as a client would, so that the path arrives. */
const encode = (text: string) => encodeURIComponent(text.toWellFormed());

test(`none of ${COUNT} requests of rubbish is answered by a 5xx or without a problem document`, {
  timeout: 140_000,
}, async () => {
  const here = await stage({ secret: SECRET, limits: { failedTries: 1e9 } });
  const token = await here.token("admin");
  const paths = allEndpoints(here.parts).map(({ path }) => path);
  const samples = fc.sample(requests(paths), { numRuns: COUNT, seed: 42 });
  const wrong: string[] = [];
  const statuses = new Map<number, number>();
  const send = async (
    { method, path: [pattern, words], query, headers, type: media, body }: (typeof samples)[number],
    at: number,
  ) => {
    const rest = [...words];
    const path = pattern.replaceAll(/:\w+/g, () => encode(rest.shift() ?? "x"));
    const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
    const sent = { "content-type": media, ...Object.fromEntries(headers) };
    const { expect: _, ...given } = sent as Record<string, string>;
    const bare = method === "GET" || method === "HEAD";
    const reply = await here.ask(method, `${path}?${search}`, {
      headers: given,
      ...(at % 3 === 0 || "authorization" in given ? {} : { token }),
      ...(bare ? {} : { body: Buffer.from(body) }),
    });
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    if (reply.status >= 500) wrong.push(`${method} ${path}?${search} ${body} -> ${reply.status} ${reply.text}`);
    if (reply.status >= 400 && method !== "HEAD" && reply.json?.status !== reply.status)
      wrong.push(`${method} ${path} -> no problem document`);
  };
  const half = Math.floor(samples.length / 2);
  for (const [at, sample] of samples.slice(0, half).entries()) await send(sample, at);
  const before = process.memoryUsage().rss;
  for (const [at, sample] of samples.slice(half).entries()) await send(sample, at);
  const grown = process.memoryUsage().rss - before;
  expect(wrong).toEqual([]);
  expect([...statuses.keys()].filter((status) => status < 300).length).toBeGreaterThan(0);
  expect(statuses.get(404) ?? 0).toBeGreaterThan(0);
  expect(grown).toBeLessThan(100 * 1024 * 1024);
  expect(here.lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  expect(here.lines.join("")).not.toContain(token);
});

test("bytes that are no HTTP are never answered by a 5xx, and the server goes on", { timeout: 60_000 }, async () => {
  const here = await stage({ limits: { headersTimeout: 200, requestTimeout: 300, silence: 400, keepAlive: 100 } });
  const rubbish = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ maxLength: 60 }).map((text) => `GET ${text} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
    fc
      .string({ maxLength: 60 })
      .map((text) => `POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\n${text}: y\r\ncontent-length: 2\r\n\r\n{}`),
    fc
      .string({ maxLength: 20 })
      .map((text) => `POST /api/webhooks/gh HTTP/1.1\r\nhost: x\r\ntransfer-encoding: ${text}\r\n\r\n0\r\n\r\n`),
  );
  const answers = await Promise.all(fc.sample(rubbish, { numRuns: 200, seed: 7 }).map((text) => raw(here.port, text)));
  expect(answers.filter((answer) => /^HTTP\/1.1 5/.test(answer))).toEqual([]);
  expect((await here.ask("GET", "/healthz")).status).toBe(200);
});
