/** One action, once: what it is given, what is refused before any system is asked, what is printed. */
import { expect, test } from "vitest";
import { ConnectorError } from "../../src/connector-kit/errors.ts";
import { defineAction, defineConnector, Secret, type Spec, Type } from "../../src/connector-kit/index.ts";
import { slackPlace } from "../e2e/place.ts";
import { cli, folderOf } from "../support/cli.ts";

const closed = { additionalProperties: false } as const;

/** A platform with one action that answers what it was given, and keeps it. */
function echo(fails?: ConnectorError) {
  const runs: { parameters: Spec; key: string }[] = [];
  const say = defineAction({
    description: "Says something.",
    parameters: Type.Object(
      {
        message: Type.String({ description: "What to say.", minLength: 2 }),
        thread: Type.Optional(Type.String()),
        times: Type.Optional(Type.Integer()),
        loud: Type.Optional(Type.Boolean()),
        blocks: Type.Optional(Type.Array(Type.Object({ text: Type.String() }, closed))),
        level: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
        password: Type.Optional(Secret()),
      },
      closed,
    ),
    result: Type.Object({}),
    run: async (_: unknown, parameters, { key }) => {
      if (fails) throw fails;
      runs.push({ parameters, key });
      return { id: "m1", said: parameters.message, nested: { a: [1] }, secret: parameters.password, none: undefined };
    },
  });
  const connector = defineConnector({
    platform: "echo",
    title: "Echo",
    connection: Type.Object({}, closed),
    credentials: Type.Object({ token: Type.Optional(Secret()) }, closed),
    open: () => ({ reader: {}, writer: {} }),
    check: async () => ({}),
    actions: { say, whisper: say },
  });
  const cwd = folderOf({
    "acme.yaml":
      "apiVersion: plumbline.dev/v1alpha1\nkind: Integration\nmetadata: { name: acme }\nspec:\n  platform: echo\n",
    "say.yaml": "message: from the file\ntimes: 2\n",
    "list.json": "[1]",
    "broken.json": '{"message": "s3cret",, }',
  });
  const run = (args: readonly string[], stdin?: string) =>
    cli(["execute", ...args], { cwd, connectors: [connector], ...(stdin === undefined ? {} : { stdin }) });
  return { runs, run };
}

const p = (...assignments: string[]) => assignments.flatMap((one) => ["-p", one]);

test.each<{ name: string; given: string; parameters: Spec }>([
  { name: "text that is no JSON", given: "message=Hello: you", parameters: { message: "Hello: you" } },
  { name: "what comes after the first =", given: "message=a=b", parameters: { message: "a=b" } },
  { name: "a number where a text is due", given: "message=123", parameters: { message: "123" } },
  { name: "JSON's quotes, as JSON", given: 'message="on"', parameters: { message: "on" } },
])("-p takes $name", async ({ given, parameters }) => {
  const { runs, run } = echo();
  const { code, stderr } = await run(["acme", "say", ...p(given)]);
  expect(code, stderr).toBe(0);
  expect(runs.map((one) => one.parameters)).toEqual([parameters]);
});

test("-p reads JSON in the types that the parameters take, and keeps every digit of a text", async () => {
  const { runs, run } = echo();
  const given = p(
    "message=hi",
    "thread=1732560000.000100",
    "times=3",
    "loud=true",
    'blocks=[{"text":"x"}]',
    "level=null",
  );
  expect((await run(["acme", "say", ...given])).code).toBe(0);
  expect(runs[0]?.parameters).toEqual({
    ...{ message: "hi", thread: "1732560000.000100", times: 3, loud: true, blocks: [{ text: "x" }], level: null },
  });
});

test("a file gives parameters, -p stands over them, and - is standard input", async () => {
  const { runs, run } = echo();
  await run(["acme", "say", "--params", "say.yaml", ...p("times=5")]);
  await run(["acme", "say", "--params", "-"], '{"message": "from stdin"}');
  expect(runs.map(({ parameters }) => parameters)).toEqual([
    { message: "from the file", times: 5 },
    { message: "from stdin" },
  ]);
});

test("each run has a key of its own", async () => {
  const { runs, run } = echo();
  await run(["acme", "say", ...p("message=hi")]);
  await run(["acme", "say", ...p("message=hi")]);
  expect(new Set(runs.map(({ key }) => key)).size).toBe(2);
});

test("prints the result a line a field, or as data", async () => {
  const { run } = echo();
  const given = ["acme", "say", ...p("message=hi\nyou")];
  expect((await run(given)).stdout).toBe('id:     m1\nsaid:   hi\\nyou\nnested: {"a":[1]}\n');
  expect(JSON.parse((await run([...given, "-o", "json"])).stdout)).toEqual({
    ...{ id: "m1", said: "hi\nyou", nested: { a: [1] } },
  });
  expect((await run([...given, "-o", "yaml"])).stdout).toContain('id: "m1"\n');
});

