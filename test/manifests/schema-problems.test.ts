import { describe, expect, test } from "vitest";
import { nearest } from "../../src/manifests/nearest.ts";
import type { Problem } from "../../src/manifests/types.ts";
import { integration, load } from "./fake-platform.ts";

/** The problems of one Integration; the given lines start on line 8. */
async function problemsOf(spec: string, credentials?: string): Promise<Problem[]> {
  const text = integration(spec);
  const with_ = credentials === undefined ? text : text.replace("{ token: { env: TOKEN } }", credentials);
  return (await load({ "a.yaml": with_ })).problems;
}

const channel = (lines: string): string => `  resources:\n    channels:\n      - name: a\n        ${lines}\n`;

describe("one mistake is one problem", () => {
  test.each<{ name: string; spec: string; code: string; at: string; says: string; remedy?: string }>([
    {
      name: "an unknown field near a known one",
      spec: "  titel: x\n",
      code: "UnknownField",
      at: "8:3",
      says: 'Did you mean "title"?',
    },
    {
      name: "an unknown field near none",
      spec: "  events: { zzz: 1 }\n",
      code: "UnknownField",
      at: "8:13",
      says: 'Unknown field "zzz" in spec.events.',
      remedy: "Remove it, or use one of: enabled.",
    },
    {
      name: "a required field that is misspelt",
      spec: "  resources: { channels: [{ nmae: a }] }\n",
      code: "UnknownField",
      at: "8:29",
      says: 'Did you mean "name"?',
    },
    {
      name: "a required field that is missing",
      spec: "  resources: { channels: [{ topic: a }] }\n",
      code: "MissingField",
      at: "8:27",
      says: 'spec.resources.channels[0] lacks the field "name".',
    },
    {
      name: "a name that is empty",
      spec: '  resources: { channels: [{ name: "" }] }\n',
      code: "InvalidValue",
      at: "8:35",
      says: "must not be empty",
    },
    {
      name: "a value of another pattern",
      spec: "  resources: { channels: [{ name: A B }] }\n",
      code: "InvalidValue",
      at: "8:35",
      says: 'Lower-case letters and digits, not "A B".',
    },
    {
      name: "a number without quotes",
      spec: channel("topic: 1.10"),
      code: "UnquotedString",
      at: "11:16",
      says: "1.10 without quotes is the number 1.1; quote it",
      remedy: 'Write "1.10".',
    },
    {
      name: "a boolean without quotes",
      spec: channel("topic: true"),
      code: "UnquotedString",
      at: "11:16",
      says: "true without quotes is the boolean true",
    },
    {
      name: "an empty string field",
      spec: channel("topic:"),
      code: "EmptyValue",
      at: "11:9",
      says: "empty value",
      remedy: 'Write "" for an empty string, or leave the field out.',
    },
    {
      name: "an empty list field",
      spec: channel("users: ~"),
      code: "EmptyValue",
      at: "11:9",
      says: "empty value",
      remedy: "Write [] for an empty list, or leave the field out.",
    },
    {
      name: "an empty list of a kind",
      spec: "  resources:\n    channels:\n",
      code: "EmptyValue",
      at: "9:5",
      says: "empty value",
    },
    {
      name: "a word for a boolean",
      spec: channel("private: yes"),
      code: "WrongType",
      at: "11:18",
      says: "true or false",
      remedy: "Write true, without quotes.",
    },
    {
      name: "a quoted number",
      spec: channel('limit: "3"'),
      code: "WrongType",
      at: "11:16",
      says: "a whole number, not a string",
      remedy: "Write 3, without quotes.",
    },
    {
      name: "a broken number",
      spec: channel("limit: 1.5"),
      code: "WrongType",
      at: "11:16",
      says: "a whole number, not 1.5",
    },
    {
      name: "a number that is too small",
      spec: channel("limit: 0"),
      code: "InvalidValue",
      at: "11:16",
      says: "must be 1 or more, not 0",
    },
    {
      name: "a word for a list",
      spec: channel("users: ada"),
      code: "WrongType",
      at: "11:16",
      says: "a list, not a string",
    },
    {
      name: "a value that breaks two rules at once",
      spec: channel("posting: [all]"),
      code: "WrongType",
      at: "11:18",
      says: "must be a string, not a list",
    },
    {
      name: "a list with a value twice",
      spec: channel("users: [a, b, a]"),
      code: "InvalidValue",
      at: "11:16",
      says: "entries 1 and 3 are the same",
    },
    {
      name: "a wrong word",
      spec: "  policy: { mode: enforce }\n",
      code: "InvalidValue",
      at: "8:19",
      says: 'one of Enforce, Observe, not "enforce". Did you mean "Enforce"?',
    },
    {
      name: "a duration without a unit",
      spec: "  interval: 10\n",
      code: "UnquotedString",
      at: "8:13",
      says: "10 without quotes",
    },
    {
      name: "a duration in words",
      spec: "  interval: ten\n",
      code: "InvalidValue",
      at: "8:13",
      says: "a duration such as 90s, 10m or 1h30m",
    },
    {
      name: "a number where a connection takes a string or { env }",
      spec: "  connection: { baseUrl: 8080 }\n",
      code: "UnquotedString",
      at: "8:26",
      says: "8080 without quotes",
    },
    {
      name: "a misspelt env in a connection",
      spec: "  connection: { baseUrl: { evn: X } }\n",
      code: "UnknownField",
      at: "8:28",
      says: 'Did you mean "env"?',
    },
    {
      name: "a wrong word in a connection",
      spec: "  connection: { region: uss }\n",
      code: "InvalidValue",
      at: "8:25",
      says: 'Did you mean "us"?',
    },
    {
      name: "a list in a connection",
      spec: "  connection: { baseUrl: [] }\n",
      code: "WrongType",
      at: "8:26",
      says: "a string or { env: NAME }, not a list",
    },
    {
      name: "a string for a map",
      spec: "  policy: strict\n",
      code: "WrongType",
      at: "8:11",
      says: "a map, not a string",
    },
  ])("$name", async ({ spec, code, at, says, remedy }) => {
    const problems = await problemsOf(spec);
    expect(problems.map((problem) => `${problem.code} ${problem.line}:${problem.column}`)).toEqual([`${code} ${at}`]);
    expect(problems[0]?.message).toContain(says);
    if (remedy !== undefined) expect(problems[0]?.remedy).toBe(remedy);
  });

  test("a mistake in an anchor that aliases repeat", async () => {
    const spec = "  resources:\n    channels:\n      - { <<: &x { topic: 5 }, name: a }\n      - { <<: *x, name: b }\n";
    expect((await problemsOf(spec)).map(({ line, column }) => [line, column])).toEqual([[10, 27]]);
  });

  test("two missing fields are two problems", async () => {
    const { problems } = await load({ "a.yaml": "apiVersion: plumbline.dev/v1alpha1\nkind: Integration\n" });
    expect(problems.map(({ message }) => message)).toEqual([
      'The document lacks the field "metadata".',
      'The document lacks the field "spec".',
    ]);
  });
});

