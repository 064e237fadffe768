/** What the program proposes to a shell, in silence and without running anything. */
import { describe, expect, test } from "vitest";
import { commands, groups } from "../../../src/cli/routes.ts";
import { cli, folderOf } from "../../support/cli.ts";
import { manifest } from "../fixture.ts";

const slack = (name: string) =>
  manifest("    channels: []\n").replace("name: acme", `name: ${name}`).replace("platform: fake", "platform: slack");

const files = {
  "a.yaml": slack("acme-slack"),
  "sub/b.json": JSON.stringify({
    apiVersion: "plumbline.dev/v1alpha1",
    kind: "Integration",
    metadata: { name: "code", namespace: "team" },
    spec: { platform: "github" },
  }),
};

/** Completes the last word. @returns the words, without what is said of them. */
async function words(line: string, from: Readonly<Record<string, string>> = files): Promise<string[]> {
  const { code, stdout, stderr } = await cli(["__complete", ...line.split(" ")], { cwd: folderOf(from) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").flatMap((text) => (text === "" ? [] : [text.split("\t")[0] as string]));
}

test("the first word is a command, and each has what help says of it", async () => {
  expect(await words("")).toEqual([...Object.keys(commands), ...Object.keys(groups)]);
  expect(await words("token ")).toEqual(Object.keys(groups.token.commands));
  const { stdout } = await cli(["__complete", "val"], { cwd: folderOf() });
  expect(stdout).toBe("validate\tChecks manifests; asks no system and needs no credentials\n");
});

describe("proposals", () => {
  test.each([
    { line: "p", expected: ["plan"] },
    { line: "plan --det", expected: ["--detailed-exitcode"] },
    { line: "plan --no-color --no", expected: [] },
    { line: "plan -o ", expected: ["text", "json", "yaml", "markdown", "junit", "sarif", "github", "codequality"] },
    { line: "plan --output=j", expected: ["--output=json", "--output=junit"] },
    { line: "get -o ", expected: ["text", "json", "yaml"] },
    { line: "plan --log-level ", expected: ["error", "warn", "info", "debug"] },
    { line: "plan --only ", expected: ["acme-slack", "code"] },
    { line: "plan --only code --only a", expected: ["acme-slack"] },
    { line: "plan -f sub --only ", expected: ["code"] },
    { line: "plan --file=a.yaml --only=", expected: ["--only=acme-slack"] },
    { line: "plan --only acme-slack/us", expected: ["acme-slack/usergroups"] },
    { line: "test a", expected: ["acme-slack"] },
    { line: "doctor code a", expected: ["acme-slack"] },
    { line: "forget ", expected: ["acme-slack", "code"] },
    {
      line: "forget acme-slack ",
      expected: ["--auto-approve", "--lock-timeout", "--state", "--quiet", "--no-color", "--log-level"],
    },
    { line: "import ", expected: ["acme-slack", "code"] },
    { line: "import acme-slack ", expected: ["channels", "channels.bookmarks", "usergroups"] },
    { line: "import acme-slack channels channels", expected: ["channels.bookmarks"] },
    { line: "import -f a.yaml team/code t", expected: [] },
    { line: "execute acme-slack send", expected: ["send_message"] },
    { line: "execute -q team/code create_is", expected: ["create_issue"] },
    { line: "get ", expected: ["Integration", "Rule", "NotificationRoute"] },
    { line: "get integrations c", expected: ["code"] },
    { line: "get rules ", expected: ["--file", "--output", "--state", "--quiet", "--no-color", "--log-level"] },
    { line: "connectors sl", expected: ["slack"] },
    { line: "schema P", expected: ["Plan"] },
    { line: "schema git", expected: ["github"] },
    { line: "init --platform ", expected: ["github", "slack", "webhook"] },
    { line: "token create --role ", expected: ["viewer", "operator", "admin"] },
    { line: "init --ci ", expected: ["github", "gitlab", "none"] },
    { line: "explain R", expected: ["Rule"] },
    { line: "explain Rule.spec.tr", expected: ["Rule.spec.trigger"] },
    { line: "explain slack.channels.t", expected: ["slack.channels.topic"] },
    { line: "explain slack.constructor.", expected: [] },
    {
      line: "explain --platform slack Integration.spec.resources.c",
      expected: ["Integration.spec.resources.channels"],
    },
    { line: "completion ", expected: ["bash", "zsh", "fish"] },
    { line: "graph -o ", expected: ["mermaid", "dot"] },
    { line: "plan --out ", expected: [":files"] },
    { line: "plan -f x", expected: [":files"] },
    { line: "show ", expected: [":files"] },
    { line: "init in", expected: [":folders"] },
    { line: "nonsense ", expected: [] },
    { line: "plan --nonsense x ", expected: [] },
    { line: "__complete ", expected: [] },
  ])("for `$line`: $expected", async ({ line, expected }) => {
    expect(await words(line)).toEqual(expected);
  });

  test("an Integration comes with its platform, an action with what it does", async () => {
    const cwd = folderOf(files);
    expect((await cli(["__complete", "test", "a"], { cwd })).stdout).toBe("acme-slack\tslack\n");
    const { stdout } = await cli(["__complete", "execute", "acme-slack", "send"], { cwd });
    expect(stdout).toMatch(/^send_message\tSends a message .*\n$/);
  });
});

describe("names of Integrations are found although", () => {
  const broken = { "a.yaml": slack("acme-slack"), "broken.yaml": "plumbline.dev/ kind: Integration\n\t: [" };

  test("another file cannot be parsed", async () => {
    expect(await words("test ", broken)).toEqual(["acme-slack"]);
  });

  test("the manifest has mistakes", async () => {
    expect(await words("test ", { "a.yaml": `${slack("acme-slack")}  nonsense: 1\n` })).toEqual(["acme-slack"]);
  });

  test("they stand beside manifests of others in one file", async () => {
    const others = `kind: Deployment\n---\n${slack("acme-slack")}---\nkind: Integration\nmetadata: { name: 5 }\n`;
    expect(await words("test ", { "a.yaml": others })).toEqual(["acme-slack"]);
  });
});

test.each(["$(touch x)", "a b", "a;b", "--flag", "`x`", "a\u001b[2J", "..", "A"])(
  "a name that no manifest may have is not proposed, since it would be typed into a shell: %j",
  async (name) => {
    const text = JSON.stringify({ apiVersion: "plumbline.dev/v1alpha1", kind: "Integration", metadata: { name } });
    expect((await words("test ", { "a.json": text })).filter((word) => !word.startsWith("--"))).toEqual([]);
  },
);

test("no Integration is proposed where the folder that -f names is not there", async () => {
  expect((await words("plan -f nowhere --only ")).filter((word) => !word.startsWith("-"))).toEqual([]);
});

test("a platform that is no platform's name is not shown", async () => {
  const text = slack("acme").replace("platform: slack", 'platform: "\\u001b[2J\\nx"');
  const { stdout } = await cli(["__complete", "test", "a"], { cwd: folderOf({ "a.yaml": text }) });
  expect(stdout).toBe("acme\n");
});

test("no code of the folder runs, and standard input is not read", async () => {
  const cwd = folderOf({
    ...files,
    "plumbline.config.yaml": "connectors: [./own.mjs]\n",
    "own.mjs": "throw new Error('it ran');",
  });
  const { code, stdout, stderr } = await cli(["__complete", "import", "-f", "-", "-f", ".", "acme-slack", "u"], {
    cwd,
  });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "usergroups\n", stderr: "" });
});
