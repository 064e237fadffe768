import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadManifests } from "../../src/manifests/index.ts";
import { builtinPlatforms } from "../../src/manifests/platform-source.ts";
import { silenceMistakes } from "../../src/notifications/silences.ts";
import { compileRoute } from "../../src/notifications/tree.ts";
import { checkRoutes } from "../../src/notifications/validate.ts";
import { routeOf } from "./fixture.ts";

const head = `apiVersion: plumbline.dev/v1alpha1
kind: NotificationRoute
metadata: { name: ops }
spec:
`;

function folderWith(spec: string): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-routes-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "route.yaml"), head + spec);
  return folder;
}

/** What is wrong with a route whose spec is the text, as `line:column code message`. */
async function problemsOf(spec: string): Promise<string[]> {
  const cwd = folderWith(spec);
  const { manifests } = await loadManifests({ inputs: ["."], cwd, platforms: builtinPlatforms() });
  return checkRoutes(manifests).map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

const receivers = "  receivers: [{ integration: slack }]\n";

test.each<[string, string, string]>([
  [
    "a matcher, with its own column",
    `${receivers}  match:\n    matchers: ['team=db', 'a=x\\n']\n`,
    "7:27 InvalidMatcher The matcher a=x\\n at column 4: \\ may not stand here. A value with a backslash stands in double quotes.",
  ],
  [
    "a look-ahead",
    `${receivers}  routes:\n    - match: { matchers: ['a=~"(?=b)"'] }\n`,
    '7:27 InvalidMatcher The matcher a=~"(?=b)" at column 4: The pattern is no RE2 expression: invalid or unsupported Perl syntax: `(?=`.',
  ],
  [
    "an inhibition's matcher",
    `${receivers}  inhibit:\n    - { source: [a==x], target: [b=y] }\n`,
    '7:18 InvalidMatcher The matcher a==x at column 3: Expected a value; an empty one is written "". Instead found =.',
  ],
  [
    "a time of day that goes past midnight",
    `${receivers}  muteTimes:\n    - times: [{ start: "22:00", end: "06:00" }]\n`,
    "7:15 InvalidTime 22:00 is not before 06:00. A part of the day that goes past midnight is two: until 24:00, and from 00:00.",
  ],
  [
    "a place",
    `${receivers}  routes:\n    - activeTimes: [{ location: Mars }]\n`,
    '7:33 InvalidTime "Mars" is no IANA time zone such as Europe/Berlin.',
  ],
  [
    "labels beside the dots",
    `${receivers}  groupBy: ["...", a]\n`,
    '6:12 InvalidGroupBy groupBy: ["..."] takes all labels, so no other may stand beside it.',
  ],
  [
    "a glob with a range the wrong way round",
    `${receivers}  match: { types: ["[z-a]"] }\n`,
    '6:20 InvalidPattern The glob "[z-a]" is no RE2 expression: invalid character class range: `z-a`.',
  ],
  ["a label to group by twice", `${receivers}  groupBy: [a, a]\n`, "6:12 InvalidGroupBy groupBy names a label twice."],
  [
    "an interval of nothing",
    `${receivers}  groupInterval: 0s\n`,
    "6:18 InvalidTime groupInterval must be more than 0s.",
  ],
  [
    "a tree without a receiver",
    "  routes: [{}]\n",
    "5:3 NoReceivers No route names a receiver, so nothing would ever be sent.",
  ],
])("validate refuses %s, at its place", async (_, spec, expected) => {
  expect(await problemsOf(spec)).toEqual([expected]);
});

test("a sound route has no problems", async () => {
  expect(await problemsOf(`${receivers}  match: { matchers: ['a=~"x.*"', "{b=c,}"] }\n`)).toEqual([]);
});

test("what only the older parser of matchers takes is a warning and no error", async () => {
  const folder = folderWith(`${receivers}  match: { matchers: ['a=~"b\\.c"'] }\n`);
  const check = async (manifests: Parameters<typeof checkRoutes>[0]) => checkRoutes(manifests);
  const loaded = await loadManifests({ inputs: ["."], cwd: folder, platforms: builtinPlatforms(), check });
  expect(loaded.problems.map(({ code }) => code)).toEqual(["UnknownIntegration"]);
  expect(loaded.warnings).toMatchObject([
    { level: "warning", code: "ClassicMatcher", file: "route.yaml", line: 6, path: "/spec/match/matchers/0" },
  ]);
});

test("a matcher that only the older parser takes is a warning, at its place", () => {
  const { mistakes, warnings } = compileRoute(
    routeOf({ receivers: [{ integration: "slack" }], routes: [{ match: { matchers: ['a=~"b\\.c"'] } }] }),
  );
  expect(mistakes).toEqual([]);
  expect(warnings).toEqual([
    {
      code: "ClassicMatcher",
      path: ["spec", "routes", 0, "match", "matchers", 0],
      message: expect.stringContaining('Write a=~"b\\\\.c"'),
    },
  ]);
});

test.each([
  [["a=b"], 0, 1, []],
  [["a=b"], 1, 1, ["InvalidTime"]],
  [['a=""'], 0, 1, ["InvalidMatcher"]],
  [['a=~".*"', "b!=x"], 0, 1, ["InvalidMatcher"]],
  [["a==b"], 0, 1, ["InvalidMatcher"]],
  [[], 0, 1, ["InvalidMatcher"]],
])("a silence of %j from %d to %d has the mistakes %j", (matchers, startsAt, endsAt, codes) => {
  expect(silenceMistakes({ matchers, startsAt, endsAt }).map(({ code }) => code)).toEqual(codes);
});

test.each<[string, string, string[]]>([
  [
    "a type of Plumbline's own that there is not",
    `${receivers}  match: { types: [plumbline.drift.detekted, "plumbline.drif.*", "plumbline.drift.*", com.example.x] }\n`,
    [
      '6:20 UnknownType No event has the type "plumbline.drift.detekted". Did you mean "plumbline.drift.detected"?',
      '6:46 UnknownType No event has the type "plumbline.drif.*". There is plumbline.config.changed,',
    ],
  ],
  [
    "a severity with a typing mistake, but none of other words",
    `${receivers}  match: { severity: [criticl, page, err] }\n`,
    ['6:23 UnknownSeverity "criticl" is a severity of its own. Did you mean "critical"?'],
  ],
  [
    "the first route behind one that takes every event",
    `${receivers}  routes: [{ urgency: low }, { match: { types: [a] } }, { match: { types: [b] } }]\n`,
    ["6:30 NeverAsked This route is never asked: routes[0] before it takes every event"],
  ],
  [
    "not one behind a route that says continue, or a last one that takes the rest",
    `${receivers}  routes: [{ urgency: low, continue: true }, { match: { types: [a] } }, { urgency: high }]\n`,
    [],
  ],
  [
    "an inhibition that holds nothing back",
    `${receivers}  inhibit: [{ source: [a=b], target: [a=b] }, { source: [a=b], target: [a=c] }]\n`,
    ["6:13 InertInhibition This holds nothing back"],
  ],
])("a warning names %s", async (_, spec, expected) => {
  const problems = await problemsOf(spec);
  expect(problems).toEqual(expected.map((text) => expect.stringContaining(text)));
});