test("a secret parameter is in no output", async () => {
  const { runs, run } = echo();
  for (const format of ["text", "json", "yaml"]) {
    const { stdout, stderr } = await run([
      ...["acme", "say", ...p("message=hi", "password=pl4nted-s3cret"), "-o", format, "--log-level", "debug"],
    ]);
    expect(stdout + stderr).not.toContain("pl4nted-s3cret");
  }
  expect(runs[0]?.parameters.password).toBe("pl4nted-s3cret");
});

test.each<{ name: string; args: string[]; says: string[] }>([
  {
    name: "an action that is none",
    args: ["acme", "sy"],
    says: ['Echo has no action "sy".', 'Did you mean "say"?', "It has say, whisper."],
  },
  { name: "an Integration that is none", args: ["acm", "say"], says: ['Did you mean "acme"?'] },
  {
    name: "a missing parameter and a misspelt one",
    args: ["acme", "say", ...p("mesage=hi")],
    says: [
      "say was not run:",
      'The parameter "message" is missing. What to say.',
      'There is no parameter "mesage". Did you mean "message"?',
    ],
  },
  {
    name: "a parameter that does not fit",
    args: ["acme", "say", ...p("message=hi", "times=often")],
    says: ['The parameter "times" must be integer.'],
  },
  {
    name: "a field inside a parameter",
    args: ["acme", "say", ...p("message=hi", 'blocks=[{"txt":"x"}]')],
    says: ['"blocks[0].text" is missing', '"blocks[0].txt"'],
  },
  { name: "a parameter without =", args: ["acme", "say", ...p("message")], says: ["-p takes NAME=VALUE"] },
  {
    name: "one given twice",
    args: ["acme", "say", ...p("message=a", "message=b")],
    says: ["-p message is given twice."],
  },
  {
    name: "a file that is not there",
    args: ["acme", "say", "--params", "x.json"],
    says: ["x.json: there is no such file."],
  },
  { name: "a file that holds a list", args: ["acme", "say", "--params", "list.json"], says: ["must hold one object"] },
  { name: "a file that cannot be parsed", args: ["acme", "say", "--params", "broken.json"], says: ["broken.json:1: "] },
])("$name is refused before anything is run", async ({ args, says }) => {
  const { runs, run } = echo();
  const { code, stdout, stderr } = await run(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  for (const text of says) expect(stderr).toContain(text);
  expect(stderr).not.toContain("s3cret");
  expect(runs).toEqual([]);
});

test.each([
  { code: "PERMISSION", unknown: false, remedy: "Give the credential the rights that the message names" },
  { code: "TIMEOUT", unknown: true, remedy: "It may have been done all the same" },
] as const)("a failure $code says what to do, on stderr only", async ({ code, unknown, remedy }) => {
  const { run } = echo(new ConnectorError(code, "Echo refused.", { outcomeUnknown: unknown }));
  const result = await run(["acme", "say", ...p("message=hi"), "-o", "json"]);
  expect(result).toMatchObject({ code: 1, stdout: "" });
  expect(result.stderr).toContain(`say  ${code}: Echo refused.`);
  expect(result.stderr).toContain(remedy);
  expect(result.stderr.includes("It may have been done")).toBe(unknown);
});

test("sends a message to Slack, into a channel that is named", async () => {
  const slack = `apiVersion: plumbline.dev/v1alpha1
kind: Integration
metadata: { name: acme }
spec:
  platform: slack
  connection: { baseUrl: { env: SLACK_URL } }
  credentials: { token: { env: SLACK_BOT_TOKEN } }
`;
  const here = await slackPlace({ "acme.yaml": slack }, { channels: [{ name: "ops" }] });
  const channel = String((await here.slack.channel("ops"))?.id);
  await here.slack.call("conversations.join", { channel }, "bot");
  const { code, stdout, stderr } = await here.run("execute acme send_message -p channel=#ops -p message=Hello -o json");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ channel });
  const { messages } = await here.slack.call("conversations.history", { channel });
  expect(messages).toContainEqual(expect.objectContaining({ text: "Hello", ts: JSON.parse(stdout).ts }));
  const { stdout: audit } = await here.run("audit list -o json");
  expect(JSON.parse(audit).items).toMatchObject([
    { action: "execute", resourceId: "default/acme", outcome: "done", details: { action: "send_message" } },
  ]);
  expect(audit).not.toContain("Hello");
});
