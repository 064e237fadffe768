/** Pure parts: who is local, how often somebody tried, traces, tokens, cursors, sources. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertShallow } from "../../src/server/checks.ts";
import { cursorOf, numberedPlaceOf, placeOf } from "../../src/server/paging.ts";
import { FailedTries, isLocal, isLoopback } from "../../src/server/peers.ts";
import { isTokenOf, makeToken, tokenId } from "../../src/server/token.ts";
import { traceOf, traceparent } from "../../src/server/trace.ts";
import { isReservedSource, resolveTarget } from "../../src/server/webhook-address.ts";
import { integrations } from "./fixture.ts";

test.each([
  ["127.0.0.1", true],
  ["127.8.9.10", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["::FFFF:127.0.0.1", true],
  ["128.0.0.1", false],
  ["10.0.0.1", false],
  ["::ffff:10.0.0.1", false],
  ["::2", false],
  ["fe80::1", false],
  ["", false],
])("the address %s is this host's: %s", (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

test.each([
  [{ host: "localhost:8080" }, true],
  [{ host: "127.0.0.1" }, true],
  [{ host: "[::1]:80", origin: "http://[::1]:80", "sec-fetch-site": "same-origin" }, true],
  [{ host: "localhost", "sec-fetch-site": "none" }, true],
  [{ host: "localhost", origin: "null" }, false],
  [{ host: "localhost", "sec-fetch-site": "same-site" }, false],
  [{ host: "localhost.evil.example" }, false],
  [{}, false],
  [{ host: "localhost", "x-forwarded-anything": "" }, false],
  [{ host: "localhost", "x-original-forwarded-for": "1" }, false],
])("a request with %j is a local program's: %s", (headers, expected) => {
  expect(isLocal("127.0.0.1", headers)).toBe(expected);
  expect(isLocal("192.0.2.7", headers)).toBe(false);
});

describe("failed tries", () => {
  test("are counted by peer, in windows", () => {
    const tries = new FailedTries(2, 1000);
    expect([0, 1, 2, 3].map((at) => tries.count("192.0.2.1", at * 100))).toEqual([0, 0, 800, 700]);
    expect(tries.count("192.0.2.2", 300)).toBe(0);
    expect(tries.count("192.0.2.1", 1000)).toBe(0);
  });

  test("of one IPv6 network are one peer's", () => {
    const tries = new FailedTries(1, 1000);
    tries.count("2001:db8::1", 0);
    expect(tries.count("2001:db8:0:0:ffff::2", 0)).toBeGreaterThan(0);
    expect(tries.count("2001:db8:0:1::1", 0)).toBe(0);
    tries.count("::ffff:192.0.2.1", 0);
    expect(tries.count("::ffff:192.0.2.2", 0)).toBe(0);
  });

  test("of many addresses take no memory: the oldest are forgotten", () => {
    const tries = new FailedTries(1, 1e9);
    tries.count("first", 0);
    for (let at = 0; at < 10_000; at++) tries.count(`10.${at}`, 0);
    expect(tries.count("first", 0)).toBe(0);
  });
});

describe("traces", () => {
  const zeros = (bytes: number) => Buffer.alloc(bytes, 0xab);
  test.each([
    ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true],
    ["cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true],
    ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false],
    ["00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false],
    ["00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false],
    ["", false],
  ])("%s goes on: %s", (header, goesOn) => {
    expect(traceOf(header, zeros, 0x5f0000010203 + 0.9)).toBe(
      goesOn ? "0af7651916cd43dd8448eb211c80319c" : `5f0000010203${"ab".repeat(10)}`,
    );
  });

  test("what is sent goes on at the next one", () => {
    const trace = traceOf(undefined, randomBytes, 0);
    expect(traceOf(traceparent(trace, randomBytes), zeros, 0)).toBe(trace);
  });
});

test("a token belongs to its own record only", () => {
  const make = () => makeToken({ name: "a", role: "viewer", createdAt: 0 }, randomBytes);
  const [one, two] = [make(), make()];
  expect(tokenId(one.text)).toBe(one.record.id);
  expect([isTokenOf(one.text, one.record), isTokenOf(two.text, one.record)]).toEqual([true, false]);
  expect(isTokenOf(one.text, { hash: "" })).toBe(false);
  fc.assert(fc.property(fc.string(), (text) => !isTokenOf(text, one.record)));
});

test("a cursor gives its place back in its own list, and rubbish is refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (id, seq) => {
      expect(placeOf("deliveries", cursorOf("deliveries", id))).toBe(id.toWellFormed());
      expect(numberedPlaceOf("events", cursorOf("events", seq))).toBe(seq);
    }),
  );
  for (const bad of [
    "",
    "x",
    cursorOf("audit", 1),
    cursorOf("events", "-1"),
    cursorOf("events", "1e3"),
    cursorOf("events", "9".repeat(20)),
  ]) {
    expect(() => numberedPlaceOf("events", bad)).toThrow("cursor");
  }
});

test("no spelling of an Integration's source gets by", () => {
  const spell = fc.array(fc.constantFrom("/", "./", "x/../", "%2e/", "%2E%2e/", ""), { maxLength: 4 });
  const letter = (text: string) =>
    fc.tuple(...[...text].map((c) => fc.constantFrom(c, c.toUpperCase(), `%${c.charCodeAt(0).toString(16)}`)));
  fc.assert(
    fc.property(
      spell,
      letter("prod"),
      letter("slack"),
      fc.constantFrom("", "/", "?a", "#b"),
      (dots, namespace, name, end) => {
        const source = `/prod/../${dots.filter((one) => one !== "/" && one !== "%2E%2e/" && one !== "x/../").join("")}${namespace.join("")}/${name.join("")}${end}`;
        expect([source, isReservedSource(source, integrations)]).toEqual([source, true]);
      },
    ),
  );
});

test("a name goes before a platform, and a platform only where there is one", () => {
  const named = { namespace: "default", name: "slack", platform: "webhook" };
  expect(resolveTarget([...integrations, named], undefined, "slack")).toBe(named);
  expect(() => resolveTarget(integrations, undefined, "slack")).toThrow("Several Integrations");
  expect(() => resolveTarget(integrations, "prod", "github")).toThrow("No webhook");
});

test("depth is counted without recursion", () => {
  let deep: unknown = 1;
  for (let at = 0; at < 200_000; at++) deep = [deep];
  expect(() => assertShallow(deep, 64)).toThrow("64 levels");
  expect(() => assertShallow({ a: [{ b: 1 }] }, 3)).not.toThrow();
  expect(() => assertShallow({ a: [{ b: 1 }] }, 2)).toThrow("2 levels");
});