describe("a literal where a reference is due", () => {
  const secret = "hunter2-s3cr3t";

  test.each<{ name: string; credentials: string; code?: string }>([
    { name: "plain", credentials: `{ token: ${secret} }` },
    { name: "quoted", credentials: `{ token: "${secret}" }` },
    { name: "in a block", credentials: `\n    token: |\n      ${secret}\n      more` },
    { name: "in place of all credentials", credentials: secret },
    { name: "in a list", credentials: `{ token: [${secret}] }` },
    { name: "under a misspelt name", credentials: `{ token: { env: T }, tokn: ${secret} }`, code: "UnknownField" },
    { name: "as a field of a reference", credentials: `{ token: { value: ${secret} } }`, code: "InvalidValue" },
    { name: "as a key", credentials: `{ token: { ${secret} } }`, code: "InvalidValue" },
    { name: "beside a reference", credentials: `{ token: { env: T, ${secret}: 1 } }`, code: "UnknownField" },
    { name: "in a comment beside it", credentials: `{ token: x } # ${secret}` },
    { name: "through an anchor", credentials: `{ token: &t ${secret}, signingSecret: *t }` },
    { name: "as an alias", credentials: `{ token: *${secret} }`, code: "UnknownAlias" },
    { name: "as a tag", credentials: `{ token: !${secret} }`, code: "TagNotAllowed" },
    { name: "in YAML that does not parse", credentials: `{ token: ${secret} x: y`, code: "YamlSyntax" },
    {
      name: "beside a word that is twice there",
      credentials: `{ token: ${secret}, token: ${secret} }`,
      code: "DuplicateKey",
    },
  ])("$name is refused and never shown", async ({ credentials, code = "LiteralSecret" }) => {
    const problems = await problemsOf("", credentials);
    expect(problems[0]?.code).toBe(code);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test("misspelt, the whole of credentials is hidden", async () => {
    const { problems } = await load({
      "a.yaml": integration("").replace("credentials: { token: { env: TOKEN } }", `credentails: { a: ${secret} }`),
    });
    expect(problems.map(({ code }) => code)).toEqual(["UnknownField"]);
    expect(problems[0]?.excerpt).toBe("  credentails: { a: ******** }");
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test("in a write-only field it is refused, and hidden from the lines of other problems", async () => {
    const hook = `{ url: 5, secret: ${secret} }`;
    const problems = await problemsOf(
      `  resources:\n    repositories:\n      - name: r\n        webhooks: [${hook}]\n`,
    );
    expect(problems.map(({ code, column }) => [code, column])).toEqual([
      ["UnquotedString", 27],
      ["LiteralSecret", 38],
    ]);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test("a reference to two sources names both", async () => {
    const problems = await problemsOf("", "{ token: { env: A, file: b } }");
    expect(problems.map(({ message }) => message)).toEqual([
      "spec.credentials.token names several sources: env, file.",
    ]);
  });

  test("a well-known token is hidden wherever it stands", async () => {
    const token = `xoxb-${"1".repeat(12)}-${"a".repeat(24)}`;
    const problems = await problemsOf(`  policy: { mode: ${token} }\n  title: ${token}\n`);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems)).not.toContain(token);
  });
});

describe("the nearest word", () => {
  test.each<[string, string | undefined]>([
    ["nmae", "name"],
    ["Name", "name"],
    ["channel_id", "channelId"],
    ["evn", "env"],
    ["enviroment", "environment"],
    ["xyz", undefined],
    ["to", undefined],
    ["description", undefined],
  ])("of %s is %s", (word, expected) => {
    expect(nearest(word, ["name", "channelId", "env", "environment", "topic"])).toBe(expected);
  });
});
