/** The log: a line an event, whatever is in it, and no secret. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLogger, type LogFormat } from "../../src/server/logger.ts";
import { NOW } from "./fixture.ts";

const SECRET = 'planted "s3cret"\nvalue';
const TOKEN = `plt_${"0".repeat(16)}_${"A".repeat(43)}`;

function logger(format: LogFormat, level: "error" | "warn" | "info" | "debug" = "debug") {
  const lines: string[] = [];
  const redact = (text: string) => text.replaceAll(SECRET, "(sensitive)");
  return { lines, log: createLogger({ level, format, redact, now: () => NOW, write: (line) => lines.push(line) }) };
}

test("a line is JSON with time, level, facts and message", () => {
  const { lines, log } = logger("json");
  log.info({ trace: "abc", took: 3 }, "answered");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: "info", time: "2026-11-25T12:00:00.000Z", trace: "abc", took: 3, message: "answered" },
  ]);
  expect(lines[0]).toMatch(/^[^\n]*\n$/);
});

test("as text a line is for people", () => {
  const { lines, log } = logger("text");
  log.warn({ took: 3, what: "a b" }, "slow\nanswer");
  expect(lines).toEqual(['12:00:00.000 warn  slow\\nanswer took=3 what="a b"\n']);
});

test.each([
  ["error", ["e"]],
  ["warn", ["e", "w"]],
  ["info", ["e", "w", "i"]],
  ["debug", ["e", "w", "i", "d"]],
] as const)("at the level %s it writes %j", (level, written) => {
  const { lines, log } = logger("json", level);
  log.error({}, "e");
  log.warn({}, "w");
  log.info({}, "i");
  log.debug({}, "d");
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(written);
});

test.each([
  { where: "a fact", facts: { key: `of ${SECRET}`, trace: "abc" }, message: "x", key: "of (sensitive)" },
  { where: "the message", facts: { key: "k", trace: "abc" }, message: SECRET, key: "k", said: "(sensitive)" },
  { where: "nothing", facts: { key: "k", trace: "abc", gone: undefined }, message: "100 %s", key: "k", said: "100 %s" },
  { where: "a token of ours", facts: { key: TOKEN, trace: "abc" }, message: "x", key: "(sensitive)" },
])("a secret in $where leaves the line's other texts as they are", ({ facts, message, key, said = "x" }) => {
  const { lines, log } = logger("json");
  log.info(facts, message);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ key, trace: "abc", message: said }]);
});

test("each line has the time at which it was written", () => {
  let now = NOW;
  const lines: string[] = [];
  const redact = (text: string) => text;
  const log = createLogger({
    level: "info",
    format: "json",
    redact,
    now: () => now,
    write: (line) => lines.push(line),
  });
  for (const at of [NOW, NOW, NOW + 1, NOW]) {
    now = at;
    log.info({}, "x");
  }
  expect(lines.map((line) => Date.parse(JSON.parse(line).time) - NOW)).toEqual([0, 0, 1, 0]);
});

describe.each(["json", "text"] as const)("in %s", (format) => {
  test("a secret is taken out wherever it stands, also one of our tokens that nobody knows", () => {
    const { lines, log } = logger(format);
    const cause = new Error(`inner ${SECRET}`);
    log.error(
      { error: new Error(`outer ${SECRET}`, { cause }), list: [{ deep: [SECRET] }], authorization: `Bearer ${TOKEN}` },
      `failed with ${SECRET} and ${TOKEN}`,
    );
    const text = lines.join("");
    expect(text).not.toContain(JSON.stringify(SECRET).slice(1, -1));
    expect(text).not.toMatch(/s3cret|plt_0/);
    expect(text.match(/\(sensitive\)/g)?.length).toBeGreaterThanOrEqual(6);
  });

  test("whatever is logged is one line, and never throws", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.anything({ withBigInt: true, maxDepth: 8 })),
        fc.string({ unit: "binary" }),
        (facts, message) => {
          const { lines, log } = logger(format);
          log.info(facts, message);
          expect(lines).toHaveLength(1);
          expect(lines[0]?.match(/[\n\r]/g)).toEqual(["\n"]);
          if (format === "json") JSON.parse(lines[0] as string);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("what refers to itself is cut off", () => {
  const { lines, log } = logger("json");
  const ring: Record<string, unknown> = {};
  ring.self = ring;
  log.info({ ring }, "round");
  expect(lines[0]).toContain("…");
});
